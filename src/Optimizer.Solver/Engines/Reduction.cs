namespace Optimizer.Solver.Engines;

/// <summary>A program without its fixed variables and without rows that contain only these.</summary>
/// <remarks>A search fixes thousands of variables at zero. Engines would remove them in presolve, but SCIP needs minutes to read all the
/// rows first.</remarks>
internal sealed class Reduction
{
    private readonly QuadraticProgram _whole;
    private readonly List<int> _columns = [];
    private readonly List<int> _rows = [];
    private double _constant;

    public Reduction(QuadraticProgram whole)
    {
        _whole = whole;
        Program = new QuadraticProgram();
        var columnOf = new int[whole.Count];
        for (var v = 0; v < whole.Count; v++)
        {
            if (whole.Lower[v] == whole.Upper[v])
            {
                columnOf[v] = -1;
                _constant += (whole.Cost[v] + 0.5 * whole.Curvature[v] * whole.Lower[v]) * whole.Lower[v];
                continue;
            }

            columnOf[v] = Program.Add(whole.Lower[v], whole.Upper[v], whole.Cost[v], whole.Curvature[v], whole.Integer[v], whole.Expected[v]);
            _columns.Add(v);
        }

        for (var r = 0; r < whole.Rows.Count; r++)
        {
            var row = whole.Rows[r];
            var fix = 0.0;
            var terms = new List<Term>(row.Terms.Count);
            foreach (var (v, c) in row.Terms.AsSpan())
            {
                if (columnOf[v] < 0)
                    fix += c * whole.Lower[v];
                else
                    terms.Add(new(columnOf[v], c));
            }

            if (terms.Count > 0)
            {
                Program.Rows.Add(new(row.Name, row.Lower - fix, row.Upper - fix, terms));
                _rows.Add(r);
            }
            else if (fix < row.Lower - Tolerance || fix > row.Upper + Tolerance)
            {
                BrokenRow ??= row.Name;
            }
        }
    }

    private const double Tolerance = 1e-9;

    private QuadraticProgram Program { get; }

    /// <summary>A row that the fixed variables violate; null if there is none.</summary>
    private string? BrokenRow { get; set; }

    /// <summary>Solves the reduced program and extends the answer to the whole; removed rows get multiplier 0.</summary>
    /// <param name="solve">An engine, given a program with at least one variable.</param>
    public EngineAnswer Solve(Func<QuadraticProgram, EngineAnswer> solve)
    {
        if (BrokenRow is not null)
            return new(EngineStatus.Infeasible, BrokenRow, [], [], double.PositiveInfinity);
        var answer = Program.Count == 0 ? new(EngineStatus.Optimal, "", [], new double[_rows.Count], 0) : solve(Program);
        if (answer.Values.Length < Program.Count)
            return answer;
        var values = _whole.Lower.ToArray();
        for (var c = 0; c < _columns.Count; c++)
            values[_columns[c]] = answer.Values[c];
        var multipliers = new double[_whole.Rows.Count];
        for (var r = 0; r < _rows.Count; r++)
            multipliers[_rows[r]] = answer.Multipliers[r];
        return answer with { Values = values, Multipliers = multipliers, Bound = answer.Bound + _constant };
    }
}

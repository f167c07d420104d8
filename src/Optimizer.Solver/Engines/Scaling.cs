namespace Optimizer.Solver.Engines;

/// <summary>Scales variables and rows of a program to fit the engines' absolute tolerances.</summary>
/// <remarks>Each continuous variable becomes a fraction of its largest or expected magnitude, and the largest coefficient of each row
/// becomes about one. Scales are powers of two, so no digits are lost. Without scaling, a gas fee of 10⁻⁹ of the book is below SCIP's
/// tolerance of 10⁻⁶ and is not paid, and squares of variables with wide ranges are misjudged.</remarks>
internal sealed class Scaling
{
    /// <summary>Smallest scale, as a fraction of the variable's bounds: engines treat very large scaled bounds as infinite.</summary>
    private const double Least = 1e-6;

    private readonly double[] _columns;
    private readonly double[] _rows;

    /// <param name="program">A program.</param>
    /// <param name="asExpected">Whether a variable is scaled by its expected magnitude, if it has one.</param>
    public Scaling(QuadraticProgram program, bool asExpected = true)
    {
        _columns = new double[program.Count];
        _rows = new double[program.Rows.Count];
        for (var v = 0; v < program.Count; v++)
        {
            var magnitude = Math.Max(Math.Abs(program.Lower[v]), Math.Abs(program.Upper[v]));
            if (asExpected && program.Expected[v] > 0)
                magnitude = Math.Clamp(program.Expected[v], Least * magnitude, magnitude);
            _columns[v] = program.Integer[v] || magnitude == 0 ? 1 : PowerOfTwo(magnitude);
        }

        Program = new QuadraticProgram();
        for (var v = 0; v < program.Count; v++)
        {
            var s = _columns[v];
            Program.Add(program.Lower[v] / s, program.Upper[v] / s, program.Cost[v] * s,
                program.Curvature[v] * s * s, program.Integer[v]);
        }

        for (var r = 0; r < _rows.Length; r++)
        {
            var row = program.Rows[r];
            var largest = row.Terms.Count == 0 ? 0 : row.Terms.Max(t => Math.Abs(t.Coefficient) * _columns[t.Variable]);
            var s = _rows[r] = largest == 0 ? 1 : PowerOfTwo(largest);
            Program.Rows.Add(new(row.Name, row.Lower / s, row.Upper / s,
                [.. row.Terms.Select(t => new Term(t.Variable, t.Coefficient * _columns[t.Variable] / s))]));
        }
    }

    /// <summary>The scaled program; the objective is unchanged.</summary>
    public QuadraticProgram Program { get; }

    /// <summary>The engine's answer in the original units.</summary>
    public EngineAnswer Restore(EngineAnswer answer) => answer with
    {
        Values = [.. answer.Values.Select((value, v) => value * _columns[v])],
        Multipliers = [.. answer.Multipliers.Select((multiplier, r) => multiplier / _rows[r])],
    };

    private static double PowerOfTwo(double magnitude) => Math.ScaleB(1, Math.ILogB(magnitude));
}

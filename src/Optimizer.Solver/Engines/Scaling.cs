namespace Optimizer.Solver.Engines;

/// <summary>Measures variables and rows of a program in units in which engines' absolute tolerances mean something.</summary>
/// <remarks>Each continuous variable becomes a fraction of its largest or expected magnitude and each row's largest coefficient
/// becomes one, both rounded to powers of two so that no digit is lost. Without it a gas fee of 10⁻⁹ of the book lies
/// below SCIP's tolerance of 10⁻⁶ and is not paid, and a square may be misjudged by what its widest range makes of the tolerance.</remarks>
internal sealed class Scaling
{
    /// <summary>What is expected to be smaller than this part of its bounds is measured by the part: engines take large figures for infinite.</summary>
    private const double Least = 1e-6;

    private readonly double[] _columns;
    private readonly double[] _rows;

    /// <param name="program">A program.</param>
    /// <param name="asExpected">Whether a variable is measured by its expected magnitude, where it has one.</param>
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

    /// <summary>The program in the new units; its objective is the old one.</summary>
    public QuadraticProgram Program { get; }

    /// <summary>The engine's answer in the old units.</summary>
    public EngineAnswer Restore(EngineAnswer answer) => answer with
    {
        Values = [.. answer.Values.Select((value, v) => value * _columns[v])],
        Multipliers = [.. answer.Multipliers.Select((multiplier, r) => multiplier / _rows[r])],
    };

    private static double PowerOfTwo(double magnitude) => Math.ScaleB(1, Math.ILogB(magnitude));
}

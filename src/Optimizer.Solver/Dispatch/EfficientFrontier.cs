using Optimizer.Solver.Native;

namespace Optimizer.Solver.Dispatch;

/// <summary>A corner of the efficient frontier: the end of a segment.</summary>
/// <param name="Price">Price of a unit of value in units of risk at this corner; 0 at the least risk.</param>
/// <param name="Value">Value.</param>
/// <param name="Risk">The minimum risk for that value.</param>
/// <param name="Values">One value per variable of the problem.</param>
public sealed record FrontierCorner(double Price, double Value, double Risk, double[] Values);

/// <summary>The whole efficient frontier of a continuous problem, exactly.</summary>
/// <remarks>
/// As long as the same bounds and rows bind, the optimum is linear in the price of value. So the frontier is a chain of segments in x, and
/// of
/// parabolas in risk. Starting at the least risk, each segment is followed up to the price at which another bound or row becomes active or
/// inactive (critical line algorithm: Markowitz, The optimization of a quadratic function subject to linear constraints, 1956; Stein,
/// Branke and
/// Schmeck, Efficient implementation of an active set algorithm for large-scale portfolio selection, 2008). A segment costs one linear
/// system
/// and one pass over all items.
/// </remarks>
public sealed class EfficientFrontier
{
    private const int MaximumCorners = 100_000;

    /// <summary>Number of steps at one price after which the algorithm counts as cycling.</summary>
    private const int MaximumStill = 200;

    private readonly List<FrontierCorner> _corners = [];

    private EfficientFrontier()
    {
    }

    /// <summary>The corners, from the least risk to the most value; empty if no point satisfies the rows.</summary>
    public IReadOnlyList<FrontierCorner> Corners => _corners;

    /// <summary>Traces the frontier.</summary>
    /// <param name="problem">A problem without binaries, lots and curves; its goal is ignored.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="NotSupportedException">The problem has binaries, lots or curves, or its optimum is not unique, so the frontier is
    /// not a chain of segments; the message says which.</exception>
    public static EfficientFrontier Of(Problem problem, CancellationToken cancellation = default)
    {
        Check.Sound(problem);
        if (problem.Variables.Any(v => v.IsBinary || v.Lot > 0) || problem.Links.Count > 0)
            throw new NotSupportedException("an exact frontier needs a problem without binaries, lots and curves");
        var compiled = CompiledProblem.Of(problem with { Goal = new MeanVarianceGoal(1) }, riskWeight: 1, valueWeight: 1);
        var program = compiled.Program;
        var value = program.Cost.Select(c => -c).ToArray();
        var frontier = new EfficientFrontier();
        // Contribution of the fixed variables to every point.
        var rest = compiled.Values(new double[program.Count], [], []);
        var fixedValue = Check.Value(problem, rest);
        var fixedRisk = rest.Select((x, v) => problem.Variables[v].Variance * x * x).Sum();
        Array.Clear(program.Cost);
        DrawApart(program);
        var safest = new Sifting(program, InteriorPointEngine.Instance).Solve(1e-9, cancellation);
        if (safest.Violation > 1e-8)
            return frontier;
        var set = new ActiveSet(program);
        for (var i = 0; i < program.Count; i++)
        {
            set.X[i] = safest.X[i];
            set.Guess(i, safest.X[i] <= program.Lower[i] ? -1 : safest.X[i] >= program.Upper[i] ? 1 : 0);
        }

        for (var r = 0; r < program.Rows; r++)
            set.GuessRow(r, safest.Prices.Rows[r] > 1e-12, safest.Prices.Rows[r]);
        if (!set.Solve(corrections: 60))
            throw new NotSupportedException("the point of least risk is not unique");
        var (dx, dRows) = (new double[program.Count], new double[program.Rows]);
        var (price, still) = (0.0, 0);
        while (frontier._corners.Count < MaximumCorners && still < MaximumStill)
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < program.Count; i++)
                program.Cost[i] = -price * value[i];
            if (!set.SolveAsGuessed() || !set.Direction(value, dx, dRows))
                throw new NotSupportedException($"the optimum is not unique at a price of value of {price:g6}");
            if (still == 0)
                Add();
            var (step, item, row, side) = set.StepTo(value, dx, dRows);
            if (double.IsPositiveInfinity(step))
                return frontier;
            set.Turn(item, row, side);
            still = step <= 1e-14 * price ? still + 1 : 0;
            price += step;
        }

        throw new NotSupportedException($"the frontier algorithm cycles between bounds at a price of value of {price:g6}");

        void Add()
        {
            double[] x = [.. set.X.Select((size, i) => Math.Clamp(size, program.Lower[i], program.Upper[i]))];
            var (gained, own) = (0.0, 0.0);
            for (var i = 0; i < x.Length; i++)
                (gained, own) = (gained + value[i] * x[i], own + program.Variance[i] * x[i] * x[i]);
            frontier._corners.Add(new(price, fixedValue + gained, fixedRisk + own + set.Prices.SquaredExposure(), compiled.Values(x, [], [])));
        }
    }

    /// <summary>Perturbs bounds and limits, each by a different amount of up to 1e-10 of itself. Where several are reached at once, such as
    /// ten positions of at most a tenth, the next segment would be ambiguous.</summary>
    private static void DrawApart(FactorProgram program)
    {
        const double Most = 1e-10;
        const double GoldenRatio = 0.6180339887498949;
        double Part(int i) => Most * (0.1 + 0.9 * (i * GoldenRatio - Math.Floor(i * GoldenRatio)));
        for (var i = 0; i < program.Count; i++)
            program.Upper[i] += Part(i) * Math.Abs(program.Upper[i]);
        for (var r = 0; r < program.Rows; r++)
        {
            if (!program.IsEquality[r])
                program.RightSide[r] += Part(program.Count + r) * Math.Abs(program.RightSide[r]);
        }
    }

    /// <summary>The point with the least risk for a given value.</summary>
    /// <param name="value">The value; outside the frontier, the first or last corner is returned.</param>
    public double[] At(double value)
    {
        var next = _corners.FindIndex(c => c.Value >= value);
        if (next <= 0)
            return [.. _corners[next < 0 ? ^1 : 0].Values];
        var (a, b) = (_corners[next - 1], _corners[next]);
        var share = b.Value > a.Value ? (value - a.Value) / (b.Value - a.Value) : 1;
        var values = new double[a.Values.Length];
        for (var v = 0; v < values.Length; v++)
            values[v] = a.Values[v] == b.Values[v] ? a.Values[v] : (1 - share) * a.Values[v] + share * b.Values[v];
        return values;
    }
}

namespace Optimizer.Solver;

/// <summary>A concave mean-variance problem with switches: what is decided, what it is worth, what must hold.</summary>
/// <remarks>
/// Maximise or bound, by the <see cref="Goal"/>, the value Σ valueᵢ·xᵢ and the risk
/// Σ_f (Σᵢ loading_fi·xᵢ)² + Σᵢ varianceᵢ·xᵢ² over the variables x, subject to bounds, rows, switches and links. The
/// solver knows nothing of chains or money; figures are best scaled so that the largest variables are around one.
/// </remarks>
public sealed record Problem
{
    /// <summary>What is decided.</summary>
    public required IReadOnlyList<Variable> Variables { get; init; }

    /// <summary>Linear constraints.</summary>
    public required IReadOnlyList<Row> Rows { get; init; }

    /// <summary>Variables that are zero unless a binary variable is one.</summary>
    public IReadOnlyList<Switch> Switches { get; init; } = [];

    /// <summary>Variables bounded by a concave function of another.</summary>
    public IReadOnlyList<Link> Links { get; init; } = [];

    /// <summary>Common causes of risk.</summary>
    public IReadOnlyList<Factor> Factors { get; init; } = [];

    /// <summary>What could happen, for goals that look at tails; null where there is nothing.</summary>
    public ScenarioMatrix? Scenarios { get; init; }

    /// <summary>What is wanted.</summary>
    public required Goal Goal { get; init; }

    /// <summary>The problem with its binaries as an answer has them: what they switch is zero or at least its minimum, and nothing is left to
    /// switch.</summary>
    public Problem WithWholeNumbersOf(IReadOnlyList<double> values)
    {
        Variable[] variables = [.. Variables.Select((v, i) => v.IsBinary ? v with { Lower = Math.Round(values[i]), Upper = Math.Round(values[i]), IsBinary = false } : v)];
        foreach (var (binary, switched, minimum) in Switches)
        {
            var on = variables[binary].Lower;
            variables[switched] = variables[switched] with { Lower = Math.Max(variables[switched].Lower, minimum * on), Upper = variables[switched].Upper * on };
        }

        return this with { Variables = variables, Switches = [] };
    }

    /// <summary>The problem without whole numbers: a binary may lie between 0 and 1, and what it switches is at most that part of its
    /// upper bound. Its optimum is a bound for that of the problem.</summary>
    public Problem Relaxed() => this with
    {
        Variables = [.. Variables.Select(v => v with { IsBinary = false, Lot = 0 })],
        Switches = [],
        Rows = [.. Rows, .. Switches.Select(s => new Row($"{Variables[s.Variable].Name} relaxed", double.NegativeInfinity, 0, [new(s.Variable, 1), new(s.Binary, -Variables[s.Variable].Upper)]))],
    };
}

/// <summary>What one unit of some variables gains in each of many equally likely scenarios.</summary>
/// <param name="Columns">Indices of the variables; each appears once.</param>
/// <param name="Gains">Gains by scenario and column, row by row: scenarios × columns figures; finite, losses below
/// zero.</param>
public sealed record ScenarioMatrix(IReadOnlyList<int> Columns, double[] Gains)
{
    /// <summary>How many scenarios there are.</summary>
    public int Count => Columns.Count == 0 ? 0 : Gains.Length / Columns.Count;
}

/// <summary>One decision.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Lower">Least value; finite.</param>
/// <param name="Upper">Greatest value; finite, ≥ <paramref name="Lower"/>.</param>
/// <param name="Value">What one unit adds to the value; finite.</param>
/// <param name="Variance">Own variance per unit²; finite, ≥ 0.</param>
/// <param name="IsBinary">Whether only 0 and 1 are allowed.</param>
/// <param name="Lot">Only whole multiples of this are allowed, where it is above 0; then the lower bound is ≥ 0.</param>
public sealed record Variable(
    string Name, double Lower, double Upper, double Value = 0, double Variance = 0, bool IsBinary = false, double Lot = 0);

/// <summary>A variable times a coefficient.</summary>
/// <param name="Variable">Index of the variable.</param>
/// <param name="Coefficient">Finite.</param>
public readonly record struct Term(int Variable, double Coefficient);

/// <summary>Terms as the memory that they lie in.</summary>
internal static class Terms
{
    /// <summary>The terms without going through an interface for each.</summary>
    public static ReadOnlySpan<Term> AsSpan(this IReadOnlyList<Term> terms) => terms switch
    {
        Term[] array => array,
        List<Term> list => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list),
        _ => terms.ToArray(),
    };
}

/// <summary>lower ≤ Σ coefficient·variable ≤ upper.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Lower">Least activity, or −∞.</param>
/// <param name="Upper">Greatest activity, or +∞.</param>
/// <param name="Terms">The sum's terms; a variable appears once.</param>
public sealed record Row(string Name, double Lower, double Upper, IReadOnlyList<Term> Terms);

/// <summary>Minimum·binary ≤ variable ≤ upper·binary: zero, or at least the minimum.</summary>
/// <param name="Binary">Index of the binary variable.</param>
/// <param name="Variable">Index of the variable that it switches; its lower bound is 0.</param>
/// <param name="Minimum">Least value when on; ≥ 0.</param>
public sealed record Switch(int Binary, int Variable, double Minimum = 0);

/// <summary>result ≤ function(argument), or result = function(argument).</summary>
/// <param name="Result">Index of the bounded variable.</param>
/// <param name="Argument">Index of the variable that it depends on.</param>
/// <param name="Function">Concave on the argument's bounds.</param>
/// <param name="IsExact">Whether the result must reach the function: what a swap delivers cannot be less than it
/// delivers, however well that would suit a limit.</param>
public sealed record Link(int Result, int Argument, IConcaveFunction Function, bool IsExact = false);

/// <summary>A concave function of one variable.</summary>
public interface IConcaveFunction
{
    /// <summary>The value at <paramref name="x"/>; finite.</summary>
    double At(double x);

    /// <summary>A slope of a line that touches the function at <paramref name="x"/> and nowhere lies below it.</summary>
    double SlopeAt(double x);

    /// <summary>Whether the slope has no jumps. Newton's method is lost at a kink, cuts are not.</summary>
    bool IsSmooth => true;

    /// <summary>The second derivative at <paramref name="x"/>, ≤ 0; a good guess is enough, as it only guides steps.</summary>
    double CurvatureAt(double x)
    {
        var width = 1e-5 * Math.Max(1e-3, Math.Abs(x));
        return Math.Min(0, (SlopeAt(x + width) - SlopeAt(x)) / width);
    }
}

/// <summary>A common cause of risk: its square adds to the risk.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Loadings">How much one unit of each variable moves with it.</param>
public sealed record Factor(string Name, IReadOnlyList<Term> Loadings);

/// <summary>What is wanted of value and risk.</summary>
public abstract record Goal;

/// <summary>The greatest value − weight·risk.</summary>
/// <param name="RiskWeight">Finite, ≥ 0.</param>
public sealed record MaximizeUtility(double RiskWeight) : Goal;

/// <summary>The least risk, plus a toll, with a value of at least so much.</summary>
/// <param name="ValueAtLeast">Finite.</param>
/// <param name="Toll">What is charged beside the risk; empty for none. Without one, throwing value away counts as safe.</param>
public sealed record MinimizeRisk(double ValueAtLeast, IReadOnlyList<Term> Toll) : Goal;

/// <summary>The greatest value with a risk of at most so much.</summary>
/// <param name="RiskAtMost">Finite, ≥ 0.</param>
public sealed record MaximizeValue(double RiskAtMost) : Goal;

/// <summary>The greatest (value − threshold) / √risk: the Sharpe ratio, where the threshold is what is earned without
/// risk.</summary>
/// <param name="Threshold">Finite.</param>
public sealed record MaximizeRatio(double Threshold) : Goal;

/// <summary>Every variable contributes its own share to the risk; with equal shares, equal risk contribution.</summary>
/// <param name="Shares">One per variable, ≥ 0; they are scaled to sum up to one.</param>
public sealed record BudgetRisk(IReadOnlyList<double> Shares) : Goal;

/// <summary>The least expected loss in the worst scenarios (conditional value at risk), with a value of at least so
/// much.</summary>
/// <param name="Confidence">Share of the scenarios that are not looked at: 0.95 looks at the worst twentieth, 1 at the
/// single worst; 0 to 1.</param>
/// <param name="ValueAtLeast">Finite.</param>
public sealed record MinimizeTailLoss(double Confidence, double ValueAtLeast) : Goal;

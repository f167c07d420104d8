namespace Optimizer.Solver;

/// <summary>A concave mean-variance problem with switches: variables, objective and constraints.</summary>
/// <remarks>
/// The <see cref="Goal"/> maximises or bounds the value Σ valueᵢ·xᵢ and the risk Σ_f (Σᵢ loading_fi·xᵢ)² + Σᵢ varianceᵢ·xᵢ² over the
/// variables x, subject to bounds, rows, switches and links. The solver knows nothing of chains or money. Scale the figures so that the
/// largest variables are around one.
/// </remarks>
public sealed record Problem
{
    /// <summary>The decision variables.</summary>
    public required IReadOnlyList<Variable> Variables { get; init; }

    /// <summary>Linear constraints.</summary>
    public required IReadOnlyList<Row> Rows { get; init; }

    /// <summary>Variables that are zero unless a binary variable is one.</summary>
    public IReadOnlyList<Switch> Switches { get; init; } = [];

    /// <summary>Variables bounded by a concave function of another.</summary>
    public IReadOnlyList<Link> Links { get; init; } = [];

    /// <summary>Risk factors.</summary>
    public IReadOnlyList<Factor> Factors { get; init; } = [];

    /// <summary>Gains by scenario, for goals about tail losses; null without scenarios.</summary>
    public ScenarioMatrix? Scenarios { get; init; }

    /// <summary>The goal.</summary>
    public required Goal Goal { get; init; }

    /// <summary>The problem with its binaries fixed to the values of an answer. Each switched variable is then fixed at zero or bounded
    /// below by its minimum, and no switches remain.</summary>
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

    /// <summary>The relaxation: binaries may take any value between 0 and 1, and a switched variable is at most that fraction of its upper
    /// bound. Its optimum bounds that of the problem.</summary>
    public Problem Relaxed() => this with
    {
        Variables = [.. Variables.Select(v => v with { IsBinary = false, Lot = 0 })],
        Switches = [],
        Rows = [.. Rows, .. Switches.Select(s => new Row($"{Variables[s.Variable].Name} relaxed", double.NegativeInfinity, 0, [new(s.Variable, 1), new(s.Binary, -Variables[s.Variable].Upper)]))],
    };
}

/// <summary>Gain of one unit of some variables in each of many equally likely scenarios.</summary>
/// <param name="Columns">Indices of the variables; each appears once.</param>
/// <param name="Gains">Gains by scenario and column, row by row (scenarios × columns figures); finite, negative for losses.</param>
public sealed record ScenarioMatrix(IReadOnlyList<int> Columns, double[] Gains)
{
    /// <summary>The number of scenarios.</summary>
    public int Count => Columns.Count == 0 ? 0 : Gains.Length / Columns.Count;
}

/// <summary>A decision variable.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Lower">Lower bound; finite.</param>
/// <param name="Upper">Upper bound; finite, ≥ <paramref name="Lower"/>.</param>
/// <param name="Value">What one unit adds to the value; finite.</param>
/// <param name="Variance">Own variance per unit²; finite, ≥ 0.</param>
/// <param name="IsBinary">Whether only 0 and 1 are allowed.</param>
/// <param name="Lot">Lot size: only whole multiples are allowed; 0 for none. With a lot the lower bound must be ≥ 0.</param>
public sealed record Variable(
    string Name, double Lower, double Upper, double Value = 0, double Variance = 0, bool IsBinary = false, double Lot = 0);

/// <summary>A variable times a coefficient.</summary>
/// <param name="Variable">Index of the variable.</param>
/// <param name="Coefficient">Finite.</param>
public readonly record struct Term(int Variable, double Coefficient);

/// <summary>Fast access to lists of terms.</summary>
internal static class Terms
{
    /// <summary>The terms as a span, which avoids an interface call per term.</summary>
    public static ReadOnlySpan<Term> AsSpan(this IReadOnlyList<Term> terms) => terms switch
    {
        Term[] array => array,
        List<Term> list => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list),
        _ => terms.ToArray(),
    };
}

/// <summary>lower ≤ Σ coefficient·variable ≤ upper.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Lower">Lower limit of the sum, or −∞.</param>
/// <param name="Upper">Upper limit of the sum, or +∞.</param>
/// <param name="Terms">The sum's terms; a variable appears once.</param>
public sealed record Row(string Name, double Lower, double Upper, IReadOnlyList<Term> Terms);

/// <summary>A semi-continuous variable: zero, or at least the minimum. minimum·binary ≤ variable ≤ upper·binary.</summary>
/// <param name="Binary">Index of the binary variable.</param>
/// <param name="Variable">Index of the variable that it switches; its lower bound is 0.</param>
/// <param name="Minimum">Least value when on; ≥ 0.</param>
public sealed record Switch(int Binary, int Variable, double Minimum = 0);

/// <summary>result ≤ function(argument), or result = function(argument).</summary>
/// <param name="Result">Index of the bounded variable.</param>
/// <param name="Argument">Index of the variable that it depends on.</param>
/// <param name="Function">Concave on the argument's bounds.</param>
/// <param name="IsExact">Whether the result must equal the function. For a swap it must: its output cannot be lower than the curve says,
/// even if a lower output would satisfy a limit.</param>
public sealed record Link(int Result, int Argument, IConcaveFunction Function, bool IsExact = false);

/// <summary>A concave function of one variable.</summary>
public interface IConcaveFunction
{
    /// <summary>The value at <paramref name="x"/>; finite.</summary>
    double At(double x);

    /// <summary>The slope of a line that touches the function at <paramref name="x"/> and lies nowhere below it.</summary>
    double SlopeAt(double x);

    /// <summary>Whether the slope is continuous. Newton's method fails at kinks; cutting planes do not.</summary>
    bool IsSmooth => true;

    /// <summary>The second derivative at <paramref name="x"/>, ≤ 0; an approximation is enough, since it only guides steps.</summary>
    double CurvatureAt(double x)
    {
        var width = 1e-5 * Math.Max(1e-3, Math.Abs(x));
        return Math.Min(0, (SlopeAt(x + width) - SlopeAt(x)) / width);
    }
}

/// <summary>A risk factor: the square of its exposure adds to the risk.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Loadings">Exposure per unit of each variable.</param>
public sealed record Factor(string Name, IReadOnlyList<Term> Loadings);

/// <summary>The goal in terms of value and risk.</summary>
public abstract record Goal;

/// <summary>Mean-variance: maximise value − weight·risk.</summary>
/// <param name="RiskWeight">Finite, ≥ 0.</param>
public sealed record MeanVarianceGoal(double RiskWeight) : Goal;

/// <summary>Minimum risk: minimise risk plus a linear penalty, with at least a given value.</summary>
/// <param name="ValueAtLeast">Finite.</param>
/// <param name="Toll">Linear penalty added to the risk; empty for none. Without it, giving value away would count as safe.</param>
public sealed record MinimumRiskGoal(double ValueAtLeast, IReadOnlyList<Term> Toll) : Goal;

/// <summary>Maximum return: maximise value within a risk limit.</summary>
/// <param name="RiskAtMost">Finite, ≥ 0.</param>
public sealed record MaximumReturnGoal(double RiskAtMost) : Goal;

/// <summary>Maximum Sharpe ratio: maximise (value − threshold) / √risk; the threshold is the risk-free return.</summary>
/// <param name="Threshold">Finite.</param>
public sealed record MaximumSharpeRatioGoal(double Threshold) : Goal;

/// <summary>Risk budgeting: every variable contributes a given share of the risk; equal shares give risk parity.</summary>
/// <param name="Shares">One per variable, ≥ 0; scaled so that they sum to one.</param>
public sealed record RiskParityGoal(IReadOnlyList<double> Shares) : Goal;

/// <summary>Minimum CVaR: minimise the mean loss of the worst scenarios (conditional value at risk), with at least a given value.</summary>
/// <param name="Confidence">CVaR confidence level α, 0 to 1: 0.95 averages the worst 5 %; 1 takes the single worst scenario.</param>
/// <param name="ValueAtLeast">Finite.</param>
public sealed record MinimumCvarGoal(double Confidence, double ValueAtLeast) : Goal;

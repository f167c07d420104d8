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

    /// <summary>What is wanted.</summary>
    public required Goal Goal { get; init; }
}

/// <summary>One decision.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Lower">Least value; finite.</param>
/// <param name="Upper">Greatest value; finite, ≥ <paramref name="Lower"/>.</param>
/// <param name="Value">What one unit adds to the value; finite.</param>
/// <param name="Variance">Own variance per unit²; finite, ≥ 0.</param>
/// <param name="IsBinary">Whether only 0 and 1 are allowed.</param>
public sealed record Variable(
    string Name, double Lower, double Upper, double Value = 0, double Variance = 0, bool IsBinary = false);

/// <summary>A variable times a coefficient.</summary>
/// <param name="Variable">Index of the variable.</param>
/// <param name="Coefficient">Finite.</param>
public readonly record struct Term(int Variable, double Coefficient);

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

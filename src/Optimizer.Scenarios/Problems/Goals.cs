using Optimizer.Model;

namespace Optimizer.Scenarios.Goals;

/// <summary>The goal of a problem.</summary>
[OneOf]
public abstract record ProblemGoal;

/// <summary>Mean-variance: maximise value − riskWeight·risk.</summary>
[FormerName("utility")]
public sealed record MeanVariance : ProblemGoal
{
    /// <summary>Cost of a unit of variance.</summary>
    [Between(0)]
    public required double RiskWeight { get; init; }
}

/// <summary>Minimum risk with at least a given value.</summary>
[FormerName("leastRisk")]
public sealed record MinimumRisk : ProblemGoal
{
    /// <summary>The minimum value; none where absent.</summary>
    public double? ValueAtLeast { get; init; }

    /// <summary>Linear penalty added to the risk, by variable.</summary>
    public IReadOnlyDictionary<string, double> Toll { get; init; } = new Dictionary<string, double>();
}

/// <summary>Maximum value within a risk limit.</summary>
[FormerName("mostValue")]
public sealed record MaximumReturn : ProblemGoal
{
    /// <summary>The maximum risk, as a variance.</summary>
    [Between(0)]
    public required double RiskAtMost { get; init; }
}

/// <summary>Maximum Sharpe ratio: maximise (value − threshold)/√risk.</summary>
[FormerName("bestRatio")]
public sealed record MaximumSharpeRatio : ProblemGoal
{
    /// <summary>The risk-free value. Default 0.</summary>
    public double Threshold { get; init; }
}

/// <summary>Risk budgeting: every variable contributes its share of the risk.</summary>
[FormerName("riskShares")]
public sealed record RiskParity : ProblemGoal
{
    /// <summary>Shares by variable; empty for equal ones.</summary>
    public IReadOnlyDictionary<string, double> Shares { get; init; } = new Dictionary<string, double>();
}

/// <summary>Minimum CVaR (mean loss of the worst scenarios) with at least a given value.</summary>
[FormerName("leastTailLoss")]
public sealed record MinimumCvar : ProblemGoal
{
    /// <summary>CVaR confidence level α: 0.95 averages the worst 5 %; 1 takes the single worst scenario.</summary>
    [Between(0, 1)]
    public required double Confidence { get; init; }

    /// <summary>The minimum value; none where absent.</summary>
    public double? ValueAtLeast { get; init; }
}

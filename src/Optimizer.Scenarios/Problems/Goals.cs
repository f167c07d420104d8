using Optimizer.Model;

namespace Optimizer.Scenarios.Goals;

/// <summary>The greatest value − riskWeight·risk.</summary>
[FormerName("utility")]
public sealed record MeanVariance : ProblemGoal
{
    /// <summary>What a unit of variance costs.</summary>
    [Between(0)]
    public required double RiskWeight { get; init; }
}

/// <summary>The least risk with a value of at least so much.</summary>
[FormerName("leastRisk")]
public sealed record MinimumRisk : ProblemGoal
{
    /// <summary>The value to reach; absent for any.</summary>
    public double? ValueAtLeast { get; init; }

    /// <summary>What is charged beside the risk, by variable.</summary>
    public IReadOnlyDictionary<string, double> Toll { get; init; } = new Dictionary<string, double>();
}

/// <summary>The greatest value with a risk of at most so much.</summary>
[FormerName("mostValue")]
public sealed record MaximumReturn : ProblemGoal
{
    /// <summary>Variance.</summary>
    [Between(0)]
    public required double RiskAtMost { get; init; }
}

/// <summary>The greatest (value − threshold)/√risk.</summary>
[FormerName("bestRatio")]
public sealed record MaximumSharpeRatio : ProblemGoal
{
    /// <summary>What is earned without risk. Default 0.</summary>
    public double Threshold { get; init; }
}

/// <summary>Every variable contributes its share to the risk.</summary>
[FormerName("riskShares")]
public sealed record RiskParity : ProblemGoal
{
    /// <summary>Shares by variable; empty for equal ones.</summary>
    public IReadOnlyDictionary<string, double> Shares { get; init; } = new Dictionary<string, double>();
}

/// <summary>The least expected loss in the worst scenarios with a value of at least so much.</summary>
[FormerName("leastTailLoss")]
public sealed record MinimumCvar : ProblemGoal
{
    /// <summary>Share of the scenarios that are not looked at; 1 looks at the single worst.</summary>
    [Between(0, 1)]
    public required double Confidence { get; init; }

    /// <summary>The value to reach; absent for any.</summary>
    public double? ValueAtLeast { get; init; }
}

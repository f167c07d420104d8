using System.Text.Json.Serialization;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>A problem for the solver, as a file: anyone's portfolio, or a scenario's problem written out.</summary>
public sealed record ProblemFile
{
    /// <summary>The format of this object.</summary>
    [JsonPropertyName("$schema")]
    public string Schema { get; } = "urn:optimizer:problem:1";

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>What is decided.</summary>
    public required IReadOnlyList<ProblemVariable> Variables { get; init; }

    /// <summary>Linear constraints.</summary>
    public IReadOnlyList<ProblemRow> Rows { get; init; } = [];

    /// <summary>How many of some variables may be above zero.</summary>
    public IReadOnlyList<ProblemCount> Counts { get; init; } = [];

    /// <summary>Variables that are zero unless a binary variable is one. A variable's own <c>minimum</c> or <c>charge</c> says
    /// the same more shortly.</summary>
    public IReadOnlyList<ProblemSwitch> Switches { get; init; } = [];

    /// <summary>Variables bounded by a concave function of another. A variable's own <c>carry</c> says the same more shortly
    /// where the function is only earned.</summary>
    public IReadOnlyList<ProblemLink> Links { get; init; } = [];

    /// <summary>Common causes of risk: the square of each sum adds to the risk.</summary>
    public IReadOnlyList<ProblemFactor> Factors { get; init; } = [];

    /// <summary>A dense covariance, instead of factors or beside them.</summary>
    public ProblemCovariance? Covariance { get; init; }

    /// <summary>What could happen, for goals that look at tails.</summary>
    public ProblemScenarios? Scenarios { get; init; }

    /// <summary>What is wanted.</summary>
    public required ProblemGoal Goal { get; init; }
}

/// <summary>One decision.</summary>
public sealed record ProblemVariable
{
    /// <summary>Its name; unique.</summary>
    public required string Name { get; init; }

    /// <summary>Least value. Default 0.</summary>
    public double Lower { get; init; }

    /// <summary>Greatest value. Default 1.</summary>
    public double Upper { get; init; } = 1;

    /// <summary>What one unit adds to the value. Default 0.</summary>
    public double Value { get; init; }

    /// <summary>Own variance per unit². Default 0.</summary>
    [Between(0)]
    public double Variance { get; init; }

    /// <summary>Whether only 0 and 1 are allowed. Default false.</summary>
    public bool Binary { get; init; }

    /// <summary>Only whole multiples of this are allowed; 0, the default, allows all.</summary>
    [Between(0)]
    public double Lot { get; init; }

    /// <summary>Zero, or at least this.</summary>
    [Between(0)]
    public double? Minimum { get; init; }

    /// <summary>What being above zero costs.</summary>
    public double? Charge { get; init; }

    /// <summary>What is earned as a function of its size, beside <c>value</c>.</summary>
    public ProblemCurve? Carry { get; init; }
}

/// <summary>A linear constraint: one of <c>exactly</c>, <c>atLeast</c> and <c>atMost</c>, or both of the latter.</summary>
public sealed record ProblemRow
{
    /// <summary>Its name in messages and answers.</summary>
    public required string Name { get; init; }

    /// <summary>What the sum has to be.</summary>
    public double? Exactly { get; init; }

    /// <summary>The least that the sum may be.</summary>
    public double? AtLeast { get; init; }

    /// <summary>The most that the sum may be.</summary>
    public double? AtMost { get; init; }

    /// <summary>Coefficients by variable.</summary>
    public required IReadOnlyDictionary<string, double> Sum { get; init; }

    /// <summary>Where there is no answer, when this row may be loosened: rows of a higher number first, those of 0 last, a
    /// number below zero never. Default 0.</summary>
    public int Priority { get; init; }
}

/// <summary>How many of some variables may be above zero.</summary>
public sealed record ProblemCount
{
    /// <summary>Its name in messages and answers.</summary>
    public required string Name { get; init; }

    /// <summary>The variables; empty for all that have a minimum or a charge.</summary>
    public IReadOnlyList<string> Of { get; init; } = [];

    /// <summary>The least number.</summary>
    public double? AtLeast { get; init; }

    /// <summary>The greatest number.</summary>
    public double? AtMost { get; init; }
}

/// <summary>A variable that is zero, or at least a minimum while a binary is one.</summary>
/// <param name="Binary">The binary variable.</param>
/// <param name="Variable">The variable that it switches.</param>
/// <param name="Minimum">Least value when on.</param>
public sealed record ProblemSwitch(string Binary, string Variable, double Minimum);

/// <summary>result ≤ function(argument).</summary>
public sealed record ProblemLink
{
    /// <summary>The bounded variable.</summary>
    public required string Result { get; init; }

    /// <summary>The variable that it depends on.</summary>
    public required string Argument { get; init; }

    /// <summary>The function; concave.</summary>
    public required ProblemCurve Curve { get; init; }

    /// <summary>Whether the result must reach the function. Default false.</summary>
    public bool Exact { get; init; }
}

/// <summary>A common cause of risk.</summary>
public sealed record ProblemFactor
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Loadings by variable.</summary>
    public required IReadOnlyDictionary<string, double> Loadings { get; init; }
}

/// <summary>A dense covariance matrix.</summary>
public sealed record ProblemCovariance
{
    /// <summary>The variables, in the order of the rows and columns; empty for all that are not binary.</summary>
    public IReadOnlyList<string> Of { get; init; } = [];

    /// <summary>The rows.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> Matrix { get; init; }

    /// <summary>Whether an indefinite matrix is replaced by the nearest that is not, and the change reported. Default: it is
    /// refused.</summary>
    public bool Repair { get; init; }
}

/// <summary>Equally likely scenarios.</summary>
public sealed record ProblemScenarios
{
    /// <summary>The variables, in the order of the columns; empty for all that are not binary.</summary>
    public IReadOnlyList<string> Of { get; init; } = [];

    /// <summary>Per scenario, what one unit of each variable gains.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> Gains { get; init; }
}

/// <summary>A function of a size.</summary>
[OneOf]
public abstract record ProblemCurve;

/// <summary>rate·x·size/(size + x).</summary>
public sealed record Saturating : ProblemCurve
{
    /// <summary>Slope at zero.</summary>
    [Between(0)]
    public required double Rate { get; init; }

    /// <summary>Where half of what could ever be earned is earned.</summary>
    [Between(1e-12)]
    public required double Size { get; init; }
}

/// <summary>slope·x − square·x².</summary>
public sealed record Quadratic : ProblemCurve
{
    /// <summary>Slope at zero.</summary>
    public required double Slope { get; init; }

    /// <summary>≥ 0.</summary>
    [Between(0)]
    public required double Square { get; init; }
}

/// <summary>Through points: with slopes, smooth and concave; without, straight in between and of any shape from (0, 0)
/// on.</summary>
public sealed record Points : ProblemCurve
{
    /// <summary>Places, rising.</summary>
    public required IReadOnlyList<double> X { get; init; }

    /// <summary>Values there.</summary>
    public required IReadOnlyList<double> Values { get; init; }

    /// <summary>Slopes there; absent for straight pieces.</summary>
    public IReadOnlyList<double>? Slopes { get; init; }
}

/// <summary>What is wanted.</summary>
[OneOf]
public abstract record ProblemGoal;

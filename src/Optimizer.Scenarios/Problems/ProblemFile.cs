using System.Text.Json.Serialization;
using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>A solver problem as a file: any portfolio problem, or the exported problem of a scenario.</summary>
public sealed record ProblemFile
{
    /// <summary>The format of this object.</summary>
    [JsonPropertyName("$schema")]
    public string Schema { get; } = "urn:optimizer:problem:1";

    /// <summary>The name, for display.</summary>
    public required string Name { get; init; }

    /// <summary>A description, for display.</summary>
    public string? Description { get; init; }

    /// <summary>The decision variables.</summary>
    public required IReadOnlyList<ProblemVariable> Variables { get; init; }

    /// <summary>Linear constraints.</summary>
    public IReadOnlyList<ProblemRow> Rows { get; init; } = [];

    /// <summary>Limits on the number of variables above zero.</summary>
    public IReadOnlyList<ProblemCount> Counts { get; init; } = [];

    /// <summary>Variables that are zero unless a binary variable is one. Short form: <c>minimum</c> or <c>charge</c> of the variable
    /// itself.</summary>
    public IReadOnlyList<ProblemSwitch> Switches { get; init; } = [];

    /// <summary>Variables bounded by a concave function of another. Short form for earnings: <c>carry</c> of the variable itself.</summary>
    public IReadOnlyList<ProblemLink> Links { get; init; } = [];

    /// <summary>Risk factors: the square of each weighted sum adds to the risk.</summary>
    public IReadOnlyList<ProblemFactor> Factors { get; init; } = [];

    /// <summary>A dense covariance matrix, instead of factors or in addition to them.</summary>
    public ProblemCovariance? Covariance { get; init; }

    /// <summary>Gains by scenario, for goals about tail losses.</summary>
    public ProblemScenarios? Scenarios { get; init; }

    /// <summary>The goal.</summary>
    public required Goals.ProblemGoal Goal { get; init; }
}

/// <summary>A decision variable.</summary>
public sealed record ProblemVariable
{
    /// <summary>Its name; unique.</summary>
    public required string Name { get; init; }

    /// <summary>Lower bound. Default 0.</summary>
    public double Lower { get; init; }

    /// <summary>Upper bound. Default 1.</summary>
    public double Upper { get; init; } = 1;

    /// <summary>What one unit adds to the value. Default 0.</summary>
    public double Value { get; init; }

    /// <summary>Own variance per unit². Default 0.</summary>
    [Between(0)]
    public double Variance { get; init; }

    /// <summary>Whether only 0 and 1 are allowed. Default false.</summary>
    public bool Binary { get; init; }

    /// <summary>Lot size: only whole multiples are allowed. 0, the default, allows all values.</summary>
    [Between(0)]
    public double Lot { get; init; }

    /// <summary>Semi-continuous: the variable is zero or at least this.</summary>
    [Between(0)]
    public double? Minimum { get; init; }

    /// <summary>Fixed charge if the variable is above zero.</summary>
    public double? Charge { get; init; }

    /// <summary>Earnings as a function of the size, in addition to <c>value</c>.</summary>
    public ProblemCurve? Carry { get; init; }
}

/// <summary>A linear constraint. Give <c>exactly</c>, or <c>atLeast</c>, <c>atMost</c> or both.</summary>
public sealed record ProblemRow
{
    /// <summary>Its name in messages and answers.</summary>
    public required string Name { get; init; }

    /// <summary>The required value of the sum.</summary>
    public double? Exactly { get; init; }

    /// <summary>The lower limit of the sum.</summary>
    public double? AtLeast { get; init; }

    /// <summary>The upper limit of the sum.</summary>
    public double? AtMost { get; init; }

    /// <summary>Coefficients by variable.</summary>
    public required IReadOnlyDictionary<string, double> Sum { get; init; }

    /// <summary>Priority if the problem is infeasible: rows with a higher number are loosened first, rows with 0 last, rows with a negative
    /// number never. Default 0.</summary>
    public int Priority { get; init; }
}

/// <summary>A limit on the number of variables above zero.</summary>
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

/// <summary>A semi-continuous variable: zero, or at least a minimum while a binary is one.</summary>
/// <param name="Binary">The binary variable.</param>
/// <param name="Variable">The variable that it switches.</param>
/// <param name="Minimum">Minimum value when on.</param>
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

    /// <summary>Whether the result must equal the function. Default false.</summary>
    public bool Exact { get; init; }
}

/// <summary>A risk factor.</summary>
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

    /// <summary>Whether an indefinite matrix is replaced by the nearest positive semidefinite one, and the change reported. Default: it is
    /// refused.</summary>
    public bool Repair { get; init; }
}

/// <summary>Equally likely scenarios.</summary>
public sealed record ProblemScenarios
{
    /// <summary>The variables, in the order of the columns; empty for all that are not binary.</summary>
    public IReadOnlyList<string> Of { get; init; } = [];

    /// <summary>Per scenario, the gain per unit of each variable.</summary>
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

    /// <summary>The size at which half of the maximum earnings is reached.</summary>
    [Between(1e-12)]
    public required double Size { get; init; }
}

/// <summary>slope·x − square·x².</summary>
public sealed record Quadratic : ProblemCurve
{
    /// <summary>Slope at zero.</summary>
    public required double Slope { get; init; }

    /// <summary>Coefficient of x²; ≥ 0.</summary>
    [Between(0)]
    public required double Square { get; init; }
}

/// <summary>A function through points. With slopes: smooth and concave. Without: piecewise linear of any shape, starting at (0,
/// 0).</summary>
public sealed record Points : ProblemCurve
{
    /// <summary>Arguments, ascending.</summary>
    public required IReadOnlyList<double> X { get; init; }

    /// <summary>Values at the arguments.</summary>
    public required IReadOnlyList<double> Values { get; init; }

    /// <summary>Slopes at the arguments; absent for a piecewise linear function.</summary>
    public IReadOnlyList<double>? Slopes { get; init; }
}

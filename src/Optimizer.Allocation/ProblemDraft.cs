using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>Collects variables, rows, switches and links while a problem is built.</summary>
internal sealed class ProblemDraft
{
    private readonly List<Variable> _variables = [];
    private readonly List<Row> _rows = [];
    private readonly List<Switch> _switches = [];
    private readonly List<Link> _links = [];

    /// <summary>Adds a continuous variable.</summary>
    public int Variable(string name, double lower, double upper)
    {
        _variables.Add(new(name, lower, upper));
        return _variables.Count - 1;
    }

    /// <summary>Adds a binary variable.</summary>
    public int Binary(string name)
    {
        _variables.Add(new(name, 0, 1, IsBinary: true));
        return _variables.Count - 1;
    }

    /// <summary>Makes a variable semi-continuous: zero, or at least a minimum (capped at its upper bound) while a binary is one.</summary>
    public void Switch(int binary, int variable, double minimum = 0) =>
        _switches.Add(new(binary, variable, Math.Min(minimum, _variables[variable].Upper)));

    /// <summary>Adds a link.</summary>
    public void Link(Link link) => _links.Add(link);

    /// <summary>Adds a row.</summary>
    /// <returns>Its index.</returns>
    public int Row(string name, Inequality inequality) =>
        Row(name, inequality.Lesser - inequality.Greater, double.NegativeInfinity, 0);

    /// <summary>Adds a row.</summary>
    /// <returns>Its index.</returns>
    public int Row(string name, LinearExpression expression, double lower, double upper)
    {
        _rows.Add(new(name, lower - expression.Constant, upper - expression.Constant, [.. expression.Terms]));
        return _rows.Count - 1;
    }

    /// <summary>The problem.</summary>
    /// <param name="value">The value to maximise or bound.</param>
    /// <param name="variance">Own variance per unit² by variable.</param>
    /// <param name="factors">Risk factors.</param>
    /// <param name="goal">The goal.</param>
    public Problem ToProblem(LinearExpression value, IReadOnlyDictionary<int, double> variance, IReadOnlyList<Factor> factors, Goal goal)
    {
        var variables = _variables.ToArray();
        foreach (var (v, c) in value.Terms)
            variables[v] = variables[v] with { Value = c };
        foreach (var (v, own) in variance)
            variables[v] = variables[v] with { Variance = own };
        return new() { Variables = variables, Rows = _rows, Switches = _switches, Links = _links, Factors = factors, Goal = goal };
    }
}

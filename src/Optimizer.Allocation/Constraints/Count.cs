using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>What a count constraint counts.</summary>
public enum Counted
{
    /// <summary>Positions held.</summary>
    Positions,

    /// <summary>Chains with a position.</summary>
    Chains,

    /// <summary>Protocols with a position.</summary>
    Protocols,

    /// <summary>Routes used.</summary>
    Routes,
}

/// <summary>A minimum or maximum number of positions, chains, protocols or routes.</summary>
public sealed record Count : AllocationConstraint
{
    /// <summary>What is counted.</summary>
    public required Counted Of { get; init; }

    /// <summary>The minimum.</summary>
    [Between(0, 10_000)]
    public int? Min { get; init; }

    /// <summary>The maximum.</summary>
    [Between(0, 10_000)]
    public int? Max { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem)
    {
        var counted = LinearExpression.Sum(Of switch
        {
            Counted.Positions => problem.Positions.Select(problem.Held),
            Counted.Routes => problem.Flows.Select(flow => LinearExpression.Of(flow.Switch)),
            Counted.Chains => Groups(problem, "chain", o => o.Chain),
            _ => Groups(problem, "protocol", o => o.Protocol),
        });
        if (Max is { } most)
            yield return new(Title(), counted <= most, LimitUnit.Count);
        if (Min is { } least)
        {
            yield return new(Title(), counted >= least, LimitUnit.Count);
            // A counted position must hold at least a trace.
            foreach (var position in problem.Positions)
                yield return new(Title(), Trace * problem.Held(position) <= position.After, IsReported: false);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions()
    {
        if (Min is null && Max is null)
            yield return ("", "limits nothing; expected min, max or both");
        if (Min > Max)
            yield return ("max", $"a cap of {Max} is under the floor of {Min}; expected a cap at or above the floor");
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Note)> Notes(Market market, Scenario scenario) => Max == 0
        ? [("max", Of == Counted.Routes ? "no route may be used, so nothing can move between tokens or chains" : $"no {Of.ToString().ToLowerInvariant()} are allowed: all positions are closed and the money stays idle")]
        : [];

    /// <inheritdoc/>
    protected override string Describe() =>
        $"{(Min is null ? "" : $"at least {Min} ")}{(Min is not null && Max is not null ? "and " : "")}{(Max is null ? "" : $"at most {Max} ")}{Of.ToString().ToLowerInvariant()}";

    /// <summary>The smallest position, as a share of the book, that counts.</summary>
    private const double Trace = 1e-4;

    private static IEnumerable<LinearExpression> Groups(AllocationProblem problem, string what, Func<Opportunity, string> key) =>
        problem.Positions.GroupBy(p => key(p.Opportunity))
            .Select(group => problem.Any($"{what} {group.Key} used", group.Select(problem.Held)));
}

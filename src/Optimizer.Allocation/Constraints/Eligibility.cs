using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>The opportunities that a mandate allows, by tag and by name.</summary>
public sealed record Eligibility : AllocationConstraint
{
    /// <summary>Nothing is added to opportunities with one of these tags.</summary>
    public IReadOnlyList<string> DenyTags { get; init; } = [];

    /// <summary>Money is added only to opportunities with at least one of these tags.</summary>
    public IReadOnlyList<string> RequireTags { get; init; } = [];

    /// <summary>Nothing is added to these opportunities.</summary>
    public IReadOnlyList<string> DenyOpportunities { get; init; } = [];

    /// <summary>Nothing is added to these protocols.</summary>
    public IReadOnlyList<string> DenyProtocols { get; init; } = [];

    /// <summary>Whether adding to an opportunity is forbidden.</summary>
    public bool Denies(Opportunity opportunity) =>
        opportunity.Tags.Any(DenyTags.Contains)
        || (RequireTags.Count > 0 && !opportunity.Tags.Any(RequireTags.Contains))
        || DenyOpportunities.Contains(opportunity.Id)
        || DenyProtocols.Contains(opportunity.Protocol);

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem) => problem.Positions
        .Where(position => Denies(position.Opportunity))
        .Select(position => new Requirement($"{Title()}: {position.Opportunity.Id}", position.Deposit <= 0, IsReported: false));

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() =>
    [
        .. DenyOpportunities.Select(id => new Reference("denyOpportunities", "opportunity", id)),
        .. DenyProtocols.Select(id => new Reference("denyProtocols", "protocol", id)),
        .. DenyTags.Select(tag => new Reference("denyTags", "tag", tag)),
        .. RequireTags.Select(tag => new Reference("requireTags", "tag", tag)),
    ];

    /// <inheritdoc/>
    protected override string Describe() => string.Join("; ", new[]
    {
        RequireTags.Count > 0 ? $"only {string.Join(" or ", RequireTags)}" : "",
        DenyTags.Count + DenyOpportunities.Count + DenyProtocols.Count > 0
            ? $"no {string.Join(", ", DenyTags.Concat(DenyProtocols).Concat(DenyOpportunities))}" : "",
    }.Where(part => part.Length > 0));
}

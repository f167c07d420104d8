namespace Optimizer.Allocation;

/// <summary>What a mandate allows: by tag, and by name.</summary>
public sealed record Eligibility : AllocationConstraint
{
    /// <summary>Nothing is added to what has one of these tags.</summary>
    public IReadOnlyList<string> DenyTags { get; init; } = [];

    /// <summary>Something is added only to what has at least one of these tags.</summary>
    public IReadOnlyList<string> RequireTags { get; init; } = [];

    /// <summary>Nothing is added to these opportunities.</summary>
    public IReadOnlyList<string> DenyOpportunities { get; init; } = [];

    /// <summary>Nothing is added to these protocols.</summary>
    public IReadOnlyList<string> DenyProtocols { get; init; } = [];

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem) =>
        from position in problem.Positions
        let o = position.Opportunity
        where o.Tags.Any(DenyTags.Contains)
            || (RequireTags.Count > 0 && !o.Tags.Any(RequireTags.Contains))
            || DenyOpportunities.Contains(o.Id)
            || DenyProtocols.Contains(o.Protocol)
        select new Requirement($"{Title()}: {o.Id}", position.Deposit <= 0, IsReported: false);

    /// <inheritdoc/>
    public override IEnumerable<Model.Reference> References() =>
    [
        .. DenyOpportunities.Select(id => new Model.Reference("denyOpportunities", "opportunity", id)),
        .. DenyProtocols.Select(id => new Model.Reference("denyProtocols", "protocol", id)),
        .. DenyTags.Select(tag => new Model.Reference("denyTags", "tag", tag)),
        .. RequireTags.Select(tag => new Model.Reference("requireTags", "tag", tag)),
    ];

    /// <inheritdoc/>
    protected override string Describe() => string.Join("; ", new[]
    {
        RequireTags.Count > 0 ? $"only {string.Join(" or ", RequireTags)}" : "",
        DenyTags.Count + DenyOpportunities.Count + DenyProtocols.Count > 0
            ? $"no {string.Join(", ", DenyTags.Concat(DenyProtocols).Concat(DenyOpportunities))}" : "",
    }.Where(part => part.Length > 0));
}

using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>A position stays exactly as it is.</summary>
public sealed record Frozen : AllocationConstraint
{
    /// <summary>The position's opportunity.</summary>
    public required string Opportunity { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem) =>
        from position in problem.Positions
        where position.Opportunity.Id == Opportunity
        from side in new[] { position.Deposit, position.Withdrawal }
        select new Requirement(Title(), side <= 0, IsReported: false);

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() => [new("opportunity", "opportunity", Opportunity)];

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Note)> Notes(Market market, Scenario scenario) =>
        scenario.Holdings.Any(holding => holding.Opportunity == Opportunity) ? []
        : [("opportunity", $"nothing is held in {Opportunity}, so 'frozen' only prevents deposits")];

    /// <inheritdoc/>
    protected override string Describe() => $"{Opportunity} frozen";
}

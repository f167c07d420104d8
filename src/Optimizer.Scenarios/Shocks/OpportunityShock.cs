using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>A shock of opportunities: those that match all given selectors, or all opportunities without a selector.</summary>
public abstract record OpportunityShock : Shock
{
    /// <summary>Only on this chain.</summary>
    public string? Chain { get; init; }

    /// <summary>Only in this protocol.</summary>
    public string? Protocol { get; init; }

    /// <summary>Only opportunities with this asset as an input.</summary>
    public string? Asset { get; init; }

    /// <summary>Only in this opportunity.</summary>
    public string? Opportunity { get; init; }

    /// <summary>Only opportunities with this tag.</summary>
    public string? Tag { get; init; }

    /// <inheritdoc/>
    public sealed override IEnumerable<Shift> Shifts(Market market) => market.Snapshot.Opportunities
        .Where(o => (Chain ?? o.Chain) == o.Chain && (Protocol ?? o.Protocol) == o.Protocol && (Opportunity ?? o.Id) == o.Id
            && (Tag is null || o.Tags.Contains(Tag)) && (Asset is null || o.Inputs.Any(input => market.AssetOf(input.Token).Id == Asset)))
        .SelectMany(o => Shifts(market, o));

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() =>
        new[] { ("chain", Chain), ("protocol", Protocol), ("asset", Asset), ("opportunity", Opportunity), ("tag", Tag) }
            .Where(pair => pair.Item2 is not null).Select(pair => new Reference(pair.Item1, pair.Item1, pair.Item2!));

    /// <summary>The shifts of one opportunity.</summary>
    protected abstract IEnumerable<Shift> Shifts(Market market, Opportunity opportunity);

    /// <summary>Converts USD to whole tokens of an opportunity's first input.</summary>
    protected static double Tokens(Market market, Opportunity opportunity, double usd) => usd / market.PriceUsd(opportunity.Inputs[0].Token);

    /// <summary>The error if an amount is not in USD.</summary>
    protected static IEnumerable<(string Field, string Problem)> MustBeMoney(string field, Limit? amount) =>
        amount is { IsShareOfBook: true } ? [(field, $"{amount} is a share; expected an amount such as '1B USD'")] : [];
}

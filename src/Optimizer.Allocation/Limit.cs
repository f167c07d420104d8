using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>A minimum or maximum share of the book in a group: a chain, a protocol, an asset…</summary>
/// <remarks>Give exactly one selector, or <see cref="Each"/> for the same limit on every group of a kind. The limit applies to value. Idle
/// tokens count for chain, protocol, asset and issuer. For an event, the loss if it strikes counts. For an asset, the exposure counts, long
/// less short unless <see cref="Gross"/>. Protocol, asset and issuer look through claims: sUSDe lent in Aave counts for Aave and for
/// Ethena.</remarks>
public sealed record Limit : AllocationConstraint
{
    /// <summary>A chain's id.</summary>
    public string? Chain { get; init; }

    /// <summary>A protocol's id.</summary>
    public string? Protocol { get; init; }

    /// <summary>An asset's id.</summary>
    public string? Asset { get; init; }

    /// <summary>An issuer, as chain files name it.</summary>
    public string? Issuer { get; init; }

    /// <summary>A kind of opportunity.</summary>
    public OpportunityKind? Kind { get; init; }

    /// <summary>A tag.</summary>
    public string? Tag { get; init; }

    /// <summary>An event: the loss if it strikes is limited.</summary>
    public string? Event { get; init; }

    /// <summary>A single opportunity.</summary>
    public string? Opportunity { get; init; }

    /// <summary>The same limit on every group of this kind.</summary>
    public Grouping? Each { get; init; }

    /// <summary>Whether claims are looked through: receipts, shares of vaults, staking tokens, wrapped coins. Default yes.</summary>
    public bool LookThrough { get; init; } = true;

    /// <summary>For an asset: whether short exposure is added to long exposure instead of deducted. Default no.</summary>
    public bool Gross { get; init; }

    /// <summary>The minimum.</summary>
    public Model.Limit? Min { get; init; }

    /// <summary>The maximum.</summary>
    public Model.Limit? Max { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem)
    {
        foreach (var (grouping, group, members) in Groups(problem))
        {
            var held = LinearExpression.Sum(members.Select(member => member.Weight * member.After));
            var label = $"{grouping.ToString().ToLowerInvariant()} {group}";
            var title = Name is null ? label : Each is null ? Name : $"{Name}: {label}";
            if (Max is { } most)
                yield return new($"{title} ≤ {most}", held <= Cap(problem, members, most.InUsd(problem.BookUsd) / problem.BookUsd));
            if (Min is { } least)
                yield return new($"{title} ≥ {least}", held >= least.InUsd(problem.BookUsd) / problem.BookUsd);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() => Selectors()
        .Where(s => s.Grouping is not (Grouping.Kind or Grouping.Tag))
        .Select(s => new Reference(s.Grouping.ToString().ToLowerInvariant(), s.Grouping.ToString().ToLowerInvariant(), s.Group));

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions()
    {
        var selectors = Selectors().Count() + (Each is null ? 0 : 1);
        if (selectors != 1)
            yield return ("", $"has {selectors} selectors; expected exactly one of each, chain, protocol, asset, issuer, kind, tag, event, opportunity");
        if (Gross && Asset is null && Each is not Grouping.Asset)
            yield return ("gross", "is only for an asset");
        if (Min is null && Max is null)
            yield return ("", "limits nothing; expected min, max or both");
        if (Min is { } least && Max is { } most && least.IsShareOfBook == most.IsShareOfBook && least.Amount > most.Amount)
            yield return ("max", $"a cap of {most} is under the floor of {least}; expected a cap at or above the floor");
    }

    /// <inheritdoc/>
    protected override string Describe() =>
        string.Join(" ", Selectors().Select(s => $"{s.Grouping.ToString().ToLowerInvariant()} {s.Group}")
            .Concat(Each is null ? [] : [$"each {Each.ToString()!.ToLowerInvariant()}"])
            .Concat(Max is null ? [] : [$"≤ {Max}"])
            .Concat(Min is null ? [] : [$"≥ {Min}"]));

    private IEnumerable<(Grouping Grouping, string Group)> Selectors() =>
        new (Grouping, string?)[]
        {
            (Grouping.Chain, Chain), (Grouping.Protocol, Protocol), (Grouping.Asset, Asset), (Grouping.Issuer, Issuer),
            (Grouping.Kind, Kind?.ToString()), (Grouping.Tag, Tag), (Grouping.Event, Event), (Grouping.Opportunity, Opportunity),
        }.Where(pair => pair.Item2 is not null).Select(pair => (pair.Item1, pair.Item2!));

    /// <summary>The limited groups with their members; linear in positions and tokens.</summary>
    private IEnumerable<(Grouping Grouping, string Group, IReadOnlyList<Member> Members)> Groups(AllocationProblem problem)
    {
        if (Each is { } each)
            return Members(problem, each).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => (each, group.Key, (IReadOnlyList<Member>)group.Value));
        return Selectors().Select(s => (s.Grouping, s.Group, (IReadOnlyList<Member>)Members(problem, s.Grouping).GetValueOrDefault(s.Group, [])));
    }

    private Dictionary<string, List<Member>> Members(AllocationProblem problem, Grouping grouping)
    {
        var groups = new Dictionary<string, List<Member>>();
        void Add(string group, Member member) => (groups.TryGetValue(group, out var members) ? members : groups[group] = []).Add(member);
        foreach (var position in problem.Positions)
        {
            foreach (var (group, weight) in GroupsOf(problem, grouping, position))
                Add(group, new(weight, position.After, position.Before));
        }

        foreach (var idle in problem.Idles)
        {
            foreach (var (group, weight) in GroupsOf(problem, grouping, idle.Token))
                Add(group, new(weight, idle.After, idle.Before));
        }

        return groups;
    }

    /// <summary>The cap; if the holdings exceed it by less than the smallest move, the holdings. So nothing is sold only to correct a
    /// rounding difference.</summary>
    private static double Cap(AllocationProblem problem, IEnumerable<Member> members, double cap)
    {
        var before = members.Sum(member => member.Weight * member.Before);
        var smallest = problem.Settings.Moves.MinimumMove.InUsd(problem.BookUsd) / problem.BookUsd;
        return before > cap && before - cap < smallest ? before : cap;
    }

    /// <summary>The groups of a position, with the weight of a unit of notional in each.</summary>
    private IEnumerable<(string Group, double Weight)> GroupsOf(AllocationProblem problem, Grouping grouping, Position position)
    {
        var (market, o, capital) = (problem.Market, position.Opportunity, position.Capital);
        IEnumerable<(string, double)> Valued(IEnumerable<KeyValuePair<string, double>> shares) => shares.Select(pair => (pair.Key, pair.Value * capital));
        return grouping switch
        {
            Grouping.Chain => [(o.Chain, capital)],
            Grouping.Kind => [(o.Kind.ToString(), capital)],
            Grouping.Opportunity => [(o.Id, capital)],
            Grouping.Tag => o.Tags.Select(tag => (tag, capital)),
            Grouping.Event => market.EventsOf(o).Select(e => (e.Event, e.Loss.Value * capital)),
            Grouping.Protocol => LookThrough ? Valued(market.LookThrough(o).Protocols) : [(o.Protocol, capital)],
            Grouping.Asset => Exposures(problem, o, capital),
            _ => LookThrough ? Valued(market.LookThrough(o).Issuers)
                : o.Inputs.SelectMany(input => GroupsOf(problem, grouping, input.Token).Select(g => (g.Group, g.Weight * input.Share * capital))),
        };
    }

    /// <summary>Exposures of a unit of notional: the margin or deposit by its inputs, plus the stated exposures.</summary>
    private IEnumerable<(string Asset, double Weight)> Exposures(AllocationProblem problem, Opportunity o, double capital)
    {
        var lies = LookThrough
            ? problem.Market.LookThrough(o).Assets.Select(pair => (Asset: pair.Key, Weight: pair.Value * capital))
            : o.Inputs.Select(input => (Asset: problem.Market.AssetOf(input.Token).Id, Weight: input.Share * capital));
        // A debt's stated exposure is its own token's, which is already counted; a hedge's exposure is added to its margin's.
        var stated = o.IsDebt() ? [] : o.Exposures?.Select(pair => (Asset: pair.Key, Weight: pair.Value.Value)) ?? [];
        return lies.Concat(stated).GroupBy(part => part.Asset)
            .Select(same => (same.Key, Gross ? same.Sum(part => Math.Abs(part.Weight)) : same.Sum(part => part.Weight)));
    }

    private IEnumerable<(string Group, double Weight)> GroupsOf(AllocationProblem problem, Grouping grouping, TokenId token)
    {
        var market = problem.Market;
        return grouping switch
        {
            Grouping.Chain => [(token.Chain, 1)],
            Grouping.Protocol => LookThrough ? market.LookThrough(token).Protocols.Select(pair => (pair.Key, pair.Value)) : [],
            Grouping.Asset => LookThrough ? market.LookThrough(token).Assets.Select(pair => (pair.Key, pair.Value)) : [(market.AssetOf(token).Id, 1)],
            Grouping.Issuer => LookThrough ? market.LookThrough(token).Issuers.Select(pair => (pair.Key, pair.Value))
                : market.Token(token).Issuer is { } issuer ? [(issuer, 1)] : [],
            Grouping.Event => market.EventsOf(token).Select(e => (e.Event, e.Loss.Value)),
            _ => [],
        };
    }
}

/// <summary>A member of a group.</summary>
/// <param name="Weight">Weight of a unit of notional.</param>
/// <param name="After">Notional after the plan, in fractions of the book.</param>
/// <param name="Before">Notional before the plan, in fractions of the book.</param>
internal sealed record Member(double Weight, LinearExpression After, double Before);

/// <summary>A way to group positions.</summary>
public enum Grouping
{
    /// <summary>By chain.</summary>
    Chain,

    /// <summary>By protocol.</summary>
    Protocol,

    /// <summary>By asset.</summary>
    Asset,

    /// <summary>By issuer of the token.</summary>
    Issuer,

    /// <summary>By kind of opportunity.</summary>
    Kind,

    /// <summary>By tag.</summary>
    Tag,

    /// <summary>By event, weighted by the loss if it strikes.</summary>
    Event,

    /// <summary>By opportunity.</summary>
    Opportunity,
}

using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>A question: a market, what one holds, what one wants, what must hold, and what if. One YAML file.</summary>
public sealed record Scenario
{
    /// <summary>The scenario's name.</summary>
    public required string Name { get; init; }

    /// <summary>What it shows, in a sentence or two: for people.</summary>
    public string? Description { get; init; }

    /// <summary>The snapshot's file, relative to the scenario's.</summary>
    public required string Snapshot { get; init; }

    /// <summary>How long the allocation is meant to stay; costs must be earned back within it.</summary>
    public required Duration Horizon { get; init; }

    /// <summary>The asset in which return and risk are measured; USD where absent.</summary>
    public string Numeraire { get; init; } = "USD";

    /// <summary>What one has now.</summary>
    public required IReadOnlyList<Holding> Holdings { get; init; }

    /// <summary>Of the holdings, what the market does not know: it counts and cannot move.</summary>
    [JsonIgnore]
    public IReadOnlyList<Holding> Others { get; init; } = [];

    /// <summary>The account by chain, for plans that are to be signed: a multisig's address.</summary>
    public IReadOnlyDictionary<string, string> Accounts { get; init; } = new Dictionary<string, string>();

    /// <summary>What one wants.</summary>
    public required Objective Objective { get; init; }

    /// <summary>Where capital may go at all.</summary>
    public Universe Universe { get; init; } = new();

    /// <summary>What the allocation must satisfy.</summary>
    public IReadOnlyList<Constraint> Constraints { get; init; } = [];

    /// <summary>What happens to the market before the question is asked.</summary>
    public IReadOnlyList<Shock> Shocks { get; init; } = [];

    /// <summary>Whether the book is allocated anew, or held as it is: what would the shocks do to it?</summary>
    public ScenarioMode Mode { get; init; }

    /// <summary>What one expects of prices; nothing where absent. <c>{ ETH: 5 % }</c> is short for a list of one view on ETH.</summary>
    public IReadOnlyList<View> Views { get; init; } = [];

    /// <summary>Money that leaves the book.</summary>
    public IReadOnlyList<Payment> Payments { get; init; } = [];

    /// <summary>Whether exposure to what moves against the numeraire, and on which there is no view, stays at least what it is: <c>keep</c>,
    /// the default, or <c>free</c>.</summary>
    public ExposureRule Exposure { get; init; }

    /// <summary>Settings that replace those of <c>optimizer.yaml</c>.</summary>
    public Settings? Settings { get; init; }
}

/// <summary>What happens to exposure without a view.</summary>
public enum ExposureRule
{
    /// <summary>It stays at least what it is.</summary>
    Keep,

    /// <summary>The objective decides.</summary>
    Free,
}

/// <summary>What is done with the book.</summary>
public enum ScenarioMode
{
    /// <summary>It is allocated anew.</summary>
    Resolve,

    /// <summary>It stays as it is; limits that it breaks are told.</summary>
    Hold,
}

/// <summary>Something one has now: an idle token or an open position.</summary>
public sealed record Holding
{
    /// <summary>The idle token; absent for a position.</summary>
    public TokenId? Token { get; init; }

    /// <summary>The position's opportunity; absent for an idle token.</summary>
    public string? Opportunity { get; init; }

    /// <summary>What the market does not know, by any name: it counts by <see cref="ValueUsd"/> and cannot move. Absent for what the
    /// market knows.</summary>
    public string? Other { get; init; }

    /// <summary>What something that the market does not know is worth: <c>1.2M USD</c>.</summary>
    public Limit? ValueUsd { get; init; }

    /// <summary>How much: whole tokens of the token or of the position's input, as a decimal number.</summary>
    public Amount Amount { get; init; } = new("0");

    /// <summary>Whether, or until which day, it can't be moved or sold; it still counts and still bears risk.</summary>
    public HoldingLock Locked { get; init; }

    /// <summary>How long it takes until it is there; it counts, and cannot be moved before.</summary>
    public Duration? Available { get; init; }

    /// <summary>Whether it cannot be moved at a moment.</summary>
    public bool IsLockedAt(DateTimeOffset moment) => Locked.IsLockedAt(moment) || Available is { Days: > 0 };

    /// <summary>Days from a moment until it can be moved; infinite for never.</summary>
    public double LockedDays(DateTimeOffset moment) => Math.Max(Available?.Days ?? 0,
        !Locked.IsLockedAt(moment) ? 0 : Locked.Until is { } until ? (until - moment).TotalDays : double.PositiveInfinity);
}

/// <summary>Money that leaves the book: it has to be there, idle, in time.</summary>
public sealed record Payment
{
    /// <summary>The token, and with it the chain.</summary>
    public required TokenId Token { get; init; }

    /// <summary>How much, in whole tokens, exactly.</summary>
    public required Amount Amount { get; init; }

    /// <summary>Within how long.</summary>
    public required Duration By { get; init; }
}

/// <summary>What one expects of a price.</summary>
public sealed record View
{
    /// <summary>The asset.</summary>
    public required string Asset { get; init; }

    /// <summary>The asset that it is measured against; absent for dollars.</summary>
    public string? Over { get; init; }

    /// <summary>Expected change per year.</summary>
    public required Percentage Change { get; init; }

    /// <summary>How sure one is: 100 % takes the view as it is, less pulls it towards no change.</summary>
    public Percentage Confidence { get; init; } = new(1);
}

/// <summary>Where capital may go. An empty list allows everything.</summary>
public sealed record Universe
{
    /// <summary>Chains that may be used.</summary>
    public IReadOnlyList<string> Chains { get; init; } = [];

    /// <summary>Assets that may be taken.</summary>
    public IReadOnlyList<string> Assets { get; init; } = [];

    /// <summary>Protocols that may be used.</summary>
    public IReadOnlyList<string> Protocols { get; init; } = [];

    /// <summary>Kinds of opportunity that may be used.</summary>
    public IReadOnlyList<OpportunityKind> Kinds { get; init; } = [];

    /// <summary>Whether capital may go to an opportunity.</summary>
    public bool Allows(Market market, Opportunity opportunity) =>
        (Chains.Count == 0 || Chains.Contains(opportunity.Chain))
        && (Protocols.Count == 0 || Protocols.Contains(opportunity.Protocol))
        && (Kinds.Count == 0 || Kinds.Contains(opportunity.Kind))
        && (Assets.Count == 0 || opportunity.Inputs.All(i => Assets.Contains(market.AssetOf(i.Token).Id)))
        && (opportunity.Maturity is null || opportunity.Maturity > market.Snapshot.TakenAt);
}

/// <summary>What one wants of an allocation; each kind is a file of the allocation room.</summary>
[OneOf]
public abstract record Objective;

/// <summary>Something that the allocation must satisfy; each kind is a file of the allocation room.</summary>
[OneOf]
public abstract record Constraint
{
    /// <summary>What it is called in answers; a description of its own where absent.</summary>
    public string? Name { get; init; }

    /// <summary>Where it is written, for messages.</summary>
    [JsonIgnore]
    public SourceLocation? Location { get; init; }

    /// <summary>The constraint in a few words, for answers and messages.</summary>
    public string Title() => Name ?? Describe();

    /// <summary>The constraint in a few words, from its own fields.</summary>
    protected abstract string Describe();
}

/// <summary>A change of the market; each kind is a file of the scenario room, and says which shifts it is.</summary>
[OneOf]
public abstract record Shock
{
    /// <summary>The shifts that it lays over a market.</summary>
    public abstract IEnumerable<Shift> Shifts(Market market);

    /// <summary>What of its fields does not fit the market, its references being good: the field and a sentence.</summary>
    public virtual IEnumerable<(string Field, string Problem)> Unfit(Market market) => [];

    /// <summary>The ids that it refers to, for checking: what they name, and their text.</summary>
    public abstract IEnumerable<Reference> References();

    /// <summary>What is contradictory in its own fields, if anything: the field and a sentence.</summary>
    public virtual IEnumerable<(string Field, string Problem)> Contradictions() => [];
}

/// <summary>A mention of something by its id.</summary>
/// <param name="Field">The field that mentions it.</param>
/// <param name="What">What sort of thing it names: <c>chain</c>, <c>asset</c>, <c>protocol</c>, <c>event</c>…</param>
/// <param name="Id">The id.</param>
public sealed record Reference(string Field, string What, string Id);

/// <summary>A place in a file.</summary>
/// <param name="File">The file's path as the user gave it.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
public readonly record struct SourceLocation(string File, int Line, int Column)
{
    /// <summary>The place as editors and terminals link it.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}";
}

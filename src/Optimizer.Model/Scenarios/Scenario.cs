using System.Text.Json.Serialization;

namespace Optimizer.Model;

/// <summary>A scenario: market, holdings, objective, constraints and shocks. One YAML file.</summary>
public sealed record Scenario
{
    /// <summary>The scenario's name.</summary>
    public required string Name { get; init; }

    /// <summary>What the scenario shows, in a sentence or two.</summary>
    public string? Description { get; init; }

    /// <summary>The snapshot's file, relative to the scenario's.</summary>
    public required string Snapshot { get; init; }

    /// <summary>How long the allocation is meant to stay; costs must be earned back within it.</summary>
    public required Duration Horizon { get; init; }

    /// <summary>The asset in which return and risk are measured; USD where absent.</summary>
    public string Numeraire { get; init; } = "USD";

    /// <summary>The current holdings.</summary>
    public required IReadOnlyList<Holding> Holdings { get; init; }

    /// <summary>The holdings that the market does not know: they count, but cannot move.</summary>
    [JsonIgnore]
    public IReadOnlyList<Holding> Others { get; init; } = [];

    /// <summary>The accounts by chain, for plans that will be signed: a multisig's address.</summary>
    public IReadOnlyDictionary<string, string> Accounts { get; init; } = new Dictionary<string, string>();

    /// <summary>The objective.</summary>
    public required Objective Objective { get; init; }

    /// <summary>The opportunities that capital may enter.</summary>
    public Universe Universe { get; init; } = new();

    /// <summary>What the allocation must satisfy.</summary>
    public IReadOnlyList<Constraint> Constraints { get; init; } = [];

    /// <summary>Shocks applied to the market before solving.</summary>
    public IReadOnlyList<Shock> Shocks { get; init; } = [];

    /// <summary>Whether the book is allocated anew, or held as it is to see the effect of the shocks.</summary>
    public ScenarioMode Mode { get; init; }

    /// <summary>Expected price changes; none where absent. <c>{ ETH: 5 % }</c> is short for a list with one view on ETH.</summary>
    public IReadOnlyList<View> Views { get; init; } = [];

    /// <summary>Payments out of the book.</summary>
    public IReadOnlyList<Payment> Payments { get; init; } = [];

    /// <summary>Whether net exposure to assets that move against the numeraire, and have no view, must stay at least what it is:
    /// <c>keep</c> (default) or <c>free</c>.</summary>
    public ExposureRule Exposure { get; init; }

    /// <summary>Settings that replace those of <c>optimizer.yaml</c>.</summary>
    public Settings? Settings { get; init; }
}

/// <summary>The rule for exposure without a view.</summary>
public enum ExposureRule
{
    /// <summary>Exposure stays at least what it is.</summary>
    Keep,

    /// <summary>The objective decides on the exposure.</summary>
    Free,
}

/// <summary>How the scenario treats the book.</summary>
public enum ScenarioMode
{
    /// <summary>The book is allocated anew.</summary>
    Resolve,

    /// <summary>The book stays as it is; the answer reports the limits that it breaks.</summary>
    Hold,
}

/// <summary>A current holding: an idle token or an open position.</summary>
public sealed record Holding
{
    /// <summary>The idle token; absent for a position.</summary>
    public TokenId? Token { get; init; }

    /// <summary>The position's opportunity; absent for an idle token.</summary>
    public string? Opportunity { get; init; }

    /// <summary>A free name for a holding that the market does not know: it counts with <see cref="ValueUsd"/> and cannot move. Absent for
    /// other holdings.</summary>
    public string? Other { get; init; }

    /// <summary>Value of a holding that the market does not know: <c>1.2M USD</c>.</summary>
    public Limit? ValueUsd { get; init; }

    /// <summary>The amount in whole tokens of the token or of the position's first input, as a decimal number.</summary>
    public Amount Amount { get; init; } = new("0");

    /// <summary>Whether the holding is locked, or the day until which it is. A locked holding still counts and still bears risk.</summary>
    public HoldingLock Locked { get; init; }

    /// <summary>Time until the holding arrives. It counts at once and cannot be moved before.</summary>
    public Duration? Available { get; init; }

    /// <summary>Whether the holding is locked, or has not arrived, at a moment.</summary>
    public bool IsLockedAt(DateTimeOffset moment) => Locked.IsLockedAt(moment) || Available is { Days: > 0 };

    /// <summary>Days from a moment until the holding can be moved; infinite for never.</summary>
    public double LockedDays(DateTimeOffset moment) => Math.Max(Available?.Days ?? 0,
        !Locked.IsLockedAt(moment) ? 0 : Locked.Until is { } until ? (until - moment).TotalDays : double.PositiveInfinity);
}

/// <summary>A payment out of the book: the money must be idle by the due date.</summary>
public sealed record Payment
{
    /// <summary>The token, on the chain where it is paid.</summary>
    public required TokenId Token { get; init; }

    /// <summary>The exact amount, in whole tokens.</summary>
    public required Amount Amount { get; init; }

    /// <summary>Time until the payment is due.</summary>
    public required Duration By { get; init; }
}

/// <summary>A view: an expected price change.</summary>
public sealed record View
{
    /// <summary>The asset.</summary>
    public required string Asset { get; init; }

    /// <summary>The asset that the change is measured against; USD where absent.</summary>
    public string? Over { get; init; }

    /// <summary>Expected change per year.</summary>
    public required Percentage Change { get; init; }

    /// <summary>Confidence in the view: 100 % takes it as it is; less pulls it towards no change.</summary>
    public Percentage Confidence { get; init; } = new(1);
}

/// <summary>The opportunities that may be used. An empty list allows everything.</summary>
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

/// <summary>The objective of a scenario; each kind is a class in Optimizer.Allocation.</summary>
[OneOf]
public abstract record Objective;

/// <summary>A constraint on the allocation; each kind is a class in Optimizer.Allocation.</summary>
[OneOf]
public abstract record Constraint
{
    /// <summary>The name in answers; where absent, a description made from the fields.</summary>
    public string? Name { get; init; }

    /// <summary>The position in the scenario file, for messages.</summary>
    [JsonIgnore]
    public SourceLocation? Location { get; init; }

    /// <summary>The constraint in a few words, for answers and messages.</summary>
    public string Title() => Name ?? Describe();

    /// <summary>The constraint in a few words, from its own fields.</summary>
    protected abstract string Describe();
}

/// <summary>A change of the market. Each kind is a class in Optimizer.Scenarios and lists its shifts.</summary>
[OneOf]
public abstract record Shock
{
    /// <summary>The shifts that the shock applies to a market.</summary>
    public abstract IEnumerable<Shift> Shifts(Market market);

    /// <summary>Fields that do not fit this market, checked once all references are valid: the field and a sentence.</summary>
    public virtual IEnumerable<(string Field, string Problem)> Unfit(Market market) => [];

    /// <summary>The ids that the shock refers to, for checking.</summary>
    public abstract IEnumerable<Reference> References();

    /// <summary>Contradictions among the shock's own fields: the field and a sentence.</summary>
    public virtual IEnumerable<(string Field, string Problem)> Contradictions() => [];
}

/// <summary>A reference to something by its id.</summary>
/// <param name="Field">The field that mentions it.</param>
/// <param name="What">The kind of thing it names: <c>chain</c>, <c>asset</c>, <c>protocol</c>, <c>event</c>…</param>
/// <param name="Id">The id.</param>
public sealed record Reference(string Field, string What, string Id);

/// <summary>A position in a file.</summary>
/// <param name="File">The file's path as the user gave it.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
public readonly record struct SourceLocation(string File, int Line, int Column)
{
    /// <summary>The position in the form that editors and terminals turn into a link.</summary>
    public override string ToString() => $"{File}:{Line}:{Column}";
}

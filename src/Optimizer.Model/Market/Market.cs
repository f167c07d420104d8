using System.Numerics;

namespace Optimizer.Model;

/// <summary>A snapshot joined with the chains it speaks of, with look-up by id.</summary>
/// <remarks>Every reference has been checked when the files were read: a look-up of an id that the files hold does not
/// fail.</remarks>
public sealed class Market
{
    private readonly Dictionary<string, Chain> _chains;
    private readonly Dictionary<string, ChainState> _chainStates;
    private readonly Dictionary<string, Asset> _assets;
    private readonly Dictionary<string, Event> _events;
    private readonly Dictionary<string, Opportunity> _opportunities;
    private readonly Dictionary<TokenId, Token> _tokens;
    private readonly Dictionary<TokenId, TokenState> _tokenStates;
    private readonly ClaimLayers _exposure;

    /// <summary>Joins a snapshot with its chains.</summary>
    /// <exception cref="ArgumentException">An id is used twice.</exception>
    public Market(Snapshot snapshot, IEnumerable<Chain> chains)
    {
        Snapshot = snapshot;
        _chains = chains.ToDictionary(chain => chain.Id);
        _chainStates = snapshot.Chains.ToDictionary(chain => chain.Id);
        _assets = snapshot.Assets.ToDictionary(asset => asset.Id);
        _events = snapshot.Events.ToDictionary(e => e.Id);
        _opportunities = snapshot.Opportunities.ToDictionary(opportunity => opportunity.Id);
        _tokenStates = snapshot.Tokens.ToDictionary(token => token.Id);
        _tokens = _chains.Values
            .SelectMany(chain => chain.Tokens.Select(token => (Id: new TokenId(token.Symbol, chain.Id), Token: token)))
            .ToDictionary(pair => pair.Id, pair => pair.Token);
        _exposure = new ClaimLayers(this);
    }

    /// <summary>The snapshot.</summary>
    public Snapshot Snapshot { get; }

    /// <summary>The chains of the chain files.</summary>
    public IReadOnlyCollection<Chain> Chains => _chains.Values;

    /// <summary>The same chains under another snapshot, for shocks.</summary>
    public Market With(Snapshot snapshot) => new(snapshot, _chains.Values);

    /// <summary>A chain by id.</summary>
    public Chain Chain(string id) => _chains[id];

    /// <summary>A chain's state by id.</summary>
    public ChainState State(string chain) => _chainStates[chain];

    /// <summary>An event by id.</summary>
    public Event Event(string id) => _events[id];

    /// <summary>An opportunity by id.</summary>
    public Opportunity Opportunity(string id) => _opportunities[id];

    /// <summary>An opportunity by id; null where there is none.</summary>
    public Opportunity? FindOpportunity(string id) => _opportunities.GetValueOrDefault(id);

    /// <summary>An asset by id.</summary>
    public Asset Asset(string id) => _assets[id];

    /// <summary>An asset by id; null where there is none.</summary>
    public Asset? FindAsset(string id) => _assets.GetValueOrDefault(id);

    /// <summary>A token's state; null where the snapshot lists none.</summary>
    public TokenState? TokenState(TokenId id) => _tokenStates.GetValueOrDefault(id);

    /// <summary>A token's contract.</summary>
    public Token Token(TokenId id) => _tokens[id];

    /// <summary>The asset behind a token.</summary>
    public Asset AssetOf(TokenId id) => _assets[Token(id).AssetId()];

    /// <summary>Price of one whole token in USD: its asset's, times its peg.</summary>
    public double PriceUsd(TokenId id) => AssetOf(id).PriceUsd * (_tokenStates.TryGetValue(id, out var state) ? state.Peg?.Value ?? 1 : 1);

    /// <summary>Value in USD of base units of a token. Floating point: for reports and for the solver.</summary>
    public double Usd(TokenId id, BigInteger baseUnits) => new TokenAmount(baseUnits, Token(id).Decimals).ToUsd(PriceUsd(id));

    /// <summary>The most base units of a token that are worth no more than so many USD.</summary>
    public BigInteger Units(TokenId id, double usd) => TokenAmount.FromUsd(usd, PriceUsd(id), Token(id).Decimals).BaseUnits;

    /// <summary>Value in USD of what a ledger counts of a position: base units of the first input that went in, or came out.</summary>
    public double Usd(Opportunity opportunity, BigInteger amount) => Usd(opportunity.Inputs[0].Token, amount) * (opportunity.Worth?.Value ?? 1) * (opportunity.Peg?.Value ?? 1);

    /// <summary>The most units of a position, as a ledger counts them, that are worth no more than so many USD.</summary>
    public BigInteger Units(Opportunity opportunity, double usd) =>
        Issued(opportunity, Units(opportunity.Inputs[0].Token, opportunity.Peg is { } peg ? peg.Value > 0 ? usd / peg : 0 : usd));

    /// <summary>The first input's base units that a position's units are redeemed for, rounded down.</summary>
    public static BigInteger Redeemed(Opportunity opportunity, BigInteger amount) => opportunity.Worth is { } worth
        ? amount * new BigInteger(worth * (double)WorthPrecision) / WorthPrecision
        : amount;

    /// <summary>A position's units that base units of the first input are worth, rounded down; none where the place is worth nothing.</summary>
    public static BigInteger Issued(Opportunity opportunity, BigInteger baseUnits) => opportunity.Worth is not { } worth ? baseUnits
        : worth.Value > 0 ? baseUnits * WorthPrecision / new BigInteger(Math.Ceiling(worth * (double)WorthPrecision))
        : BigInteger.Zero;

    private static readonly BigInteger WorthPrecision = BigInteger.Pow(10, 15);

    /// <summary>All that is in a place, in USD.</summary>
    public double TotalUsd(Opportunity opportunity) => opportunity.Total * UnitUsd(opportunity);

    /// <summary>The most that can still be added to a place, in USD; infinite where there is no cap.</summary>
    public double CapacityUsd(Opportunity opportunity) => (opportunity.Capacity?.Value ?? double.PositiveInfinity) * UnitUsd(opportunity);

    /// <summary>The most that can be taken out of a place now, in USD; infinite where liquidity is no limit.</summary>
    public double WithdrawableNowUsd(Opportunity opportunity) => opportunity.WithdrawableNow() * UnitUsd(opportunity);

    /// <summary>The most that can be had from a place within some days, in USD, by its notice, its term and its liquidity; infinite where
    /// nothing limits it.</summary>
    public double WithdrawableUsd(Opportunity opportunity, double withinDays) => opportunity.ExitDays(Snapshot.TakenAt) > withinDays || State(opportunity.Chain).Halted ? 0
        : Math.Max(0, opportunity.WithdrawableWithin(withinDays) * UnitUsd(opportunity));

    /// <summary>The effective annual rate that a place is credited with once so much more, in USD, is supplied.</summary>
    public double CarryRate(Opportunity opportunity, double addedUsd) => opportunity.Carry.Rate(addedUsd / UnitUsd(opportunity));

    /// <summary>The derivative of <see cref="CarryRate"/> per USD added.</summary>
    public double CarrySlope(Opportunity opportunity, double addedUsd) => opportunity.Carry.Slope(addedUsd / UnitUsd(opportunity)) / UnitUsd(opportunity);

    /// <summary>USD of one whole token of a place's first input.</summary>
    private double UnitUsd(Opportunity opportunity) => PriceUsd(opportunity.Inputs[0].Token);

    /// <summary>The unit in which an asset keeps its worth: what it is a claim on at last; USD for what moves with nothing and little of
    /// itself; else itself.</summary>
    public string UnitOfAccount(Asset asset)
    {
        if (asset.Claims is [{ Share: null } claim])
        {
            if (claim.Opportunity is { } place)
                return UnitOfAccount(AssetOf(Opportunity(place).Inputs[0].Token));
            if (claim.Asset is { } other)
                return UnitOfAccount(Asset(other));
        }

        const double Steady = 0.03;
        return asset.Betas.Count == 0 && asset.ResidualVolatility < Steady && Snapshot.History.Series.All(series => series.Asset != asset.Id) ? "USD" : asset.Id;
    }

    /// <summary>The unit of account of all of a place's inputs; null where they have several.</summary>
    public string? UnitOfAccount(Opportunity opportunity) =>
        opportunity.Inputs.Select(input => UnitOfAccount(AssetOf(input.Token))).Distinct().ToArray() is [var only] ? only : null;

    /// <summary>What a holder of an idle token is exposed to: its own events, its chain's, and those of what it is a claim on.</summary>
    public IReadOnlyList<EventLoss> EventsOf(TokenId id) => _exposure.EventsOf(id);

    /// <summary>What a position is exposed to: its own events, its chain's, its tokens', and those of what it is a claim on or is
    /// covered by.</summary>
    public IReadOnlyList<EventLoss> EventsOf(Opportunity opportunity) => _exposure.EventsOf(opportunity);

    /// <summary>What a position is exposed to by itself, its chain, its tokens and what it is a claim on: collateral left out.</summary>
    public IReadOnlyList<EventLoss> OwnEventsOf(Opportunity opportunity) => _exposure.OwnEventsOf(opportunity);

    /// <summary>The events that strike what a pool accepts as collateral, whether or not its lenders would lose by it.</summary>
    public IReadOnlySet<string> EventsOfCollateral(Opportunity opportunity) => _exposure.EventsOfCollateral(opportunity);

    /// <summary>The opportunities, protocols, assets and issuers in which a place's money lies, itself and all that it is a claim on, by
    /// their shares.</summary>
    public LookThrough LookThrough(Opportunity opportunity) => _exposure.LookThrough(opportunity);

    /// <summary>The same for an idle token.</summary>
    public LookThrough LookThrough(TokenId id) => _exposure.LookThrough(id);
}

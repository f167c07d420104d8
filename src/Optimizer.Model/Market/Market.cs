using System.Numerics;

namespace Optimizer.Model;

/// <summary>A snapshot joined with its chains, with look-up by id.</summary>
/// <remarks>The file readers check every reference, so looking up an id from the files never fails.</remarks>
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

    /// <summary>The same chains with another snapshot, used by shocks.</summary>
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

    /// <summary>The largest amount of a token, in base units, that is worth at most <paramref name="usd"/>.</summary>
    public BigInteger Units(TokenId id, double usd) => TokenAmount.FromUsd(usd, PriceUsd(id), Token(id).Decimals).BaseUnits;

    /// <summary>Value in USD of a position's amount as the ledger counts it (base units of the first input), with
    /// <see cref="Opportunity.Worth"/> and <see cref="Opportunity.Peg"/> applied.</summary>
    public double Usd(Opportunity opportunity, BigInteger amount) => Usd(opportunity.Inputs[0].Token, amount) * (opportunity.Worth?.Value ?? 1) * (opportunity.Peg?.Value ?? 1);

    /// <summary>The largest amount of a position, as the ledger counts it, that is worth at most <paramref name="usd"/>.</summary>
    public BigInteger Units(Opportunity opportunity, double usd) =>
        Issued(opportunity, Units(opportunity.Inputs[0].Token, opportunity.Peg is { } peg ? peg.Value > 0 ? usd / peg : 0 : usd));

    /// <summary>Base units of the first input that redeeming a position's amount gives, rounded down.</summary>
    public static BigInteger Redeemed(Opportunity opportunity, BigInteger amount) => opportunity.Worth is { } worth
        ? amount * new BigInteger(worth * (double)WorthPrecision) / WorthPrecision
        : amount;

    /// <summary>The position amount that base units of the first input buy, rounded down; zero if a position is worth nothing.</summary>
    public static BigInteger Issued(Opportunity opportunity, BigInteger baseUnits) => opportunity.Worth is not { } worth ? baseUnits
        : worth.Value > 0 ? baseUnits * WorthPrecision / new BigInteger(Math.Ceiling(worth * (double)WorthPrecision))
        : BigInteger.Zero;

    private static readonly BigInteger WorthPrecision = BigInteger.Pow(10, 15);

    /// <summary>Total size of an opportunity, in USD.</summary>
    public double TotalUsd(Opportunity opportunity) => opportunity.Total * UnitUsd(opportunity);

    /// <summary>The most that can still be added to an opportunity, in USD; infinite without a cap.</summary>
    public double CapacityUsd(Opportunity opportunity) => (opportunity.Capacity?.Value ?? double.PositiveInfinity) * UnitUsd(opportunity);

    /// <summary>The most that can be withdrawn from an opportunity now, in USD; infinite where liquidity is no limit.</summary>
    public double WithdrawableNowUsd(Opportunity opportunity) => opportunity.WithdrawableNow() * UnitUsd(opportunity);

    /// <summary>The most that can be withdrawn from an opportunity within some days, in USD: exit delay, maturity and liquidity limit it;
    /// infinite without a limit, 0 on a halted chain.</summary>
    public double WithdrawableUsd(Opportunity opportunity, double withinDays) => opportunity.ExitDays(Snapshot.TakenAt) > withinDays || State(opportunity.Chain).Halted ? 0
        : Math.Max(0, opportunity.WithdrawableWithin(withinDays) * UnitUsd(opportunity));

    /// <summary>The effective annual rate credited after <paramref name="addedUsd"/> more is supplied.</summary>
    public double CarryRate(Opportunity opportunity, double addedUsd) => opportunity.Carry.Rate(addedUsd / UnitUsd(opportunity));

    /// <summary>The derivative of <see cref="CarryRate"/> per USD added.</summary>
    public double CarrySlope(Opportunity opportunity, double addedUsd) => opportunity.Carry.Slope(addedUsd / UnitUsd(opportunity)) / UnitUsd(opportunity);

    /// <summary>USD per whole token of an opportunity's first input.</summary>
    private double UnitUsd(Opportunity opportunity) => PriceUsd(opportunity.Inputs[0].Token);

    /// <summary>The unit of account of an asset. If the asset is a claim on one asset or opportunity: that of the underlying. If it has no
    /// betas, no price history and a residual volatility below 3 %: USD. Else the asset itself.</summary>
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

    /// <summary>The unit of account that all inputs of an opportunity share; null if they differ.</summary>
    public string? UnitOfAccount(Opportunity opportunity) =>
        opportunity.Inputs.Select(input => UnitOfAccount(AssetOf(input.Token))).Distinct().ToArray() is [var only] ? only : null;

    /// <summary>Events that strike a holder of an idle token: the token's, its chain's, and those of its underlyings.</summary>
    public IReadOnlyList<EventLoss> EventsOf(TokenId id) => _exposure.EventsOf(id);

    /// <summary>Events that strike a position: its own, its chain's, its tokens', and those of its underlyings and its
    /// collateral.</summary>
    public IReadOnlyList<EventLoss> EventsOf(Opportunity opportunity) => _exposure.EventsOf(opportunity);

    /// <summary>Events that strike a position, without those of its collateral: its own, its chain's, its tokens' and those of its
    /// underlyings.</summary>
    public IReadOnlyList<EventLoss> OwnEventsOf(Opportunity opportunity) => _exposure.OwnEventsOf(opportunity);

    /// <summary>Events that strike the collateral which a pool accepts, whether or not its lenders would lose.</summary>
    public IReadOnlySet<string> EventsOfCollateral(Opportunity opportunity) => _exposure.EventsOfCollateral(opportunity);

    /// <summary>Look-through of an opportunity: its value by opportunity, protocol, asset and issuer, itself and all its underlyings
    /// included, as shares.</summary>
    public LookThrough LookThrough(Opportunity opportunity) => _exposure.LookThrough(opportunity);

    /// <summary>The same for an idle token.</summary>
    public LookThrough LookThrough(TokenId id) => _exposure.LookThrough(id);
}

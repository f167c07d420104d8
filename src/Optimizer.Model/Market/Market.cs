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

    /// <summary>A token's contract.</summary>
    public Token Token(TokenId id) => _tokens[id];

    /// <summary>The asset behind a token.</summary>
    public Asset AssetOf(TokenId id) => _assets[Token(id).AssetId()];

    /// <summary>Price of one whole token in USD.</summary>
    public double PriceUsd(TokenId id) => AssetOf(id).PriceUsd;

    /// <summary>What a holder of an idle token is exposed to: the token's events and its chain's.</summary>
    /// <remarks>Of an event that is named more than once, the largest loss counts: it strikes once.</remarks>
    public IEnumerable<EventLoss> EventsOf(TokenId id) =>
        Merge([.. _tokenStates.TryGetValue(id, out var state) ? state.Events : [], .. State(id.Chain).Events]);

    /// <summary>What a position is exposed to: its own events, its tokens' by their shares, and its chain's.</summary>
    /// <remarks>Of an event that is named more than once, the largest loss counts: it strikes once.</remarks>
    public IEnumerable<EventLoss> EventsOf(Opportunity opportunity) =>
        Merge(opportunity.Events
            .Concat(State(opportunity.Chain).Events)
            .Concat(opportunity.Inputs.SelectMany(input => EventsOf(input.Token)
                .Select(e => e with { Loss = e.Loss.With(e.Loss * input.Share) }))));

    private static IEnumerable<EventLoss> Merge(IEnumerable<EventLoss> losses) =>
        losses.GroupBy(e => e.Event).Select(same => same.MaxBy(e => e.Loss.Value)!);
}

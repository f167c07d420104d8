using System.Collections.Concurrent;

namespace Optimizer.Model;

/// <summary>Look-through of an opportunity or token: the share of its value in every opportunity, protocol, asset and issuer, itself and
/// all its underlyings included.</summary>
/// <param name="Opportunities">Opportunities by id.</param>
/// <param name="Protocols">Protocols by id.</param>
/// <param name="Assets">Assets by id.</param>
/// <param name="Issuers">Issuers by name.</param>
public sealed record LookThrough(
    IReadOnlyDictionary<string, double> Opportunities, IReadOnlyDictionary<string, double> Protocols,
    IReadOnlyDictionary<string, double> Assets, IReadOnlyDictionary<string, double> Issuers);

/// <summary>Follows claims through any number of layers, for events and for limits.</summary>
/// <remarks>
/// Losses by one event: along the layers of one claim only the largest counts, because the event strikes once. Losses of inputs and of
/// collateral are added by share, up to 1. In a pool that trades, <see cref="PoolValue"/> turns the inputs' losses into the pool's loss.
/// Claims form no cycle: the readers check the files.
/// </remarks>
internal sealed class ClaimLayers(Market market)
{
    private readonly ConcurrentDictionary<string, IReadOnlyList<EventLoss>> _ofOpportunity = new();
    private readonly ConcurrentDictionary<TokenId, IReadOnlyList<EventLoss>> _ofToken = new();
    private readonly ConcurrentDictionary<string, LookThrough> _placesOfOpportunity = new();
    private readonly ConcurrentDictionary<TokenId, LookThrough> _placesOfToken = new();

    public IReadOnlyList<EventLoss> EventsOf(TokenId id) => _ofToken.GetOrAdd(id, token => Largest(
        [market.TokenState(token)?.Events ?? [], market.State(token.Chain).Events, OfAsset(market.AssetOf(token))]));

    public IReadOnlyList<EventLoss> EventsOf(Opportunity opportunity) => _ofOpportunity.GetOrAdd(opportunity.Id, _ => opportunity.Collateral.Count == 0
        ? OwnEventsOf(opportunity) : Largest([OwnEventsOf(opportunity), Added(opportunity.Collateral.Select(OfCollateral))]));

    public IReadOnlyList<EventLoss> OwnEventsOf(Opportunity opportunity) => Largest(
    [
        opportunity.Events,
        market.State(opportunity.Chain).Events,
        OfInputs(opportunity),
        Added(opportunity.Claims.Select(OfBacking)),
    ]);

    public IReadOnlySet<string> EventsOfCollateral(Opportunity opportunity) =>
        opportunity.Collateral.SelectMany(backing => OfBacking(backing).Losses).Where(loss => loss.Loss.Value > 0).Select(loss => loss.Event).ToHashSet();

    public LookThrough LookThrough(Opportunity opportunity) => _placesOfOpportunity.GetOrAdd(opportunity.Id, _ =>
    {
        var places = new Places();
        places.Add(market, opportunity, 1);
        return places.Found();
    });

    public LookThrough LookThrough(TokenId id) => _placesOfToken.GetOrAdd(id, token =>
    {
        var places = new Places();
        places.Add(market, token, 1);
        return places.Found();
    });

    private IReadOnlyList<EventLoss> OfAsset(Asset asset) => Added(asset.Claims.Select(OfBacking));

    private (IReadOnlyList<EventLoss> Losses, double Share) OfBacking(Backing backing) => (
        backing.Opportunity is { } opportunity ? EventsOf(market.Opportunity(opportunity))
            : backing.Token is { } token ? EventsOf(token)
            : Largest([backing.Events, backing.Asset is { } asset ? OfAsset(market.Asset(asset)) : []]),
        backing.Share?.Value ?? 1);

    /// <summary>Loss of lenders when their collateral is struck: the part of the loans that the remaining collateral does not
    /// cover.</summary>
    private (IReadOnlyList<EventLoss> Losses, double Share) OfCollateral(Backing backing)
    {
        var (losses, share) = OfBacking(backing);
        var lent = backing.LoanToValue?.Value ?? 1;
        return ([.. losses.Select(loss => loss with { Loss = loss.Loss.With(1 - (1 - loss.Loss) / lent) }).Where(loss => loss.Loss > 0)], share);
    }

    private IReadOnlyList<EventLoss> OfInputs(Opportunity opportunity)
    {
        var inputs = opportunity.Inputs.Select(input => EventsOf(input.Token)).ToArray();
        if (inputs.Length == 1)
            return inputs[0];
        return [.. inputs.SelectMany(losses => losses).GroupBy(loss => loss.Event).Select(same =>
        {
            var kept = inputs.Select(losses => 1 - (losses.FirstOrDefault(loss => loss.Event == same.Key)?.Loss.Value ?? 0)).ToArray();
            return same.First() with { Loss = same.First().Loss.With(1 - PoolValue.Of(opportunity, kept)) };
        })];
    }

    /// <summary>Layers of one claim: the largest loss of each event.</summary>
    private static IReadOnlyList<EventLoss> Largest(IEnumerable<IReadOnlyList<EventLoss>> layers) =>
        [.. layers.SelectMany(losses => losses).GroupBy(loss => loss.Event).Select(same => same.MaxBy(loss => loss.Loss.Value)!)];

    /// <summary>Parts side by side: the losses of each event, added by share.</summary>
    private static IReadOnlyList<EventLoss> Added(IEnumerable<(IReadOnlyList<EventLoss> Losses, double Share)> parts) =>
        [.. parts.SelectMany(part => part.Losses.Select(loss => (Loss: loss, part.Share))).GroupBy(pair => pair.Loss.Event)
            .Select(same => same.First().Loss with { Loss = same.First().Loss.Loss.With(Math.Min(1, same.Sum(pair => pair.Share * pair.Loss.Loss))) })];

    /// <summary>Adds up shares by name. Where a name occurs on several layers of one claim, its largest share counts.</summary>
    private sealed class Places
    {
        private readonly Dictionary<string, double> _opportunities = [];
        private readonly Dictionary<string, double> _protocols = [];
        private readonly Dictionary<string, double> _assets = [];
        private readonly Dictionary<string, double> _issuers = [];

        public LookThrough Found() => new(_opportunities, _protocols, _assets, _issuers);

        public void Add(Market market, Opportunity opportunity, double share)
        {
            var below = new Places();
            foreach (var input in opportunity.Inputs)
                below.Add(market, input.Token, input.Share);
            foreach (var backing in opportunity.Claims)
                below.Add(market, backing);
            below._opportunities[opportunity.Id] = 1;
            below._protocols[opportunity.Protocol] = 1;
            AddAll(below, share);
        }

        public void Add(Market market, TokenId token, double share)
        {
            var below = new Places();
            below.Add(market, market.AssetOf(token));
            if (market.Token(token).Issuer is { } issuer)
                below._issuers[issuer] = 1;
            AddAll(below, share);
        }

        private void Add(Market market, Asset asset)
        {
            foreach (var backing in asset.Claims)
                Add(market, backing);
            _assets[asset.Id] = 1;
        }

        private void Add(Market market, Backing backing)
        {
            var below = new Places();
            if (backing.Opportunity is { } opportunity)
                below.Add(market, market.Opportunity(opportunity), 1);
            else if (backing.Token is { } token)
                below.Add(market, token, 1);
            else if (backing.Asset is { } asset)
                below.Add(market, market.Asset(asset));
            if (backing.Protocol is { } protocol)
                below._protocols[protocol] = 1;
            AddAll(below, backing.Share?.Value ?? 1);
        }

        private void AddAll(Places other, double share)
        {
            Add(_opportunities, other._opportunities, share);
            Add(_protocols, other._protocols, share);
            Add(_assets, other._assets, share);
            Add(_issuers, other._issuers, share);
        }

        private static void Add(Dictionary<string, double> to, Dictionary<string, double> from, double share)
        {
            foreach (var (name, part) in from)
                to[name] = Math.Min(1, to.GetValueOrDefault(name) + share * part);
        }
    }
}

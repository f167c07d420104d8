namespace Optimizer.Model;

/// <summary>Applies shifts to a market.</summary>
public static class ShiftedMarket
{
    /// <summary>The market after shifts, applied in order.</summary>
    public static Market Under(this Market market, IEnumerable<Shift> shifts) => shifts.Aggregate(market, (before, shift) => before.With(Apply(before, shift) with
    {
        Provenances = new Dictionary<string, Provenance>(before.Snapshot.Provenances)
        {
            [Shift.From] = new() { Source = "a shift laid over the snapshot", AsOf = before.Snapshot.TakenAt, Assumed = true },
        },
    }));

    private static Snapshot Apply(Market market, Shift shift)
    {
        var (snapshot, name) = (market.Snapshot, shift.Key.Name);
        return shift.Key.Kind switch
        {
            RiskFactorKind.Spot => WithPrices(market, Followers(market, name, shift.Of(market.Asset(name).PriceUsd) / market.Asset(name).PriceUsd)),
            RiskFactorKind.Peg => WithPrices(market, [], TokenId.Parse(name), shift.Of(market.TokenState(TokenId.Parse(name))?.Peg?.Value ?? 1)),
            RiskFactorKind.Gas => snapshot with { Chains = [.. snapshot.Chains.Select(chain => chain.Id == name ? chain with { Gas = chain.Gas.Times(shift.Value) } : chain)] },
            RiskFactorKind.Intensity => snapshot with { Events = [.. snapshot.Events.Select(e => e.Id == name ? e with { IntensityPerYear = new(shift.Of(e.IntensityPerYear?.Value ?? 0), e.From) } : e)] },
            RiskFactorKind.Strike => Struck(market, name),
            RiskFactorKind.RouteOutage => snapshot with { Routes = [.. snapshot.Routes.Where(route => route.Id != name)] },
            _ => snapshot with { Opportunities = [.. snapshot.Opportunities.Select(o => o.Id == name ? Shifted(o, shift) : o)] },
        };
    }

    private static Opportunity Shifted(Opportunity o, Shift shift) => shift.Key.Kind switch
    {
        RiskFactorKind.Rate => o with { Carry = o.Carry.Shifted(shift) },
        RiskFactorKind.Curve => o with { Carry = o.Carry with { Base = o.Carry.Base.With(shift) } },
        RiskFactorKind.Liquidity => o with { Repayment = shift.Mode == ShiftMode.Multiply && o.Repayment is { } later ? later with { Withdrawable = shift.Of(later.Withdrawable) } : null, Withdrawable = Shift.Figure(Math.Max(0, shift.Of(o.WithdrawableNow() is var now && double.IsFinite(now) ? now : o.Total))) },
        RiskFactorKind.Capacity => o with { Capacity = Shift.Figure(Math.Max(0, shift.Mode == ShiftMode.Set ? shift.Value : shift.Of(o.Capacity?.Value ?? double.PositiveInfinity))) },
        RiskFactorKind.ExitDelay => o with { ExitDelayDays = Shift.Figure(Math.Max(0, shift.Of(o.ExitDelayDays?.Value ?? 0))) },
        RiskFactorKind.Outage => Stuck(o),
        var other => throw new NotSupportedException($"a shift of {other}"),
    };

    private static Opportunity Stuck(Opportunity o) => o with { Capacity = Shift.Figure(0), Withdrawable = Shift.Figure(0), Repayment = null };

    /// <summary>The price factors of an asset and of every asset that is a claim on it, through all layers.</summary>
    private static Dictionary<string, double> Followers(Market market, string asset, double move)
    {
        var moves = new Dictionary<string, double> { [asset] = move };
        // Claims form no cycle, so the loop ends after at most one round per asset.
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var claim in market.Snapshot.Assets.Where(a => a.Claims.Count > 0 && !moves.ContainsKey(a.Id)))
            {
                if (MoveOf(market, claim.Claims, moves) is not 1.0 and var follows)
                    changed = moves.TryAdd(claim.Id, follows);
            }
        }

        return moves;
    }

    private static double MoveOf(Market market, IReadOnlyList<Backing> claims, Dictionary<string, double> moves) =>
        1 + claims.Sum(backing => (backing.Share?.Value ?? 1) * ((backing.Opportunity is { } place
            ? PoolValue.Of(market.Opportunity(place), [.. market.Opportunity(place).Inputs.Select(input => moves.GetValueOrDefault(market.AssetOf(input.Token).Id, 1))])
            : (backing.Token is { } token ? market.AssetOf(token).Id : backing.Asset) is { } asset ? moves.GetValueOrDefault(asset, 1) : 1) - 1));

    /// <summary>The snapshot after price moves of assets, and of one token against its asset. Opportunities follow: pools that trade,
    /// reward budgets, and opportunities that an asset is a claim on.</summary>
    private static Snapshot WithPrices(Market market, Dictionary<string, double> moves, TokenId? token = null, double peg = 1)
    {
        var snapshot = market.Snapshot;
        double OfAsset(string asset) => moves.GetValueOrDefault(asset, 1);
        double OfToken(TokenId id) => OfAsset(market.AssetOf(id).Id) * (id == token ? peg / (market.TokenState(id)?.Peg?.Value ?? 1) : 1);
        return snapshot with
        {
            Assets = [.. snapshot.Assets.Select(asset => moves.TryGetValue(asset.Id, out var move) ? asset with { PriceUsd = asset.PriceUsd.With(asset.PriceUsd * move) } : asset)],
            Tokens = token is { } id ? WithPeg(market, id, peg) : snapshot.Tokens,
            Opportunities = [.. snapshot.Opportunities.Select(o => Moved(market, o, OfAsset, OfToken))],
        };
    }

    private static IReadOnlyList<TokenState> WithPeg(Market market, TokenId token, double peg)
    {
        var figure = Shift.Figure(peg);
        return market.TokenState(token) is null
            ? [.. market.Snapshot.Tokens, new() { Id = token, Peg = figure }]
            : [.. market.Snapshot.Tokens.Select(state => state.Id == token ? state with { Peg = figure } : state)];
    }

    private static Opportunity Moved(Market market, Opportunity o, Func<string, double> ofAsset, Func<TokenId, double> ofToken)
    {
        var first = ofToken(o.Inputs[0].Token);
        var rewarded = o.Carry.Rewards is EmissionCurve { Asset: { } given } rewards && first > 0 && ofAsset(given) / first is not 1.0 and var budget
            ? o with { Carry = o.Carry with { Rewards = rewards.Times(budget) } }
            : o;
        if (o.Exposures is not null && o.Capital() > 0)
            return WithMargin(rewarded, o.Exposures.Sum(pair => pair.Value * (ofAsset(pair.Key) - 1)), o.Exposures.Keys.Select(ofAsset).FirstOrDefault(1), first);
        var (worth, peg) = Relative(market, o, ofAsset, ofToken);
        return rewarded with
        {
            Worth = worth == 1 ? o.Worth : Shift.Figure((o.Worth?.Value ?? 1) * worth),
            Peg = peg == 1 ? o.Peg : Shift.Figure((o.Peg?.Value ?? 1) * peg),
        };
    }

    /// <summary>A hedge after its underlying moved: the margin has gained or lost, and the notional moved with the underlying.</summary>
    /// <param name="o">The opportunity.</param>
    /// <param name="gain">Gain per unit of notional.</param>
    /// <param name="underlying">Price factor of the underlying.</param>
    /// <param name="first">Price factor of the margin token.</param>
    private static Opportunity WithMargin(Opportunity o, double gain, double underlying, double first)
    {
        if (gain == 0 && first == 1)
            return o;
        var margin = o.Capital() + (first > 0 ? gain / first : -1);
        // The margin is used up: the position is gone.
        return margin <= 0
            ? Stuck(o) with { Worth = Shift.Figure(0) }
            : o with { Worth = Shift.Figure((o.Worth?.Value ?? 1) * margin / o.Capital()), CapitalPerUnit = Shift.Figure(margin * first / underlying) };
    }

    /// <summary>Factors of a position's redemption value and market price, relative to the price of its first input.</summary>
    private static (double Worth, double Peg) Relative(Market market, Opportunity o, Func<string, double> ofAsset, Func<TokenId, double> ofToken)
    {
        var inputs = o.Inputs.Select(input => ofToken(input.Token)).ToArray();
        if (inputs[0] <= 0)
            return (0, 1);
        var place = PoolValue.Of(o, inputs);
        // If an asset is this opportunity's share token, its price is the price of a position here.
        var share = market.Snapshot.Assets.FirstOrDefault(asset => asset.Claims is [{ Opportunity: { } of, Share: null }] && of == o.Id);
        var peg = share is not null && place > 0 && ofAsset(share.Id) != 1 ? ofAsset(share.Id) / place : 1;
        var claimed = o.Claims.Where(backing => backing.Opportunity is not null)
            .Sum(backing => (backing.Share?.Value ?? 1) * (Relative(market, market.Opportunity(backing.Opportunity!), ofAsset, ofToken) is var (worth, sells) ? worth * sells - 1 : 0));
        return (place / inputs[0], peg * (1 + claimed));
    }

    /// <summary>The market after an event: losses are taken, opportunities that it struck directly are closed, and lenders run on pools
    /// that accept the struck asset as collateral.</summary>
    private static Snapshot Struck(Market market, string name)
    {
        var snapshot = market.Snapshot;
        double Loss(IEnumerable<EventLoss> losses) => losses.FirstOrDefault(loss => loss.Event == name)?.Loss.Value ?? 0;
        var halted = snapshot.Chains.Where(chain => Loss(chain.Events) > 0).Select(chain => chain.Id).ToHashSet();
        // Everything loses what its layers say. The first input's own loss already shows in its peg, so worth falls only by the rest.
        return snapshot with
        {
            Chains = [.. snapshot.Chains.Select(chain => halted.Contains(chain.Id) ? chain with { Halted = true } : chain)],
            Routes = [.. snapshot.Routes.Where(route => !halted.Contains(route.From.Chain) && !halted.Contains(route.To.Chain))],
            Tokens = [.. snapshot.Tokens.Select(state => Loss(market.EventsOf(state.Id)) is > 0 and var lost
                ? state with { Peg = Shift.Figure((state.Peg?.Value ?? 1) * (1 - lost)) } : state)],
            Opportunities = [.. snapshot.Opportunities.Select(o =>
            {
                var before = market.EventsOfCollateral(o).Contains(name) ? LendersRun.Of(market.Event(name).Run, o) : o;
                if (Loss(market.EventsOf(o)) is not (> 0 and var lost))
                    return before;
                var first = 1 - Loss(market.EventsOf(o.Inputs[0].Token));
                double Worth(double loss) => first > 0 ? (1 - loss) / first : 0;
                var worth = Worth(lost);
                // Struck directly or through a claim, not only through its tokens. A loss of collateral alone leaves the opportunity open.
                var isStruck = Worth(Loss(market.OwnEventsOf(o))) < 1;
                var struck = isStruck || halted.Contains(o.Chain) ? Stuck(o) : before;
                if (isStruck)
                    struck = struck with { Carry = struck.Carry.Shifted(new(default, ShiftMode.Set, 0)) };
                // A strike on a hedge takes margin; the notional stays.
                return struck with
                {
                    Worth = Shift.Figure((o.Worth?.Value ?? 1) * worth),
                    CapitalPerUnit = o.Exposures is not null && o.Capital() > 0 && worth > 0 ? Shift.Figure(o.Capital() * worth) : o.CapitalPerUnit,
                };
            })],
        };
    }
}

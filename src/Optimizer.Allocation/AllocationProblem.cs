using Optimizer.Model;
using Optimizer.Risk;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>The joint problem of where capital sits and how it gets there, in fractions of the book.</summary>
/// <remarks>
/// Variables: positions x = h + d − w, idle balances y, route flows f; binaries for every action that costs gas. Rows:
/// every token's balance is conserved, gas is paid from the chain's native token, and what constraints ask for.
/// </remarks>
public sealed class AllocationProblem
{
    /// <summary>What moving is charged, per unit of cost, where risk alone is minimised: more than the variance that
    /// a unit of cash would add, so that money is never thrown away for safety's sake; far less than any risk worth
    /// having.</summary>
    private const double Toll = 0.01;

    private readonly ProblemDraft _draft = new();
    private readonly Dictionary<Position, int> _held = [];
    private readonly Dictionary<string, int> _groupUsed = [];
    private readonly List<Position> _positions = [];
    private readonly List<Idle> _idles = [];
    private readonly List<Flow> _flows = [];
    private readonly List<(AllocationConstraint? Source, Requirement Requirement, int Row)> _requirements = [];
    private readonly List<(string Chain, double GasUsd, int Switch)> _gas = [];
    private readonly Reach _reach;

    /// <summary>States the problem of a scenario.</summary>
    /// <param name="market">The market after shocks.</param>
    /// <param name="scenario">The question.</param>
    /// <param name="settings">Settings after overrides.</param>
    /// <param name="constraints">The constraints to apply: the scenario's, or some of them when looking for a conflict.</param>
    public AllocationProblem(Market market, Scenario scenario, Settings settings, IEnumerable<Constraint>? constraints = null)
    {
        (Market, Scenario, Settings) = (market, scenario, settings);
        Risk = new RiskModel(market, settings.Risk, scenario.Numeraire);
        BookUsd = Book.ValueUsd(market, scenario);
        _reach = new Reach(market, scenario, settings.Moves.KeepGas.InUsd(BookUsd));
        foreach (var opportunity in _reach.Opportunities)
            AddPosition(opportunity);
        foreach (var route in _reach.Routes)
            AddRoute(route);
        AddBalances();
        AddGasRules();
        foreach (var constraint in (constraints ?? scenario.Constraints).Cast<AllocationConstraint>())
        {
            foreach (var requirement in constraint.Rows(this))
                Require(constraint, requirement);
        }
    }

    /// <summary>The market after shocks.</summary>
    public Market Market { get; }

    /// <summary>The question.</summary>
    public Scenario Scenario { get; }

    /// <summary>Settings after overrides.</summary>
    public Settings Settings { get; }

    /// <summary>What everything is exposed to.</summary>
    public RiskModel Risk { get; }

    /// <summary>Value of all holdings in USD.</summary>
    public double BookUsd { get; }

    /// <summary>The opportunities in play.</summary>
    public IReadOnlyList<Position> Positions => _positions;

    /// <summary>The tokens in play.</summary>
    public IReadOnlyList<Idle> Idles => _idles;

    /// <summary>The routes in play, by zone.</summary>
    public IReadOnlyList<Flow> Flows => _flows;

    /// <summary>Whether some chain in play can pay for a transaction.</summary>
    public bool HasGas => _reach.HasGas;

    /// <summary>Every action that costs gas: its chain, its cost in USD and its binary.</summary>
    public IReadOnlyList<(string Chain, double GasUsd, int Switch)> Gas => _gas;

    /// <summary>What the constraints ask for, with the row of the problem that stands for it.</summary>
    public IReadOnlyList<(AllocationConstraint? Source, Requirement Requirement, int Row)> Requirements => _requirements;

    /// <summary>Binary: the position is held at all.</summary>
    public LinearExpression Held(Position position)
    {
        if (position.Upper == 0)
            return 0;
        if (position is { Before: 0, DepositSwitch: { } deposit })
            return LinearExpression.Of(deposit);
        if (!_held.TryGetValue(position, out var binary))
        {
            _held[position] = binary = _draft.Binary($"{position.Opportunity.Id} held");
            foreach (var term in position.After.Terms)
                _draft.Switch(binary, term.Variable);
        }

        return LinearExpression.Of(binary);
    }

    /// <summary>Binary that is one when any of the expressions' binaries is: a chain or a protocol in use.</summary>
    public LinearExpression Any(string name, IEnumerable<LinearExpression> binaries)
    {
        if (!_groupUsed.TryGetValue(name, out var used))
        {
            _groupUsed[name] = used = _draft.Binary(name);
            var variable = binaries.Where(b => !b.IsConstant).ToArray();
            foreach (var binary in variable)
                _draft.Row(name, binary <= LinearExpression.Of(used));
            _draft.Row(name, LinearExpression.Of(used) <= LinearExpression.Sum(variable));
        }

        return LinearExpression.Of(used);
    }

    /// <summary>A new continuous variable between bounds, for constraints that need one.</summary>
    public LinearExpression Auxiliary(string name, double lower, double upper) => LinearExpression.Of(_draft.Variable(name, lower, upper));

    /// <summary>Adds a row for a requirement.</summary>
    public void Require(AllocationConstraint? source, Requirement requirement) =>
        _requirements.Add((source, requirement, _draft.Row(requirement.Title, requirement.Inequality)));

    /// <summary>The problem as the solver takes it.</summary>
    public Problem ToProblem()
    {
        var years = Scenario.Horizon.Years;
        var variance = new Dictionary<int, double>();
        var loadings = Risk.Factors.Select(_ => new List<LinearExpression>()).ToArray();
        foreach (var position in _positions)
        {
            foreach (var (factor, loading) in Risk.Loadings(position.Opportunity))
                loadings[factor].Add(loading * position.After);
            foreach (var term in position.After.Terms)
                variance[term.Variable] = position.Opportunity.Volatility * position.Opportunity.Volatility;
        }

        foreach (var idle in _idles)
        {
            foreach (var (factor, loading) in Risk.Loadings(idle.Token))
                loadings[factor].Add(loading * idle.After);
        }

        var factors = loadings
            .Select((parts, f) => new Factor(Risk.Factors[f].Name, [.. LinearExpression.Sum(parts).Terms]))
            .Where(factor => factor.Loadings.Count > 0);
        return _draft.ToProblem(ObjectiveTerms.Value(this), variance, [.. factors], Scenario.Objective switch
        {
            MeanVariance wanted => new MaximizeUtility(wanted.RiskAversion / 2 * years),
            MinimumRisk wanted => new MinimizeRisk(wanted.ReturnAtLeast.Fraction * years,
                [.. (Toll * (ObjectiveTerms.Costs(this) + ObjectiveTerms.Effort(this))).Terms]),
            MaximumReturn wanted => new MaximizeValue(wanted.RiskAtMost.Fraction * wanted.RiskAtMost.Fraction),
            var other => throw new NotSupportedException($"objective {other.GetType().Name}"),
        });
    }

    private void AddPosition(Opportunity opportunity)
    {
        var (held, locked) = Book.HeldUsd(Market, Scenario, opportunity);
        var before = held / opportunity.Capital() / BookUsd;
        var others = Math.Max(0, opportunity.TotalUsd - held);
        var share = Math.Min(Settings.Risk.MaximumShareOfPool.Fraction, 2.0 / 3);
        var room = Math.Min(opportunity.CapacityUsd?.Value ?? double.PositiveInfinity, share / (1 - share) * others - held);
        var isOpen = Scenario.Universe.Allows(Market, opportunity);
        var add = isOpen ? Math.Clamp(room / BookUsd, 0, 1 / Math.Max(Math.Abs(opportunity.Capital()), 0.05)) : 0;
        var take = opportunity.Maturity > Market.Snapshot.TakenAt
            ? 0
            : Math.Clamp(Math.Min(opportunity.WithdrawableNowUsd(), held - locked) / opportunity.Capital() / BookUsd, 0, before);
        if (before == 0 && add == 0)
            return;

        var id = opportunity.Id;
        LinearExpression deposit = 0, withdrawal = 0, after;
        int? depositSwitch = null, withdrawalSwitch = null;
        var least = Settings.Moves.MinimumMove.InUsd(BookUsd) / BookUsd / Math.Abs(opportunity.Capital());
        // Where less fits in than is worth moving, nothing is moved in.
        if (add > 0 && add >= least)
        {
            var d = _draft.Variable($"{id} deposit", 0, add);
            deposit = LinearExpression.Of(d);
            depositSwitch = Action($"{id} enter", d, opportunity.Chain, GasCosts.Enter(Market, opportunity), least);
        }

        if (take > 0)
        {
            var w = _draft.Variable($"{id} withdrawal", 0, take);
            withdrawal = LinearExpression.Of(w);
            withdrawalSwitch = Action($"{id} leave", w, opportunity.Chain, GasCosts.Exit(Market, opportunity),
                Math.Min(take, least));
        }

        if (depositSwitch is { } enters && withdrawalSwitch is { } leaves)
            _draft.Row($"{id} enters or leaves", LinearExpression.Of(enters) + LinearExpression.Of(leaves) <= 1);
        if (before == 0)
        {
            after = deposit;
        }
        else
        {
            after = LinearExpression.Of(_draft.Variable(id, before - take, before + add));
            _draft.Row($"{id} balance", after - deposit + withdrawal, before, before);
        }

        var years = opportunity.Maturity is { } maturity
            ? Math.Min(Scenario.Horizon.Years, (maturity - Market.Snapshot.TakenAt).TotalDays / Duration.DaysPerYear)
            : Scenario.Horizon.Years;
        _positions.Add(new Position
        {
            Opportunity = opportunity,
            Before = before,
            After = after,
            Deposit = deposit,
            Withdrawal = withdrawal,
            DepositSwitch = depositSwitch,
            WithdrawalSwitch = withdrawalSwitch,
            Upper = before + add,
            EarningYears = Math.Max(0, years),
            CarryPerYear = AddCarry(opportunity, after, before, before + add),
        });
    }

    private LinearExpression AddCarry(Opportunity opportunity, LinearExpression after, double before, double upper)
    {
        if (opportunity.Carry.IsFlat || IsMostOfPool(opportunity, before * BookUsd))
            return opportunity.Carry.Rate(0) * after;
        var function = new CarryFunction(opportunity.Carry, before * BookUsd, BookUsd);
        var steepest = Math.Max(Math.Abs(function.SlopeAt(0)), Math.Abs(function.SlopeAt(upper))) + 1;
        var carry = _draft.Variable($"{opportunity.Id} carry", -steepest * upper, steepest * upper);
        _draft.Link(new(carry, after.Terms.Single().Variable, function));
        return LinearExpression.Of(carry);
    }

    /// <summary>The effective annual rate that the problem credits to a position.</summary>
    /// <param name="position">The position.</param>
    /// <param name="afterUsd">Its notional in USD.</param>
    public double CreditedRate(Position position, double afterUsd)
    {
        var beforeUsd = position.Before * BookUsd;
        return position.Opportunity.Carry.Rate(IsMostOfPool(position.Opportunity, beforeUsd) ? 0 : afterUsd - beforeUsd);
    }

    /// <summary>The constraint that forbids adding to a position, if one does.</summary>
    public string? ForbiddenBy(Position position) => _requirements
        .Where(r => r.Requirement is { IsReported: false, Inequality.Greater: { IsConstant: true, Constant: 0 } }
            && ReferenceEquals(r.Requirement.Inequality.Lesser, position.Deposit))
        .Select(r => r.Source?.Title() ?? r.Requirement.Title).FirstOrDefault();

    /// <summary>Where one already is most of a pool, size × rate is not concave; today's rate is then credited
    /// throughout, which understates what a withdrawal would leave and never overstates it.</summary>
    private static bool IsMostOfPool(Opportunity opportunity, double heldUsd) =>
        opportunity.TotalUsd > 0 && heldUsd > 0.6 * opportunity.TotalUsd;

    private void AddRoute(Route route)
    {
        var isGas = _reach.IsGasOnly(route.To);
        var buysGas = route.To == Market.Chain(route.To.Chain).NativeTokenId();
        var lower = route.MinimumUsd?.Value ?? 0;
        var zones = new List<LinearExpression>();
        foreach (var tier in route.Fees)
        {
            var upper = Math.Min(Math.Min(tier.UpToUsd?.Value ?? double.PositiveInfinity, route.MaximumUsd?.Value ?? double.PositiveInfinity),
                isGas ? TopUpLimitUsd(route.To.Chain) : BookUsd);
            var minimum = Math.Max(lower, buysGas ? 0 : Math.Min(upper, Settings.Moves.MinimumMove.InUsd(BookUsd)));
            lower = tier.UpToUsd?.Value ?? lower;
            if (minimum > upper || upper <= 0)
                continue;
            zones.Add(LinearExpression.Of(AddZone(route, tier, minimum, upper)));
        }

        if (zones.Count > 1)
            _draft.Row($"{route.Id} one zone", LinearExpression.Sum(zones) <= 1);
    }

    private int AddZone(Route route, FeeTier tier, double minimumUsd, double upperUsd)
    {
        var fee = tier.Bps / 10_000;
        var impact = (route.ImpactBpsPerMillionUsd?.Value ?? 0) / 10_000 / 1e6 * BookUsd;
        var upper = upperUsd / BookUsd;
        var flow = _draft.Variable(route.Id, 0, upper);
        var used = Action($"{route.Id} used", flow, route.From.Chain, GasCosts.Send(Market, route), minimumUsd / BookUsd);
        if (GasCosts.Claim(Market, route) is var claim && claim > 0)
            _gas.Add((route.To.Chain, GasCosts.ToUsd(Market, route.To.Chain, claim), used));
        LinearExpression delivered;
        if (impact > 0)
        {
            var output = _draft.Variable($"{route.Id} out", 0, upper);
            _draft.Link(new(output, flow, new QuadraticFunction(1 - fee, impact), IsExact: true));
            delivered = LinearExpression.Of(output);
        }
        else
        {
            delivered = (1 - fee) * LinearExpression.Of(flow);
        }

        _flows.Add(new Flow
        {
            Route = route,
            FeeRate = fee,
            In = LinearExpression.Of(flow),
            Out = delivered - (route.FixedFeeUsd?.Value ?? 0) / BookUsd * LinearExpression.Of(used),
            Switch = used,
        });
        return used;
    }

    /// <summary>Every token: what was there, plus what comes in, less what goes out and what gas takes, is what stays.</summary>
    private void AddBalances()
    {
        var change = _reach.Tokens.ToDictionary(token => token, _ => new List<LinearExpression>());
        foreach (var position in _positions)
        {
            foreach (var input in position.Opportunity.Inputs)
            {
                change[input.Token].Add(-input.Share * position.EntryPerUnit * position.Deposit);
                change[input.Token].Add(input.Share * position.ExitPerUnit * position.Withdrawal);
            }
        }

        foreach (var flow in _flows)
        {
            change[flow.Route.From].Add(-1 * flow.In);
            change[flow.Route.To].Add(flow.Out);
        }

        foreach (var (chain, gasUsd, used) in _gas)
            change[Market.Chain(chain).NativeTokenId()].Add(-gasUsd / BookUsd * LinearExpression.Of(used));
        foreach (var token in _reach.Tokens.OrderBy(token => token.ToString(), StringComparer.Ordinal))
        {
            var (held, locked) = Book.HeldUsd(Market, Scenario, token);
            var moves = LinearExpression.Sum(change[token]);
            if (held == 0 && moves.IsConstant)
                continue;
            var upper = _reach.IsGasOnly(token) ? (held + TopUpLimitUsd(token.Chain)) / BookUsd : 1;
            var idle = LinearExpression.Of(_draft.Variable($"{token} idle", locked / BookUsd, Math.Max(upper, held / BookUsd)));
            _draft.Row($"{token} balance", idle - moves, held / BookUsd, held / BookUsd);
            _idles.Add(new Idle { Token = token, Before = held / BookUsd, After = idle });
        }
    }

    /// <summary>Whoever acts on a chain has gas there, and keeps some for the way back where money is put.</summary>
    private void AddGasRules()
    {
        var keep = Settings.Moves.KeepGas.InUsd(BookUsd) / BookUsd;
        foreach (var idle in _idles)
        {
            var chain = Market.Chain(idle.Token.Chain);
            if (idle.Token != chain.NativeTokenId())
                continue;
            var (_, lockedUsd) = Book.HeldUsd(Market, Scenario, idle.Token);
            var free = idle.Before - lockedUsd / BookUsd;
            var arriving = _positions.Where(p => p.Opportunity.Chain == chain.Id && p.DepositSwitch is not null).Select(p => p.DepositSwitch!.Value)
                .Concat(_flows.Where(f => f.Route.CrossesChains() && f.Route.To.Chain == chain.Id && f.Route.To != idle.Token).Select(f => f.Switch));
            foreach (var arrives in keep > 0 ? arriving.Distinct() : [])
                _draft.Row($"{chain.Id} keeps gas", keep * LinearExpression.Of(arrives) + lockedUsd / BookUsd <= idle.After);
            var actions = _gas.Where(g => g.Chain == chain.Id).ToArray();
            // What stays has to be left one day too. Where little is there, gas of today goes before that of then.
            var dearest = actions.Length == 0 ? 0 : actions.Max(action => action.GasUsd) / BookUsd;
            foreach (var stays in keep > 0 && free >= 2 * keep + 10 * dearest ? _positions.Where(p => p.Opportunity.Chain == chain.Id && p.Before >= keep) : [])
                _draft.Row($"{chain.Id} keeps gas for {stays.Opportunity.Id}", keep + lockedUsd / BookUsd - keep / stays.Before * stays.Withdrawal <= idle.After);
            if (actions.Length == 0 || free * BookUsd >= actions.Max(a => a.GasUsd))
                continue;
            // What the balance row says of cents on a book of millions, said in a way that no tolerance swallows.
            var supply = LinearExpression.Sum(_flows
                .Where(f => f.Route.To == idle.Token && f.Route.CrossesChains())
                .Select(f => LinearExpression.Of(f.Switch)));
            foreach (var action in actions.Where(a => a.GasUsd > free * BookUsd).DistinctBy(a => a.Switch))
                _draft.Row($"{chain.Id} needs gas", LinearExpression.Of(action.Switch) <= supply);
        }
    }

    private double TopUpLimitUsd(string chain)
    {
        var dearest = _positions.Where(p => p.Opportunity.Chain == chain)
            .Select(p => GasCosts.ToUsd(Market, chain, GasCosts.Enter(Market, p.Opportunity) + GasCosts.Exit(Market, p.Opportunity)))
            .DefaultIfEmpty(0).Max();
        return 2 * Settings.Moves.KeepGas.InUsd(BookUsd) + 10 * dearest + 1;
    }

    private int Action(string name, int variable, string chain, System.Numerics.BigInteger gas, double minimum)
    {
        var binary = _draft.Binary(name);
        _draft.Switch(binary, variable, minimum);
        _gas.Add((chain, GasCosts.ToUsd(Market, chain, gas), binary));
        return binary;
    }
}

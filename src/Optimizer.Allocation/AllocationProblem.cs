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
    private readonly ProblemDraft _draft = new();
    private readonly Dictionary<Position, int> _held = [];
    private readonly Dictionary<string, int> _groupUsed = [];
    private readonly List<Position> _positions = [];
    private readonly List<IdleBalance> _idles = [];
    private readonly List<Flow> _flows = [];
    private readonly List<(AllocationConstraint? Source, Requirement Requirement, int Row)> _requirements = [];
    private readonly List<(string Chain, double GasUsd, int Switch)> _gas = [];
    private readonly AllocationConstraint[] _constraints;
    private readonly Dictionary<string, LinearExpression> _named = [];
    private TailRows? _tail;
    private DrawdownRows? _drawdowns;
    private IReadOnlyDictionary<string, double>? _origin;
    private readonly List<(string Chain, double CostUsd, int Switch)> _rounds = [];
    private readonly Reach _reach;

    /// <summary>A rule that pays more than the market serves those who hold what it takes: nothing is bought to be converted, and nothing
    /// goes round.</summary>
    private void LimitGains()
    {
        ForbidCircles(_reach.Tokens);
        foreach (var asset in _flows.Where(flow => flow.Terms.Ratio > 1 + 1e-12).GroupBy(flow => Market.AssetOf(flow.Route.From).Id).OrderBy(same => same.Key, StringComparer.Ordinal))
        {
            var held = Scenario.Holdings.Where(holding => holding.Opportunity is { } place ? Market.Opportunity(place).Inputs.All(input => Market.AssetOf(input.Token).Id == asset.Key) : Market.AssetOf(holding.Token!.Value).Id == asset.Key)
                .Sum(holding => Math.Max(0, Book.ValueUsd(Market, holding)));
            _draft.Row($"{asset.Key} converted beyond the market", LinearExpression.Sum(asset.Select(flow => flow.In)) <= held / BookUsd);
        }
    }

    /// <summary>More than this nobody gains by converting.</summary>
    private const double MostGain = 20;

    /// <summary>The most that may lie in one place, in fractions of the book: more than all of it where debts may be drawn, each of which
    /// is at most the book.</summary>
    private readonly double _mostCapital;

    /// <summary>States the problem of a scenario.</summary>
    /// <param name="market">The market after shocks.</param>
    /// <param name="scenario">The question.</param>
    /// <param name="settings">Settings after overrides.</param>
    /// <param name="constraints">The constraints to apply: the scenario's, or some of them when looking for a conflict.</param>
    /// <param name="delays">What money that waits for a route forgoes beyond the route's own time, in USD by the route's id.</param>
    public AllocationProblem(Market market, Scenario scenario, Settings settings, IEnumerable<Constraint>? constraints = null, IReadOnlyDictionary<string, double>? delays = null)
    {
        (Market, Scenario, Settings, Delays) = (market, scenario, settings, delays ?? new Dictionary<string, double>());
        Risk = new RiskModel(market, settings.Risk, scenario.Numeraire);
        Rates = new RateForecast(market, settings, scenario.Horizon);
        Views = new PriceViews(market, Risk, scenario.Views);
        BookUsd = Book.ValueUsd(market, scenario);
        _reach = new Reach(market, scenario, settings.Moves.KeepGas.InUsd(BookUsd));
        // What is owed is no bound on what may be moved, and a rule that gives more than the market makes more of it.
        var grossUsd = scenario.Holdings.Sum(holding => Math.Max(0, Book.ValueUsd(market, holding))) + scenario.Others.Sum(other => other.ValueUsd?.Amount ?? 0);
        var gains = _reach.Routes.Select(route => new RouteTerms(market, route).Ratio).Append(1).Max();
        _mostCapital = Math.Max(1, grossUsd / BookUsd) * (1 + _reach.Opportunities.Count(opportunity => opportunity.IsDebt())) * Math.Min(gains, MostGain);
        foreach (var opportunity in _reach.Opportunities)
            AddPosition(opportunity);
        foreach (var route in IsHeld ? [] : _reach.Routes)
            AddRoute(route);
        AddBalances();
        AddGasRules();
        AddRounds();
        if (gains > 1 + 1e-12)
            LimitGains();
        _constraints = [.. (constraints ?? Demanded(market, scenario)).Cast<AllocationConstraint>()];
        foreach (var constraint in _constraints)
        {
            foreach (var requirement in constraint.Rows(this))
                Require(constraint, requirement);
        }

        foreach (var requirement in Objective.Rows(this))
            Require(null, requirement);
    }

    /// <summary>Everything that a scenario demands: its constraints, its payments, and that exposure without a view stays.</summary>
    public static IEnumerable<AllocationConstraint> Demanded(Market market, Scenario scenario) =>
        [.. scenario.Constraints.Cast<AllocationConstraint>(), .. scenario.Payments.Select(payment => new PaymentReserve(payment)), .. KeptExposure.Of(market, scenario)];

    /// <summary>The market after shocks.</summary>
    public Market Market { get; }

    /// <summary>The question.</summary>
    public Scenario Scenario { get; }

    /// <summary>Settings after overrides.</summary>
    public Settings Settings { get; }

    /// <summary>What money that waits for a route forgoes beyond the route's own time, in USD by the route's id.</summary>
    public IReadOnlyDictionary<string, double> Delays { get; }

    /// <summary>What everything is exposed to.</summary>
    public RiskModel Risk { get; }

    /// <summary>What rates come to over the horizon.</summary>
    public RateForecast Rates { get; }

    /// <summary>What is expected of prices.</summary>
    public PriceViews Views { get; }

    /// <summary>What is wanted.</summary>
    public AllocationObjective Objective => (AllocationObjective)Scenario.Objective;

    /// <summary>What the risk is measured from, by opportunity, in fractions of the book.</summary>
    public IReadOnlyDictionary<string, double> Origin => _origin ??= Objective.Origin(this);

    /// <summary>What everything gains by draw.</summary>
    public TailRows Tail => _tail ??= new(this);

    /// <summary>How everything falls on the way to the horizon, by draw.</summary>
    public DrawdownRows Drawdowns => _drawdowns ??= new(this);

    /// <summary>Whether rows are added while it is solved.</summary>
    public bool AddsRows => !IsHeld && (Objective.AddsRows() || _constraints.Any(constraint => constraint.IsOneLimit()));

    /// <summary>Value of all holdings in USD.</summary>
    public double BookUsd { get; }

    /// <summary>The opportunities in play.</summary>
    public IReadOnlyList<Position> Positions => _positions;

    /// <summary>The tokens in play.</summary>
    public IReadOnlyList<IdleBalance> Idles => _idles;

    /// <summary>The routes in play, by zone.</summary>
    public IReadOnlyList<Flow> Flows => _flows;

    /// <summary>Whether some chain in play can pay for a transaction.</summary>
    public bool HasGas => _reach.HasGas;

    /// <summary>Every action that costs gas: its chain, its cost in USD and its binary.</summary>
    public IReadOnlyList<(string Chain, double GasUsd, int Switch)> Gas => _gas;

    /// <summary>The rounds of signatures that a plan may need: the chain, what one is worth in USD, and its binary.</summary>
    public IReadOnlyList<(string Chain, double CostUsd, int Switch)> Rounds => _rounds;

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

    /// <summary>A continuous variable by its name, between −2 and 2 books.</summary>
    public LinearExpression Named(string name) => _named.TryGetValue(name, out var known) ? known : _named[name] = Auxiliary(name, -2, 2);

    /// <summary>A new continuous variable between bounds, for constraints that need one.</summary>
    public LinearExpression Auxiliary(string name, double lower, double upper) => LinearExpression.Of(_draft.Variable(name, lower, upper));

    /// <summary>Adds a row for a requirement.</summary>
    /// <remarks>Where the book is held, what constraints ask for is told and not enforced.</remarks>
    public void Require(AllocationConstraint? source, Requirement requirement) =>
        _requirements.Add((source, requirement, IsHeld ? NoRow : _draft.Row(requirement.Title, requirement.Inequality)));

    /// <summary>Adds the rows that an answer shows to be missing.</summary>
    /// <returns>Whether there were any.</returns>
    public bool RequireMissing(IReadOnlyList<double> values)
    {
        var missing = _constraints.Select(constraint => (Source: (AllocationConstraint?)constraint, Row: constraint.Missing(this, values)))
            .Append((null, Objective.Missing(this, values))).Where(pair => pair.Row is not null).ToArray();
        foreach (var (source, row) in missing)
            Require(source, row!);
        return missing.Length > 0;
    }

    /// <summary>The row of a requirement that is not enforced.</summary>
    public const int NoRow = -1;

    private bool IsHeld => Scenario.Mode == ScenarioMode.Hold;

    /// <summary>The problem as the solver takes it.</summary>
    public Problem ToProblem()
    {
        // What the risk is measured from is held by a column of its own, which is always one.
        var origin = Origin.Count > 0 ? _named.TryGetValue("origin", out var known) ? known : _named["origin"] = Auxiliary("origin", 1, 1) : LinearExpression.Zero;
        var variance = new Dictionary<int, double>();
        var loadings = Risk.Factors.Select(_ => new List<LinearExpression>()).ToArray();
        var own = new List<Factor>();
        foreach (var position in _positions)
        {
            var apart = Origin.GetValueOrDefault(position.Opportunity.Id) is not 0 and var from ? position.After - from * origin : position.After;
            foreach (var (factor, loading) in Risk.Loadings(position.Opportunity))
                loadings[factor].Add(loading * apart);
            if (!ReferenceEquals(apart, position.After))
                own.Add(new($"{position.Opportunity.Id} own", [.. (position.Opportunity.Volatility.Value * apart).Terms]));
            else if (position.After.Terms.Any())
                variance[position.After.Terms.Single().Variable] = position.Opportunity.Volatility * position.Opportunity.Volatility;
        }

        foreach (var idle in _idles)
        {
            foreach (var (factor, loading) in Risk.Loadings(idle.Token))
                loadings[factor].Add(loading * idle.After);
        }

        var factors = loadings.Select((parts, f) => new Factor(Risk.Factors[f].Name, [.. LinearExpression.Sum(parts).Terms])).Concat(own).Where(factor => factor.Loadings.Count > 0);
        return _draft.ToProblem(Objective.Value(this), variance, [.. factors], Objective.Goal(this));
    }

    private void AddPosition(Opportunity opportunity)
    {
        var capital = Math.Abs(opportunity.Capital());
        var (held, locked) = Book.NotionalUsd(Market, Scenario, opportunity);
        var before = held / BookUsd;
        var least = Settings.Moves.MinimumMove.InUsd(BookUsd) / BookUsd / capital;
        var others = Math.Max(0, Market.TotalUsd(opportunity) - held);
        var share = Math.Min(Settings.Risk.MaximumShareOfPool.Fraction, 2.0 / 3);
        var room = Math.Min(Market.CapacityUsd(opportunity), share / (1 - share) * others - held);
        var add = !IsHeld && Scenario.Universe.Allows(Market, opportunity) ? Math.Clamp(room / BookUsd, 0, _mostCapital / Math.Max(capital, 0.05)) : 0;
        // A debt is repaid whatever the pool holds.
        var free = opportunity.IsDebt() ? held - locked : Math.Min(Market.WithdrawableNowUsd(opportunity) / capital, held - locked);
        var take = IsHeld || opportunity.Maturity > Market.Snapshot.TakenAt ? 0 : Math.Clamp(free / BookUsd, 0, before);
        // What is smaller than the smallest move moves only as a whole.
        if (take < Math.Min(least, before))
            take = 0;
        if (before == 0 && add == 0)
            return;

        var id = opportunity.Id;
        LinearExpression deposit = 0, withdrawal = 0, after;
        int? depositSwitch = null, withdrawalSwitch = null;
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
            EarningYears = Rates.EarningYears(opportunity),
            Carry = AddCarry(opportunity, after, before, before + add),
        });
    }

    private LinearExpression AddCarry(Opportunity opportunity, LinearExpression after, double before, double upper)
    {
        if (opportunity.Carry.IsFlat || IsMostOfPool(opportunity, before * BookUsd))
            return Rates.Growth(opportunity, 0) * after;
        var function = new CarryFunction(Rates, opportunity, before * BookUsd, BookUsd);
        var steepest = Math.Max(Math.Abs(function.SlopeAt(0)), Math.Abs(function.SlopeAt(upper))) + 1;
        var carry = _draft.Variable($"{opportunity.Id} carry", -steepest * upper, steepest * upper);
        _draft.Link(new(carry, after.Terms.Single().Variable, function));
        return LinearExpression.Of(carry);
    }

    /// <summary>What the problem takes a unit of a position to earn over the horizon, as a fraction.</summary>
    /// <param name="position">The position.</param>
    /// <param name="afterUsd">Its notional in USD.</param>
    public double Growth(Position position, double afterUsd) => Rates.Growth(position.Opportunity, AddedUsd(position, afterUsd));

    /// <summary>The yearly rate that is paid now at a size, as a fraction.</summary>
    /// <param name="position">The position.</param>
    /// <param name="afterUsd">Its notional in USD.</param>
    public double RateToday(Position position, double afterUsd) => Market.CarryRate(position.Opportunity, AddedUsd(position, afterUsd));

    private double AddedUsd(Position position, double afterUsd)
    {
        var beforeUsd = position.Before * BookUsd;
        return IsMostOfPool(position.Opportunity, beforeUsd) ? 0 : afterUsd - beforeUsd;
    }

    /// <summary>The constraint that forbids adding to a position, if one does.</summary>
    public string? ForbiddenBy(Position position) => _requirements
        .Where(r => r.Requirement is { IsReported: false, Inequality.Greater: { IsConstant: true, Constant: 0 } }
            && ReferenceEquals(r.Requirement.Inequality.Lesser, position.Deposit))
        .Select(r => r.Source?.Title() ?? r.Requirement.Title).FirstOrDefault();

    /// <summary>Where one already is most of a pool, size × rate is not concave; today's rate is then credited
    /// throughout, which understates what a withdrawal would leave and never overstates it.</summary>
    private bool IsMostOfPool(Opportunity opportunity, double heldUsd) =>
        opportunity.Total > 0 && heldUsd > 0.6 * Market.TotalUsd(opportunity);

    private void AddRoute(Route route)
    {
        var terms = new RouteTerms(Market, route);
        var isGas = _reach.IsGasOnly(route.To);
        var buysGas = route.To == Market.Chain(route.To.Chain).NativeTokenId();
        var smallest = buysGas ? 0 : Settings.Moves.MinimumMove.InUsd(BookUsd);
        var most = Math.Min(terms.MaximumUsd, isGas ? TopUpLimitUsd(route.To.Chain) : _mostCapital * BookUsd);
        var lower = terms.MinimumUsd;
        var zones = new List<LinearExpression>();
        foreach (var zone in terms.Zones)
        {
            // The plan is exact to a base unit, the solver to its tolerance: bounds that a contract enforces are met with that to spare.
            var upper = Math.Min(zone.UpToUsd, most) * (1 - Margin);
            var minimum = Math.Max(lower * (1 + Margin), Math.Min(most, smallest));
            lower = zone.UpToUsd;
            if (minimum > upper || upper <= 0)
                continue;
            zones.Add(LinearExpression.Of(AddZone(terms, zone, minimum, upper)));
        }

        if (zones.Count > 1)
            _draft.Row($"{route.Id} one zone", LinearExpression.Sum(zones) <= 1);
    }

    /// <summary>Distance kept from a route's limits, relative.</summary>
    private const double Margin = 1e-6;

    private int AddZone(RouteTerms terms, RouteZone zone, double minimumUsd, double upperUsd)
    {
        var (route, fee) = (terms.Route, zone.FeeRate);
        var impact = terms.ImpactPerUsd * BookUsd;
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
            Terms = terms,
            FeeRate = fee,
            In = LinearExpression.Of(flow),
            Out = terms.Ratio * (delivered - terms.FixedFeeUsd / BookUsd * LinearExpression.Of(used)),
            Switch = used,
        });
        return used;
    }

    /// <summary>Forbids that money runs in a circle through some tokens: it would be sent before it is there. Every token gets a time, and
    /// a route that is used leads to a later one.</summary>
    /// <remarks>Miller, Tucker and Zemlin 1960. The rows are added where an answer needs them, since answers seldom do.</remarks>
    public void ForbidCircles(IReadOnlySet<TokenId> tokens)
    {
        var step = 1.0 / tokens.Count;
        var time = tokens.OrderBy(token => token.ToString(), StringComparer.Ordinal).ToDictionary(token => token, token => Auxiliary($"{token} time", 0, 1));
        foreach (var flow in _flows.Where(flow => tokens.Contains(flow.Route.From) && tokens.Contains(flow.Route.To)))
            _draft.Row($"{flow.Route.Id} in no circle", time[flow.Route.From] + (1 + step) * LinearExpression.Of(flow.Switch) <= time[flow.Route.To] + 1);
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
            var upper = _reach.IsGasOnly(token) ? (held + TopUpLimitUsd(token.Chain)) / BookUsd : _mostCapital;
            var idle = LinearExpression.Of(_draft.Variable($"{token} idle", locked / BookUsd, Math.Max(upper, held / BookUsd)));
            _draft.Row($"{token} balance", idle - moves, held / BookUsd, held / BookUsd);
            _idles.Add(new IdleBalance { Token = token, Before = held / BookUsd, After = idle });
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
                _draft.Row($"{chain.Id} keeps gas", InGas * (keep * LinearExpression.Of(arrives) + lockedUsd / BookUsd) <= InGas * idle.After);
            var actions = _gas.Where(g => g.Chain == chain.Id).ToArray();
            KeepGasForLeaving(idle, chain, free, lockedUsd, actions.Length == 0 ? 0 : actions.Max(action => action.GasUsd) / BookUsd);
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

    /// <summary>Rows about gas are in thousands of USD: in fractions of a large book their dollars would be below every tolerance.</summary>
    private double InGas => BookUsd / 1_000;

    /// <summary>What is put on a chain, and what stays there, has to be left one day, at gas prices of a bad day. Where little is there,
    /// gas of today goes before that of then.</summary>
    private void KeepGasForLeaving(IdleBalance idle, Chain chain, double free, double lockedUsd, double dearest)
    {
        var here = _positions.Where(p => p.Opportunity.Chain == chain.Id).ToArray();
        double Leaving(Position position) => StressedExitUsd(position.Opportunity) / BookUsd;
        var keeps = Settings.Moves.KeepGas.InUsd(BookUsd) / BookUsd;
        var staying = here.Where(p => p.Before > 0).ToArray();
        var isEnough = keeps > 0 && free >= 2 * keeps + 10 * dearest + staying.Sum(Leaving);
        foreach (var stays in isEnough ? staying.Where(p => p.Before >= keeps) : [])
            _draft.Row($"{chain.Id} keeps gas for {stays.Opportunity.Id}", InGas * (keeps + lockedUsd / BookUsd - keeps / stays.Before * stays.Withdrawal) <= InGas * idle.After);
        var left = LinearExpression.Sum([
            .. here.Where(p => p is { Before: 0, DepositSwitch: not null }).Select(p => Leaving(p) * LinearExpression.Of(p.DepositSwitch!.Value)),
            .. isEnough ? staying.Select(p => Leaving(p) - Leaving(p) / p.Before * p.Withdrawal) : []]);
        if (keeps > 0 && !left.IsConstant)
            _draft.Row($"{chain.Id} keeps gas for leaving", InGas * (left + lockedUsd / BookUsd) <= InGas * idle.After);
    }

    /// <summary>Signatures: an account and a round on every chain where something is done, and another round where money arrives from
    /// elsewhere after something was sent or taken out.</summary>
    private void AddRounds()
    {
        var (account, round) = (Settings.Moves.EffortPerAccount.InUsd(BookUsd), Settings.Moves.EffortPerRound.InUsd(BookUsd));
        if (account + round <= 0)
            return;
        foreach (var chain in _gas.GroupBy(action => action.Chain).OrderBy(same => same.Key, StringComparer.Ordinal))
        {
            var used = Group($"{chain.Key} account", chain.Select(action => action.Switch));
            _rounds.Add((chain.Key, account + round, used));
            var arriving = _flows.Where(f => f.Route.CrossesChains() && f.Route.To.Chain == chain.Key && !_reach.IsGasOnly(f.Route.To)).Select(f => f.Switch).ToArray();
            var before = _flows.Where(f => f.Route.CrossesChains() && f.Route.From.Chain == chain.Key).Select(f => f.Switch)
                .Concat(_positions.Where(p => p.Opportunity.Chain == chain.Key && p.WithdrawalSwitch is not null).Select(p => p.WithdrawalSwitch!.Value)).ToArray();
            if (arriving.Length == 0 || before.Length == 0 || round <= 0)
                continue;
            var again = _draft.Binary($"{chain.Key} second round");
            _draft.Row($"{chain.Key} second round", LinearExpression.Of(Group($"{chain.Key} receives", arriving)) + LinearExpression.Of(Group($"{chain.Key} sends", before)) <= 1 + LinearExpression.Of(again));
            _rounds.Add((chain.Key, round, again));
        }
    }

    /// <summary>A binary that is one where any of some is.</summary>
    private int Group(string name, IEnumerable<int> switches)
    {
        var any = _draft.Binary(name);
        foreach (var binary in switches.Distinct())
            _draft.Row(name, LinearExpression.Of(binary) <= LinearExpression.Of(any));
        return any;
    }

    /// <summary>What leaving a position may cost in gas one day, in USD.</summary>
    private double StressedExitUsd(Opportunity opportunity) =>
        Settings.Moves.StressedGas * GasCosts.ToUsd(Market, opportunity.Chain, GasCosts.Exit(Market, opportunity));

    private double TopUpLimitUsd(string chain)
    {
        const int MostPositions = 10;
        var leaving = _positions.Where(p => p.Opportunity.Chain == chain).Select(p => StressedExitUsd(p.Opportunity)).OrderDescending().Take(MostPositions).Sum();
        var dearest = _positions.Where(p => p.Opportunity.Chain == chain)
            .Select(p => GasCosts.ToUsd(Market, chain, GasCosts.Enter(Market, p.Opportunity) + GasCosts.Exit(Market, p.Opportunity)))
            .DefaultIfEmpty(0).Max();
        return 2 * Settings.Moves.KeepGas.InUsd(BookUsd) + 10 * dearest + leaving + 1;
    }

    private int Action(string name, int variable, string chain, System.Numerics.BigInteger gas, double minimum)
    {
        var binary = _draft.Binary(name);
        _draft.Switch(binary, variable, minimum);
        _gas.Add((chain, GasCosts.ToUsd(Market, chain, gas), binary));
        return binary;
    }
}

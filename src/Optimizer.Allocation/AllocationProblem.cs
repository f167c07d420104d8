using Optimizer.Model;
using Optimizer.Risk;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>The joint problem of allocation and moves, in fractions of the book.</summary>
/// <remarks>
/// Variables: positions x = h + d − w, idle balances y, route flows f, and a binary for every action that costs gas. Rows: the balance of
/// every
/// token, gas paid from each chain's native token, and the scenario's constraints.
/// </remarks>
public sealed partial class AllocationProblem
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
    private readonly RelevantMarket _reach;

    /// <summary>Upper limit of the gain factor of a conversion.</summary>
    private const double MostGain = 20;

    /// <summary>Upper bound of a position, in fractions of the book: above 1 where debts may be drawn, each of which is at most the
    /// book.</summary>
    private readonly double _mostCapital;

    /// <summary>Builds the problem of a scenario.</summary>
    /// <param name="market">The market after shocks.</param>
    /// <param name="scenario">The scenario.</param>
    /// <param name="settings">Settings after overrides.</param>
    /// <param name="constraints">The constraints to apply: the scenario's, or some of them when looking for a conflict.</param>
    /// <param name="lessons">Findings from earlier plans of the same problem; none where absent.</param>
    public AllocationProblem(Market market, Scenario scenario, Settings settings, IEnumerable<Constraint>? constraints = null, PlanLessons? lessons = null)
    {
        (Market, Scenario, Settings, Lessons) = (market, scenario, settings, lessons ?? PlanLessons.None);
        Risk = new RiskModel(market, settings.Risk, scenario.Numeraire);
        Rates = new RateForecast(market, settings, scenario.Horizon);
        Views = new PriceViews(market, Risk, scenario.Views);
        BookUsd = Book.ValueUsd(market, scenario);
        _reach = new RelevantMarket(market, scenario, settings.Moves.KeepGas.InUsd(BookUsd));
        // Money moved can exceed the book's net value: borrowed money can be moved too, and a converter that pays more than the market adds
        // to it.
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

    /// <summary>Everything that a scenario demands: its constraints, its payments, and at least today's exposure where there is no
    /// view.</summary>
    public static IEnumerable<AllocationConstraint> Demanded(Market market, Scenario scenario) =>
        [.. scenario.Constraints.Cast<AllocationConstraint>(), .. scenario.Payments.Select(payment => new PaymentReserve(payment)), .. KeptExposure.Of(market, scenario)];

    /// <summary>The market after shocks.</summary>
    public Market Market { get; }

    /// <summary>The scenario.</summary>
    public Scenario Scenario { get; }

    /// <summary>Settings after overrides.</summary>
    public Settings Settings { get; }

    /// <summary>Findings from earlier plans of this problem.</summary>
    public PlanLessons Lessons { get; }

    /// <summary>The risk model.</summary>
    public RiskModel Risk { get; }

    /// <summary>Rate forecasts over the horizon.</summary>
    public RateForecast Rates { get; }

    /// <summary>Expected price changes.</summary>
    public PriceViews Views { get; }

    /// <summary>The objective.</summary>
    public AllocationObjective Objective => (AllocationObjective)Scenario.Objective;

    /// <summary>The reference allocation from which risk is measured, by opportunity, in fractions of the book.</summary>
    public IReadOnlyDictionary<string, double> Origin => _origin ??= Objective.Origin(this);

    /// <summary>Gains by draw of every position and token.</summary>
    public TailRows Tail => _tail ??= new(this);

    /// <summary>Drawdowns by draw on the way to the horizon.</summary>
    public DrawdownRows Drawdowns => _drawdowns ??= new(this);

    /// <summary>Whether rows are added during the solve.</summary>
    public bool AddsRows => !IsHeld && (Objective.AddsRows() || _constraints.Any(constraint => constraint.IsOneLimit()));

    /// <summary>Value of all holdings in USD.</summary>
    public double BookUsd { get; }

    /// <summary>The positions of the problem.</summary>
    public IReadOnlyList<Position> Positions => _positions;

    /// <summary>The idle balances of the problem.</summary>
    public IReadOnlyList<IdleBalance> Idles => _idles;

    /// <summary>The routes of the problem, one entry per fee tier.</summary>
    public IReadOnlyList<Flow> Flows => _flows;

    /// <summary>Whether at least one chain has gas for a transaction.</summary>
    public bool HasGas => _reach.HasGas;

    /// <summary>Every action that costs gas: its chain, its cost in USD and its binary.</summary>
    public IReadOnlyList<(string Chain, double GasUsd, int Switch)> Gas => _gas;

    /// <summary>Rounds of signatures that a plan may need: the chain, the effort in USD, and the binary.</summary>
    public IReadOnlyList<(string Chain, double CostUsd, int Switch)> Rounds => _rounds;

    /// <summary>The requirements of the constraints, with the index of their row.</summary>
    public IReadOnlyList<(AllocationConstraint? Source, Requirement Requirement, int Row)> Requirements => _requirements;

    /// <summary>Binary: one if the position is held.</summary>
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

    /// <summary>Binary: one if any of the given binaries is one, such as a chain or a protocol in use.</summary>
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

    /// <summary>A continuous variable by name, bounded by −2 and 2 times the book.</summary>
    public LinearExpression Named(string name) => _named.TryGetValue(name, out var known) ? known : _named[name] = Auxiliary(name, -2, 2);

    /// <summary>A new continuous variable between bounds, for constraints that need one.</summary>
    public LinearExpression Auxiliary(string name, double lower, double upper) => LinearExpression.Of(_draft.Variable(name, lower, upper));

    /// <summary>Adds a row for a requirement.</summary>
    /// <remarks>In <c>mode: hold</c> requirements are reported but not enforced.</remarks>
    public void Require(AllocationConstraint? source, Requirement requirement) =>
        _requirements.Add((source, requirement, IsHeld ? NoRow : _draft.Row(requirement.Title, requirement.Inequality)));

    /// <summary>Adds the rows that an answer violates.</summary>
    /// <returns>Whether any row was added.</returns>
    public bool RequireMissing(IReadOnlyList<double> values)
    {
        var missing = _constraints.Select(constraint => (Source: (AllocationConstraint?)constraint, Row: constraint.Missing(this, values)))
            .Append((null, Objective.Missing(this, values))).Where(pair => pair.Row is not null).ToArray();
        foreach (var (source, row) in missing)
            Require(source, row!);
        return missing.Length > 0;
    }

    /// <summary>Row index of a requirement that is not enforced.</summary>
    public const int NoRow = -1;

    private bool IsHeld => Scenario.Mode == ScenarioMode.Hold;

    /// <summary>The problem in the solver's form.</summary>
    public Problem ToProblem()
    {
        // The reference allocation gets a column that is always one.
        var origin = !IsHeld && Origin.Count > 0 ? _named.TryGetValue("origin", out var known) ? known : _named["origin"] = Auxiliary("origin", 1, 1) : LinearExpression.Zero;
        var variance = new Dictionary<int, double>();
        var loadings = Risk.Factors.Select(_ => new List<LinearExpression>()).ToArray();
        var own = new List<Factor>();
        var isApart = !IsHeld && Objective.IsPlaceByPlace();
        foreach (var position in isApart ? _positions : [])
        {
            if (position.After.Terms.Any())
                own.Add(new($"{position.Opportunity.Id} own", [.. (Math.Sqrt(Risk.Variance(position.Opportunity)) * (position.After - Origin.GetValueOrDefault(position.Opportunity.Id) * origin)).Terms]));
        }

        foreach (var position in isApart ? [] : _positions)
        {
            var apart = !IsHeld && Origin.GetValueOrDefault(position.Opportunity.Id) is not 0 and var from ? position.After - from * origin : position.After;
            foreach (var (factor, loading) in Risk.Loadings(position.Opportunity))
                loadings[factor].Add(loading * apart);
            if (!ReferenceEquals(apart, position.After))
                own.Add(new($"{position.Opportunity.Id} own", [.. (position.Opportunity.Volatility.Value * apart).Terms]));
            else if (position.After.Terms.Any())
                variance[position.After.Terms.Single().Variable] = position.Opportunity.Volatility * position.Opportunity.Volatility;
        }

        foreach (var idle in isApart ? [] : _idles)
        {
            foreach (var (factor, loading) in Risk.Loadings(idle.Token))
                loadings[factor].Add(loading * idle.After);
        }

        var factors = loadings.Select((parts, f) => new Factor(Risk.Factors[f].Name, [.. LinearExpression.Sum(parts).Terms])).Concat(own).Where(factor => factor.Loadings.Count > 0);
        // In mode hold nothing is decided and nothing can be infeasible: the book is only valued.
        return IsHeld && Objective is not MeanVariance ? _draft.ToProblem(ObjectiveTerms.Value(this), new Dictionary<int, double>(), [], new MeanVarianceGoal(0))
            : _draft.ToProblem(Objective.Value(this), variance, [.. factors], Objective.Goal(this));
    }

    /// <summary>Earnings per unit of a position over the horizon, as a fraction.</summary>
    /// <param name="position">The position.</param>
    /// <param name="afterUsd">Its notional after the plan, in USD.</param>
    public double Growth(Position position, double afterUsd) => Rates.Growth(position.Opportunity, AddedUsd(position, afterUsd));

    /// <summary>The yearly rate paid today for a size, as a fraction.</summary>
    /// <param name="position">The position.</param>
    /// <param name="afterUsd">Its notional after the plan, in USD.</param>
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

    /// <summary>Forbids circular flows through some tokens, in which money would be sent before it has arrived. Every token gets a time,
    /// and a used route must lead to a later one.</summary>
    /// <remarks>Miller, Tucker and Zemlin 1960. The rows are added only if an answer has a circle, which is rare.</remarks>
    public void ForbidCircles(IReadOnlySet<TokenId> tokens)
    {
        var step = 1.0 / tokens.Count;
        var time = tokens.OrderBy(token => token.ToString(), StringComparer.Ordinal).ToDictionary(token => token, token => Auxiliary($"{token} time", 0, 1));
        foreach (var flow in _flows.Where(flow => tokens.Contains(flow.Route.From) && tokens.Contains(flow.Route.To)))
            _draft.Row($"{flow.Route.Id} in no circle", time[flow.Route.From] + (1 + step) * LinearExpression.Of(flow.Switch) <= time[flow.Route.To] + 1);
        foreach (var flow in _flows.Where(flow => WaitsForGas(flow) is { } native && tokens.Contains(native) && tokens.Contains(flow.Route.To)))
            _draft.Row($"{flow.Route.Id} after its gas", time[WaitsForGas(flow)!.Value] + (1 + step) * LinearExpression.Of(flow.Switch) <= time[flow.Route.To] + 1);
    }

    /// <summary>The native token that must arrive before a flow can be sent; null if there is gas already, or if the flow itself carries
    /// the native token.</summary>
    public TokenId? WaitsForGas(Flow flow) => Lessons.GasIsLate.Contains(flow.Route.From.Chain) && Market.Chain(flow.Route.From.Chain).NativeTokenId() is var native
        && native != flow.Route.From && native != flow.Route.To ? native : null;

    private int Action(string name, int variable, string chain, System.Numerics.BigInteger gas, double minimum)
    {
        var binary = _draft.Binary(name);
        _draft.Switch(binary, variable, minimum);
        _gas.Add((chain, GasCosts.ToUsd(Market, chain, gas), binary));
        return binary;
    }
}

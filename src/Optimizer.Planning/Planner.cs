using System.Numerics;
using Optimizer.Model;

namespace Optimizer.Planning;

/// <summary>Converts a target in USD to ordered steps in base units, and computes the exact holdings after them.</summary>
/// <remarks>
/// Tokens are visited in the order in which money flows. The actual balance of each token is divided among the target's uses of it; if
/// nothing is to stay idle, the last use takes all remaining units. So rounding never creates or loses a unit: for every token,
/// before + received = after + sent + gas.
/// </remarks>
public sealed class Planner
{
    private readonly Market _market;
    private readonly Target _target;
    private readonly Dictionary<TokenId, BigInteger> _balances = [];
    private readonly Dictionary<TokenId, BigInteger> _locked = [];
    private readonly Dictionary<string, BigInteger> _positions = [];
    private readonly Dictionary<TokenId, List<Arrival>> _producers = [];
    private readonly Dictionary<int, double> _readySeconds = [];
    private readonly Waiting _waiting;
    private readonly Dictionary<string, List<int>> _topUps = [];
    private readonly Dictionary<string, BigInteger> _startingGas = [];
    private readonly Dictionary<TokenId, BigInteger> _start = [];
    private readonly List<Step> _steps = [];
    private readonly double _dustUsd;
    private double _spareUsd;

    private Planner(Market market, Scenario scenario, Target target, Waiting waiting)
    {
        (_market, _target, _waiting, _spareUsd) = (market, target, waiting, waiting.SpareUsd);
        foreach (var holding in scenario.Holdings)
        {
            var amount = Book.AmountOf(market, holding).BaseUnits;
            if (holding.Token is not { } token)
            {
                _positions[holding.Opportunity!] = _positions.GetValueOrDefault(holding.Opportunity!) + amount;
                continue;
            }

            _balances[token] = _balances.GetValueOrDefault(token) + amount;
            if (holding.IsLockedAt(market.Snapshot.TakenAt))
                _locked[token] = _locked.GetValueOrDefault(token) + amount;
        }

        _dustUsd = Math.Max(0.01, 1e-7 * Book.ValueUsd(market, scenario));
    }

    /// <summary>Makes the plan.</summary>
    /// <param name="market">The market.</param>
    /// <param name="scenario">The holdings.</param>
    /// <param name="target">The target.</param>
    /// <param name="waiting">The cost of waiting; none where absent.</param>
    /// <returns>The steps, and the holdings after them.</returns>
    /// <exception cref="PlanException">The target needs more of a token, or more gas, than there is, or has a circular flow.</exception>
    public static (Plan Plan, Ledger After) Make(Market market, Scenario scenario, Target target, Waiting? waiting = null)
    {
        var planner = new Planner(market, scenario, target, waiting ?? Waiting.Free);
        planner.Run();
        var steps = Ordering.Sort(planner._steps);
        return (new Plan
        {
            Steps = steps,
            CostUsd = steps.Sum(s => s.CostUsd),
            GasUsd = steps.Sum(s => s.GasUsd),
            DurationSeconds = Ordering.CriticalPathSeconds(steps),
        }, new Ledger { Idle = planner._balances, Positions = planner._positions });
    }

    private void Run()
    {
        foreach (var token in _balances.Keys)
            _start[token] = Free(token);
        foreach (var chain in _market.Chains)
            _startingGas[chain.Id] = Free(chain.NativeTokenId());
        foreach (var withdrawal in _target.Withdrawals.Where(w => !w.Opportunity.IsDebt()))
            Withdraw(withdrawal);
        foreach (var drawn in _target.Deposits.Where(d => d.Opportunity.IsDebt()))
            Borrow(drawn);
        var taken = _target.Deposits.Where(d => !d.Opportunity.IsDebt()).ToDictionary(deposit => deposit, _ => new Dictionary<TokenId, IReadOnlyList<Part>>());
        foreach (var token in Ordering.TokenOrder(_target))
            Share(token, taken);
        foreach (var (deposit, parts) in taken)
        {
            // An opportunity with one input gets a deposit per arrival, where waiting for all of them would cost more.
            foreach (var batch in parts is { Count: 1 } && parts.Single() is var (token, arrivals) ? arrivals.Select(part => new Dictionary<TokenId, Part> { [token] = part }) : [parts.ToDictionary(pair => pair.Key, pair => Part.Joined(pair.Value))])
                Deposit(deposit, batch);
        }

        SecureDebts();
        PayGas();
    }

    private void Withdraw(TargetWithdrawal withdrawal)
    {
        var opportunity = withdrawal.Opportunity;
        var held = _positions.GetValueOrDefault(opportunity.Id);
        var unit = opportunity.Inputs[0].Token;
        var amount = withdrawal.IsAll ? held : BigInteger.Min(held, opportunity.Worth is null && opportunity.Peg is null ? Units(unit, withdrawal.ValueUsd) : _market.Units(opportunity, withdrawal.ValueUsd));
        _positions[opportunity.Id] = held - amount;
        var redeemed = Market.Redeemed(opportunity, amount);
        var net = redeemed - CeilingShare(redeemed, opportunity.ExitFeeBps?.Value ?? 0);
        var valueUsd = _market.Usd(opportunity, amount);
        var receivedUsd = 0.0;
        var first = BigInteger.Zero;
        foreach (var input in opportunity.Inputs)
        {
            var received = input.Token == unit && input.Share == 1 ? net : Units(input.Token, Usd(unit, net) * input.Share);
            if (input.Token == unit)
                first = received;
            receivedUsd += Usd(input.Token, received);
            _balances[input.Token] = _balances.GetValueOrDefault(input.Token) + received;
        }

        var way = (opportunity.Id, unit.ToString(), opportunity.Id);
        var (gas, delaySeconds) = (GasCosts.Exit(_market, opportunity), (opportunity.ExitDelayDays?.Value ?? 0) * 86_400);
        if (delaySeconds > 0 && opportunity.Inputs.Count == 1)
        {
            // Assume that request and claim each take half of the gas.
            var request = Add(new(StepKind.RequestWithdrawal, opportunity.Chain, way, unit, amount, first) { Gas = gas - gas / 2, FeeUsd = valueUsd - receivedUsd, Usd = valueUsd });
            Produces(unit, first, Add(new(StepKind.Claim, opportunity.Chain, way, unit, first, first) { Gas = gas / 2, DurationSeconds = delaySeconds, DependsOn = [request] }));
            return;
        }

        var step = Add(new(StepKind.Withdraw, opportunity.Chain, way, unit, amount, first) { Gas = gas, FeeUsd = valueUsd - receivedUsd, DurationSeconds = delaySeconds, Usd = valueUsd });
        foreach (var input in opportunity.Inputs)
            Produces(input.Token, input.Token == unit ? first : Units(input.Token, Usd(unit, net) * input.Share), step);
    }

    private void Borrow(TargetDeposit drawn)
    {
        var opportunity = drawn.Opportunity;
        var unit = opportunity.Inputs[0].Token;
        var received = Units(unit, drawn.CapitalUsd);
        var owed = received + CeilingShare(received, FeeOnTop(opportunity.EntryFeeBps));
        _positions[opportunity.Id] = _positions.GetValueOrDefault(opportunity.Id) + owed;
        _balances[unit] = _balances.GetValueOrDefault(unit) + received;
        Produces(unit, received, Add(new(StepKind.Borrow, opportunity.Chain, (opportunity.Id, unit.ToString(), opportunity.Id), unit, owed, received)
        {
            Gas = GasCosts.Enter(_market, opportunity),
            FeeUsd = Usd(unit, owed - received),
        }));
    }

    private void Repay(TargetWithdrawal repaid, Part part)
    {
        var opportunity = repaid.Opportunity;
        var unit = opportunity.Inputs[0].Token;
        var held = _positions.GetValueOrDefault(opportunity.Id);
        var lighter = repaid.IsAll && part.Amount >= Owed(repaid) ? held : BigInteger.Min(held, part.Amount - CeilingShare(part.Amount, opportunity.ExitFeeBps?.Value ?? 0));
        _positions[opportunity.Id] = held - lighter;
        _balances[unit] -= part.Amount;
        var needs = Approve(unit, part.Amount, opportunity.Protocol, opportunity.Id, out var approval);
        Add(new(StepKind.Repay, opportunity.Chain, (unit.ToString(), opportunity.Id, opportunity.Id), unit, part.Amount, lighter)
        {
            Gas = GasCosts.Exit(_market, opportunity) - approval,
            FeeUsd = Usd(unit, part.Amount - lighter),
            DependsOn = [.. needs, .. part.From],
        });
    }

    /// <summary>Base units needed to repay a debt in full or in part.</summary>
    private BigInteger Owed(TargetWithdrawal repaid) => repaid.IsAll && _positions.GetValueOrDefault(repaid.Opportunity.Id) is var held
        ? held + CeilingShare(held, FeeOnTop(repaid.Opportunity.ExitFeeBps))
        : Units(repaid.Opportunity.Inputs[0].Token, repaid.ValueUsd / (1 - (repaid.Opportunity.ExitFeeBps?.Value ?? 0) / 10_000));

    /// <summary>Converts a fee in basis points of the gross amount to basis points of the net amount.</summary>
    private static double FeeOnTop(Figure? bps) => bps is { } fee ? fee / (1 - fee / 10_000) : 0;

    /// <summary>Makes a loan wait for the deposits in its protocol that secure it, unless these deposits use the borrowed money.</summary>
    private void SecureDebts()
    {
        foreach (var drawn in _steps.Where(step => step.Kind == StepKind.Borrow).ToArray())
        {
            var protocol = _market.Opportunity(drawn.Via).Protocol;
            var security = _steps.Where(step => step.Kind == StepKind.Deposit && step.Chain == drawn.Chain && _market.Opportunity(step.Via).Protocol == protocol
                && !Ordering.Before(_steps, [step.Id]).Contains(drawn.Id)).Select(step => step.Id);
            _steps[drawn.Id - 1] = drawn with { DependsOn = [.. drawn.DependsOn.Union(security)] };
        }
    }

    /// <summary>Divides the balance of a token among the routes, deposits and repayments that use it.</summary>
    /// <remarks>The initial balance serves all uses but one, so that these wait for nothing. The smallest use that is at least as large as
    /// all late arrivals waits for them. If there is none, small uses are served first.</remarks>
    private void Share(TokenId token, Dictionary<TargetDeposit, Dictionary<TokenId, IReadOnlyList<Part>>> taken)
    {
        var uses = _target.Flows.Where(f => f.Route.From == token)
            .Select(f => (Wanted: Units(token, f.ValueUsd), Exact: false, Gas: BigInteger.Zero, Take: (Action<IReadOnlyList<Part>>)(parts => Move(f, Part.Joined(parts)))))
            .Concat(_target.Withdrawals.Where(w => w.Opportunity.IsDebt() && w.Opportunity.Inputs[0].Token == token)
                .Select(w => (Wanted: Owed(w), Exact: w.IsAll, Gas: BigInteger.Zero, Take: (Action<IReadOnlyList<Part>>)(parts => Repay(w, Part.Joined(parts))))))
            .Concat(taken.Keys.SelectMany(d => d.Opportunity.Inputs.Where(i => i.Token == token)
                .Select(i => (Wanted: Units(token, d.CapitalUsd * i.Share), Exact: false, Gas: d.Opportunity.Inputs.Count == 1 ? GasCosts.Enter(_market, d.Opportunity) : BigInteger.Zero,
                    Take: (Action<IReadOnlyList<Part>>)(parts => taken[d][token] = parts)))))
            .OrderBy(use => use.Exact ? 0 : 1).ThenBy(use => IsRound(token, use.Wanted) ? 0 : 1).ThenBy(use => use.Wanted)
            .ToArray();
        var available = Free(token) - GasReserve(token);
        var atHand = _start.GetValueOrDefault(token) - GasReserve(token);
        var late = available - atHand;
        var keepsNothing = _target.IdleUsd.GetValueOrDefault(token) - Usd(token, _locked.GetValueOrDefault(token)) <= _dustUsd;
        var amounts = new BigInteger[uses.Length];
        for (var u = 0; u < uses.Length; u++)
        {
            var wanted = uses[u].Wanted;
            var takesRest = u == uses.Length - 1 && !uses[u].Exact && keepsNothing && token != _market.Chain(token.Chain).NativeTokenId();
            var amount = takesRest ? available : BigInteger.Min(wanted, available);
            if (Usd(token, wanted - amount) > Math.Max(1, 1e-5 * Usd(token, wanted)) + _dustUsd)
                throw new PlanException($"{token}: {Usd(token, wanted):#,0.00} USD are needed, but only {Usd(token, BigInteger.Max(available, 0)):#,0.00} USD are available");
            amounts[u] = BigInteger.Max(amount, 0);
            available -= amounts[u];
        }

        var waiting = late.Sign > 0 ? Array.FindIndex(amounts, amount => amount >= late) : -1;
        foreach (var u in Enumerable.Range(0, uses.Length).Where(u => amounts[u].Sign > 0).OrderBy(u => u == waiting))
        {
            var isAtHand = amounts[u] <= atHand;
            uses[u].Take(isAtHand ? [new(amounts[u], [])]
                : u == waiting ? Batches(token, amounts[u], amounts[u] - late, uses[u].Gas)
                : [new(amounts[u], ProducersOf(token))]);
            if (isAtHand)
                atHand -= amounts[u];
        }
    }

    /// <summary>Splits a use by arrival time into separate deposits, wherever waiting for the next arrival costs more than the gas and
    /// effort of one more deposit.</summary>
    /// <param name="token">The token.</param>
    /// <param name="amount">The amount of the use.</param>
    /// <param name="atHand">The part of it that is available from the start.</param>
    /// <param name="gas">Gas of one more deposit; zero if the use cannot be split.</param>
    private IReadOnlyList<Part> Batches(TokenId token, BigInteger amount, BigInteger atHand, BigInteger gas)
    {
        var all = ProducersOf(token);
        var native = _market.Chain(token.Chain).NativeTokenId();
        if (gas.IsZero || _startingGas[token.Chain] < GasNeeded(token.Chain) + gas * (_producers[token].Count + 1))
            return [new(amount, all)];
        var perYear = _waiting.RatePerYear(token);
        var further = Usd(native, gas) + _waiting.CallUsd;
        var batches = new List<Part>();
        var (sum, from, since) = (atHand, new List<int>(), 0.0);
        foreach (var arrival in _producers[token].OrderBy(arrival => _readySeconds[arrival.Step]))
        {
            var at = _readySeconds[arrival.Step];
            if (sum.Sign > 0 && Usd(token, sum) * perYear * Duration.FromSeconds(at - since).Years > further && Usd(native, gas) <= _spareUsd)
            {
                _spareUsd -= Usd(native, gas);
                batches.Add(new(sum, [.. from]));
                (sum, from) = (BigInteger.Zero, []);
            }

            (sum, since) = (sum + arrival.Amount, at);
            from.Add(arrival.Step);
        }

        var early = batches.Aggregate(BigInteger.Zero, (total, part) => total + part.Amount);
        return amount > early ? [.. batches, new(amount - early, from)] : [new(amount, all)];
    }

    private void Move(TargetFlow flow, Part part)
    {
        var (route, amount) = (flow.Route, part.Amount);
        var usd = Usd(route.From, amount);
        // The exact amount may fall into another fee tier than the solver's amount.
        var received = RouteQuote.Received(_market, flow.Terms, flow.Terms.FeeRate(usd), amount);
        if (usd < flow.Terms.MinimumUsd || usd > flow.Terms.MaximumUsd)
            throw new PlanException($"{route.Id}: {usd:#,0.00} USD would be sent, but the route accepts {flow.Terms.MinimumUsd:#,0.00} to {flow.Terms.MaximumUsd:#,0.00}");
        _balances[route.From] -= amount;
        _balances[route.To] = _balances.GetValueOrDefault(route.To) + received;
        var feeUsd = Usd(route.From, amount) - Usd(route.To, received);
        var native = _market.Chain(route.To.Chain).NativeTokenId();
        var isTopUp = route.CrossesChains() && route.To == native && _startingGas[route.To.Chain] < GasNeeded(route.To.Chain);
        // A delivery that is then invested or sent on is no top-up, though it also serves as gas.
        var isForGas = isTopUp && _target.Flows.All(f => f.Route.From != route.To) && _target.Deposits.All(d => d.Opportunity.Inputs.All(i => i.Token != route.To));
        var kind = isForGas ? StepKind.GasTopUp
            : route.CrossesChains() ? StepKind.BridgeSend
            : route.Kind == RouteKind.Wrap ? StepKind.Wrap
            : StepKind.Swap;
        var way = (route.From.ToString(), route.To.ToString(), route.Id);
        var needs = Approve(route.From, amount, route.Provider, route.Id, out var approval);
        var send = Add(new(kind, route.From.Chain, way, route.From, amount, received)
        {
            Gas = GasCosts.Send(_market, route) - approval,
            FeeUsd = feeUsd,
            DurationSeconds = route.CrossesChains() ? 0 : route.DurationSeconds,
            DependsOn = [.. needs, .. part.From],
        });
        if (!route.CrossesChains())
        {
            Produces(route.To, received, send);
            return;
        }

        var claim = Add(new(StepKind.BridgeReceive, route.To.Chain, way, route.To, received, received) { Gas = GasCosts.Claim(_market, route), DurationSeconds = route.DurationSeconds, DependsOn = [send] });
        Produces(route.To, received, claim);
        if (isTopUp && GasCosts.Claim(_market, route).IsZero)
            (_topUps.TryGetValue(route.To.Chain, out var list) ? list : _topUps[route.To.Chain] = []).Add(claim);
    }

    private void Deposit(TargetDeposit deposit, Dictionary<TokenId, Part> parts)
    {
        var opportunity = deposit.Opportunity;
        var unit = opportunity.Inputs[0].Token;
        if (parts.Count == 0)
            return;
        var needs = new List<int>();
        var approvals = BigInteger.Zero;
        var capitalUsd = 0.0;
        foreach (var (token, (amount, from)) in parts)
        {
            needs.AddRange(Approve(token, amount, opportunity.Protocol, opportunity.Id, out var approval));
            needs.AddRange(from);
            approvals += approval;
            _balances[token] -= amount;
            capitalUsd += Usd(token, amount);
        }

        var gross = parts.Count == 1 ? parts[unit].Amount : Units(unit, capitalUsd);
        var net = Market.Issued(opportunity, gross - CeilingShare(gross, opportunity.EntryFeeBps?.Value ?? 0));
        _positions[opportunity.Id] = _positions.GetValueOrDefault(opportunity.Id) + net;
        Add(new(StepKind.Deposit, opportunity.Chain, (unit.ToString(), opportunity.Id, opportunity.Id), unit, gross, net)
        {
            Gas = GasCosts.Enter(_market, opportunity) - approvals,
            FeeUsd = capitalUsd - _market.Usd(opportunity, net),
            DependsOn = needs,
        });
    }

    private int[] Approve(TokenId token, BigInteger amount, string spender, string via, out BigInteger gas)
    {
        gas = BigInteger.Zero;
        if (!GasCosts.NeedsApproval(_market, token))
            return [];
        gas = GasCosts.Approve(_market, token.Chain);
        return [Add(new(StepKind.Approve, token.Chain, (token.ToString(), spender, via), token, amount, amount) { Gas = gas })];
    }

    /// <summary>Deducts every step's gas from its chain's native balance, and makes steps wait for gas that comes from another
    /// chain.</summary>
    private void PayGas()
    {
        foreach (var onChain in _steps.GroupBy(s => s.Chain).ToArray())
        {
            var native = _market.Chain(onChain.Key).NativeTokenId();
            var needed = onChain.Aggregate(BigInteger.Zero, (sum, step) => sum + step.Gas);
            var left = _balances.GetValueOrDefault(native) - needed;
            if (left < _locked.GetValueOrDefault(native))
                throw new PlanException($"{onChain.Key}: gas of {Usd(native, needed):0.00} USD is needed, but only {Usd(native, left + needed):0.00} USD of {native} are available");
            _balances[native] = left;
            if (_startingGas[onChain.Key] >= needed || !_topUps.TryGetValue(onChain.Key, out var arrivals))
                continue;
            // A step that brings gas cannot wait for it: the chain's own balance pays for it. Top-ups are taken in order of their own gas
            // need.
            BigInteger Own(IEnumerable<int> claims) => Ordering.Before(_steps, claims) is var before ? onChain.Where(s => before.Contains(s.Id)).Aggregate(BigInteger.Zero, (sum, step) => sum + step.Gas) : BigInteger.Zero;
            var topUps = new List<int>();
            foreach (var claim in arrivals.OrderBy(claim => Own([claim])))
            {
                if (Own([.. topUps, claim]) <= _startingGas[onChain.Key])
                    topUps.Add(claim);
            }

            if (topUps.Count == 0)
            {
                throw new PlanException($"{onChain.Key}: the steps that bring gas need {Usd(native, arrivals.Min(claim => Own([claim]))):0.00} USD of gas themselves, but only {Usd(native, _startingGas[onChain.Key]):0.00} USD are available")
                {
                    GasIsLateOn = onChain.Key,
                };
            }

            var bringing = Ordering.Before(_steps, topUps);
            foreach (var step in onChain.Where(s => !topUps.Contains(s.Id) && !bringing.Contains(s.Id) && s.Gas > 0))
                _steps[step.Id - 1] = step with { DependsOn = [.. step.DependsOn.Union(topUps)] };
        }
    }

    private BigInteger Free(TokenId token) => _balances.GetValueOrDefault(token) - _locked.GetValueOrDefault(token);

    /// <summary>The amount of a native token that is reserved for gas.</summary>
    private BigInteger GasReserve(TokenId token) =>
        token == _market.Chain(token.Chain).NativeTokenId() ? GasNeeded(token.Chain) : BigInteger.Zero;

    private BigInteger GasNeeded(string chain)
    {
        var gas = BigInteger.Zero;
        foreach (var withdrawal in _target.Withdrawals.Where(w => w.Opportunity.Chain == chain))
            gas += GasCosts.Exit(_market, withdrawal.Opportunity);
        foreach (var deposit in _target.Deposits.Where(d => d.Opportunity.Chain == chain))
            gas += GasCosts.Enter(_market, deposit.Opportunity);
        foreach (var flow in _target.Flows)
        {
            if (flow.Route.From.Chain == chain)
                gas += GasCosts.Send(_market, flow.Route);
            if (flow.Route.To.Chain == chain)
                gas += GasCosts.Claim(_market, flow.Route);
        }

        return gas;
    }

    /// <summary>Adds a step whose id, gas in USD and, where it is not given, value follow from the rest.</summary>
    /// <returns>Its id.</returns>
    private int Add(Draft draft)
    {
        var id = _steps.Count + 1;
        var (kind, chain, (from, to, via), token, amount, received) = draft;
        _steps.Add(new Step
        {
            Id = id,
            Kind = kind,
            Chain = chain,
            From = from,
            To = to,
            Via = via,
            Token = token,
            Amount = amount,
            Received = received,
            Usd = draft.Usd ?? Usd(token, amount),
            Gas = draft.Gas,
            GasUsd = GasCosts.ToUsd(_market, chain, draft.Gas),
            FeeUsd = draft.FeeUsd,
            DurationSeconds = draft.DurationSeconds,
            DependsOn = [.. draft.DependsOn.Distinct()],
        });
        _readySeconds[id] = _steps[^1].DependsOn.Select(needed => _readySeconds[needed]).DefaultIfEmpty(0).Max() + draft.DurationSeconds;
        return id;
    }

    private void Produces(TokenId token, BigInteger amount, int step) =>
        (_producers.TryGetValue(token, out var list) ? list : _producers[token] = []).Add(new(step, amount));

    private int[] ProducersOf(TokenId token) => _producers.TryGetValue(token, out var list) ? [.. list.Select(arrival => arrival.Step)] : [];

    /// <summary>Base units for a value in USD. With rounding, an amount within a trace of a multiple becomes the exact multiple.</summary>
    private BigInteger Units(TokenId token, double usd)
    {
        var units = _market.Units(token, usd);
        if (_target.RoundToUsd is not { } step || RoundAmount.Nearest(units, RoundAmount.Step(_market, token, step)) is var multiple && Usd(token, BigInteger.Abs(multiple - units)) > _dustUsd)
            return units;
        return multiple;
    }

    /// <summary>Whether an amount is a requested multiple: then another use takes the remainder.</summary>
    private bool IsRound(TokenId token, BigInteger units) => _target.RoundToUsd is { } step && (units % RoundAmount.Step(_market, token, step)).IsZero;

    private double Usd(TokenId token, BigInteger units) => _market.Usd(token, units);

    private static BigInteger CeilingShare(BigInteger amount, double bps) =>
        bps == 0 ? BigInteger.Zero : (amount * new BigInteger(Math.Round(bps * 1e6)) + 9_999_999_999) / 10_000_000_000;

    /// <summary>An amount that a use takes of a token, and the steps that must have delivered it; none if it was there from the
    /// start.</summary>
    private sealed record Part(BigInteger Amount, IReadOnlyList<int> From)
    {
        /// <summary>All parts in one, available once the last has arrived.</summary>
        public static Part Joined(IReadOnlyList<Part> parts) => parts is [var only] ? only
            : new(parts.Aggregate(BigInteger.Zero, (sum, part) => sum + part.Amount), [.. parts.SelectMany(part => part.From).Distinct()]);
    }

    /// <summary>A step without its number.</summary>
    /// <param name="Kind">What it does.</param>
    /// <param name="Chain">Where.</param>
    /// <param name="Way">From where, to where, by which opportunity or route.</param>
    /// <param name="Token">What is spent.</param>
    /// <param name="Amount">How much, in base units.</param>
    /// <param name="Received">What is delivered, in base units.</param>
    private sealed record Draft(StepKind Kind, string Chain, (string From, string To, string Via) Way, TokenId Token, BigInteger Amount, BigInteger Received)
    {
        /// <summary>Gas in base units of the native token.</summary>
        public BigInteger Gas { get; init; }

        public double FeeUsd { get; init; }

        public double DurationSeconds { get; init; }

        public IEnumerable<int> DependsOn { get; init; } = [];

        /// <summary>The value; null for that of the amount.</summary>
        public double? Usd { get; init; }
    }

    /// <summary>An amount that a step delivers.</summary>
    private readonly record struct Arrival(int Step, BigInteger Amount);
}

/// <summary>The cost of waiting, used to decide whether early money is deposited separately.</summary>
/// <param name="RatePerYear">Yearly rate that waiting money forgoes, by token.</param>
/// <param name="CallUsd">Effort of one more call, in USD.</param>
/// <param name="SpareUsd">Upper limit for the gas of additional deposits, in USD.</param>
public sealed record Waiting(Func<TokenId, double> RatePerYear, double CallUsd, double SpareUsd = double.PositiveInfinity)
{
    /// <summary>Waiting costs nothing.</summary>
    public static Waiting Free { get; } = new(_ => 0, 0);
}

using System.Numerics;
using Optimizer.Model;

namespace Optimizer.Planning;

/// <summary>Turns a target in USD into ordered steps in base units, and the exact holdings after them.</summary>
/// <remarks>
/// Tokens are visited in the order in which money flows through them. At each, what is really there is shared out
/// among the target's uses of it; where nothing is to stay idle, the last use takes every remaining unit. So rounding
/// never creates or loses a unit: on every token, before + received = after + sent + gas.
/// </remarks>
public sealed class Planner
{
    private readonly Market _market;
    private readonly Target _target;
    private readonly Dictionary<TokenId, BigInteger> _balances = [];
    private readonly Dictionary<TokenId, BigInteger> _locked = [];
    private readonly Dictionary<string, BigInteger> _positions = [];
    private readonly Dictionary<TokenId, List<int>> _producers = [];
    private readonly Dictionary<string, List<int>> _topUps = [];
    private readonly Dictionary<string, BigInteger> _startingGas = [];
    private readonly Dictionary<TokenId, BigInteger> _start = [];
    private readonly List<Step> _steps = [];
    private readonly double _dustUsd;

    private Planner(Market market, Scenario scenario, Target target)
    {
        (_market, _target) = (market, Ordering.WithoutCircles(target));
        foreach (var holding in scenario.Holdings)
        {
            var amount = Book.AmountOf(market, holding).BaseUnits;
            if (holding.Token is not { } token)
            {
                _positions[holding.Opportunity!] = _positions.GetValueOrDefault(holding.Opportunity!) + amount;
                continue;
            }

            _balances[token] = _balances.GetValueOrDefault(token) + amount;
            if (holding.Locked)
                _locked[token] = _locked.GetValueOrDefault(token) + amount;
        }

        _dustUsd = Math.Max(0.01, 1e-7 * Book.ValueUsd(market, scenario));
    }

    /// <summary>Makes the plan.</summary>
    /// <returns>The steps, and what is held after them.</returns>
    /// <exception cref="PlanException">The target needs more of a token, or gas, than there is.</exception>
    public static (Plan Plan, Ledger After) Make(Market market, Scenario scenario, Target target)
    {
        var planner = new Planner(market, scenario, target);
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
        foreach (var withdrawal in _target.Withdrawals)
            Withdraw(withdrawal);
        var taken = _target.Deposits.ToDictionary(deposit => deposit, _ => new Dictionary<TokenId, Part>());
        foreach (var token in Ordering.TokenOrder(_target))
            Share(token, taken);
        foreach (var deposit in _target.Deposits)
            Deposit(deposit, taken[deposit]);
        PayGas();
    }

    private void Withdraw(TargetWithdrawal withdrawal)
    {
        var opportunity = withdrawal.Opportunity;
        var held = _positions.GetValueOrDefault(opportunity.Id);
        var unit = opportunity.Inputs[0].Token;
        var amount = withdrawal.IsAll ? held : BigInteger.Min(held, Units(unit, withdrawal.ValueUsd));
        _positions[opportunity.Id] = held - amount;
        var net = amount - CeilingShare(amount, opportunity.ExitFeeBps?.Value ?? 0);
        var valueUsd = Usd(unit, amount);
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

        var (gas, delaySeconds) = (GasCosts.Exit(_market, opportunity), (opportunity.ExitDelayDays?.Value ?? 0) * 86_400);
        if (delaySeconds > 0 && opportunity.Inputs.Count == 1)
        {
            // Both halves take about as much.
            var request = Add(StepKind.RequestWithdrawal, opportunity.Chain, opportunity.Id, unit.ToString(), opportunity.Id, unit, amount, first, gas - gas / 2, valueUsd - receivedUsd, 0, []);
            Produces(unit, Add(StepKind.Claim, opportunity.Chain, opportunity.Id, unit.ToString(), opportunity.Id, unit, first, first, gas / 2, 0, delaySeconds, [request]));
            return;
        }

        var step = Add(StepKind.Withdraw, opportunity.Chain, opportunity.Id, unit.ToString(), opportunity.Id, unit, amount, first, gas, valueUsd - receivedUsd, delaySeconds, []);
        foreach (var input in opportunity.Inputs)
            Produces(input.Token, step);
    }

    /// <summary>Shares what is there of a token among the routes and deposits that use it.</summary>
    /// <remarks>What was there from the start serves all uses but one, so that they wait for nothing: the smallest that takes up all
    /// that is late waits for it. Where none does, small uses come first.</remarks>
    private void Share(TokenId token, Dictionary<TargetDeposit, Dictionary<TokenId, Part>> taken)
    {
        var uses = _target.Flows.Where(f => f.Route.From == token)
            .Select(f => (Usd: f.ValueUsd, Take: (Action<Part>)(part => Move(f, part))))
            .Concat(_target.Deposits.SelectMany(d => d.Opportunity.Inputs.Where(i => i.Token == token)
                .Select(i => (Usd: d.CapitalUsd * i.Share, Take: (Action<Part>)(part => taken[d][token] = part)))))
            .OrderBy(use => use.Usd)
            .ToArray();
        var available = Free(token) - GasReserve(token);
        var atHand = _start.GetValueOrDefault(token) - GasReserve(token);
        var late = available - atHand;
        var keepsNothing = _target.IdleUsd.GetValueOrDefault(token) - Usd(token, _locked.GetValueOrDefault(token)) <= _dustUsd;
        var amounts = new BigInteger[uses.Length];
        for (var u = 0; u < uses.Length; u++)
        {
            var wanted = Units(token, uses[u].Usd);
            var isLast = u == uses.Length - 1;
            var amount = isLast && keepsNothing && token != _market.Chain(token.Chain).NativeTokenId() ? available : BigInteger.Min(wanted, available);
            if (Usd(token, wanted - amount) > Math.Max(1, 1e-5 * uses[u].Usd) + _dustUsd)
                throw new PlanException($"{token}: {Usd(token, wanted):#,0.00} USD are wanted and {Usd(token, BigInteger.Max(available, 0)):#,0.00} USD are there");
            amounts[u] = BigInteger.Max(amount, 0);
            available -= amounts[u];
        }

        var waiting = late.Sign > 0 ? Array.FindIndex(amounts, amount => amount >= late) : -1;
        foreach (var u in Enumerable.Range(0, uses.Length).Where(u => amounts[u].Sign > 0).OrderBy(u => u == waiting))
        {
            var isAtHand = amounts[u] <= atHand;
            if (isAtHand)
                atHand -= amounts[u];
            uses[u].Take(new(amounts[u], isAtHand ? [] : ProducersOf(token)));
        }
    }

    private void Move(TargetFlow flow, Part part)
    {
        var (route, amount) = (flow.Route, part.Amount);
        var received = RouteQuote.Received(_market, route, flow.FeeBps, amount);
        _balances[route.From] -= amount;
        _balances[route.To] = _balances.GetValueOrDefault(route.To) + received;
        var feeUsd = Usd(route.From, amount) - Usd(route.To, received);
        var native = _market.Chain(route.To.Chain).NativeTokenId();
        var isTopUp = route.CrossesChains() && route.To == native && _startingGas[route.To.Chain] < GasNeeded(route.To.Chain);
        var kind = isTopUp ? StepKind.GasTopUp
            : route.CrossesChains() ? StepKind.BridgeSend
            : route.Kind == RouteKind.Wrap ? StepKind.Wrap
            : StepKind.Swap;
        var needs = Approve(route.From, amount, route.Provider, route.Id, out var approval);
        var send = Add(kind, route.From.Chain, route.From.ToString(), route.To.ToString(), route.Id, route.From, amount, received,
            GasCosts.Send(_market, route) - approval, feeUsd, route.CrossesChains() ? 0 : route.DurationSeconds, [.. needs, .. part.From]);
        if (!route.CrossesChains())
        {
            Produces(route.To, send);
            return;
        }

        var claim = Add(StepKind.BridgeReceive, route.To.Chain, route.From.ToString(), route.To.ToString(), route.Id, route.To, received, received,
            GasCosts.Claim(_market, route), 0, route.DurationSeconds, [send]);
        Produces(route.To, claim);
        if (isTopUp)
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
        var net = gross - CeilingShare(gross, opportunity.EntryFeeBps?.Value ?? 0);
        _positions[opportunity.Id] = _positions.GetValueOrDefault(opportunity.Id) + net;
        Add(StepKind.Deposit, opportunity.Chain, unit.ToString(), opportunity.Id, opportunity.Id, unit, gross, net,
            GasCosts.Enter(_market, opportunity) - approvals, capitalUsd - Usd(unit, net), 0, needs);
    }

    private int[] Approve(TokenId token, BigInteger amount, string spender, string via, out BigInteger gas)
    {
        gas = BigInteger.Zero;
        if (!GasCosts.NeedsApproval(_market, token))
            return [];
        gas = GasCosts.Approve(_market, token.Chain);
        return [Add(StepKind.Approve, token.Chain, token.ToString(), spender, via, token, amount, amount, gas, 0, 0, [])];
    }

    /// <summary>Takes every step's gas out of its chain's native balance, and lets steps wait for gas that has to come
    /// from elsewhere.</summary>
    private void PayGas()
    {
        var bringing = Ordering.Before(_steps, _steps.Where(s => s.Kind == StepKind.GasTopUp).Select(s => s.Id));
        foreach (var onChain in _steps.GroupBy(s => s.Chain).ToArray())
        {
            var native = _market.Chain(onChain.Key).NativeTokenId();
            var needed = onChain.Aggregate(BigInteger.Zero, (sum, step) => sum + step.Gas);
            var left = _balances.GetValueOrDefault(native) - needed;
            if (left < _locked.GetValueOrDefault(native))
                throw new PlanException($"{onChain.Key}: gas of {Usd(native, needed):0.00} USD is needed and {Usd(native, left + needed):0.00} USD of {native} are there");
            _balances[native] = left;
            if (_startingGas[onChain.Key] >= needed || !_topUps.TryGetValue(onChain.Key, out var topUps))
                continue;
            // What brings gas cannot wait for it; the chain's own pays for that.
            var own = onChain.Where(s => bringing.Contains(s.Id)).Aggregate(BigInteger.Zero, (sum, step) => sum + step.Gas);
            if (own > _startingGas[onChain.Key])
                throw new PlanException($"{onChain.Key}: the steps that bring gas need {Usd(native, own):0.00} USD of it and {Usd(native, _startingGas[onChain.Key]):0.00} USD are there");
            foreach (var step in onChain.Where(s => !topUps.Contains(s.Id) && !bringing.Contains(s.Id) && s.Gas > 0))
                _steps[step.Id - 1] = step with { DependsOn = [.. step.DependsOn.Union(topUps)] };
        }
    }

    private BigInteger Free(TokenId token) => _balances.GetValueOrDefault(token) - _locked.GetValueOrDefault(token);

    /// <summary>What of a native token is spoken for by gas.</summary>
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

    private int Add(
        StepKind kind, string chain, string from, string to, string via, TokenId token, BigInteger amount, BigInteger received,
        BigInteger gas, double feeUsd, double durationSeconds, IEnumerable<int> dependsOn)
    {
        var id = _steps.Count + 1;
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
            Usd = Usd(token, amount),
            Gas = gas,
            GasUsd = GasCosts.ToUsd(_market, chain, gas),
            FeeUsd = feeUsd,
            DurationSeconds = durationSeconds,
            DependsOn = [.. dependsOn.Distinct()],
        });
        return id;
    }

    private void Produces(TokenId token, int step) =>
        (_producers.TryGetValue(token, out var list) ? list : _producers[token] = []).Add(step);

    private int[] ProducersOf(TokenId token) => _producers.TryGetValue(token, out var list) ? [.. list] : [];

    private BigInteger Units(TokenId token, double usd) =>
        TokenAmount.FromUsd(usd, _market.PriceUsd(token), _market.Token(token).Decimals).BaseUnits;

    private double Usd(TokenId token, BigInteger units) =>
        new TokenAmount(units, _market.Token(token).Decimals).ToUsd(_market.PriceUsd(token));

    private static BigInteger CeilingShare(BigInteger amount, double bps) =>
        bps == 0 ? BigInteger.Zero : (amount * new BigInteger(Math.Round(bps * 1e6)) + 9_999_999_999) / 10_000_000_000;

    /// <summary>What one use takes of a token, and the steps that must have brought it; none where it was there.</summary>
    private sealed record Part(BigInteger Amount, IReadOnlyList<int> From);
}

using System.Numerics;
using Optimizer.Model;
using Optimizer.Transactions.Calls;

namespace Optimizer.Transactions;

/// <summary>Converts a plan to calls that can all be signed in advance.</summary>
/// <remarks>
/// The signers of a batch cannot know the exact output of a swap in it. So every step spends only what is guaranteed: the initial balance,
/// and
/// the minimum outputs of earlier steps, whose own calls fail below the minimum. Amounts received above the minima stay idle; the next plan
/// includes them. Amounts are only ever lowered, first those that depend on deliveries, the largest first.
/// </remarks>
public static class TransactionPlanner
{
    /// <summary>Queues count in shares and lose a few base units to rounding: the minimum claim is lower by this fraction of the
    /// amount.</summary>
    private static readonly BigInteger RoundingInQueue = BigInteger.Pow(10, 12);

    /// <summary>Makes the calls.</summary>
    /// <param name="market">The market from which the plan was made.</param>
    /// <param name="scenario">The scenario, for holdings and accounts.</param>
    /// <param name="moves">Slippage tolerance and validity of the plan.</param>
    /// <param name="plan">The moves.</param>
    /// <param name="nonces">The next nonce of the Safe by chain, where known.</param>
    /// <param name="safeVersion">The version of the Safes, where known.</param>
    /// <exception cref="TransactionException">Steps are not supported, or lack data; all of them are named.</exception>
    public static TransactionPlan Make(Market market, Scenario scenario, MoveSettings moves, Plan plan, IReadOnlyDictionary<string, BigInteger>? nonces = null, string? safeVersion = null)
    {
        var (before, reserved) = (Holdings(market, scenario), Reserved(market, scenario, plan));
        var draft = new TransactionPlan
        {
            Name = scenario.Name,
            Snapshot = market.Snapshot.Name,
            SnapshotTakenAt = market.Snapshot.TakenAt,
            ValidUntil = market.Snapshot.TakenAt + TimeSpan.FromDays(moves.ValidFor.Days),
            Accounts = scenario.Accounts.Where(account => plan.Steps.Any(step => step.Chain == account.Key)).OrderBy(account => account.Key, StringComparer.Ordinal).ToDictionary(),
            Nonces = nonces ?? new Dictionary<string, BigInteger>(),
            SafeVersion = safeVersion,
            Before = before,
            Reserved = reserved,
            After = before,
            Positions = new Dictionary<string, BigInteger>(),
            CostUsd = 0,
            Steps = [],
        };
        var steps = OneAllowanceAtATime([.. plan.Steps.Select(step => Draft(market, step))], step => CallBuilders.SpenderName(new(market, step, draft.Accounts, draft.ValidUntil)));
        var wrong = new List<string>();
        CallContext Context(TransactionStep step) => new(market, step, draft.Accounts, draft.ValidUntil);
        // Set minima and granularity first: this needs the call builders, and so finds unsupported steps.
        for (var i = 0; i < steps.Length; i++)
        {
            try
            {
                Context(steps[i]).RequireAccount();
                if (IsRoute(steps[i].Kind))
                    steps[i] = Bounded(Context(steps[i]), moves.Slippage.Fraction);
                else if (steps[i].Kind == StepKind.RequestWithdrawal)
                    steps[i] = steps[i] with { MinimumReceived = steps[i].Received - steps[i].Received / RoundingInQueue - 1 };
                _ = CallBuilders.Of(Context(steps[i]));
            }
            catch (TransactionException missing)
            {
                wrong.Add(missing.Message);
            }
            catch (FormatException address)
            {
                wrong.Add($"step {steps[i].Id}: {address.Message}");
            }
        }

        if (wrong.Count > 0)
            throw new TransactionException(string.Join('\n', wrong.Distinct()));
        foreach (var send in steps.Where(step => IsRoute(step.Kind) || step.Kind.IsSending()).ToArray())
            Follow(steps, send);
        Settle(market, steps, before, reserved, Context, moves.Slippage.Fraction);
        for (var i = 0; i < steps.Length; i++)
            steps[i] = steps[i] with { Description = Describe(market, steps[i]) };
        for (var i = 0; i < steps.Length; i++)
            steps[i] = steps[i] with { Calls = CallBuilders.Of(Context(steps[i])) };
        foreach (var (native, lacking) in Lacking(market, After(market, before, steps), Locked(market, scenario), steps))
            throw new TransactionException($"{native}: the calls send {lacking} base units more than are available; surplus message fees and Solana rent come back, but must be available first");
        return draft with
        {
            Steps = steps,
            After = After(market, before, steps),
            Positions = Positions(steps),
            CostUsd = steps.Sum(step => step.GasUsd + step.FeeUsd),
        };
    }

    /// <summary>A scenario's idle holdings, in base units by token.</summary>
    public static IReadOnlyDictionary<string, BigInteger> Holdings(Market market, Scenario scenario) => Idle(market, scenario.Holdings);

    /// <summary>The locked part of the idle holdings.</summary>
    public static IReadOnlyDictionary<string, BigInteger> Locked(Market market, Scenario scenario) => Idle(market, scenario.Holdings.Where(holding => holding.IsLockedAt(market.Snapshot.TakenAt)));

    /// <summary>Idle amounts that must stay, in base units by token: the locked amounts, and the initial amounts that the plan leaves
    /// unspent.</summary>
    public static IReadOnlyDictionary<string, BigInteger> Reserved(Market market, Scenario scenario, Plan plan)
    {
        var reserved = Idle(market, scenario.Holdings.Where(holding => holding.IsLockedAt(market.Snapshot.TakenAt)));
        // What the plan leaves of the initial balance is meant to stay: a cash reserve, or gas for the exit.
        var (held, steps) = (Holdings(market, scenario), plan.Steps.Select(step => Draft(market, step)).ToArray());
        foreach (var (token, left) in After(market, held, steps))
        {
            var delivering = steps.Where(step => Delivers(step.Kind) && $"{step.ReceivedToken}" == token).Select(step => step.Id).ToHashSet();
            var untouched = After(market, held, steps.Where(step => !Delivers(step.Kind) && !(Spends(step.Kind) && $"{step.Token}" == token && step.DependsOn.Any(delivering.Contains)))).GetValueOrDefault(token);
            var stays = BigInteger.Min(left, untouched);
            if (stays > reserved.GetValueOrDefault(token))
                reserved[token] = stays;
        }

        return reserved;
    }

    /// <summary>Native tokens that calls send beyond the free balance. Surplus message fees and Solana rent come back, but must be
    /// available first.</summary>
    public static IEnumerable<(string Native, BigInteger Lacking)> Lacking(Market market, IReadOnlyDictionary<string, BigInteger> after, IReadOnlyDictionary<string, BigInteger> locked, IEnumerable<TransactionStep> steps)
    {
        foreach (var chain in steps.GroupBy(step => step.Chain))
        {
            var native = market.Chain(chain.Key).NativeTokenId();
            var margin = chain.Aggregate(BigInteger.Zero, (sum, step) => sum + BigInteger.Max(0, step.Calls.Aggregate(BigInteger.Zero, (all, call) => all + call.Value) - (step.Token == native ? step.Amount : 0) - step.Gas));
            var free = after.GetValueOrDefault($"{native}") - locked.GetValueOrDefault($"{native}");
            if (margin > free)
                yield return ($"{native}", margin - free);
        }
    }

    /// <summary>Guaranteed idle balances after the steps, by token.</summary>
    public static IReadOnlyDictionary<string, BigInteger> After(Market market, IReadOnlyDictionary<string, BigInteger> before, IEnumerable<TransactionStep> steps)
    {
        var after = new SortedDictionary<string, BigInteger>(before.ToDictionary(), StringComparer.Ordinal);
        foreach (var step in steps)
        {
            var native = $"{market.Chain(step.Chain).NativeTokenId()}";
            after[native] = after.GetValueOrDefault(native) - step.Gas;
            if (Spends(step.Kind))
                after[$"{step.Token}"] = after.GetValueOrDefault($"{step.Token}") - step.Amount;
            if (Delivers(step.Kind))
                after[$"{step.ReceivedToken}"] = after.GetValueOrDefault($"{step.ReceivedToken}") + step.MinimumReceived;
        }

        return after;
    }

    /// <summary>Change of positions by opportunity, in base units of their first input.</summary>
    public static IReadOnlyDictionary<string, BigInteger> Positions(IEnumerable<TransactionStep> steps)
    {
        var positions = new SortedDictionary<string, BigInteger>(StringComparer.Ordinal);
        foreach (var step in steps)
        {
            var change = step.Kind switch
            {
                StepKind.Deposit => step.MinimumReceived,
                StepKind.Borrow => step.Amount,
                StepKind.Repay => -step.Received,
                _ => step.Kind.IsLeaving() ? -step.Amount : BigInteger.Zero,
            };
            if (!change.IsZero)
                positions[step.Via] = positions.GetValueOrDefault(step.Via) + change;
        }

        return positions;
    }

    /// <summary>Whether a step spends idle tokens.</summary>
    public static bool Spends(StepKind kind) => kind is StepKind.Swap or StepKind.Wrap or StepKind.BridgeSend or StepKind.GasTopUp or StepKind.Deposit or StepKind.Repay;

    /// <summary>Whether a step's output is idle once the step is done; a bridge transfer delivers with its receiving step.</summary>
    public static bool Delivers(StepKind kind) => kind is StepKind.Withdraw or StepKind.Swap or StepKind.Wrap or StepKind.Borrow || kind.IsArrival();

    /// <summary>The description of a step, with exact amounts.</summary>
    public static string Describe(Market market, TransactionStep step)
    {
        string Exact(TokenId token, BigInteger amount) => $"{new TokenAmount(amount, market.Token(token).Decimals)} {token.Symbol}";
        var (spent, by) = (Exact(step.Token, step.Amount), step.Via.Split('/')[0]);
        return step.Kind switch
        {
            StepKind.Withdraw => $"Withdraw {spent} from {step.Via}",
            StepKind.RequestWithdrawal => $"Request the withdrawal of {spent} from {step.Via}, to claim later",
            StepKind.Claim => $"Claim at least {Exact(step.ReceivedToken!.Value, step.MinimumReceived)} from the queue of {step.Via}",
            StepKind.Deposit => $"Deposit {spent} into {step.Via}",
            StepKind.Borrow => $"Borrow {spent} from {step.Via}",
            StepKind.Repay => $"Pay {spent} back to {step.Via}",
            StepKind.Approve => $"Allow {step.Via} to take {spent}, and no more",
            StepKind.Swap => $"Swap {spent} for at least {Exact(step.ReceivedToken!.Value, step.MinimumReceived)} by {by}",
            StepKind.Wrap => $"Convert {spent} to {Exact(step.ReceivedToken!.Value, step.MinimumReceived)} by {by}",
            StepKind.BridgeReceive when market.Snapshot.Routes.Any(route => route.Id == step.Via && route.ClaimGasUnits is not null) =>
                $"Claim at least {Exact(step.ReceivedToken!.Value, step.MinimumReceived)} from {by}, with the proof of the sending transaction",
            StepKind.BridgeReceive => $"Wait for at least {Exact(step.ReceivedToken!.Value, step.MinimumReceived)} to arrive by {by}",
            StepKind.GasTopUp => $"Send {spent} by {by}, to arrive as at least {Exact(step.ReceivedToken!.Value, step.MinimumReceived)} for gas on {step.ReceivedToken!.Value.Chain}",
            _ => $"Send {spent} by {by}, to arrive as at least {Exact(step.ReceivedToken!.Value, step.MinimumReceived)} on {step.ReceivedToken!.Value.Chain}",
        };
    }

    /// <summary>Orders steps so that no allowance is replaced before it is used: an approval waits for the use of the previous approval of
    /// the same token and spender.</summary>
    private static TransactionStep[] OneAllowanceAtATime(TransactionStep[] steps, Func<TransactionStep, string> spenderOf)
    {
        var uses = steps.SelectMany(step => step.DependsOn.Select(needed => (Use: step.Id, Approval: steps[needed - 1]))).Where(pair => pair.Approval.Kind == StepKind.Approve).ToLookup(pair => pair.Approval.Id, pair => pair.Use);
        foreach (var same in steps.Where(step => step.Kind == StepKind.Approve).GroupBy(step => (step.Token, spenderOf(step))))
        {
            foreach (var (first, second) in same.Zip(same.Skip(1)))
                steps[second.Id - 1] = second with { DependsOn = [.. second.DependsOn.Union(uses[first.Id])] };
        }

        var (order, done) = (new List<TransactionStep>(), new HashSet<int>());
        while (order.Count < steps.Length)
        {
            var next = steps.FirstOrDefault(step => !done.Contains(step.Id) && step.DependsOn.All(done.Contains))
                ?? throw new TransactionException("approvals form a circle of dependencies");
            order.Add(next);
            done.Add(next.Id);
        }

        var number = order.Select((step, i) => (step.Id, Number: i + 1)).ToDictionary(pair => pair.Id, pair => pair.Number);
        return [.. order.Select(step => step with { Id = number[step.Id], DependsOn = [.. step.DependsOn.Select(id => number[id]).Order()] })];
    }

    /// <summary>Whether a step uses a route.</summary>
    public static bool IsRoute(StepKind kind) => kind is StepKind.Swap or StepKind.Wrap or StepKind.BridgeSend or StepKind.GasTopUp;

    private static SortedDictionary<string, BigInteger> Idle(Market market, IEnumerable<Holding> holdings)
    {
        var idle = new SortedDictionary<string, BigInteger>(StringComparer.Ordinal);
        foreach (var holding in holdings.Where(holding => holding.Token is not null))
            idle[$"{holding.Token}"] = idle.GetValueOrDefault($"{holding.Token}") + Book.AmountOf(market, holding).BaseUnits;
        return idle;
    }

    private static TransactionStep Draft(Market market, Step step) => new()
    {
        Id = step.Id,
        Kind = step.Kind,
        Chain = step.Chain,
        Description = $"{step.Kind} of {step.From} to {step.To}",
        Via = step.Via,
        Token = step.Token,
        Amount = step.Amount,
        ReceivedToken = step.Kind switch
        {
            StepKind.Withdraw or StepKind.RequestWithdrawal or StepKind.BridgeReceive or StepKind.Claim or StepKind.Borrow => step.Token,
            StepKind.Deposit or StepKind.Approve or StepKind.Repay => null,
            _ => market.Snapshot.Routes.Single(route => route.Id == step.Via).To,
        },
        Received = step.Received,
        MinimumReceived = step.Kind == StepKind.Approve ? BigInteger.Zero : step.Received,
        Gas = step.Gas,
        GasUsd = step.GasUsd,
        FeeUsd = step.FeeUsd,
        DurationSeconds = step.DurationSeconds,
        DependsOn = step.DependsOn,
        Calls = [],
    };

    /// <summary>A route step with a sendable amount and its minimum output.</summary>
    private static TransactionStep Bounded(CallContext context, double slippage)
    {
        var calls = CallBuilders.RouteOf(context);
        var step = Lowered(context.Step, context.Step.Amount - context.Step.Amount % calls.Granularity(context));
        return step with { MinimumReceived = calls.Minimum(context with { Step = step }, slippage) };
    }

    /// <summary>Lowers amounts until the guaranteed balance of every token covers its uses.</summary>
    private static void Settle(Market market, TransactionStep[] steps, IReadOnlyDictionary<string, BigInteger> before, IReadOnlyDictionary<string, BigInteger> reserved, Func<TransactionStep, CallContext> context, double slippage)
    {
        // Lowering one amount lowers the route's output, which may require more cuts: each round settles at least one more token along the
        // flow.
        for (var round = 0; round <= steps.Length; round++)
        {
            var after = After(market, before, steps);
            var isShort = false;
            foreach (var (token, left) in after.Where(entry => entry.Value < reserved.GetValueOrDefault(entry.Key)).ToArray())
            {
                isShort = true;
                var missing = reserved.GetValueOrDefault(token) - left;
                var delivering = steps.Where(step => Delivers(step.Kind) && $"{step.ReceivedToken}" == token).Select(step => step.Id).ToHashSet();
                foreach (var use in steps.Where(step => Spends(step.Kind) && $"{step.Token}" == token && step.DependsOn.Any(delivering.Contains)).OrderByDescending(step => step.Amount).ToArray())
                {
                    var cut = BigInteger.Min(missing, use.Amount);
                    missing -= cut;
                    Cut(steps, use.Id, use.Amount - cut, context, slippage);
                    if (missing.IsZero)
                        break;
                }

                if (missing.Sign > 0)
                    throw new TransactionException($"{token}: {missing} base units more are spent than are guaranteed");
            }

            if (!isShort)
                return;
        }

        throw new TransactionException("found no amounts that the guaranteed deliveries cover");
    }

    private static void Cut(TransactionStep[] steps, int id, BigInteger amount, Func<TransactionStep, CallContext> context, double slippage)
    {
        var step = Lowered(steps[id - 1], amount);
        steps[id - 1] = IsRoute(step.Kind) ? Bounded(context(step), slippage) : step with { MinimumReceived = step.Received };
        Follow(steps, steps[id - 1]);
    }

    /// <summary>Adjusts the approval and the arrival of a step to its amounts.</summary>
    private static void Follow(TransactionStep[] steps, TransactionStep step)
    {
        for (var i = 0; i < steps.Length; i++)
        {
            if (steps[i].Kind == StepKind.Approve && step.DependsOn.Contains(steps[i].Id))
                steps[i] = steps[i] with { Amount = step.Amount, Received = step.Amount };
            else if (steps[i].Kind.IsArrival() && steps[i].DependsOn.Contains(step.Id) && steps[i].Via == step.Via)
                steps[i] = steps[i] with { Amount = step.Received, Received = step.Received, MinimumReceived = step.MinimumReceived };
        }
    }

    /// <summary>The step with a lower amount; output and fee fall in proportion, rounded down.</summary>
    private static TransactionStep Lowered(TransactionStep step, BigInteger amount) => amount == step.Amount || step.Amount.IsZero ? step : step with
    {
        Amount = amount,
        Received = step.Received * amount / step.Amount,
        FeeUsd = step.FeeUsd * (double)amount / (double)step.Amount,
    };
}

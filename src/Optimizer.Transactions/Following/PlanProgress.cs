using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Contracts.Abi;
using Optimizer.Model;
using Optimizer.Transactions.Calls;

namespace Optimizer.Transactions.Following;

/// <summary>State of a step.</summary>
public enum StepState
{
    /// <summary>A step that its phase depends on is not done.</summary>
    Waiting,

    /// <summary>It can be signed now, with its whole phase.</summary>
    Ready,

    /// <summary>Some of its calls were made.</summary>
    Partly,

    /// <summary>In flight: sent but not arrived, or requested but not claimed.</summary>
    InFlight,

    /// <summary>Not delivered; refunded on the source chain.</summary>
    GivenBack,

    /// <summary>It is done.</summary>
    Done,
}

/// <summary>Progress of a step, with its evidence.</summary>
/// <param name="Step">The step.</param>
/// <param name="State">Its state.</param>
/// <param name="Made">For each of its calls, the transaction that made it; null if none did.</param>
/// <param name="Failed">Transactions that reverted.</param>
public sealed record StepProgress(TransactionStep Step, StepState State, IReadOnlyList<EvmTransaction?> Made, IReadOnlyList<EvmTransaction> Failed)
{
    /// <summary>Its transfer to another chain, or its withdrawal request, if its transaction shows it.</summary>
    public BridgeTransfer? Transfer { get; init; }

    /// <summary>The transaction in which it arrived.</summary>
    public EvmTransaction? Arrival { get; init; }

    /// <summary>The amount that arrived, in base units; 0 if nothing has.</summary>
    public BigInteger Arrived { get; init; }

    /// <summary>Whether less arrived than the plan needs; steps that depend on it would then spend money that is missing or
    /// reserved.</summary>
    public bool IsShort => Arrival is not null && Arrived < Step.MinimumReceived;

    /// <summary>Whether the owner reports it as done, because it cannot be looked up.</summary>
    public bool IsTold { get; init; }

    /// <summary>Transactions that repeated one of its calls.</summary>
    public IReadOnlyList<EvmTransaction> Again { get; init; } = [];

    /// <summary>The transaction that made the last of its calls; null where none did.</summary>
    public EvmTransaction? Last => Made.LastOrDefault(made => made is not null);

    /// <summary>The claim of the transfer.</summary>
    public ContractCall? Claim { get; init; }

    /// <summary>The calls that remain to be made.</summary>
    public IEnumerable<ContractCall> Remaining => Step.Calls.Where((_, i) => Made[i] is null);
}

/// <summary>Progress of a plan, derived from the transactions of its accounts.</summary>
/// <remarks>A call counts as made if an account made an identical one: contract, value and data. The result depends only on the state of
/// the chains, so it can be computed again at any time.</remarks>
/// <param name="Plan">The plan.</param>
/// <param name="Steps">Progress of its steps.</param>
/// <param name="Foreign">By chain, transactions of its account that do not belong to the plan.</param>
public sealed record PlanProgress(TransactionPlan Plan, IReadOnlyList<StepProgress> Steps, IReadOnlyDictionary<string, IReadOnlyList<EvmTransaction>> Foreign)
{
    /// <summary>Whether the plan is complete: nothing to sign and nothing in flight.</summary>
    public bool IsDone => Steps.All(step => step.State == StepState.Done);

    /// <summary>Whether nothing has been done yet.</summary>
    public bool IsUntouched => Steps.All(step => !step.IsTold && step.Last is null);

    /// <summary>The step that sent what another step receives; null for steps that receive nothing from another step.</summary>
    public StepProgress? SenderOf(TransactionStep receive) => SenderOf(Steps, receive);

    /// <summary>The phases that can be signed now: everything before them is done. They contain only the remaining calls.</summary>
    public IReadOnlyList<Phase> Open =>
    [
        .. Phase.Of(Plan).Where(phase => IsOpen(phase, Steps)).Select(phase => phase with
        {
            WaitsFor = [],
            Steps = [.. phase.Steps.Select(step => Steps[step.Id - 1]).Where(step => !step.IsTold && step.Remaining.Any()).Select(step => step.Step with { Calls = [.. step.Remaining] })],
        }).Where(phase => phase.Steps.Count > 0),
        .. Steps.Where(step => step.Claim is not null).GroupBy(step => step.Step.Chain).Select(claims => new Phase(claims.Key, 0, [.. claims.Select(claim => claim.Step with { Calls = [claim.Claim!] })], [])),
    ];

    /// <summary>Determines from the accounts' transactions which calls were made.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="market">The market from which the plan was made.</param>
    /// <param name="transactions">Transactions of the plan's accounts since it was made, by chain, oldest first.</param>
    /// <param name="arrivals">Arrivals, by number of the sending step.</param>
    /// <param name="told">Steps that the owner reports as done.</param>
    /// <param name="givenBack">Arrivals that the owner reports as refunded.</param>
    public static PlanProgress Of(TransactionPlan plan, Market market, IReadOnlyDictionary<string, IReadOnlyList<EvmTransaction>> transactions, IReadOnlyDictionary<int, (EvmTransaction Transaction, BridgeArrival Arrival)> arrivals, IReadOnlySet<int> told, IReadOnlySet<int> givenBack)
    {
        var made = plan.Steps.ToDictionary(step => step.Id, step => new EvmTransaction?[step.Calls.Count]);
        var failed = plan.Steps.ToDictionary(step => step.Id, _ => new List<EvmTransaction>());
        var again = plan.Steps.ToDictionary(step => step.Id, _ => new List<EvmTransaction>());
        var foreign = new Dictionary<string, IReadOnlyList<EvmTransaction>>();
        foreach (var (chain, all) in transactions)
        {
            var calls = plan.Steps.Where(step => step.Chain == chain).SelectMany(step => step.Calls.Select((call, i) => (Step: step.Id, Index: i, To: EvmAddress.Parse(call.To), call.Value, Data: Convert.FromHexString(call.Data[2..])))).ToArray();
            foreign[chain] = [.. all.Where(transaction =>
            {
                var isOurs = false;
                foreach (var done in ExecutedCall.Of(EvmAddress.Parse(plan.Accounts[chain]), transaction) ?? [])
                {
                    // Some wallets append their own tag to the data, which contracts ignore.
                    var same = calls.Where(call => call.To == done.To && call.Value == done.Value && done.Data.AsSpan().StartsWith(call.Data)).ToArray();
                    if (same.Length == 0)
                        continue;
                    isOurs = true;
                    // If a plan makes the same call twice, the first open one is matched.
                    var open = Array.FindIndex(same, call => made[call.Step][call.Index] is null);
                    if (!done.Succeeded)
                        failed[same[Math.Max(open, 0)].Step].Add(transaction);
                    else if (open >= 0)
                        made[same[open].Step][same[open].Index] = transaction;
                    else
                        again[same[0].Step].Add(transaction);
                }

                return !isOurs;
            })];
        }

        var steps = new List<StepProgress>();
        var known = new HashSet<EvmLog>();
        foreach (var step in plan.Steps)
        {
            var progress = new StepProgress(step, StepState.Waiting, made[step.Id], failed[step.Id]) { Again = again[step.Id] };
            var isMade = step.Calls.Count > 0 && progress.Made.All(transaction => transaction is not null);
            if (isMade && step.Kind.IsSending())
                progress = progress with { Transfer = TransferOf(plan, market, progress, known) };
            var sender = SenderOf(steps, step);
            if (sender is { State: StepState.Done } && arrivals.TryGetValue(sender.Step.Id, out var arrival))
                progress = progress with { Arrival = arrival.Transaction, Arrived = arrival.Arrival.Amount };
            // Data on the chain overrides the owner's report.
            progress = progress with { IsTold = told.Contains(step.Id) && !isMade && progress.Arrival is null };
            steps.Add(progress with
            {
                State = isMade || progress.IsTold || progress.Arrival is not null ? StepState.Done
                    : sender is { State: StepState.Done } ? givenBack.Contains(step.Id) ? StepState.GivenBack : StepState.InFlight
                    : progress.Made.Any(transaction => transaction is not null) ? StepState.Partly
                    : step.Calls.Count == 0 && !step.Kind.IsArrival() && step.DependsOn.All(id => steps[id - 1].State == StepState.Done) ? StepState.Done
                    : StepState.Waiting,
            });
        }

        foreach (var step in Phase.Of(plan).Where(phase => IsOpen(phase, steps)).SelectMany(phase => phase.Steps).Where(step => steps[step.Id - 1].State == StepState.Waiting))
            steps[step.Id - 1] = steps[step.Id - 1] with { State = StepState.Ready };
        return new(plan, steps, foreign);
    }

    private static StepProgress? SenderOf(IReadOnlyList<StepProgress> steps, TransactionStep receive) => !receive.Kind.IsArrival() ? null
        : steps.FirstOrDefault(step => receive.DependsOn.Contains(step.Step.Id) && step.Step.Via == receive.Via && step.Step.Kind.IsSending());

    private static bool IsOpen(Phase phase, IReadOnlyList<StepProgress> steps) => phase.WaitsFor.All(id => steps[id - 1] is { State: StepState.Done, IsShort: false });

    private static BridgeTransfer? TransferOf(TransactionPlan plan, Market market, StepProgress progress, HashSet<EvmLog> known)
    {
        var context = new CallContext(market, progress.Step, plan.Accounts, plan.ValidUntil);
        var transfer = CallBuilders.Sent(context, [.. progress.Last!.Logs.Where(log => !known.Contains(log))]);
        if (transfer is not null)
            known.Add(transfer.Log);
        return transfer;
    }
}

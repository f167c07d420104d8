using Optimizer.Chains;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Quotes;
using Optimizer.Chains.Rpc;
using Optimizer.Model;
using Optimizer.Transactions.Calls;

namespace Optimizer.Transactions.Following;

/// <summary>State of a plan on its chains.</summary>
/// <param name="Progress">Progress of its steps.</param>
/// <param name="Accounts">Its accounts, by chain.</param>
/// <param name="Found">New journal entries, to keep for the next time.</param>
/// <param name="Notes">What could not be determined, and why.</param>
/// <param name="Doubts">By chain, reasons why transactions may be missing; chains without doubts are absent.</param>
public sealed record FollowedPlan(
    PlanProgress Progress, IReadOnlyDictionary<string, AccountState> Accounts, IReadOnlyList<PlanJournalEntry> Found, IReadOnlyList<string> Notes, IReadOnlyDictionary<string, IReadOnlyList<string>> Doubts);

/// <summary>Finds on the chains which calls of a plan were made, and where bridge transfers arrived.</summary>
/// <remarks>A Safe is followed by its logs, another account by its transaction count. Everything is read again each time; the journal only
/// says where to look. Each chain is read at one block.</remarks>
/// <param name="market">The market from which the plan was made.</param>
/// <param name="clientOf">A chain's nodes.</param>
/// <param name="settings">Limits for accepting data from nodes.</param>
/// <param name="endpointOf">Endpoints of the web services for proofs.</param>
/// <param name="time">The clock.</param>
public sealed class PlanFollower(Market market, Func<string, EvmClient> clientOf, ReadingSettings settings, Func<WebSource, JsonEndpoint> endpointOf, TimeProvider time)
{
    /// <summary>Largest difference accepted between the clocks of two chains.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    /// <summary>Follows a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="known">Earlier journal entries.</param>
    /// <param name="named">Transactions given by the owner, by chain.</param>
    /// <param name="told">Steps that the owner reports as done.</param>
    /// <param name="givenBack">Arrivals that the owner reports as refunded.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="ChainDataException">A node failed, belongs to another chain, or is far behind: then there is no result.</exception>
    public async Task<FollowedPlan> FollowAsync(TransactionPlan plan, IReadOnlyList<PlanJournalEntry> known, IReadOnlyList<(string Chain, string Transaction)> named, IReadOnlyList<int> told, IReadOnlyList<int> givenBack, CancellationToken cancellation)
    {
        var notes = new List<string>();
        var found = new List<PlanJournalEntry>();
        var (isDone, isBack) = (told.ToHashSet(), givenBack.ToHashSet());
        var (followed, others) = (plan.Accounts.Keys.Where(chain => market.Chain(chain).ChainId is not null), plan.Accounts.Keys.Where(chain => market.Chain(chain).ChainId is null));
        var doubts = others.Where(chain => plan.Steps.Any(step => step.Chain == chain && step.Calls.Count > 0 && !isDone.Contains(step.Id)))
            .ToDictionary(chain => chain, IReadOnlyList<string> (_) => ["transactions on this chain cannot be looked up; report finished steps with --done and the step's number"]);
        var read = (await Task.WhenAll(followed.Select(async chain => (Chain: chain, Reading: await new AccountReader(market, market.Chain(chain), clientOf(chain), settings, time)
            .ReadAsync(plan, [.. known.Where(entry => entry.Chain == chain)], [.. named.Where(transaction => transaction.Chain == chain).Select(transaction => transaction.Transaction)], cancellation).ConfigureAwait(false)))).ConfigureAwait(false))
            .ToDictionary(pair => pair.Chain, pair => pair.Reading);
        foreach (var (chain, reading) in read)
        {
            found.AddRange(reading.Found);
            if (reading.Doubts.Count > 0)
                doubts[chain] = reading.Doubts;
        }

        var transactions = read.ToDictionary(pair => pair.Key, pair => pair.Value.Transactions);
        var progress = PlanProgress.Of(plan, market, transactions, new Dictionary<int, (EvmTransaction, BridgeArrival)>(), isDone, isBack);
        // Certain data from the chain overrides the owner's reports.
        foreach (var id in told.Where(id => !IsUnknown(progress, doubts, plan.Steps[id - 1])))
        {
            isDone.Remove(id);
            notes.Add($"step {id} is {(progress.Steps[id - 1].State == StepState.Done && !progress.Steps[id - 1].IsTold ? "done" : "not done")} according to its chain; --done {id} was ignored");
        }

        foreach (var id in givenBack.Where(id => progress.SenderOf(plan.Steps[id - 1])?.Transfer?.GivenBackAfter is not { } after || after >= time.GetUtcNow()))
        {
            isBack.Remove(id);
            notes.Add($"step {id}: its bridge makes no refunds, or may still deliver; --given-back {id} was ignored");
        }

        progress = PlanProgress.Of(plan, market, transactions, new Dictionary<int, (EvmTransaction, BridgeArrival)>(), isDone, isBack);
        var arrivals = new Dictionary<int, (EvmTransaction, BridgeArrival)>();
        var used = new HashSet<(string, ulong)>();
        foreach (var receive in progress.Steps.Where(step => step.State == StepState.InFlight))
        {
            var send = progress.SenderOf(receive.Step)!;
            if (send.Transfer is not { } transfer)
                notes.Add($"step {receive.Step.Id}: nothing {(send.Last is null ? "" : $"in {send.Last.Hash} ")}identifies the arrival; report it yourself with --done {receive.Step.Id}");
            else if (await ArrivalAsync(receive.Step, send, transfer, known, read[receive.Step.Chain].State.Block, used, cancellation).ConfigureAwait(false) is { } arrival)
                Arrive(receive.Step, send.Step, arrival);
            else if (transfer.GivenBackAfter < time.GetUtcNow())
                notes.Add($"step {receive.Step.Id}: not delivered by {transfer.GivenBackAfter:yyyy-MM-dd HH:mm} UTC, so it will be refunded on {send.Step.Chain} some hours later; report the refund with --given-back {receive.Step.Id}");
        }

        void Arrive(TransactionStep receive, TransactionStep send, (EvmTransaction Transaction, BridgeArrival Arrival) arrival)
        {
            arrivals[send.Id] = arrival;
            var entry = new PlanJournalEntry(PlanEvent.Arrival, receive.Chain, arrival.Transaction.Block.Number, arrival.Transaction.Hash, receive.Id);
            if (!known.Contains(entry))
                found.Add(entry);
        }

        progress = PlanProgress.Of(plan, market, transactions, arrivals, isDone, isBack);
        var steps = progress.Steps.ToArray();
        for (var i = 0; i < steps.Length; i++)
        {
            var claimed = await ClaimedAsync(plan, progress, steps[i], read, notes, cancellation).ConfigureAwait(false);
            // Each proof is used for one claim only, even if several burns look the same.
            steps[i] = claimed.Claim is { } claim && steps.Any(step => step.Claim?.Data == claim.Data) ? steps[i] : claimed;
        }

        progress = progress with { Steps = steps };
        return new(progress, read.ToDictionary(pair => pair.Key, pair => pair.Value.State), found, notes, doubts);
    }

    /// <summary>Whether only the owner can know the state of a step: on a chain that is not followed, on a chain with doubts, and for
    /// arrivals of a step that was sent.</summary>
    private bool IsUnknown(PlanProgress progress, Dictionary<string, IReadOnlyList<string>> doubts, TransactionStep step) =>
        step.Kind.IsArrival() ? progress.SenderOf(step) is { State: StepState.Done }
            : step.Calls.Count > 0 && (market.Chain(step.Chain).ChainId is null || doubts.ContainsKey(step.Chain));

    private async Task<(EvmTransaction Transaction, BridgeArrival Arrival)?> ArrivalAsync(TransactionStep receive, StepProgress send, BridgeTransfer transfer, IReadOnlyList<PlanJournalEntry> known, EvmBlock head, HashSet<(string, ulong)> used, CancellationToken cancellation)
    {
        var (chain, client) = (market.Chain(receive.Chain), clientOf(receive.Chain));
        var (activity, left) = (new EvmActivity(client), send.Last!.Block.Time);
        var hashes = known.Where(entry => entry.Event == PlanEvent.Arrival && entry.Step == receive.Id).Select(entry => entry.Transaction).ToList();
        for (var isSearched = false; ; isSearched = true)
        {
            foreach (var hash in hashes)
            {
                // An arrival before the sending belongs to something else.
                if (await activity.TransactionAsync(hash, cancellation).ConfigureAwait(false) is { } there && there.Block.Number <= head.Number && there.Block.Time >= left - ClockSkew
                    && transfer.Arrived(there).FirstOrDefault(arrival => used.Add((there.Hash, arrival.Log.Index))) is { } arrival)
                    return (there, arrival);
            }

            if (isSearched)
                return null;
            var from = await AccountReader.StartAsync(chain, client, head, left, cancellation).ConfigureAwait(false);
            hashes = [.. (await activity.LogsAsync(transfer.Contract, transfer.Topics, from, head.Number, cancellation).ConfigureAwait(false)).Select(log => log.Transaction).Distinct()];
        }
    }

    private async Task<StepProgress> ClaimedAsync(TransactionPlan plan, PlanProgress progress, StepProgress receive, Dictionary<string, AccountReading> read, List<string> notes, CancellationToken cancellation)
    {
        if (receive.State != StepState.InFlight)
            return receive;
        var send = progress.SenderOf(receive.Step)!;
        var context = new CallContext(market, send.Step, plan.Accounts, plan.ValidUntil);
        if (send.Transfer is null)
            return receive;
        try
        {
            if (send.Step.Kind == StepKind.RequestWithdrawal)
                return receive with { Claim = await CallBuilders.QueueOf(context).ClaimAsync(context, send.Last!, clientOf(receive.Step.Chain), cancellation).ConfigureAwait(false) };
            if (send.Transfer.HeldBack is var (topic, handOut))
            {
                var (client, head) = (clientOf(receive.Step.Chain), read[receive.Step.Chain].State.Block);
                var from = await AccountReader.StartAsync(market.Chain(receive.Step.Chain), client, head, send.Last!.Block.Time, cancellation).ConfigureAwait(false);
                var logs = await new EvmActivity(client).LogsAsync(send.Transfer.Contract, [[topic]], from, head.Number, cancellation).ConfigureAwait(false);
                return receive with { Claim = logs.Select(handOut).FirstOrDefault(call => call is not null) };
            }

            return CallBuilders.RouteOf(context) is IClaimedRoute route
                ? receive with { Claim = await route.ClaimAsync(context, send.Last!, endpointOf(route.Source), clientOf(receive.Step.Chain), cancellation).ConfigureAwait(false) }
                : receive;
        }
        catch (ChainDataException silent)
        {
            notes.Add($"step {receive.Step.Id}: cannot check whether it can be claimed: {silent.Message}");
            return receive;
        }
    }
}

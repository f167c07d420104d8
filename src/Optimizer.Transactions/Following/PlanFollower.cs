using System.Numerics;
using Optimizer.Chains;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Quotes;
using Optimizer.Chains.Rpc;
using Optimizer.Model;
using Optimizer.Transactions.Calls;

namespace Optimizer.Transactions.Following;

/// <summary>An account as its chain has it.</summary>
/// <param name="Block">The block that it was read at.</param>
/// <param name="SafeNonce">The next nonce, where the account is a Safe.</param>
/// <param name="Unmined">Transactions that it has signed and that wait for a block.</param>
/// <param name="Idle">Tokens of the plan, in base units.</param>
public sealed record AccountState(EvmBlock Block, BigInteger? SafeNonce, ulong Unmined, IReadOnlyDictionary<string, BigInteger> Idle);

/// <summary>A plan as it was found on its chains.</summary>
/// <param name="Progress">How far its steps are.</param>
/// <param name="Accounts">Its accounts, by chain.</param>
/// <param name="Found">What was not known before, to be kept for the next time.</param>
/// <param name="Notes">What could not be told, and why.</param>
public sealed record FollowedPlan(PlanProgress Progress, IReadOnlyDictionary<string, AccountState> Accounts, IReadOnlyList<PlanJournalEntry> Found, IReadOnlyList<string> Notes);

/// <summary>Looks up on the chains which calls of a plan were made, and where what they sent has arrived.</summary>
/// <remarks>A Safe is followed by what it logs, another account by how often it has signed. Everything found is read anew each
/// time; what is kept only says where to look. Each chain is read at one block.</remarks>
/// <param name="market">The market that the plan was made on.</param>
/// <param name="clientOf">A chain's nodes.</param>
/// <param name="settings">What is believed of nodes.</param>
/// <param name="endpointOf">Who hands out proofs.</param>
/// <param name="time">The clock.</param>
public sealed class PlanFollower(Market market, Func<string, EvmClient> clientOf, ReadingSettings settings, Func<WebSource, JsonEndpoint> endpointOf, TimeProvider time)
{
    private static readonly AbiFunction Nonce = AbiFunction.Parse("nonce() returns (uint256)");
    private static readonly AbiFunction BalanceOf = AbiFunction.Parse("balanceOf(address account) returns (uint256)");

    /// <summary>Clocks of chains and of snapshots may differ by so much.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(10);

    /// <summary>Follows a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="known">What was found before.</param>
    /// <param name="named">Transactions that the owner names, by chain.</param>
    /// <param name="told">Steps that are done by the owner's word.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="ChainDataException">A node failed, is of another chain or far behind: nothing can be said then.</exception>
    public async Task<FollowedPlan> FollowAsync(TransactionPlan plan, IReadOnlyList<PlanJournalEntry> known, IReadOnlyList<(string Chain, string Transaction)> named, IReadOnlyList<int> told, CancellationToken cancellation)
    {
        var notes = new List<string>();
        var found = new List<PlanJournalEntry>();
        var isDone = known.Where(entry => entry.Event == PlanEvent.Told).Select(entry => entry.Step).Concat(told).ToHashSet();
        found.AddRange(told.Select(step => new PlanJournalEntry(PlanEvent.Told, plan.Steps[step - 1].Chain, 0, Step: step)).Except(known));
        var (followed, others) = (plan.Accounts.Keys.Where(chain => market.Chain(chain).ChainId is not null), plan.Accounts.Keys.Where(chain => market.Chain(chain).ChainId is null));
        foreach (var chain in others.Where(chain => plan.Steps.Any(step => step.Chain == chain && step.Calls.Count > 0 && !isDone.Contains(step.Id))))
            notes.Add($"{chain}: what was done there cannot be looked up; say so yourself, by --done and the step's number");
        var read = (await Task.WhenAll(followed.Select(async chain => (Chain: chain, Reading: await ReadAsync(plan, chain, known, named, cancellation).ConfigureAwait(false)))).ConfigureAwait(false))
            .ToDictionary(pair => pair.Chain, pair => pair.Reading);
        foreach (var reading in read.Values)
        {
            found.AddRange(reading.Found);
            notes.AddRange(reading.Notes);
        }

        var transactions = read.ToDictionary(pair => pair.Key, pair => pair.Value.Transactions);
        var progress = PlanProgress.Of(plan, market, transactions, new Dictionary<int, EvmTransaction>(), isDone);
        var arrivals = new Dictionary<int, EvmTransaction>();
        var used = new HashSet<(string, ulong)>();
        foreach (var receive in progress.Steps.Where(step => step.State == StepState.InFlight))
        {
            var send = progress.Steps.First(step => receive.Step.DependsOn.Contains(step.Step.Id) && step.Step.Via == receive.Step.Via);
            if (send.Transfer is not { } transfer)
                notes.Add($"step {receive.Step.Id}: nothing {(send.Last is null ? "" : $"in {send.Last.Hash} ")}tells how to recognise the arrival; say yourself when it is there, by --done {receive.Step.Id}");
            else if (await ArrivalAsync(receive.Step, send, transfer, known, read[receive.Step.Chain].Account.Block, used, cancellation).ConfigureAwait(false) is { } arrival)
                arrivals[send.Step.Id] = Remember(found, known, arrival, new(PlanEvent.Arrival, receive.Step.Chain, arrival.Block.Number, arrival.Hash, receive.Step.Id));
        }

        progress = PlanProgress.Of(plan, market, transactions, arrivals, isDone);
        progress = progress with { Steps = [.. await Task.WhenAll(progress.Steps.Select(step => ClaimedAsync(plan, progress, step, notes, cancellation))).ConfigureAwait(false)] };
        return new(progress, read.ToDictionary(pair => pair.Key, pair => pair.Value.Account), found, notes);
    }

    private sealed record Reading(AccountState Account, IReadOnlyList<EvmTransaction> Transactions, List<PlanJournalEntry> Found, List<string> Notes);

    private async Task<Reading> ReadAsync(TransactionPlan plan, string id, IReadOnlyList<PlanJournalEntry> known, IReadOnlyList<(string Chain, string Transaction)> named, CancellationToken cancellation)
    {
        var (chain, client, account) = (market.Chain(id), clientOf(id), EvmAddress.Parse(plan.Accounts[id]));
        var activity = new EvmActivity(client);
        var (found, notes) = (new List<PlanJournalEntry>(), new List<string>());
        var head = (await client.PinAsync(cancellation).ConfigureAwait(false)).Block;
        // From a node that lags, what has been done looks as if it had not.
        if (time.GetUtcNow() - head.Time > TimeSpan.FromDays(settings.MaximumBlockAge.Days))
            throw new ChainDataException(ChainFault.Behind, $"{id}: the node's last block is of {head.Time:yyyy-MM-dd HH:mm:ss} UTC, so that it does not know what was done since; ask another one");
        var mine = known.Where(entry => entry.Chain == id).ToArray();
        var searched = mine.Where(entry => entry.Event == PlanEvent.Searched).Select(entry => entry.Block).DefaultIfEmpty(0ul).Max();
        if (searched > head.Number)
            throw new ChainDataException(ChainFault.Behind, $"{id}: the node's last block is {head.Number}, and {searched} has been read before; ask another one");
        var isContract = (await activity.WithoutCodeAsync([account], head.Number, cancellation).ConfigureAwait(false)).Count == 0;
        var hashes = mine.Where(entry => entry.Event == PlanEvent.Transaction).Select(entry => entry.Transaction).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (_, hash) in named.Where(transaction => transaction.Chain == id))
            hashes.Add(hash);
        var isSearched = true;
        try
        {
            if (searched == 0)
                searched = ReadAt(id) ?? await StartAsync(chain, client, head, plan.SnapshotTakenAt, cancellation).ConfigureAwait(false);
            IEnumerable<string> fresh = isContract
                ? (await activity.LogsAsync(account, [[MadeCall.ExecutionSuccess.Topic, MadeCall.ExecutionFailure.Topic]], searched, head.Number, cancellation).ConfigureAwait(false)).Select(log => log.Transaction)
                : await activity.SentAsync(account, searched, head.Number, cancellation).ConfigureAwait(false);
            hashes.UnionWith(fresh);
        }
        catch (ChainDataException refused) when (refused.Fault == ChainFault.Refused)
        {
            isSearched = false;
            notes.Add($"{id}: what {account} did cannot be looked up at this node ({refused.Message}); name the transactions, --transaction {id}=0x…, or ask an archive");
        }

        var transactions = new List<EvmTransaction>();
        foreach (var hash in hashes)
        {
            if (await activity.TransactionAsync(hash, cancellation).ConfigureAwait(false) is { } transaction && transaction.Block.Number <= head.Number)
                transactions.Add(transaction);
            else
                notes.Add($"{id}: transaction {hash} is in no block");
        }

        transactions.Sort((a, b) => (a.Block.Number, a.Index).CompareTo((b.Block.Number, b.Index)));
        foreach (var transaction in transactions)
        {
            _ = Remember(found, known, transaction, new(PlanEvent.Transaction, id, transaction.Block.Number, transaction.Hash));
            if (MadeCall.Of(account, transaction) is null)
                notes.Add($"{id}: what {account} did in {transaction.Hash} cannot be read, since it was asked by another contract; look it up before signing anything");
        }

        // Blocks that others may still replace are looked at again.
        var final = head.Number - Math.Min(head.Number, (ulong)Math.Ceiling(chain.Finality.Seconds / Math.Max(chain.BlockTime.Seconds, 1e-3)));
        if (isSearched && final > searched)
            found.Add(new(PlanEvent.Searched, id, final));
        return new(await StateAsync(plan, id, client, activity, account, head, isContract, cancellation).ConfigureAwait(false), transactions, found, notes);
    }

    /// <summary>The block at which the plan's snapshot read a chain; null where it did not read it.</summary>
    private ulong? ReadAt(string chain) => market.Snapshot.Chains.FirstOrDefault(state => state.Id == chain)?.Gas is EvmGas gas ? market.Snapshot.Provenances.GetValueOrDefault(gas.GweiPerGas.From)?.Block : null;

    /// <summary>The block at which one begins to look for what was done since a moment.</summary>
    private static async Task<ulong> StartAsync(Chain chain, EvmClient client, EvmBlock head, DateTimeOffset since, CancellationToken cancellation) =>
        (await BlockSearch.FindLastBeforeAsync(chain, client, head, since - Margin, Margin / 2, cancellation).ConfigureAwait(false))?.Number ?? 0;

    private async Task<AccountState> StateAsync(TransactionPlan plan, string chain, EvmClient client, EvmActivity activity, EvmAddress account, EvmBlock head, bool isContract, CancellationToken cancellation)
    {
        var tokens = plan.Before.Keys.Union(plan.After.Keys).Select(TokenId.Parse).Where(token => token.Chain == chain).ToArray();
        var contracts = tokens.Where(token => market.Token(token).Address is not null).ToArray();
        var returns = await client.CallAsync(head, [.. contracts.Select(token => new EvmCall(EvmAddress.Parse(market.Token(token).Address!), BalanceOf.Encode(account))), new EvmCall(account, Nonce.Encode())], cancellation).ConfigureAwait(false);
        var idle = new SortedDictionary<string, BigInteger>(StringComparer.Ordinal);
        for (var i = 0; i < contracts.Length; i++)
        {
            idle[$"{contracts[i]}"] = returns[i].Succeeded && returns[i].Data.Length == AbiCodec.Word
                ? new(returns[i].Data, isUnsigned: true, isBigEndian: true)
                : throw new ChainDataException(ChainFault.UnexpectedContract, $"{contracts[i]}: the contract tells no balance");
        }

        foreach (var native in tokens.Except(contracts))
            idle[$"{native}"] = await activity.BalanceAsync(account, head.Number, cancellation).ConfigureAwait(false);
        BigInteger? nonce = isContract && returns[^1] is { Succeeded: true, Data.Length: AbiCodec.Word } ? new BigInteger(returns[^1].Data, isUnsigned: true, isBigEndian: true) : null;
        var waiting = 0ul;
        if (!isContract)
        {
            var (all, mined) = (await activity.CountAsync(account, null, cancellation).ConfigureAwait(false), await activity.CountAsync(account, head.Number, cancellation).ConfigureAwait(false));
            waiting = all > mined ? all - mined : 0;
        }

        return new(head, nonce, waiting, idle);
    }

    private async Task<EvmTransaction?> ArrivalAsync(TransactionStep receive, StepProgress send, BridgeTransfer transfer, IReadOnlyList<PlanJournalEntry> known, EvmBlock head, HashSet<(string, ulong)> used, CancellationToken cancellation)
    {
        var (chain, client) = (market.Chain(receive.Chain), clientOf(receive.Chain));
        var activity = new EvmActivity(client);
        bool IsIt(EvmLog log) => transfer.Arrived(log) is not null && used.Add((log.Transaction, log.Index));
        foreach (var entry in known.Where(entry => entry.Event == PlanEvent.Arrival && entry.Step == receive.Id))
        {
            if (await activity.TransactionAsync(entry.Transaction, cancellation).ConfigureAwait(false) is { } there && there.Logs.Any(IsIt))
                return there;
        }

        var from = await StartAsync(chain, client, head, send.Last!.Block.Time, cancellation).ConfigureAwait(false);
        var logs = await activity.LogsAsync(transfer.Contract, transfer.Topics, from, head.Number, cancellation).ConfigureAwait(false);
        return logs.FirstOrDefault(IsIt) is { } log ? await activity.TransactionAsync(log.Transaction, cancellation).ConfigureAwait(false) : null;
    }

    private async Task<StepProgress> ClaimedAsync(TransactionPlan plan, PlanProgress progress, StepProgress receive, List<string> notes, CancellationToken cancellation)
    {
        if (receive.State != StepState.InFlight)
            return receive;
        var send = progress.Steps.First(step => receive.Step.DependsOn.Contains(step.Step.Id) && step.Step.Via == receive.Step.Via);
        var context = new CallContext(market, send.Step, plan.Accounts, plan.ValidUntil);
        if (send.Transfer is not { } transfer || CallBook.RouteOf(context) is not IClaimedRoute route)
            return receive;
        try
        {
            return receive with { Claim = await route.ClaimAsync(context, send.Last!, transfer, endpointOf(route.Source), cancellation).ConfigureAwait(false) };
        }
        catch (ChainDataException silent)
        {
            lock (notes)
                notes.Add($"step {receive.Step.Id}: whether it can be claimed cannot be told: {silent.Message}");
            return receive;
        }
    }

    private static EvmTransaction Remember(List<PlanJournalEntry> found, IReadOnlyList<PlanJournalEntry> known, EvmTransaction transaction, PlanJournalEntry entry)
    {
        if (!known.Contains(entry))
            found.Add(entry);
        return transaction;
    }
}

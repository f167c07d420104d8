using System.Numerics;
using Optimizer.Chains;
using Optimizer.Chains.Evm;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Contracts.Protocols.Safe;
using Optimizer.Model;

namespace Optimizer.Transactions.Following;

/// <summary>State of an account on its chain.</summary>
/// <param name="Block">The block at which it was read.</param>
/// <param name="SafeNonce">The next nonce, if the account is a Safe.</param>
/// <param name="SafeVersion">The Safe's version; null if it is not a Safe.</param>
/// <param name="Unmined">Number of its signed transactions that are not in a block yet.</param>
/// <param name="Idle">Balances of the plan's tokens, in base units.</param>
public sealed record AccountState(EvmBlock Block, BigInteger? SafeNonce, string? SafeVersion, ulong Unmined, IReadOnlyDictionary<string, BigInteger> Idle);

/// <summary>Findings about an account on its chain.</summary>
/// <param name="State">Its present state.</param>
/// <param name="Transactions">Its transactions since the plan was made, oldest first.</param>
/// <param name="Found">New journal entries.</param>
/// <param name="Doubts">Reasons why transactions may be missing; empty if the list is complete.</param>
internal sealed record AccountReading(AccountState State, IReadOnlyList<EvmTransaction> Transactions, IReadOnlyList<PlanJournalEntry> Found, IReadOnlyList<string> Doubts);

/// <summary>Finds the transactions of a plan's account on one chain.</summary>
/// <remarks>
/// A transaction that we fail to find would be offered for signing twice. So a Safe's logs are compared with its nonce, and another
/// account's
/// transactions with its transaction count. Any mismatch, unreadable transaction or refused query is a doubt. A node that knows less than
/// was known before is rejected.
/// </remarks>
/// <param name="market">The market from which the plan was made.</param>
/// <param name="chain">The chain.</param>
/// <param name="client">Its nodes.</param>
/// <param name="settings">Limits for accepting data from nodes.</param>
/// <param name="time">The clock.</param>
internal sealed class AccountReader(Market market, Chain chain, EvmClient client, ReadingSettings settings, TimeProvider time)
{

    /// <summary>Largest difference accepted between the clocks of chains and snapshots.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(10);

    private readonly EvmActivity _activity = new(client);

    /// <summary>Reads an account.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="known">Earlier journal entries for the chain.</param>
    /// <param name="named">Transactions given by the owner.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="ChainDataException">A node failed, belongs to another chain, or lacks data that it should have.</exception>
    public async Task<AccountReading> ReadAsync(TransactionPlan plan, IReadOnlyList<PlanJournalEntry> known, IReadOnlyList<string> named, CancellationToken cancellation)
    {
        var account = EvmAddress.Parse(plan.Accounts[chain.Id]);
        var head = (await client.PinAsync(cancellation).ConfigureAwait(false)).Block;
        RequireFresh(head, known);
        var code = await _activity.CodeAsync(account, head.Number, cancellation).ConfigureAwait(false);
        var (doubts, found) = (new List<string>(), new List<PlanJournalEntry>());
        // With EIP-7702 delegation others may act for the account, and no counter records it.
        if (EvmActivity.IsDelegated(code))
            doubts.Add($"{account} delegates to a contract (EIP-7702), so others may act for it");
        var nonce = code.Length > 0 && !EvmActivity.IsDelegated(code) ? await NonceAsync(account, head, cancellation).ConfigureAwait(false) : null;
        if (code.Length > 0 && !EvmActivity.IsDelegated(code) && nonce is null)
            doubts.Add($"{account} is a contract but not a Safe, so its transactions cannot be found");

        var hashes = known.Where(entry => entry.Event == PlanEvent.Transaction).Select(entry => entry.Transaction).Concat(named).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var last = known.Where(entry => entry.Event == PlanEvent.Searched).MaxBy(entry => entry.Block);
        try
        {
            var from = last?.Block ?? ReadAt() ?? await StartAsync(chain, client, head, plan.SnapshotTakenAt, cancellation).ConfigureAwait(false);
            BigInteger? before = last is null ? null : last.Count;
            var (fresh, count) = nonce is { } safe
                ? await ExecutionsAsync(plan, account, from, before, head, safe, doubts, cancellation).ConfigureAwait(false)
                : (await _activity.SentAsync(account, from, head.Number, cancellation).ConfigureAwait(false), null);
            hashes.UnionWith(fresh.Select(log => log.Transaction));
            // Blocks that are not final yet are searched again next time.
            var final = head.Number - Math.Min(head.Number, (ulong)Math.Ceiling(chain.Finality.Seconds / Math.Max(chain.BlockTime.Seconds, 1e-3)));
            if (final > from && doubts.Count == 0)
                found.Add(new(PlanEvent.Searched, chain.Id, final, Count: count is { } now ? (ulong)(now - fresh.Count(log => log.Block > final && log.Counts)) : 0));
        }
        catch (ChainDataException refused) when (refused.Fault == ChainFault.Refused)
        {
            doubts.Add($"this node cannot list the transactions of {account} ({refused.Message}); use an archive node, or give the transactions: --transaction {chain.Id}=0x…");
        }

        var transactions = new List<EvmTransaction>();
        foreach (var hash in hashes)
        {
            // A transaction known from a log, a count or the owner is in a block: a node without it lags behind.
            var transaction = await _activity.TransactionAsync(hash, cancellation).ConfigureAwait(false);
            if (transaction is not null && transaction.Block.Number <= head.Number)
                transactions.Add(transaction);
            else if (known.FirstOrDefault(entry => entry.Transaction == hash) is { } entry && entry.Block > (last?.Block ?? 0))
                doubts.Add($"transaction {hash} was in block {entry.Block}, which was replaced; check whether it is mined again");
            else
                throw new ChainDataException(ChainFault.Behind, $"{chain.Id}: the node does not have transaction {hash}, although it was mined; use another node");
        }

        transactions.Sort((a, b) => (a.Block.Number, a.Index).CompareTo((b.Block.Number, b.Index)));
        foreach (var transaction in transactions)
        {
            var entry = new PlanJournalEntry(PlanEvent.Transaction, chain.Id, transaction.Block.Number, transaction.Hash);
            if (!known.Contains(entry))
                found.Add(entry);
            if (!await IsReadableAsync(account, transaction, cancellation).ConfigureAwait(false))
                doubts.Add($"the calls of {account} in {transaction.Hash} cannot be decoded: another contract triggered them, or they run foreign code by delegatecall");
        }

        return new(await StateAsync(plan, account, head, nonce, cancellation).ConfigureAwait(false), transactions, found, doubts);
    }

    /// <summary>The block at which the search for actions since a given time starts.</summary>
    public static async Task<ulong> StartAsync(Chain chain, EvmClient client, EvmBlock head, DateTimeOffset since, CancellationToken cancellation) =>
        (await BlockSearch.FindLastBeforeAsync(chain, client, head, since - Margin, Margin / 2, cancellation).ConfigureAwait(false))?.Number ?? 0;

    /// <summary>Rejects a node that lags behind: done transactions would look undone.</summary>
    private void RequireFresh(EvmBlock head, IReadOnlyList<PlanJournalEntry> known)
    {
        // For a snapshot the last block may be a few minutes old; here it must be fresher.
        const int Stricter = 5;
        if (time.GetUtcNow() - head.Time > TimeSpan.FromDays(settings.MaximumBlockAge.Days) / Stricter)
            throw new ChainDataException(ChainFault.Behind, $"{chain.Id}: the node's last block is from {head.Time:yyyy-MM-dd HH:mm:ss} UTC, so it misses later transactions; use another node");
        var seen = known.Select(entry => entry.Block).Append(ReadAt() ?? 0).Max();
        if (seen > head.Number)
            throw new ChainDataException(ChainFault.Behind, $"{chain.Id}: the node's last block is {head.Number}, but block {seen} was read before; use another node");
    }

    /// <summary>The block at which the snapshot read the chain; null if it did not.</summary>
    private ulong? ReadAt() => market.Snapshot.Chains.FirstOrDefault(state => state.Id == chain.Id)?.Gas is EvmGas gas ? market.Snapshot.Provenances.GetValueOrDefault(gas.GweiPerGas.From)?.Block : null;

    /// <summary>A Safe's executions since a block, and its nonce, which must have grown by the same number.</summary>
    private async Task<(IReadOnlyList<SentTransaction> Fresh, BigInteger? Count)> ExecutionsAsync(TransactionPlan plan, EvmAddress safe, ulong from, BigInteger? before, EvmBlock head, BigInteger nonce, List<string> doubts, CancellationToken cancellation)
    {
        var logs = (await _activity.LogsAsync(safe, [[ContractEvent.TopicOf<ExecutionSuccess>(), ContractEvent.TopicOf<ExecutionFailure>(), ContractEvent.TopicOf<ModuleSuccess>(), ContractEvent.TopicOf<ModuleFailure>()]], from + 1, head.Number, cancellation).ConfigureAwait(false))
            .Select(log => new SentTransaction(log.Transaction, log.Block, log.Topics is [var kind, ..] && (kind == ContractEvent.TopicOf<ExecutionSuccess>() || kind == ContractEvent.TopicOf<ExecutionFailure>()))).ToArray();
        var started = before ?? await StartedAsync(plan, safe, from, cancellation).ConfigureAwait(false);
        var executions = logs.Count(log => log.Counts);
        if (started is { } then && nonce - then != executions)
            doubts.Add($"the nonce of {safe} grew by {nonce - then} since block {from}, but the node lists {executions} transactions");
        return (logs, nonce);
    }

    /// <summary>A Safe's initial nonce: from the node, else from the plan; null if neither knows it.</summary>
    private async Task<BigInteger?> StartedAsync(TransactionPlan plan, EvmAddress safe, ulong from, CancellationToken cancellation)
    {
        try
        {
            return await NonceAsync(safe, await client.BlockAsync(from, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false) ?? 0;
        }
        catch (ChainDataException past) when (past.Fault is ChainFault.Refused or ChainFault.UnexpectedContract)
        {
            return plan.Nonces.TryGetValue(chain.Id, out var stated) ? stated : null;
        }
    }

    private async Task<string?> VersionAsync(EvmAddress safe, EvmBlock block, CancellationToken cancellation)
    {
        try
        {
            return (await client.CallAsync(block, [new EvmCall(safe, new GetVersion().Encode())], cancellation).ConfigureAwait(false))[0] is { Succeeded: true } reply ? new GetVersion().Decode(reply.Data) : null;
        }
        catch (AbiException)
        {
            return null;
        }
    }

    private async Task<BigInteger?> NonceAsync(EvmAddress account, EvmBlock block, CancellationToken cancellation) =>
        (await client.CallAsync(block, [new EvmCall(account, new Nonce().Encode())], cancellation).ConfigureAwait(false))[0] is { Succeeded: true, Data.Length: Hex.WordSize } reply ? new BigInteger(reply.Data, isUnsigned: true, isBigEndian: true) : null;

    /// <summary>Whether a transaction's calls can be decoded, and the contract of a batch among them exists.</summary>
    private async Task<bool> IsReadableAsync(EvmAddress account, EvmTransaction transaction, CancellationToken cancellation) =>
        ExecutedCall.Of(account, transaction) is not null
        && (ExecutedCall.BatchedBy(account, transaction) is not { } batcher || (await _activity.CodeAsync(batcher, transaction.Block.Number, cancellation).ConfigureAwait(false)).Length > 0);

    private async Task<AccountState> StateAsync(TransactionPlan plan, EvmAddress account, EvmBlock head, BigInteger? nonce, CancellationToken cancellation)
    {
        var tokens = plan.Before.Keys.Union(plan.After.Keys).Select(TokenId.Parse).Where(token => token.Chain == chain.Id).ToArray();
        var contracts = tokens.Where(token => market.Token(token).Address is not null).ToArray();
        var returns = await client.CallAsync(head, [.. contracts.Select(token => new EvmCall(EvmAddress.Parse(market.Token(token).Address!), new BalanceOf { Owner = account }.Encode()))], cancellation).ConfigureAwait(false);
        var idle = new SortedDictionary<string, BigInteger>(StringComparer.Ordinal);
        for (var i = 0; i < contracts.Length; i++)
        {
            idle[$"{contracts[i]}"] = returns[i].Succeeded && returns[i].Data.Length == Hex.WordSize
                ? new(returns[i].Data, isUnsigned: true, isBigEndian: true)
                : throw new ChainDataException(ChainFault.UnexpectedContract, $"{contracts[i]}: the contract returns no balance");
        }

        foreach (var native in tokens.Except(contracts))
            idle[$"{native}"] = await _activity.BalanceAsync(account, head.Number, cancellation).ConfigureAwait(false);
        var (all, mined) = nonce is null
            ? (await _activity.CountAsync(account, null, cancellation).ConfigureAwait(false), await _activity.CountAsync(account, head.Number, cancellation).ConfigureAwait(false))
            : (0, 0);
        return new(head, nonce, nonce is null ? null : await VersionAsync(account, head, cancellation).ConfigureAwait(false), all > mined ? all - mined : 0, idle);
    }
}

using System.Globalization;
using System.Numerics;
using Optimizer.Chains;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Quotes;
using Optimizer.Chains.Rpc;
using Optimizer.Chains.Solana;
using Optimizer.Contracts.Abi;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Builds the deposit and withdrawal calls of one kind of protocol.</summary>
public interface IPositionCalls
{
    /// <summary>The adapter, as named in the chain files' entries.</summary>
    string Adapter { get; }

    /// <summary>The contract that needs an allowance for the token; null if none does.</summary>
    EvmAddress? Spender(CallContext context);

    /// <summary>The calls that deposit the step's amount.</summary>
    IReadOnlyList<ContractCall> Deposit(CallContext context);

    /// <summary>The calls that withdraw the step's amount.</summary>
    IReadOnlyList<ContractCall> Withdraw(CallContext context);
}

/// <summary>Builds the calls of routes of one kind of provider.</summary>
public interface IRouteCalls
{
    /// <summary>The adapter, as named in the chain files' entries.</summary>
    string Adapter { get; }

    /// <summary>Amounts must be multiples of this, in base units.</summary>
    BigInteger Granularity(CallContext context) => BigInteger.One;

    /// <summary>The minimum output for a slippage tolerance, in base units.</summary>
    BigInteger Minimum(CallContext context, double slippage) => context.Step.Received - new BigInteger(Math.Ceiling((double)context.Step.Received * slippage));

    /// <summary>The contract that needs an allowance for the token; null if none does.</summary>
    EvmAddress? Spender(CallContext context);

    /// <summary>The calls that send the step's amount.</summary>
    IReadOnlyList<ContractCall> Send(CallContext context);

    /// <summary>The transfer that a transaction's logs show, by which the arrival on the other chain is recognised.</summary>
    /// <param name="context">The step that sent.</param>
    /// <param name="logs">The transaction's logs, without those already assigned to other steps.</param>
    /// <returns>Null if the logs show none.</returns>
    BridgeTransfer? Sent(CallContext context, IReadOnlyList<EvmLog> logs) => null;
}

/// <summary>A route whose arrival must be claimed with a proof from a web service.</summary>
public interface IClaimedRoute
{
    /// <summary>The web service for proofs.</summary>
    WebSource Source { get; }

    /// <summary>The claim; null if there is no proof yet.</summary>
    /// <param name="context">The claiming step.</param>
    /// <param name="sent">The sending transaction.</param>
    /// <param name="endpoint">The endpoint of the web service.</param>
    /// <param name="there">The destination chain, to check whether a proof was already used.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="ChainDataException">The web service or the destination chain failed.</exception>
    Task<ContractCall?> ClaimAsync(CallContext context, EvmTransaction sent, JsonEndpoint endpoint, IEvmClient there, CancellationToken cancellation);
}

/// <summary>A position with a withdrawal queue: request, wait, claim.</summary>
public interface IQueuedPosition
{
    /// <summary>The withdrawal request that a transaction's logs show, by which its claim is recognised.</summary>
    /// <param name="context">The requesting step.</param>
    /// <param name="logs">The transaction's logs, without those already assigned to other steps.</param>
    /// <returns>Null if the logs show none.</returns>
    BridgeTransfer? Requested(CallContext context, IReadOnlyList<EvmLog> logs);

    /// <summary>The claim; null if the request is not finalised completely.</summary>
    /// <param name="context">The requesting step.</param>
    /// <param name="asked">The requesting transaction.</param>
    /// <param name="client">The chain's nodes.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="ChainDataException">The nodes failed, or the queue gave an unexpected answer.</exception>
    Task<ContractCall?> ClaimAsync(CallContext context, EvmTransaction asked, IEvmClient client, CancellationToken cancellation);
}

/// <summary>Money in flight between two chains, or in a withdrawal queue.</summary>
/// <param name="Log">The log of the sending or request.</param>
/// <param name="Amount">The expected amount, in base units of the token at the destination.</param>
/// <param name="Contract">The contract that logs the arrival.</param>
/// <param name="Topics">The topics of the arrival's log; null matches anything.</param>
/// <param name="Arrived">Finds the arrivals in a transaction: their logs and amounts in base units; none if the transaction is unrelated.
/// Anybody can emit similar logs, so all figures are compared.</param>
public sealed record BridgeTransfer(EvmLog Log, BigInteger Amount, EvmAddress Contract, IReadOnlyList<IReadOnlyList<string>?> Topics, Func<EvmTransaction, IEnumerable<BridgeArrival>> Arrived)
{
    /// <summary>The time after which an undelivered transfer is refunded at its source; null if there are no refunds.</summary>
    public DateTimeOffset? GivenBackAfter { get; init; }

    /// <summary>For contracts that may hold back a failed delivery: the topic of the log that reports it, and the call that delivers again
    /// (null for an unrelated log). Null if that cannot happen.</summary>
    public (string Topic, Func<EvmLog, ContractCall?> HandOut)? HeldBack { get; init; }
}

/// <summary>An arrival from another chain.</summary>
/// <param name="Log">Its log.</param>
/// <param name="Amount">The amount, in base units.</param>
public sealed record BridgeArrival(EvmLog Log, BigInteger Amount);

/// <summary>A step with the data that its calls need.</summary>
/// <param name="Market">The market, for chains, opportunities and routes.</param>
/// <param name="Step">The step, with its amounts.</param>
/// <param name="Accounts">The executing accounts, by chain.</param>
/// <param name="Deadline">The moment after which calls fail.</param>
public sealed record CallContext(Market Market, TransactionStep Step, IReadOnlyDictionary<string, string> Accounts, DateTimeOffset Deadline)
{
    /// <summary>The step's chain.</summary>
    public Chain Chain => Market.Chain(Step.Chain);

    /// <summary>The account on the step's chain.</summary>
    public EvmAddress Account => EvmAddress.Parse(AccountOn(Step.Chain));

    /// <summary>The account on the step's chain, where that is Solana.</summary>
    /// <exception cref="FormatException">It is not a Solana address.</exception>
    public SolanaAddress SolanaAccount => SolanaAddress.Parse(AccountOn(Step.Chain));

    /// <summary>Checks that the account is a valid address of its chain.</summary>
    /// <exception cref="FormatException">It is not valid.</exception>
    /// <exception cref="TransactionException">There is no account for the chain.</exception>
    public void RequireAccount() => _ = Chain.ChainId is null ? $"{SolanaAccount}" : $"{Account}";

    /// <summary>The route that the step uses.</summary>
    public Route Route => Market.Snapshot.Routes.Single(route => route.Id == Step.Via);

    /// <summary>The step's opportunity.</summary>
    public Opportunity Opportunity => Market.Snapshot.Opportunities.Single(place => place.Id == Step.Via);

    /// <summary>The entry in the chain file: that of the opportunity's own name if there is one, else that of its protocol or
    /// provider.</summary>
    /// <exception cref="TransactionException">There is none.</exception>
    public Protocol Entry => Chain.Entry(Step.Via, Provider) ?? throw new TransactionException($"step {Step.Id}: the chain file of {Chain.Id} has no entry {Provider}");

    private string Provider => Market.Snapshot.Opportunities.FirstOrDefault(place => place.Id == Step.Via)?.Protocol ?? Market.Snapshot.Routes.FirstOrDefault(route => route.Id == Step.Via)?.Provider
        ?? throw new TransactionException($"step {Step.Id}: the snapshot has no '{Step.Via}'");

    /// <summary>The account on a chain.</summary>
    /// <exception cref="TransactionException">There is no account for the chain.</exception>
    public string AccountOn(string chain) => Accounts.GetValueOrDefault(chain)
        ?? throw new TransactionException($"step {Step.Id}: the scenario has no account on {chain}; add it under 'accounts'");

    /// <summary>The contract of the token that the step spends, or whose position shrinks; for the native token, its wrapped
    /// form.</summary>
    /// <exception cref="TransactionException">It has none.</exception>
    public EvmAddress Token => Contract(Step.Token);

    /// <summary>A token's contract.</summary>
    /// <exception cref="TransactionException">It has none.</exception>
    public EvmAddress Contract(TokenId token) => Market.Chain(token.Chain).ContractToken(token.Symbol)?.Address is { } address
        ? EvmAddress.Parse(address)
        : throw new TransactionException($"step {Step.Id}: the chain file of {token.Chain} has no contract for {token.Symbol}");

    /// <summary>The provider's entry in the chain file of the route's destination.</summary>
    /// <exception cref="TransactionException">There is none.</exception>
    public Protocol EntryThere => Market.Chain(Route.To.Chain).Protocols.FirstOrDefault(entry => entry.Id == Entry.Id)
        ?? throw new TransactionException($"step {Step.Id}: the chain file of {Route.To.Chain} has no entry {Entry.Id}");

    /// <summary>A contract of the entry, by its role.</summary>
    /// <exception cref="TransactionException">The chain file does not name it.</exception>
    public EvmAddress Role(string role) => RoleOf(role, Entry);

    /// <summary>A contract of an entry, by its role.</summary>
    /// <exception cref="TransactionException">The chain file does not name it.</exception>
    public EvmAddress RoleOf(string role, Protocol entry) => EvmAddress.Parse(Named(role, entry));

    private string Named(string role, Protocol entry) => entry.Addresses.GetValueOrDefault(role)
        ?? throw new TransactionException($"step {Step.Id}: the chain file has no '{role}' for {entry.Id} ({entry.Name})");

    /// <summary>An account or program of the entry, by its role, where the chain is Solana.</summary>
    /// <exception cref="TransactionException">The chain file does not name it.</exception>
    public SolanaAddress SolanaRole(string role) => SolanaAddress.Parse(Named(role, Entry));

    /// <summary>The entry's contract for the step's token: the only one, or the one whose role ends with the symbol.</summary>
    /// <exception cref="TransactionException">There is none, or more than one.</exception>
    public EvmAddress RoleOfToken() => RoleOf(Entry, Step.Token);

    /// <summary>An entry's contract for a token.</summary>
    /// <exception cref="TransactionException">There is none, or more than one.</exception>
    public EvmAddress RoleOf(Protocol entry, TokenId token) => entry.AddressFor(token.Symbol) is { } address
        ? EvmAddress.Parse(address)
        : throw new TransactionException($"step {Step.Id}: no address of {entry.Id} on {token.Chain} is clearly for {token.Symbol}; expected exactly one role that ends with the symbol");

    /// <summary>Converts an amount of the route's input token to base units of its output token, one for one.</summary>
    public BigInteger Scaled(BigInteger amount) => amount * BigInteger.Pow(10, Market.Token(Route.To).Decimals) / BigInteger.Pow(10, Market.Token(Route.From).Decimals);

    /// <summary>A numeric parameter of the provider's entry in another chain's file.</summary>
    /// <exception cref="TransactionException">It is missing or not a number.</exception>
    public BigInteger Number(string chain, string name) =>
        Market.Chain(chain).Protocols.FirstOrDefault(entry => entry.Id == Entry.Id)?.Parameters.GetValueOrDefault(name) is { } text && BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new TransactionException($"step {Step.Id}: the chain file of {chain} has no number '{name}' for {Entry.Id}");

    /// <summary>The recipient on the route's destination, as 32 bytes.</summary>
    /// <exception cref="TransactionException">The destination is not an EVM network, which is not supported yet.</exception>
    public byte[] Recipient()
    {
        var chain = Market.Chain(Route.To.Chain);
        return chain.ChainId is not null
            ? [.. new byte[12], .. EvmAddress.Parse(AccountOn(chain.Id)).Bytes]
            : throw new TransactionException($"step {Step.Id}: calls that send to {chain.Name} are not supported yet");
    }
}

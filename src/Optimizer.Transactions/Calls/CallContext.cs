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

/// <summary>Builds the calls that put value into positions of one kind of protocol, and take it out.</summary>
public interface IPositionCalls
{
    /// <summary>The adapter of the chain files' entries that it is for.</summary>
    string Adapter { get; }

    /// <summary>The contract that must be allowed to take the token; null where none takes it.</summary>
    EvmAddress? Spender(CallContext context);

    /// <summary>Puts the step's amount in.</summary>
    IReadOnlyList<ContractCall> Deposit(CallContext context);

    /// <summary>Takes the step's amount out.</summary>
    IReadOnlyList<ContractCall> Withdraw(CallContext context);
}

/// <summary>Builds the calls of routes of one kind of provider.</summary>
public interface IRouteCalls
{
    /// <summary>The adapter of the chain files' entries that it is for.</summary>
    string Adapter { get; }

    /// <summary>What amounts have to be multiples of, in base units.</summary>
    BigInteger Granularity(CallContext context) => BigInteger.One;

    /// <summary>The least that can come out, in base units, when a share may be lost on top of what is expected.</summary>
    BigInteger Minimum(CallContext context, double slippage) => context.Step.Received - new BigInteger(Math.Ceiling((double)context.Step.Received * slippage));

    /// <summary>The contract that must be allowed to take the token; null where none takes it.</summary>
    EvmAddress? Spender(CallContext context);

    /// <summary>Sends the step's amount.</summary>
    IReadOnlyList<ContractCall> Send(CallContext context);

    /// <summary>What a sending left in its transaction's logs that tells, on the other chain, when it is there.</summary>
    /// <param name="context">The step that sent.</param>
    /// <param name="logs">The logs of the transaction, without those of sendings that are known already.</param>
    /// <returns>Null where nothing tells.</returns>
    BridgeTransfer? Sent(CallContext context, IReadOnlyList<EvmLog> logs) => null;
}

/// <summary>A route whose other side has to be claimed, with a proof that somebody on the web hands out.</summary>
public interface IClaimedRoute
{
    /// <summary>Who hands out proofs.</summary>
    WebSource Source { get; }

    /// <summary>The call that claims; null while there is no proof yet.</summary>
    /// <param name="context">The step that claims.</param>
    /// <param name="sent">The transaction that sent.</param>
    /// <param name="endpoint">Whom to ask for the proof.</param>
    /// <param name="there">The other chain, to see whether a proof has been used.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="ChainDataException">The source or the other chain failed.</exception>
    Task<ContractCall?> ClaimAsync(CallContext context, EvmTransaction sent, JsonEndpoint endpoint, IEvmClient there, CancellationToken cancellation);
}

/// <summary>A position that is left through a queue: its money is asked for, set free later, and then claimed.</summary>
public interface IQueuedPosition
{
    /// <summary>What asking left in its transaction's logs that tells when it has been claimed.</summary>
    /// <param name="context">The step that asked.</param>
    /// <param name="logs">The logs of the transaction, without those of requests that are known already.</param>
    /// <returns>Null where nothing tells.</returns>
    BridgeTransfer? Requested(CallContext context, IReadOnlyList<EvmLog> logs);

    /// <summary>The call that claims; null while not all of it has been set free.</summary>
    /// <param name="context">The step that asked.</param>
    /// <param name="asked">The transaction that asked.</param>
    /// <param name="client">The chain's nodes.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <exception cref="ChainDataException">The nodes failed, or the queue does not answer as it should.</exception>
    Task<ContractCall?> ClaimAsync(CallContext context, EvmTransaction asked, IEvmClient client, CancellationToken cancellation);
}

/// <summary>Something on its way between two chains, or through a queue.</summary>
/// <param name="Log">The log that tells of it where it was sent, or asked for.</param>
/// <param name="Amount">What is to arrive, in base units of the token there.</param>
/// <param name="Contract">The contract that logs the arrival.</param>
/// <param name="Topics">What the arrival's topics are; null for anything.</param>
/// <param name="Arrived">The log of a transaction that tells of the arrival, and what it says has arrived, in base units; null where
/// the transaction is about something else. Anybody can log something that looks alike, so that all figures are compared.</param>
public sealed record BridgeTransfer(EvmLog Log, BigInteger Amount, EvmAddress Contract, IReadOnlyList<IReadOnlyList<string>?> Topics, Func<EvmTransaction, IEnumerable<BridgeArrival>> Arrived)
{
    /// <summary>The moment after which what nobody has delivered is given back where it was sent; null where that does not happen.</summary>
    public DateTimeOffset? GivenBackAfter { get; init; }

    /// <summary>Where the contract there may hold back what it could not hand out: the topic of the log that tells, and the call that
    /// hands it out once more, null for a log about something else; null where that does not happen.</summary>
    public (string Topic, Func<EvmLog, ContractCall?> HandOut)? HeldBack { get; init; }
}

/// <summary>What arrived from another chain.</summary>
/// <param name="Log">The log that tells of it.</param>
/// <param name="Amount">How much, in base units.</param>
public sealed record BridgeArrival(EvmLog Log, BigInteger Amount);

/// <summary>A step, and what its calls have to name.</summary>
/// <param name="Market">Chains, opportunities and routes.</param>
/// <param name="Step">The step, with its amounts.</param>
/// <param name="Accounts">Whose money it is, by chain.</param>
/// <param name="Deadline">The moment after which calls fail.</param>
public sealed record CallContext(Market Market, TransactionStep Step, IReadOnlyDictionary<string, string> Accounts, DateTimeOffset Deadline)
{
    /// <summary>The step's chain.</summary>
    public Chain Chain => Market.Chain(Step.Chain);

    /// <summary>The account on the step's chain.</summary>
    public EvmAddress Account => EvmAddress.Parse(AccountOn(Step.Chain));

    /// <summary>The account on the step's chain, where that is Solana.</summary>
    /// <exception cref="FormatException">It is no address of Solana.</exception>
    public SolanaAddress SolanaAccount => SolanaAddress.Parse(AccountOn(Step.Chain));

    /// <summary>Makes sure that the account is an address of its chain's.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    /// <exception cref="TransactionException">None is given.</exception>
    public void RequireAccount() => _ = Chain.ChainId is null ? $"{SolanaAccount}" : $"{Account}";

    /// <summary>The route that the step uses.</summary>
    public Route Route => Market.Snapshot.Routes.Single(route => route.Id == Step.Via);

    /// <summary>The opportunity that the step is about.</summary>
    public Opportunity Opportunity => Market.Snapshot.Opportunities.Single(place => place.Id == Step.Via);

    /// <summary>The provider's or protocol's entry in the chain's file: by the opportunity's own name where there is one, else by
    /// its protocol.</summary>
    /// <exception cref="TransactionException">There is none.</exception>
    public Protocol Entry => Chain.Entry(Step.Via, Provider) ?? throw new TransactionException($"step {Step.Id}: the chain file of {Chain.Id} has no entry {Provider}");

    private string Provider => Market.Snapshot.Opportunities.FirstOrDefault(place => place.Id == Step.Via)?.Protocol ?? Market.Snapshot.Routes.FirstOrDefault(route => route.Id == Step.Via)?.Provider
        ?? throw new TransactionException($"step {Step.Id}: the snapshot has no '{Step.Via}'");

    /// <summary>The account on a chain.</summary>
    /// <exception cref="TransactionException">None is given.</exception>
    public string AccountOn(string chain) => Accounts.GetValueOrDefault(chain)
        ?? throw new TransactionException($"step {Step.Id}: the scenario names no account on {chain}; add it under 'accounts'");

    /// <summary>The contract of the token that the step spends, or whose position shrinks: the wrapped one of the native token.</summary>
    /// <exception cref="TransactionException">It has none.</exception>
    public EvmAddress Token => Contract(Step.Token);

    /// <summary>A token's contract.</summary>
    /// <exception cref="TransactionException">It has none.</exception>
    public EvmAddress Contract(TokenId token) => Market.Chain(token.Chain).ContractToken(token.Symbol)?.Address is { } address
        ? EvmAddress.Parse(address)
        : throw new TransactionException($"step {Step.Id}: the chain file of {token.Chain} gives {token.Symbol} no contract");

    /// <summary>The provider's entry on the route's destination.</summary>
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
        ?? throw new TransactionException($"step {Step.Id}: the chain file names no '{role}' for {entry.Id} ({entry.Name})");

    /// <summary>An account or program of the entry, by its role, where the chain is Solana.</summary>
    /// <exception cref="TransactionException">The chain file does not name it.</exception>
    public SolanaAddress SolanaRole(string role) => SolanaAddress.Parse(Named(role, Entry));

    /// <summary>The one contract of the entry that is for the step's token: the only one, or that whose role ends in the symbol.</summary>
    /// <exception cref="TransactionException">There is none, or more than one.</exception>
    public EvmAddress RoleOfToken() => RoleOf(Entry, Step.Token);

    /// <summary>The one contract of an entry that is for a token.</summary>
    /// <exception cref="TransactionException">There is none, or more than one.</exception>
    public EvmAddress RoleOf(Protocol entry, TokenId token) => entry.AddressFor(token.Symbol) is { } address
        ? EvmAddress.Parse(address)
        : throw new TransactionException($"step {Step.Id}: not one address of {entry.Id} on {token.Chain} is for {token.Symbol}; expected one role that ends so");

    /// <summary>An amount of the route's token in base units of what it becomes, where one is worth one.</summary>
    public BigInteger Scaled(BigInteger amount) => amount * BigInteger.Pow(10, Market.Token(Route.To).Decimals) / BigInteger.Pow(10, Market.Token(Route.From).Decimals);

    /// <summary>A parameter of the provider's entry in another chain's file.</summary>
    /// <exception cref="TransactionException">It is not there, or no number.</exception>
    public BigInteger Number(string chain, string name) =>
        Market.Chain(chain).Protocols.FirstOrDefault(entry => entry.Id == Entry.Id)?.Parameters.GetValueOrDefault(name) is { } text && BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new TransactionException($"step {Step.Id}: the chain file of {chain} gives no number '{name}' for {Entry.Id}");

    /// <summary>The recipient on the route's destination, as 32 bytes.</summary>
    /// <exception cref="TransactionException">The destination is no EVM network, which cannot be sent to yet.</exception>
    public byte[] Recipient()
    {
        var chain = Market.Chain(Route.To.Chain);
        return chain.ChainId is not null
            ? [.. new byte[12], .. EvmAddress.Parse(AccountOn(chain.Id)).Bytes]
            : throw new TransactionException($"step {Step.Id}: calls that send to {chain.Name} cannot be built yet");
    }
}

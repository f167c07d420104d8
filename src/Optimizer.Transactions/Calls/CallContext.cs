using System.Globalization;
using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Builds the calls that put value into positions of one kind of protocol, and take it out.</summary>
public interface IPositionCalls
{
    /// <summary>The adapter of the chain files' entries that it is for.</summary>
    string Adapter { get; }

    /// <summary>The contract that must be allowed to take the token.</summary>
    EvmAddress Spender(CallContext context);

    /// <summary>Puts the step's amount in.</summary>
    ContractCall Deposit(CallContext context);

    /// <summary>Takes the step's amount out.</summary>
    ContractCall Withdraw(CallContext context);
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
    ContractCall Send(CallContext context);
}

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

    /// <summary>The route that the step uses.</summary>
    public Route Route => Market.Snapshot.Routes.Single(route => route.Id == Step.Via);

    /// <summary>The opportunity that the step is about.</summary>
    public Opportunity Opportunity => Market.Snapshot.Opportunities.Single(place => place.Id == Step.Via);

    /// <summary>The provider's or protocol's entry in the chain's file: by the opportunity's own name where there is one, else by
    /// its protocol.</summary>
    /// <exception cref="TransactionException">There is none.</exception>
    public Protocol Entry => Chain.Protocols.FirstOrDefault(entry => entry.Id == Step.Via.Split('/')[0])
        ?? Chain.Protocols.FirstOrDefault(entry => entry.Id == Provider)
        ?? throw new TransactionException($"step {Step.Id}: the chain file of {Chain.Id} has no entry {Provider}");

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

    /// <summary>A contract of the entry, by its role.</summary>
    /// <exception cref="TransactionException">The chain file does not name it.</exception>
    public EvmAddress Role(string role) => Entry.Addresses.TryGetValue(role, out var address)
        ? EvmAddress.Parse(address)
        : throw new TransactionException($"step {Step.Id}: the chain file of {Chain.Id} names no '{role}' for {Entry.Id}");

    /// <summary>The one contract of the entry that is for the step's token: the only one, or that whose role ends in the symbol.</summary>
    /// <exception cref="TransactionException">There is none, or more than one.</exception>
    public EvmAddress RoleOfToken()
    {
        if (Entry.Addresses.Count == 1)
            return EvmAddress.Parse(Entry.Addresses.Values.Single());
        // A role names its token in camel case: cometUsdc is for USDC, and metaMorphoSusds is not for USDS.
        var name = $"{char.ToUpperInvariant(Step.Token.Symbol[0])}{Step.Token.Symbol[1..].ToLowerInvariant()}";
        var fitting = Entry.Addresses.Where(role => role.Key.EndsWith(name, StringComparison.Ordinal)).ToArray();
        return fitting is [var (_, address)]
            ? EvmAddress.Parse(address)
            : throw new TransactionException($"step {Step.Id}: {fitting.Length} addresses of {Entry.Id} on {Chain.Id} are for {Step.Token.Symbol}; expected one role that ends so");
    }

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

using System.Numerics;
using Optimizer.Chains.Markets;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>Reads the opportunities of one kind of protocol.</summary>
/// <remarks>An adapter is one file and one line in <c>EvmMarketReader</c>; a fork of a protocol only needs an entry in a chain
/// file.</remarks>
public interface IEvmAdapter
{
    /// <summary>The name that chain files use: <c>aaveV3</c>.</summary>
    string Name { get; }

    /// <summary>Reads the protocol's opportunities.</summary>
    /// <exception cref="ChainDataException">The protocol as a whole could not be read.</exception>
    Task<IReadOnlyList<OpportunityReading>> ReadAsync(EvmProtocol protocol);
}

/// <summary>Reads the present costs of routes of one kind of provider.</summary>
public interface IEvmRouteAdapter
{
    /// <summary>The name that chain files use: <c>stargateV2</c>.</summary>
    string Name { get; }

    /// <summary>Whether the route is read on its destination chain instead of its source chain: native bridges of rollups deliver through
    /// contracts on the settlement chain.</summary>
    bool ReadsAtDestination => false;

    /// <summary>Reads a route from an earlier snapshot again.</summary>
    /// <param name="protocol">The protocol on the route's source chain, or on its destination.</param>
    /// <param name="judged">The earlier route; figures that are not measured are kept: duration, gas and events.</param>
    /// <param name="other">The chain at the other end.</param>
    /// <returns>Null if a price is missing, which is recorded as a finding.</returns>
    /// <exception cref="ChainDataException">There is no quote.</exception>
    Task<Route?> ReadAsync(EvmProtocol protocol, Route judged, Chain other);
}

/// <summary>A protocol on a chain, with everything needed to read it.</summary>
/// <param name="Reading">Receives findings and provenances.</param>
/// <param name="Entry">The chain file's entry.</param>
/// <param name="Reader">Reads at the pinned block.</param>
/// <param name="Prices">Prices of assets.</param>
/// <param name="Past">Reads at an earlier block; fails if that is not possible.</param>
public sealed record EvmProtocol(ChainReading Reading, Protocol Entry, BlockReader Reader, EvmPrices Prices, Func<Task<BlockReader>> Past)
{
    /// <summary>A dummy account, used to ask for a vault's deposit limit.</summary>
    public static readonly EvmAddress Anyone = new(Hex.Keccak("anyone"u8).AsSpan(0, EvmAddress.Size));


    /// <summary>The chain.</summary>
    public Chain Chain => Reading.Chain;

    /// <summary>The contract of a role.</summary>
    /// <exception cref="ChainDataException">The chain file does not name it.</exception>
    public EvmAddress Contract(string role) => Entry.Addresses.TryGetValue(role, out var address)
        ? EvmAddress.Parse(address)
        : throw new ChainDataException(ChainFault.UnexpectedContract, $"the chain file of {Chain.Id} names no '{role}' for {Entry.Id}; it names {string.Join(", ", Entry.Addresses.Keys)}");

    /// <summary>The contract whose role names another chain: <c>rollupArbitrum</c> for <c>arbitrum</c>.</summary>
    /// <exception cref="ChainDataException">The chain file does not name it.</exception>
    public EvmAddress Contract(string role, Chain other) => Contract($"{role}{char.ToUpperInvariant(other.Id[0])}{other.Id[1..]}");

    /// <summary>The chain file's token with a contract; null if there is none.</summary>
    public Token? TokenAt(EvmAddress contract) => Chain.Tokens.FirstOrDefault(token => token.Address is not null && EvmAddress.Parse(token.Address) == contract);

    /// <summary>The id of an opportunity for a token.</summary>
    public string IdOf(string token) => $"{Entry.Id}/{Chain.Id}/{token}";

    /// <summary>The token's price, after checking the chain file's decimals against the contract.</summary>
    /// <returns>Null if there is no reliable price; recorded as a finding.</returns>
    public async Task<Figure?> PriceAsync(Token token)
    {
        var price = Prices.OfAsync(token);
        if (token.Address is null)
            return await price.ConfigureAwait(false);
        var decimals = await Reader.ReadAsync(EvmAddress.Parse(token.Address), new Decimals()).ConfigureAwait(false);
        if (decimals == token.Decimals)
            return await price.ConfigureAwait(false);
        Reading.Refuse(FindingRules.WrongDecimals, $"{token.Symbol}@{Chain.Id}", $"the contract has {decimals} decimals, but the chain file has {token.Decimals}");
        return null;
    }

    /// <summary>A reward token with its price.</summary>
    /// <param name="contract">The token's contract.</param>
    /// <param name="id">The opportunity, for findings.</param>
    /// <returns>Null if the token is not in the chain file or has no reliable price. This is recorded as a finding, and the rewards do not
    /// count.</returns>
    public async Task<(Token Token, Figure PriceUsd)?> RewardAsync(EvmAddress contract, string id)
    {
        if (TokenAt(contract) is { } known)
            return await Prices.OfRewardAsync(known).ConfigureAwait(false) is { } price ? (known, price) : null;
        Reading.Flag(FindingRules.UnknownToken, id, $"rewards are paid in {contract}, which is not in the chain file; they are not counted");
        return null;
    }

    /// <summary>Records a provenance.</summary>
    /// <param name="source">The source.</param>
    /// <param name="suffix">Distinguishes it from other sources of the protocol; empty if it is the only one.</param>
    /// <returns>The key.</returns>
    public string From(string source, string suffix = "")
    {
        var key = suffix.Length == 0 ? $"{Entry.Id}-{Chain.Id}" : $"{Entry.Id}-{Chain.Id}-{suffix}";
        Reading.Provenances[key] = new() { Source = source, AsOf = Reader.Block.Time, Block = Reader.Block.Number };
        return key;
    }

    /// <summary>Remaining deposit limit of an ERC-4626 vault, in base units, from its answer to <c>maxDeposit</c>.</summary>
    /// <param name="answer">The answer; null if it reverted, which the standard forbids: the limit is then 0.</param>
    /// <param name="id">The opportunity, for findings.</param>
    /// <returns>Null for no limit: vaults without a limit return an amount above any token supply.</returns>
    public BigInteger? Room(Answer<BigInteger>? answer, string id)
    {
        if (answer is { Value: var most })
            return most < BigInteger.One << 120 ? most : null;
        Reading.Flag(FindingRules.UnknownRevision, id, "the vault does not report its deposit limit; nothing is added to it");
        return BigInteger.Zero;
    }

    /// <summary>The effective annual growth rate of a share since an earlier block, or since an earlier snapshot if such a block cannot be
    /// read. Today's value is kept for later.</summary>
    /// <param name="id">The opportunity.</param>
    /// <param name="share">Today's value of one share.</param>
    /// <param name="now">The contract's present answer.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="function">The function called.</param>
    /// <returns>Null if there is no earlier value, which is recorded as a finding.</returns>
    public async Task<double?> GrowthAsync(string id, Figure share, BigInteger now, EvmAddress contract, ContractFunction<BigInteger> function)
    {
        Reading.ShareRates[id] = share;
        try
        {
            var past = await Past().ConfigureAwait(false);
            if (await past.TryReadAsync(contract, function).ConfigureAwait(false) is not { Value: { Sign: > 0 } before })
                throw new ChainDataException(ChainFault.Refused, $"{contract} did not exist at block {past.Block.Number} ({past.Block.Time:yyyy-MM-dd HH:mm} UTC), so its growth cannot be measured");
            return Math.Pow((double)now / (double)before, Duration.DaysPerYear / (Reader.Block.Time - past.Block.Time).TotalDays) - 1;
        }
        catch (ChainDataException wrong)
        {
            Reading.Flag(FindingRules.NoPast, id, wrong.Message);
            return Reading.GrowthOf(id, share, Reader.Block.Time);
        }
    }

    /// <summary>Duration of a rollup's native bridge, in seconds; one hour to sixty days is accepted.</summary>
    /// <exception cref="ChainDataException">It is out of this range.</exception>
    public static Figure Delay(double seconds, string from) => seconds is >= 3_600 and <= 60 * 86_400
        ? new(seconds, from)
        : throw new ChainDataException(ChainFault.UnexpectedContract, $"a withdrawal time of {seconds:g4} s is implausible; expected one hour to sixty days");

    /// <summary>Base units in whole tokens.</summary>
    public static double Whole(BigInteger baseUnits, Token token) => (double)baseUnits / Math.Pow(10, token.Decimals);

    /// <summary>Base units in USD.</summary>
    public static double Usd(BigInteger baseUnits, Token token, double price) => Whole(baseUnits, token) * price;
}

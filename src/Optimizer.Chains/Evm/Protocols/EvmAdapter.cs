using System.Numerics;
using Optimizer.Chains.Markets;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>Reads the opportunities of one kind of protocol.</summary>
/// <remarks>One adapter is one file and one line in <see cref="EvmMarketReader"/>; a fork is an entry in a chain file.</remarks>
public interface IEvmAdapter
{
    /// <summary>The name that chain files use: <c>aaveV3</c>.</summary>
    string Name { get; }

    /// <summary>Reads what the protocol offers.</summary>
    /// <exception cref="ChainDataException">The protocol as a whole could not be read.</exception>
    Task<IReadOnlyList<OpportunityReading>> ReadAsync(EvmProtocol protocol);
}

/// <summary>Reads what the routes of one kind of protocol cost now.</summary>
public interface IEvmRouteAdapter
{
    /// <summary>The name that chain files use: <c>stargateV2</c>.</summary>
    string Name { get; }

    /// <summary>Whether the route's destination knows what it costs, and not its source: rollups' own bridges deliver by contracts
    /// on the chain that the rollup settles on.</summary>
    bool ReadsAtDestination => false;

    /// <summary>Reads a route that a former snapshot names.</summary>
    /// <param name="protocol">The protocol on the route's source chain, or on its destination.</param>
    /// <param name="judged">The route as it was; what nobody measures is kept: its duration, gas and events.</param>
    /// <param name="other">The chain of its other end.</param>
    /// <returns>Null where a price is missing, which is noted.</returns>
    /// <exception cref="ChainDataException">It gives no quote.</exception>
    Task<Route?> ReadAsync(EvmProtocol protocol, Route judged, Chain other);
}

/// <summary>A protocol on a chain, and the means to read it.</summary>
/// <param name="Reading">Where findings and provenances go.</param>
/// <param name="Entry">The chain file's entry.</param>
/// <param name="Reader">Reads at the pinned block.</param>
/// <param name="Prices">Prices of assets.</param>
/// <param name="Past">Reads at a former block; fails where that cannot be had.</param>
public sealed record EvmProtocol(ChainReading Reading, Protocol Entry, BlockReader Reader, EvmPrices Prices, Func<Task<BlockReader>> Past)
{
    /// <summary>Somebody who is nobody in particular: what would a vault take from them?</summary>
    public static readonly EvmAddress Anyone = new(Hex.Keccak("anyone"u8).AsSpan(0, EvmAddress.Size));


    /// <summary>The chain.</summary>
    public Chain Chain => Reading.Chain;

    /// <summary>The contract of a role.</summary>
    /// <exception cref="ChainDataException">The chain file does not name it.</exception>
    public EvmAddress Contract(string role) => Entry.Addresses.TryGetValue(role, out var address)
        ? EvmAddress.Parse(address)
        : throw new ChainDataException(ChainFault.UnexpectedContract, $"the chain file of {Chain.Id} names no '{role}' for {Entry.Id}; it names {string.Join(", ", Entry.Addresses.Keys)}");

    /// <summary>The contract of a role that is for another chain: <c>rollupArbitrum</c> for <c>arbitrum</c>.</summary>
    /// <exception cref="ChainDataException">The chain file does not name it.</exception>
    public EvmAddress Contract(string role, Chain other) => Contract($"{role}{char.ToUpperInvariant(other.Id[0])}{other.Id[1..]}");

    /// <summary>The chain file's token of a contract; null where it names none.</summary>
    public Token? TokenAt(EvmAddress contract) => Chain.Tokens.FirstOrDefault(token => token.Address is not null && EvmAddress.Parse(token.Address) == contract);

    /// <summary>The id of an opportunity in a token.</summary>
    public string IdOf(string token) => $"{Entry.Id}/{Chain.Id}/{token}";

    /// <summary>The token's price, once the contract has confirmed the decimals of the chain file.</summary>
    /// <returns>Null where there is none to be believed; that is noted.</returns>
    public async Task<Figure?> PriceAsync(Token token)
    {
        var price = Prices.OfAsync(token);
        if (token.Address is null)
            return await price.ConfigureAwait(false);
        var decimals = await Reader.ReadAsync(EvmAddress.Parse(token.Address), new Decimals()).ConfigureAwait(false);
        if (decimals == token.Decimals)
            return await price.ConfigureAwait(false);
        Reading.Refuse(Rules.WrongDecimals, $"{token.Symbol}@{Chain.Id}", $"the contract has {decimals} decimals, the chain file {token.Decimals}");
        return null;
    }

    /// <summary>A token that a protocol gives out, with its price.</summary>
    /// <param name="contract">The token's contract.</param>
    /// <param name="id">The opportunity, for what is noted.</param>
    /// <returns>Null where the chain file does not name it or nobody knows a price to be believed; that is noted, and what is
    /// given out in it does not count.</returns>
    public async Task<(Token Token, Figure PriceUsd)?> RewardAsync(EvmAddress contract, string id)
    {
        if (TokenAt(contract) is { } known)
            return await Prices.OfRewardAsync(known).ConfigureAwait(false) is { } price ? (known, price) : null;
        Reading.Flag(Rules.UnknownToken, id, $"rewards are given out in {contract}, which the chain file does not name; they are not counted");
        return null;
    }

    /// <summary>Notes where figures come from.</summary>
    /// <param name="source">Who said it.</param>
    /// <param name="suffix">What tells it from the protocol's other sources; empty for the only one.</param>
    /// <returns>The key.</returns>
    public string From(string source, string suffix = "")
    {
        var key = suffix.Length == 0 ? $"{Entry.Id}-{Chain.Id}" : $"{Entry.Id}-{Chain.Id}-{suffix}";
        Reading.Provenances[key] = new() { Source = source, AsOf = Reader.Block.Time, Block = Reader.Block.Number };
        return key;
    }

    /// <summary>What an ERC-4626 vault would still take, in base units, from its answer to <c>maxDeposit</c>.</summary>
    /// <param name="answer">The answer; null where it reverted, which the standard forbids: then nothing is taken to fit.</param>
    /// <param name="id">The opportunity.</param>
    /// <returns>Null where there is no limit: vaults without one state an amount that no supply reaches.</returns>
    public BigInteger? Room(Answer<BigInteger>? answer, string id)
    {
        if (answer is { Value: var most })
            return most < BigInteger.One << 120 ? most : null;
        Reading.Flag(Rules.UnknownRevision, id, "the vault does not say how much it takes; nothing is added to it");
        return BigInteger.Zero;
    }

    /// <summary>The effective annual rate at which a share grew since a former block, or since a former snapshot where no such
    /// block can be read; what it is worth now is kept for later.</summary>
    /// <param name="id">The opportunity.</param>
    /// <param name="share">What one share is worth now.</param>
    /// <param name="now">What the contract answers now.</param>
    /// <param name="contract">The contract.</param>
    /// <param name="function">What it is asked.</param>
    /// <returns>Null where nothing former is known, which is noted.</returns>
    public async Task<double?> GrowthAsync(string id, Figure share, BigInteger now, EvmAddress contract, ContractFunction<BigInteger> function)
    {
        Reading.ShareRates[id] = share;
        try
        {
            var past = await Past().ConfigureAwait(false);
            if (await past.TryReadAsync(contract, function).ConfigureAwait(false) is not { Value: { Sign: > 0 } before })
                throw new ChainDataException(ChainFault.Refused, $"{contract} was not there yet at block {past.Block.Number} of {past.Block.Time:yyyy-MM-dd HH:mm} UTC, so that its growth cannot be measured");
            return Math.Pow((double)now / (double)before, Duration.DaysPerYear / (Reader.Block.Time - past.Block.Time).TotalDays) - 1;
        }
        catch (ChainDataException wrong)
        {
            Reading.Flag(Rules.NoPast, id, wrong.Message);
            return Reading.GrowthOf(id, share, Reader.Block.Time);
        }
    }

    /// <summary>How long a rollup's own bridge takes, in seconds: an hour to sixty days are believed.</summary>
    /// <exception cref="ChainDataException">It is out of that.</exception>
    public static Figure Delay(double seconds, string from) => seconds is >= 3_600 and <= 60 * 86_400
        ? new(seconds, from)
        : throw new ChainDataException(ChainFault.UnexpectedContract, $"a withdrawal would take {seconds:g4} s, which is not believed; expected an hour to sixty days");

    /// <summary>Base units in whole tokens.</summary>
    public static double Whole(BigInteger baseUnits, Token token) => (double)baseUnits / Math.Pow(10, token.Decimals);

    /// <summary>Base units in USD.</summary>
    public static double Usd(BigInteger baseUnits, Token token, double price) => Whole(baseUnits, token) * price;
}

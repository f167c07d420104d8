namespace Optimizer.Model;

/// <summary>How a chain charges gas.</summary>
public enum ChainFamily
{
    /// <summary>EIP-1559 execution gas only.</summary>
    Evm,

    /// <summary>OP Stack: execution gas plus the L1 data fee of the transaction's bytes.</summary>
    OpStack,

    /// <summary>Arbitrum Nitro: L1 data is charged as extra L2 gas.</summary>
    Arbitrum,

    /// <summary>Linea: the data fee is the part of the node's fee estimate above gas at the usual price.</summary>
    Linea,

    /// <summary>HyperEVM: small blocks of EIP-1559 gas beside HyperCore.</summary>
    HyperEvm,

    /// <summary>Solana: lamports per signature, compute units at a priority price, and rent.</summary>
    Solana,
}

/// <summary>The static data of a network: ids, tokens, addresses. One YAML file in <c>chains/</c>.</summary>
public sealed record Chain
{
    /// <summary>The chain's id in every other file: <c>base</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The display name: Arbitrum One.</summary>
    public required string Name { get; init; }

    /// <summary>How gas is charged.</summary>
    public required ChainFamily Family { get; init; }

    /// <summary>The EIP-155 chain id; absent on chains that are not EVM networks.</summary>
    public ulong? ChainId { get; init; }

    /// <summary>The hash of the first block, which identifies a Solana cluster; absent on EVM networks.</summary>
    public string? GenesisHash { get; init; }

    /// <summary>Symbol of the token that pays for gas; it is one of <see cref="Tokens"/>.</summary>
    public required string NativeToken { get; init; }

    /// <summary>Time from one block (slot) to the next.</summary>
    public required Duration BlockTime { get; init; }

    /// <summary>Time until a transaction can no longer be reversed.</summary>
    public required Duration Finality { get; init; }

    /// <summary>The environment variable that holds the RPC endpoint; endpoints are never written in files.</summary>
    public required string RpcEnvironmentVariable { get; init; }

    /// <summary>A block explorer, for people who want to look an address up.</summary>
    public required string Explorer { get; init; }

    /// <summary>Gas units of one ERC-20 approval; 0 where tokens need none (Solana).</summary>
    public required int ApproveGasUnits { get; init; }

    /// <summary>The chain's tokens.</summary>
    public required IReadOnlyList<Token> Tokens { get; init; }

    /// <summary>The protocols and bridges known on the chain, with their contracts.</summary>
    public IReadOnlyList<Protocol> Protocols { get; init; } = [];

    /// <summary>The token that contracts accept: for the native token, its wrapped form.</summary>
    /// <param name="symbol">One of the chain's tokens.</param>
    /// <returns>Null if the chain file names no wrapped form.</returns>
    public Token? ContractToken(string symbol)
    {
        var token = Tokens.Single(t => t.Symbol == symbol);
        return token.Address is not null ? token : Tokens.FirstOrDefault(t => t.Address is not null && t.AssetId() == token.AssetId() && t.Symbol == $"W{symbol}");
    }

    /// <summary>The protocol entry of an opportunity or a route: by the first part of its id if an entry has that name, else by its
    /// protocol or provider.</summary>
    /// <param name="id">The id of an opportunity or a route: <c>aave-v3/base/USDC</c>.</param>
    /// <param name="protocol">Its protocol or provider.</param>
    /// <returns>Null where there is none.</returns>
    public Protocol? Entry(string id, string protocol) => Protocols.FirstOrDefault(entry => entry.Id == id.Split('/')[0]) ?? Protocols.FirstOrDefault(entry => entry.Id == protocol);

    /// <summary>The id of the token that pays for gas.</summary>
    public TokenId NativeTokenId() => new(NativeToken, Id);
}

/// <summary>An asset's contract on one chain.</summary>
public sealed record Token
{
    /// <summary>The symbol; bridged variants have their own (<c>USDC.e</c>).</summary>
    public required string Symbol { get; init; }

    /// <summary>The asset that sets the price; the symbol where absent.</summary>
    public string? Asset { get; init; }

    /// <summary>Contract (EVM, checksummed) or mint (Solana) address; absent for the chain's native token.</summary>
    public string? Address { get; init; }

    /// <summary>Decimal places of one whole token; 0 to 30.</summary>
    public required int Decimals { get; init; }

    /// <summary>Who issues or backs it.</summary>
    public string? Issuer { get; init; }

    /// <summary>Source of the asset's price in USD: a Chainlink feed (EVM) or a Pyth account (Solana).</summary>
    public string? PriceFeed { get; init; }

    /// <summary>True if an allowance must be set to zero before it can be changed, as for Tether on Ethereum.</summary>
    public bool ResetsAllowance { get; init; }

    /// <summary>The id of the asset that sets the price.</summary>
    public string AssetId() => Asset ?? Symbol;
}

/// <summary>A protocol or bridge on one chain.</summary>
public sealed record Protocol
{
    /// <summary>The protocol's id in every other file: <c>aave-v3</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The display name.</summary>
    public required string Name { get; init; }

    /// <summary>The adapter that reads it: <c>aaveV3</c> for Aave and its forks; absent if no adapter reads it.</summary>
    public string? Adapter { get; init; }

    /// <summary>Contracts (programs) by role: <c>pool</c>, <c>dataProvider</c>.</summary>
    public IReadOnlyDictionary<string, string> Addresses { get; init; } = new Dictionary<string, string>();

    /// <summary>Other values that the adapter needs, by name: LayerZero's <c>endpointId</c>.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Roles of the contracts that receive money or pull it by allowance.</summary>
    private static readonly string[] CalledRoles = ["pool", "swapRouter", "swapRouter02", "tokenMessenger", "spokePool", "steth", "liquidityPool", "stakePool", "program"];

    /// <summary>The contracts that receive money or pull it by allowance, without those that serve one token only.</summary>
    public IReadOnlyList<string> Called() => [.. Addresses.Where(role => CalledRoles.Contains(role.Key)).Select(role => role.Value)];

    /// <summary>The address for a token: the only address, or the one whose role ends with the symbol in camel case (<c>cometUsdc</c> for
    /// USDC; <c>metaMorphoSusds</c> is not for USDS). A role that is also the name of a parameter, such as a pool of two tokens, belongs to
    /// no token.</summary>
    /// <returns>Null where there is none, or more than one.</returns>
    public string? AddressFor(string symbol)
    {
        if (Addresses.Count == 1)
            return Addresses.Values.Single();
        var name = $"{char.ToUpperInvariant(symbol[0])}{symbol[1..].ToLowerInvariant()}";
        return Addresses.Where(role => role.Key.EndsWith(name, StringComparison.Ordinal) && !Parameters.ContainsKey(role.Key)).ToArray() is [var only] ? only.Value : null;
    }
}

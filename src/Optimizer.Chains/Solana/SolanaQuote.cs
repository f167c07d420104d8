namespace Optimizer.Chains.Solana;

/// <summary>A price in an account.</summary>
/// <param name="Mint">The token's mint.</param>
/// <param name="Price">The price, in USD or in native tokens.</param>
/// <param name="InNativeToken">Whether the price is in native tokens.</param>
/// <param name="AsOf">The time at which it was set; null for now.</param>
public sealed record SolanaQuote(string Mint, double Price, bool InNativeToken, DateTimeOffset? AsOf = null);

using Optimizer.Chains.Markets;
using Optimizer.Model;

namespace Optimizer.Chains.Solana.Protocols;

/// <summary>Reads the opportunities of one kind of protocol.</summary>
/// <remarks>One adapter is one file and one line in <see cref="SolanaMarketReader"/>; a fork is an entry in a chain file.</remarks>
public interface ISolanaAdapter
{
    /// <summary>The name that chain files use: <c>kamino</c>.</summary>
    string Name { get; }

    /// <summary>How many of an account's first bytes are needed.</summary>
    int Length { get; }

    /// <summary>Whether the chain file's address of a role is an account that the adapter reads.</summary>
    bool Reads(string role);

    /// <summary>The price that the account gives of a token; null where it gives none.</summary>
    /// <exception cref="ChainDataException">The account is of another kind.</exception>
    SolanaQuote? Quote(AccountData account);

    /// <summary>Reads what an account offers.</summary>
    /// <returns>Null where something is missing or makes no sense, which is noted.</returns>
    /// <exception cref="ChainDataException">The account is of another kind.</exception>
    OpportunityReading? Read(SolanaProtocol protocol, AccountData account);
}

/// <summary>A price that an account gives.</summary>
/// <param name="Mint">Of which token.</param>
/// <param name="Price">In USD, or in native tokens.</param>
/// <param name="InNativeToken">Whether it is in native tokens.</param>
/// <param name="AsOf">When it was set; null for now.</param>
public sealed record SolanaQuote(string Mint, double Price, bool InNativeToken, DateTimeOffset? AsOf = null);

/// <summary>A protocol on Solana, and what was read beside it.</summary>
/// <param name="Reading">Where findings and provenances go.</param>
/// <param name="Entry">The chain file's entry.</param>
/// <param name="Head">Epochs, and how long slots take.</param>
/// <param name="Clock">The slot and moment of the accounts.</param>
/// <param name="Prices">Prices of assets.</param>
public sealed record SolanaProtocol(ChainReading Reading, Protocol Entry, SolanaHead Head, SolanaClock Clock, SolanaPrices Prices)
{
    /// <summary>The chain.</summary>
    public Chain Chain => Reading.Chain;

    /// <summary>The id of an opportunity in a token.</summary>
    public string IdOf(string token) => $"{Entry.Id}/{Chain.Id}/{token}";

    /// <summary>The chain file's token of a mint; null where it knows none, which is noted.</summary>
    public Token? TokenOf(string mint, AccountData account)
    {
        var token = Chain.Tokens.FirstOrDefault(t => t.Address == mint);
        if (token is null)
            Reading.Flag(Rules.UnknownToken, $"{Entry.Id}/{Chain.Id}", $"account {account.Address} takes {mint}, which is none of the chain file's tokens");
        return token;
    }

    /// <summary>Notes where an account's figures come from.</summary>
    /// <returns>The key.</returns>
    public string From(string what, AccountData account)
    {
        var key = $"{Entry.Id}-{Chain.Id}-{account.Address[..6]}".ToLowerInvariant();
        Reading.Provenances[key] = new() { Source = $"{what} {account.Address} on {Chain.Name}", AsOf = Clock.Time, Slot = Clock.Slot };
        return key;
    }
}

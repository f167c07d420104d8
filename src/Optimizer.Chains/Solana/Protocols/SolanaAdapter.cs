using Optimizer.Chains.Markets;
using Optimizer.Model;

namespace Optimizer.Chains.Solana.Protocols;

/// <summary>Reads the opportunities of one kind of protocol.</summary>
/// <remarks>An adapter is one file and one line in <c>SolanaMarketReader</c>; a fork of a protocol only needs an entry in a chain
/// file.</remarks>
public interface ISolanaAdapter
{
    /// <summary>The name that chain files use: <c>kamino</c>.</summary>
    string Name { get; }

    /// <summary>Number of bytes needed from the start of an account.</summary>
    int Length { get; }

    /// <summary>Whether the adapter reads the account with a given role.</summary>
    bool Reads(string role);

    /// <summary>The token price in the account; null if it has none.</summary>
    /// <exception cref="ChainDataException">The account is of another kind.</exception>
    SolanaQuote? Quote(AccountData account);

    /// <summary>Reads the opportunity of an account.</summary>
    /// <returns>Null if data is missing or implausible, which is recorded as a finding.</returns>
    /// <exception cref="ChainDataException">The account is of another kind.</exception>
    OpportunityReading? Read(SolanaProtocol protocol, AccountData account);
}

/// <summary>A protocol on Solana, with everything needed to read it.</summary>
/// <param name="Reading">Receives findings and provenances.</param>
/// <param name="Entry">The chain file's entry.</param>
/// <param name="Head">Epochs and slot time.</param>
/// <param name="Clock">Slot and time of the accounts.</param>
/// <param name="Prices">Prices of assets.</param>
public sealed record SolanaProtocol(ChainReading Reading, Protocol Entry, SolanaHead Head, SolanaClock Clock, SolanaPrices Prices)
{
    /// <summary>The chain.</summary>
    public Chain Chain => Reading.Chain;

    /// <summary>The id of an opportunity for a token.</summary>
    public string IdOf(string token) => $"{Entry.Id}/{Chain.Id}/{token}";

    /// <summary>The chain file's token with a mint; null if there is none, which is recorded as a finding.</summary>
    public Token? TokenOf(string mint, AccountData account)
    {
        var token = Chain.Tokens.FirstOrDefault(t => t.Address == mint);
        if (token is null)
            Reading.Flag(FindingRules.UnknownToken, $"{Entry.Id}/{Chain.Id}", $"account {account.Address} accepts {mint}, which is not in the chain file");
        return token;
    }

    /// <summary>Records the source of an account's figures.</summary>
    /// <returns>The key.</returns>
    public string From(string what, AccountData account)
    {
        var key = $"{Entry.Id}-{Chain.Id}-{account.Address[..6]}".ToLowerInvariant();
        Reading.Provenances[key] = new() { Source = $"{what} {account.Address} on {Chain.Name}", AsOf = Clock.Time, Slot = Clock.Slot };
        return key;
    }
}

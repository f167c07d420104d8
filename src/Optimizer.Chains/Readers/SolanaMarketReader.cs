using Optimizer.Chains.Markets;
using Optimizer.Chains.Quotes;
using Optimizer.Chains.Solana;
using Optimizer.Chains.Solana.Protocols;
using Optimizer.Model;

namespace Optimizer.Chains.Readers;

/// <summary>Reads Solana's market: accounts at one slot, in two round trips.</summary>
public static class SolanaMarketReader
{
    private static readonly Dictionary<string, ISolanaAdapter> Adapters = new ISolanaAdapter[]
    {
        new Kamino(),
        new Marginfi(),
        new Marinade(),
        new Save(),
        new StakePool(),
    }.ToDictionary(adapter => adapter.Name);

    /// <summary>Highest accepted priority fee: a thousand times that of the most contended slots ever.</summary>
    private const double MostMicroLamports = 1e9;

    private const double MostLamportsPerSignature = 1e6;

    /// <summary>Percentile of recent priority fees that is used.</summary>
    private const double Percentile = 0.75;

    /// <summary>Reads gas, prices and opportunities.</summary>
    /// <param name="reading">Receives all data and findings; its gas stays null if the chain cannot be read.</param>
    /// <param name="client">The client.</param>
    /// <param name="now">The present time, to check that nodes are in sync.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task ReadAsync(ChainReading reading, ISolanaClient client, DateTimeOffset now, CancellationToken cancellation)
    {
        var chain = reading.Chain;
        foreach (var entry in chain.Protocols.Where(p => p.Adapter is not null && !Adapters.ContainsKey(p.Adapter) && !QuoteReader.Knows(p.Adapter)))
            reading.Refuse(FindingRules.NoAdapter, $"{entry.Id}/{chain.Id}", $"unknown adapter '{entry.Adapter}'; expected one of {string.Join(", ", Adapters.Keys.Concat(QuoteReader.Names))}");
        var places = chain.Protocols.Where(entry => entry.Adapter is not null && Adapters.ContainsKey(entry.Adapter))
            .SelectMany(entry => entry.Addresses.Where(role => Adapters[entry.Adapter!].Reads(role.Key)).Select(role => (Entry: entry, Adapter: Adapters[entry.Adapter!], Address: role.Value)))
            .ToArray();
        SolanaHead head;
        SolanaAccounts accounts;
        SolanaClock clock;
        try
        {
            head = await client.PinAsync(cancellation).ConfigureAwait(false);
            SolanaAccountRequest[] wanted =
            [
                SolanaClock.Account,
                .. chain.Tokens.Select(token => token.PriceFeed).OfType<string>().Distinct().Select(feed => new SolanaAccountRequest(feed, SolanaPrices.FeedLength)),
                .. chain.Tokens.Select(token => token.Address).OfType<string>().Select(mint => new SolanaAccountRequest(mint, SolanaPrices.MintLength)),
                .. places.Select(place => new SolanaAccountRequest(place.Address, place.Adapter.Length)),
            ];
            accounts = await client.ReadAsync(head, [.. wanted.DistinctBy(account => account.Address)], [.. places.Select(place => place.Address).Distinct()], cancellation).ConfigureAwait(false);
            clock = accounts.ByAddress.TryGetValue(SolanaClock.Account.Address, out var account)
                ? SolanaClock.Decode(account)
                : throw new ChainDataException(ChainFault.UnexpectedContract, $"{chain.Id}: the node has no clock");
        }
        catch (ChainDataException wrong)
        {
            reading.Refuse(FindingRules.DeadChain, chain.Id, wrong.Message);
            return;
        }
        finally
        {
            foreach (var (fault, message) in client.Noticed)
                reading.Flag(FindingRules.Endpoint, chain.Id, $"{fault}: {message}");
        }

        if (!reading.IsCurrent($"slot, {clock.Slot},", clock.Time, now))
            return;
        if (accounts.LastSlot != accounts.Slot)
            reading.Flag(FindingRules.SlotsApart, chain.Id, $"accounts were read at slots {accounts.Slot} to {accounts.LastSlot}");
        if (reading.Settings.TwoEndpoints)
            reading.Flag(FindingRules.Endpoint, chain.Id, "two Solana endpoints cannot be compared at the same slot; one endpoint is used");

        var prices = new SolanaPrices(reading, accounts.ByAddress, clock, places.SelectMany(place => Quote(place.Entry, place.Adapter, accounts.ByAddress.GetValueOrDefault(place.Address))));
        foreach (var (entry, adapter, address) in places)
        {
            if (Read(new(reading, entry, head, clock, prices), adapter, address, accounts.ByAddress.GetValueOrDefault(address)) is { } opportunity)
                reading.Opportunities.Add(opportunity);
        }

        foreach (var token in chain.Tokens.Where(token => token.PriceFeed is not null))
            prices.Of(token);
        var native = prices.Of(chain.Tokens.Single(token => token.Symbol == chain.NativeToken));
        if (native is null)
            reading.Refuse(FindingRules.MissingPrice, chain.Id, $"{chain.NativeToken} has no price, so gas cannot be valued");
        else
            reading.Gas = Gas(reading, head, accounts, clock);
    }

    private static SolanaGas? Gas(ChainReading reading, SolanaHead head, SolanaAccounts accounts, SolanaClock clock)
    {
        var from = $"gas-{reading.Chain.Id}";
        reading.Provenances[from] = new() { Source = $"{reading.Chain.Name}: fee of a message with one signature; priority fees of recent slots", AsOf = clock.Time, Slot = clock.Slot };
        var fees = accounts.PriorityFees;
        if (fees.Count == 0)
            reading.Flag(FindingRules.NoPriorityFee, reading.Chain.Id, "the node reports no priority fees in recent slots; counted as zero");
        var priority = fees.Count == 0 ? 0 : fees[(int)Math.Min(fees.Count - 1, Percentile * fees.Count)];
        if (priority > MostMicroLamports || accounts.LamportsPerSignature > MostLamportsPerSignature)
        {
            reading.Refuse(FindingRules.AbsurdGas, reading.Chain.Id, $"{accounts.LamportsPerSignature} lamports a signature and {priority} micro-lamports a compute unit are implausible");
            return null;
        }

        return new()
        {
            LamportsPerSignature = new(accounts.LamportsPerSignature, from),
            MicroLamportsPerComputeUnit = new(priority, from),
            RentLamportsPerTokenAccount = new(head.RentLamports, from),
        };
    }

    private static IEnumerable<(string Source, SolanaQuote Quote)> Quote(Protocol entry, ISolanaAdapter adapter, AccountData? account)
    {
        SolanaQuote? quote = null;
        try
        {
            quote = account is null ? null : adapter.Quote(account);
        }
        catch (ChainDataException)
        {
            // The finding is recorded where the opportunity is read.
        }

        return quote is null ? [] : [(entry.Name, quote)];
    }

    private static OpportunityReading? Read(SolanaProtocol protocol, ISolanaAdapter adapter, string address, AccountData? account)
    {
        var subject = $"{protocol.Entry.Id}/{protocol.Chain.Id}";
        try
        {
            if (account is not null)
                return adapter.Read(protocol, account);
            protocol.Reading.Refuse(FindingRules.DeadAdapter, subject, $"there is no account {address}");
        }
        catch (ChainDataException wrong)
        {
            protocol.Reading.Refuse(FindingRules.DeadAdapter, subject, wrong.Message);
        }
        catch (Exception wrong) when (wrong is not OperationCanceledException)
        {
            // Unexpected data that crashes one adapter must not affect the other protocols.
            protocol.Reading.Refuse(FindingRules.DeadAdapter, subject, $"the adapter {adapter.Name} crashed (a bug): {wrong.GetType().Name}");
        }

        return null;
    }
}

using Optimizer.Chains.Evm;
using Optimizer.Chains.Quotes;
using Optimizer.Chains.Rpc;
using Optimizer.Chains.Solana;
using Optimizer.Model;

namespace Optimizer.Chains.Markets;

/// <summary>Reads the markets of several chains at once.</summary>
/// <param name="endpointsOf">The endpoints of a chain, as its environment variable holds them; null or empty for none.</param>
/// <param name="universe">The routes to read, and all chains.</param>
/// <param name="settings">What is believed.</param>
/// <param name="limits">How patient one is with an endpoint.</param>
/// <param name="time">The clock.</param>
/// <param name="history">What is known of former days; null for nothing.</param>
/// <param name="quotes">Asks the web about what no node knows; null where only nodes are to be asked.</param>
public sealed class MarketReader(
    Func<Chain, string?> endpointsOf, Market universe, ReadingSettings settings, EndpointLimits limits, TimeProvider time, ShareHistory? history = null, QuoteReader? quotes = null)
{
    /// <summary>Reads chains; one chain's failure fails no other.</summary>
    /// <param name="chains">The chains.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <param name="at">A former moment, of which only archive nodes know; null for the present.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<IReadOnlyList<ChainReading>> ReadAsync(IEnumerable<Chain> chains, CancellationToken cancellation, DateTimeOffset? at = null)
    {
        var readings = await Task.WhenAll(chains.Select(chain => ReadAsync(chain, at, cancellation))).ConfigureAwait(false);
        // The web quotes the present.
        if (quotes is not null && at is null)
            await quotes.ReadAsync(readings, time.GetUtcNow(), cancellation).ConfigureAwait(false);
        return readings;
    }

    private async Task<ChainReading> ReadAsync(Chain chain, DateTimeOffset? at, CancellationToken cancellation)
    {
        // A client of its own, so that one chain's silent endpoints do not hold up the others.
        using var http = EndpointClient.Create(limits);
        var reading = new ChainReading(chain, settings, history);
        JsonRpcClient[] endpoints = [.. Endpoints(chain, reading).Select((uri, i) => new JsonRpcClient(uri, $"{chain.Id} #{i + 1}", http, limits))];
        if (endpoints.Length == 0)
            reading.Refuse(Rules.DeadChain, chain.Id, $"the environment variable {chain.RpcEnvironmentVariable} holds no endpoint; expected one or more, separated by spaces");
        else if (chain.ChainId is { } id)
            await EvmMarketReader.ReadAsync(reading, new EvmClient(chain.Id, id, endpoints, settings.TwoEndpoints), universe, time.GetUtcNow(), cancellation, at).ConfigureAwait(false);
        else if (at is not null)
            reading.Refuse(Rules.NoPast, chain.Id, "Solana's nodes do not answer what accounts were");
        else if (chain.GenesisHash is { } genesis)
            await SolanaMarketReader.ReadAsync(reading, new SolanaClient(chain.Id, genesis, endpoints), time.GetUtcNow(), cancellation).ConfigureAwait(false);
        else
            throw new ArgumentException($"chain {chain.Id} has neither a chain id nor a genesis hash", nameof(chain));
        return reading;
    }

    private List<Uri> Endpoints(Chain chain, ChainReading reading)
    {
        var endpoints = new List<Uri>();
        foreach (var text in (endpointsOf(chain) ?? "").Split([' ', ',', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https")
                endpoints.Add(uri);
            else
                reading.Flag(Rules.Endpoint, chain.Id, $"entry {endpoints.Count + 1} of {chain.RpcEnvironmentVariable} is no http or https address");
        }

        return endpoints;
    }
}

using Optimizer.Chains.Evm;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Quotes;
using Optimizer.Chains.Rpc;
using Optimizer.Chains.Solana;
using Optimizer.Model;

namespace Optimizer.Chains.Readers;

/// <summary>Reads the markets of several chains at once.</summary>
/// <param name="endpointsOf">A chain's endpoints, from its environment variable; null or empty for none.</param>
/// <param name="universe">The market with the routes to read and all chains.</param>
/// <param name="settings">Limits for accepting data.</param>
/// <param name="limits">Timeouts and limits of endpoints.</param>
/// <param name="time">The clock.</param>
/// <param name="history">Earlier values of shares; null for none.</param>
/// <param name="quotes">Reads data from web services; null to use nodes only.</param>
public sealed class MarketReader(
    Func<Chain, string?> endpointsOf, Market universe, ReadingSettings settings, EndpointLimits limits, TimeProvider time, ShareHistory? history = null, QuoteReader? quotes = null)
{
    /// <summary>Reads chains; a failure of one chain does not affect the others.</summary>
    /// <param name="chains">The chains.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <param name="at">An earlier time, which needs archive nodes; null for the present.</param>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task<IReadOnlyList<ChainReading>> ReadAsync(IEnumerable<Chain> chains, CancellationToken cancellation, DateTimeOffset? at = null)
    {
        var readings = await Task.WhenAll(chains.Select(chain => ReadAsync(chain, at, cancellation))).ConfigureAwait(false);
        // Web services only quote the present.
        if (quotes is not null && at is null)
            await quotes.ReadAsync(readings, time.GetUtcNow(), cancellation).ConfigureAwait(false);
        return readings;
    }

    private async Task<ChainReading> ReadAsync(Chain chain, DateTimeOffset? at, CancellationToken cancellation)
    {
        // A separate HTTP client per chain, so that silent endpoints of one chain do not delay the others.
        using var http = EndpointClient.Create(limits);
        var reading = new ChainReading(chain, settings, history);
        JsonRpcClient[] endpoints = [.. Endpoints(chain, reading).Select((uri, i) => new JsonRpcClient(uri, $"{chain.Id} #{i + 1}", http, limits))];
        if (endpoints.Length == 0)
            reading.Refuse(FindingRules.DeadChain, chain.Id, $"the environment variable {chain.RpcEnvironmentVariable} has no endpoint; expected one or more, separated by spaces");
        else if (chain.ChainId is { } id)
            await EvmMarketReader.ReadAsync(reading, new EvmClient(chain.Id, id, endpoints, settings.TwoEndpoints), universe, time.GetUtcNow(), cancellation, at).ConfigureAwait(false);
        else if (at is not null)
            reading.Refuse(FindingRules.NoPast, chain.Id, "Solana nodes cannot read earlier states of accounts");
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
                reading.Flag(FindingRules.Endpoint, chain.Id, $"entry {endpoints.Count + 1} of {chain.RpcEnvironmentVariable} is not an http or https address");
        }

        return endpoints;
    }
}

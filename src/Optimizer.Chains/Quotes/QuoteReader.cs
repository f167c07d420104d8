using System.Collections.Concurrent;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Rpc;
using Optimizer.Model;

namespace Optimizer.Chains.Quotes;

/// <summary>Reads from web services what nodes do not know: costs of bridges and aggregators, other yields, and second prices.</summary>
/// <param name="universe">The market with the routes to read and all chains.</param>
/// <param name="addressOf">Address and key of a web service, by name; a null address means the default.</param>
/// <param name="limits">Timeouts and limits.</param>
/// <param name="innermost">The HTTP handler; null for the network.</param>
public sealed class QuoteReader(Market universe, Func<string, (Uri? Address, string? Key)> addressOf, EndpointLimits limits, HttpMessageHandler? innermost = null)
{
    private static readonly Dictionary<string, IQuoteAdapter> Adapters = new IQuoteAdapter[]
    {
        new Across(),
        new CctpV2(),
        new Jupiter(),
        new LiFi(),
    }.ToDictionary(adapter => adapter.Name);

    /// <summary>Whether an adapter uses a web service.</summary>
    public static bool Knows(string adapter) => Adapters.ContainsKey(adapter) || adapter == DefiLlama.AdapterName;

    /// <summary>The names of the web services, as used in environment variables.</summary>
    public static IEnumerable<string> Sources => [.. Adapters.Values.Select(adapter => adapter.Source.Name), .. DefiLlama.Sources.Select(source => source.Name)];

    /// <summary>The names of the adapters.</summary>
    public static IEnumerable<string> Names => [.. Adapters.Keys, DefiLlama.AdapterName];

    /// <summary>Adds routes, opportunities and second prices to data read from chains. A failure of one service does not affect the
    /// others.</summary>
    /// <param name="readings">The data read.</param>
    /// <param name="now">The present time.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task ReadAsync(IReadOnlyList<ChainReading> readings, DateTimeOffset now, CancellationToken cancellation)
    {
        using var http = EndpointClient.Create(limits, innermost);
        JsonEndpoint Endpoint(WebSource source)
        {
            var (address, key) = addressOf(source.Name);
            return new(address ?? source.Address, source.Name, http, limits, source.KeyHeader is { } header && key is not null ? (header, key) : null);
        }

        var alive = readings.Where(reading => reading.Gas is not null).ToArray();
        double? PriceOf(string asset) => alive.Select(reading => reading.Prices.TryGetValue(asset, out var price) ? price.Value : (double?)null).FirstOrDefault(price => price is not null);
        var endpoints = new ConcurrentDictionary<string, JsonEndpoint>();
        var routes = alive.SelectMany(reading => universe.Snapshot.Routes
            .Where(route => route.From.Chain == reading.Chain.Id && alive.Any(other => other.Chain.Id == route.To.Chain))
            .Select(route => (Route: route, Entry: reading.Chain.Protocols.FirstOrDefault(entry => entry.Id == route.Provider)))
            .Where(pair => pair.Entry?.Adapter is { } name && Adapters.ContainsKey(name))
            .Select(pair => (Reading: reading, Adapter: Adapters[pair.Entry!.Adapter!], Entry: pair.Entry!, pair.Route))).ToArray();
        var llama = new DefiLlama(universe, Endpoint).ReadAsync(alive, now, cancellation);
        var quotes = await Task.WhenAll(routes.Select(async item =>
        {
            var request = new QuoteRequest(item.Reading, item.Entry, universe.Chain(item.Route.To.Chain), item.Route, endpoints.GetOrAdd(item.Adapter.Name, _ => Endpoint(item.Adapter.Source)), PriceOf, now);
            return (item.Reading, item.Route, Quote: await AskAsync(item.Adapter, request, cancellation).ConfigureAwait(false));
        })).ConfigureAwait(false);
        foreach (var (reading, route, quote) in quotes)
        {
            if (quote is not null)
                reading.Routes.Add(quote);
            else
                reading.DeadRoutes.Add(route.Id);
        }

        await llama.ConfigureAwait(false);
    }

    private static async Task<Route?> AskAsync(IQuoteAdapter adapter, QuoteRequest request, CancellationToken cancellation)
    {
        try
        {
            return await adapter.ReadAsync(request, cancellation).ConfigureAwait(false);
        }
        catch (ChainDataException wrong)
        {
            request.Reading.Refuse(FindingRules.DeadRoute, request.Judged.Id, wrong.Message);
        }
        catch (Exception wrong) when (wrong is not OperationCanceledException)
        {
            // An unexpected answer that crashes one adapter must not affect the other routes.
            request.Reading.Refuse(FindingRules.DeadRoute, request.Judged.Id, $"the adapter {adapter.Name} crashed (a bug): {wrong.GetType().Name}");
        }

        return null;
    }
}

using Optimizer.Chains.Evm;
using Optimizer.Chains.Evm.Protocols;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Quotes;
using Optimizer.Model;

namespace Optimizer.Chains.Readers;

/// <summary>Reads the market of one EVM network at one block.</summary>
public static class EvmMarketReader
{
    private static readonly Dictionary<string, IEvmAdapter> Adapters = new IEvmAdapter[]
    {
        new AaveV3(),
        new CompoundV3(),
        new Erc4626(),
        new MetaMorpho(),
        new PendlePrincipal(),
        new StakingRate(),
        new UniswapV3Pools(),
    }.ToDictionary(adapter => adapter.Name);

    private static readonly Dictionary<string, IEvmRouteAdapter> RouteAdapters = new IEvmRouteAdapter[]
    {
        new ArbitrumBridge(),
        new OpStandardBridge(),
        new StargateV2(),
        new UniswapV3(),
    }.ToDictionary(adapter => adapter.Name);

    /// <summary>Highest accepted gas price: ten times the highest hourly gas price ever on Ethereum.</summary>
    private const double MostGweiPerGas = 100_000;

    /// <summary>Accepted time difference of the earlier block, as a fraction of the yield window; growth is measured from its real
    /// time.</summary>
    private const double Close = 0.005;

    /// <summary>Reads gas, prices and opportunities.</summary>
    /// <param name="reading">Receives all data and findings; its gas stays null if the chain cannot be read.</param>
    /// <param name="client">The client.</param>
    /// <param name="universe">The market with the routes to read and their destination chains.</param>
    /// <param name="now">The present time, to check that nodes are in sync.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <param name="at">An earlier time to read at, which needs archive nodes; null for the present.</param>
    public static async Task ReadAsync(ChainReading reading, IEvmClient client, Market universe, DateTimeOffset now, CancellationToken cancellation, DateTimeOffset? at = null)
    {
        var chain = reading.Chain;
        EvmHead head;
        try
        {
            head = await client.PinAsync(cancellation).ConfigureAwait(false);
            if (at is { } moment)
            {
                var former = await BlockSearch.LastBeforeAsync(chain, client, head.Block, moment, TimeSpan.Zero, cancellation).ConfigureAwait(false);
                head = await client.HeadAsync(former.Number, cancellation).ConfigureAwait(false);
            }
        }
        catch (ChainDataException wrong)
        {
            reading.Refuse(FindingRules.DeadChain, chain.Id, wrong.Message);
            return;
        }

        if (!reading.IsCurrent($"block, {head.Block.Number},", head.Block.Time, at ?? now))
            return;

        var session = new ReadSession(client);
        var reader = new BlockReader(session, head.Block);
        var prices = new EvmPrices(reading, reader);
        var past = new Lazy<Task<BlockReader>>(async () => new(session, await BlockSearch.LastBeforeAsync(chain, client, head.Block,
            head.Block.Time - TimeSpan.FromDays(reading.Settings.YieldWindow.Days), Close * TimeSpan.FromDays(reading.Settings.YieldWindow.Days), cancellation).ConfigureAwait(false)));
        var native = prices.OfAsync(chain.Tokens.Single(token => token.Symbol == chain.NativeToken));
        var from = $"gas-{chain.Id}";
        reading.Provenances[from] = new() { Source = $"{chain.Name}: fee history, and the chain's own oracle of data fees where it has one", AsOf = head.Block.Time, Block = head.Block.Number };
        var gas = EvmGasReader.ReadAsync(reading, head, reader, at is null ? client : null, from, cancellation);
        var protocols = chain.Protocols.Where(p => p.Adapter is not null)
            .Select(entry => (Entry: entry, Read: ReadProtocolAsync(new(reading, entry, reader, prices, () => past.Value))))
            .ToArray();
        var routes = universe.Snapshot.Routes.Where(route => route.From.Chain == chain.Id || route.To.Chain == chain.Id)
            .Select(route => (Route: route, Entry: chain.Protocols.FirstOrDefault(p => p.Id == route.Provider)))
            .Where(pair => pair.Entry?.Adapter is { } name && RouteAdapters.TryGetValue(name, out var adapter) && (adapter.ReadsAtDestination ? pair.Route.To : pair.Route.From).Chain == chain.Id)
            .Select(pair => ReadRouteAsync(new(reading, pair.Entry!, reader, prices, () => past.Value), pair.Route, universe.Chain((pair.Route.From.Chain == chain.Id ? pair.Route.To : pair.Route.From).Chain)))
            .ToArray();
        await session.RunAsync([native, gas, .. protocols.Select(p => p.Read), .. routes], cancellation).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();
        foreach (var (fault, message) in client.Noticed)
            reading.Flag(FindingRules.Endpoint, chain.Id, $"{fault}: {message}");
        foreach (var (entry, read) in protocols)
        {
            foreach (var opportunity in await read.ConfigureAwait(false))
                reading.Opportunities.Add(opportunity);
        }

        foreach (var route in routes)
        {
            if (await route.ConfigureAwait(false) is { } read)
                reading.Routes.Add(read);
        }

        if (gas.IsFaulted)
            reading.Refuse(FindingRules.DeadChain, chain.Id, $"gas cannot be read: {gas.Exception!.InnerException!.Message}");
        else if (native.IsFaulted || await native.ConfigureAwait(false) is null)
            reading.Refuse(FindingRules.MissingPrice, chain.Id, $"{chain.NativeToken} has no price, so gas cannot be valued");
        else if (await gas.ConfigureAwait(false) is EvmGas fees && (fees.GweiPerGas > MostGweiPerGas || fees.DataFeeGwei > EvmGasReader.MostDataFeeGwei))
            reading.Refuse(FindingRules.AbsurdGas, chain.Id, $"gas at {fees.GweiPerGas.Value:g4} gwei and a data fee of {fees.DataFeeGwei?.Value ?? 0:g4} gwei are implausible");
        else
            reading.Gas = await gas.ConfigureAwait(false);
    }

    private static async Task<IReadOnlyList<OpportunityReading>> ReadProtocolAsync(EvmProtocol protocol)
    {
        if (!Adapters.TryGetValue(protocol.Entry.Adapter!, out var adapter))
        {
            if (RouteAdapters.ContainsKey(protocol.Entry.Adapter!) || QuoteReader.Knows(protocol.Entry.Adapter!))
                return [];
            protocol.Reading.Refuse(FindingRules.NoAdapter, $"{protocol.Entry.Id}/{protocol.Chain.Id}", $"unknown adapter '{protocol.Entry.Adapter}'; expected one of {string.Join(", ", Adapters.Keys.Union(RouteAdapters.Keys).Union(QuoteReader.Names))}");
            return [];
        }

        try
        {
            return await adapter.ReadAsync(protocol).ConfigureAwait(false);
        }
        catch (ChainDataException wrong)
        {
            protocol.Reading.Refuse(FindingRules.DeadAdapter, $"{protocol.Entry.Id}/{protocol.Chain.Id}", wrong.Message);
            return [];
        }
        catch (Exception wrong) when (wrong is not OperationCanceledException)
        {
            // An unexpected answer that crashes one adapter must not affect the other protocols.
            protocol.Reading.Refuse(FindingRules.DeadAdapter, $"{protocol.Entry.Id}/{protocol.Chain.Id}", $"the adapter {adapter.Name} crashed (a bug): {wrong.GetType().Name}");
            return [];
        }
    }

    private static async Task<Route?> ReadRouteAsync(EvmProtocol protocol, Route judged, Chain other)
    {
        Route? read = null;
        try
        {
            read = await RouteAdapters[protocol.Entry.Adapter!].ReadAsync(protocol, judged, other).ConfigureAwait(false);
        }
        catch (ChainDataException wrong)
        {
            protocol.Reading.Refuse(FindingRules.DeadRoute, judged.Id, wrong.Message);
        }
        catch (Exception wrong) when (wrong is not OperationCanceledException)
        {
            protocol.Reading.Refuse(FindingRules.DeadRoute, judged.Id, $"the adapter {protocol.Entry.Adapter} crashed (a bug): {wrong.GetType().Name}");
        }

        if (read is null)
            protocol.Reading.DeadRoutes.Add(judged.Id);
        return read;
    }
}

using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using System.Web;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Quotes;
using Optimizer.Chains.Rpc;
using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.Chains.Tests;

/// <summary>What sources on the web say becomes routes, opportunities and doubts; what they get wrong has a name.</summary>
public sealed class QuoteTests
{
    private static readonly ReadingSettings Settings = new();
    private static readonly Market Universe = new ScenarioFiles().LoadMarket(Repository.Path("scenarios", "snapshots", "2026-08-12.json")).Market;

    [Fact]
    public async Task Cctp_is_told_by_finality_with_what_is_left_of_fast_transfers()
    {
        var web = new FakeWeb()
            .With("/v2/burn/USDC/fees/0/6", _ => """[{"finalityThreshold":1000,"minimumFee":1.3},{"finalityThreshold":2000,"minimumFee":0}]""")
            .With("/v2/fastBurn/USDC/allowance", _ => """{"allowance":1234567.89,"lastUpdated":"2026-11-01T00:00:00Z"}""");
        var readings = await ReadAsync(web, ["cctp-fast/ethereum-base/USDC", "cctp-standard/ethereum-base/USDC"], "ethereum", "base");
        var (fast, standard) = (Route(readings, "cctp-fast/ethereum-base/USDC"), Route(readings, "cctp-standard/ethereum-base/USDC"));
        Assert.Equal((1.3, 1234567.89), (fast.Fees[0].Bps.Value, fast.Maximum!.Value.Value));
        Assert.Equal((0, null), (standard.Fees[0].Bps.Value, standard.Maximum));
        Assert.Equal("Circle CCTP v2, quotes of cctp", readings[0].Provenances[fast.Fees[0].Bps.From].Source);
    }

    [Fact]
    public async Task Across_s_cost_is_that_of_its_quotes()
    {
        // 0.02 USD of gas, 1 bp of capital, and a pool's share that rises by 3 bps for a million.
        double Loss(double usd) => 0.02 + usd * (1e-4 + 3e-4 * usd / 1e6);
        var web = new FakeWeb().With("/suggested-fees", query =>
        {
            var usd = double.Parse(query["amount"]!, CultureInfo.InvariantCulture) / 1e6;
            string Pct(double share) => (share * 1e18).ToString("0", CultureInfo.InvariantCulture);
            return $$$"""
                {"estimatedFillTimeSec":7,"relayerCapitalFee":{"pct":"{{{Pct(1e-4)}}}","total":"1"},"lpFee":{"pct":"{{{Pct(3e-4 * usd / 1e6)}}}","total":"1"},
                 "relayerGasFee":{"pct":"1","total":"20000"},"limits":{"minDeposit":"500000","maxDeposit":"2500000000000"}}
                """;
        });
        var route = Route(await ReadAsync(web, ["across/ethereum-base/USDC"], "ethereum", "base"), "across/ethereum-base/USDC");
        foreach (var usd in (double[])[100, 10_000, 300_000, 1_000_000])
            Assert.Equal(Loss(usd), route.FixedFee!.Value + usd * (route.Fees[0].Bps / 1e4 + usd / 1e6 * route.ImpactBpsPerMillion!.Value / 1e4), 1e-6 * usd);
        Assert.Equal([0.5, 2_500_000, 7], new[] { route.Minimum!.Value, route.Maximum!.Value, route.DurationSeconds }.Select(figure => Math.Round(figure.Value, 6)));
        // Two quotes, and nobody else was asked.
        Assert.Equal(["https://app.across.to/api/suggested-fees"], web.Asked.Where(url => !url.Contains("llama", StringComparison.Ordinal)).Select(url => url.Split('?')[0]).Distinct());
    }

    [Fact]
    public async Task Jupiter_s_depth_is_no_less_than_its_quotes()
    {
        // A pool of 50 million USDC and as much SOL, with a fee of 4 bps.
        double Out(double usd) => 50e6 * usd * 0.9996 / (50e6 + usd * 0.9996);
        var web = new FakeWeb().With("/swap/v1/quote", query =>
        {
            Assert.Equal((FakeSolanaNode.Usdc, "So11111111111111111111111111111111111111112"), (query["inputMint"], query["outputMint"]));
            return $$$"""{"outAmount":"{{{(BigInteger)(Out(double.Parse(query["amount"]!, CultureInfo.InvariantCulture) / 1e6) / 205 * 1e9)}}}"}""";
        });
        var route = Route(await ReadAsync(web, ["jupiter/solana/USDC-SOL"], "solana"), "jupiter/solana/USDC-SOL");
        // Ten million would lose 17 %.
        Assert.Equal(1_000_000, route.Maximum!.Value.Value);
        foreach (var usd in (double[])[1_000, 50_000, 1_000_000])
        {
            var lost = route.Fees[0].Bps / 1e4 + usd / 1e6 * route.ImpactBpsPerMillion!.Value / 1e4;
            Assert.InRange(lost, 1 - Out(usd) / usd - 1e-9, 1 - Out(usd) / usd + 1e-3);
        }
    }

    [Fact]
    public async Task Lifi_s_fixed_part_and_what_is_paid_apart_are_told()
    {
        const string Id = "mayan/ethereum-solana/ETH-SOL";
        var web = new FakeWeb().With("/quote", query =>
        {
            Assert.Equal(("1", "1151111081099710", "mayan", "0x0000000000000000000000000000000000000000"), (query["fromChain"], query["toChain"], query["allowBridges"], query["fromToken"]));
            var usd = double.Parse(query["fromAmount"]!, CultureInfo.InvariantCulture) / 1e18 * 2_000;
            return $$$"""{"estimate":{"toAmount":"{{{(BigInteger)((usd - 1.5 - 5e-4 * usd) / 205 * 1e9)}}}","executionDuration":45,"feeCosts":[{"included":false,"amount":"1000000000000000"},{"included":true,"amount":"7"}]}}""";
        }, header: "x-lifi-api-key");
        var route = Route(await ReadAsync(web, [Id], "ethereum", "solana"), Id);
        Assert.Equal([1.5 / 2_000, 5, 0.001, 45], new[] { route.FixedFee!.Value, route.Fees[0].Bps, route.NativeFee!.Value, route.DurationSeconds }.Select(figure => Math.Round(figure.Value, 5)));
        Assert.All(web.Keys, key => Assert.Equal("a-secret-key", key));
        Assert.Equal(6, web.Keys.Count);
    }

    [Fact]
    public async Task A_route_is_asked_about_up_to_what_it_was_known_to_take()
    {
        // 500 USD at most: three sizes.
        const string Id = "lifi-refuel/ethereum-polygon/ETH-POL";
        var web = new FakeWeb().With("/quote", query => $$$"""{"estimate":{"toAmount":"{{{(BigInteger)(double.Parse(query["fromAmount"]!, CultureInfo.InvariantCulture) / 1e18 * 2_000 * 0.99 / 0.1 * 1e18)}}}","executionDuration":45,"feeCosts":[]}}""");
        var route = Route(await ReadAsync(web, [Id], "ethereum", "polygon"), Id);
        Assert.Equal(2, web.Asked.Count(url => url.Contains("/quote", StringComparison.Ordinal)));
        Assert.Equal((100, 100), (Math.Round(route.Fees[0].Bps.Value, 6), route.Maximum!.Value.Value * 2_000));
    }

    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, "", "across asks for fewer requests (HTTP 429)")]
    [InlineData(HttpStatusCode.InternalServerError, "", "across answered HTTP 500")]
    [InlineData(HttpStatusCode.OK, "{\"limits\":", "across sent invalid or incomplete JSON")]
    [InlineData(HttpStatusCode.OK, "{}", "across sent no 'relayerCapitalFee'")]
    [InlineData(HttpStatusCode.OK, "[]", "across sent no 'relayerCapitalFee'")]
    public async Task A_source_that_fails_leaves_its_route_out_of_the_snapshot(HttpStatusCode status, string body, string message)
    {
        const string Id = "across/ethereum-base/USDC";
        var web = new FakeWeb().With("/suggested-fees", _ => body, status);
        var readings = await ReadAsync(web, [Id, "cctp-standard/ethereum-base/USDC"], "ethereum", "base");
        var finding = Assert.Single(readings.SelectMany(reading => reading.Findings), finding => finding.Subject == Id);
        Assert.Equal((FindingRules.DeadRoute, true), (finding.Rule, finding.IsRefused));
        Assert.Contains(message, finding.Message, StringComparison.Ordinal);
        var snapshot = SnapshotAssembly.Join("now", readings, Universe.Snapshot, Settings, FakeNode.Time);
        Assert.DoesNotContain(snapshot.Routes, route => route.Id == Id);
    }

    [Fact]
    public async Task A_quote_that_would_give_more_than_it_takes_is_not_believed()
    {
        const string Id = "cctp-standard/ethereum-base/USDC";
        var web = new FakeWeb().With("/v2/burn/USDC/fees/0/6", _ => """[{"finalityThreshold":2000,"minimumFee":-500}]""");
        var readings = await ReadAsync(web, [Id], "ethereum", "base");
        var snapshot = SnapshotAssembly.Join("now", readings, Universe.Snapshot, Settings, FakeNode.Time);
        Assert.Contains(snapshot.Findings, finding => finding is { Rule: FindingRules.AbsurdQuote, Subject: Id, IsRefused: true });
        Assert.DoesNotContain(snapshot.Routes, route => route.Id == Id);
    }

    [Fact]
    public async Task Yields_of_defillama_keep_their_basis_and_their_rewards_apart()
    {
        var web = new FakeWeb().With("/pools", _ => """
            {"status":"success","data":[
             {"pool":"33c732f6-a78d-41da-af5b-ccd9fa5e52d5","project":"kelp","tvlUsd":17000000000,"apy":2.174,"apyBase":2.174,"apyReward":null},
             {"pool":"43641cf5-a92e-416b-bce9-27113d3c0db6","project":"maple","tvlUsd":2500000000,"apy":6,"apyBase":5,"apyReward":1},
             {"pool":"962673869","project":7}]}
            """);
        var readings = await ReadAsync(web, [], "ethereum");
        var kelp = Assert.Single(readings[0].Opportunities, o => o.Id == "kelp/ethereum/ETH");
        Assert.Equal(0.02174, kelp.Carry.Rate(0), 1e-12);
        var maple = Assert.Single(readings[0].Opportunities, o => o.Id == "maple-syrup/ethereum/USDC");
        Assert.Equal(0.05, maple.Carry.Base.SpotRate(0), 1e-12);
        Assert.Equal(0.01, maple.Carry.Rewards!.SpotRate(0), 1e-12);
        Assert.Contains(readings[0].Findings, f => f is { Rule: FindingRules.DeadAdapter, Subject: "coinbase-staked-eth/ethereum/ETH", IsRefused: true } && f.Message.StartsWith("llama-yields does not list pool", StringComparison.Ordinal));
        var snapshot = SnapshotAssembly.Join("now", readings, Universe.Snapshot, Settings, FakeNode.Time);
        var joined = Assert.Single(snapshot.Opportunities, o => o.Id == "maple-syrup/ethereum/USDC");
        Assert.Equal(Universe.Snapshot.Opportunities.Single(o => o.Id == joined.Id).Protocol, joined.Protocol);
        // Nobody judged what those rewards are worth.
        Assert.Equal(0.05, joined.Carry.Rate(0), 1e-9);
    }

    [Fact]
    public async Task A_project_whose_rates_are_shown_as_apr_says_so_in_its_entry()
    {
        var web = new FakeWeb().With("/pools", _ => """{"data":[{"pool":"p","project":"lido","tvlUsd":1000000,"apy":2.174}]}""");
        var readings = await ReadAsync(web, [], chain => chain with
        {
            Protocols = [new() { Id = "lido", Name = "Lido", Adapter = "defiLlama", Parameters = new Dictionary<string, string> { ["ETH"] = "p", ["basis"] = "simple" } }],
        }, "ethereum");
        var rate = Assert.Single(readings[0].Opportunities).Carry.Rate(0);
        Assert.Equal(RateBasis.Simple.ToEffective(0.02174), rate, 1e-12);
    }

    [Fact]
    public async Task A_second_opinion_on_prices_is_held_against_the_first()
    {
        var usdc = Universe.Chain("ethereum").Tokens.Single(token => token.Symbol == "USDC").Address;
        var web = new FakeWeb().With("/prices/current/", _ => $$$"""{"coins":{"ethereum:{{{usdc}}}":{"decimals":6,"symbol":"USDC","price":0.93,"timestamp":{{{FakeNode.Time.ToUnixTimeSeconds()}}},"confidence":0.99 } } }""", isPrefix: true);
        var readings = await ReadAsync(web, [], "ethereum");
        Assert.Contains(readings[0].Findings, f => f is { Rule: FindingRules.PriceDisagreement, Subject: "USDC@ethereum", IsRefused: false, Message: "1 USD by a test, 0.93 USD by llama-coins; the first is used" });
    }

    [Fact]
    public void No_cost_states_a_size_cheaper_than_its_quote() => Gen.Select(Gen.Double[0, 0.05].Array[1, 6], Gen.Bool, Gen.Double[0, 0.01]).Sample((losses, hasFixedPart, least) =>
    {
        var quotes = losses.Select((loss, i) => (Usd: Math.Pow(10, i + 1), Loss: loss)).ToArray();
        var cost = RouteCost.Of(quotes, hasFixedPart, least);
        return cost is { Fixed: >= 0, ImpactPerUnit: >= 0 } && quotes.Where(quote => quote.Usd <= cost.Maximum).All(quote => cost.Loss(quote.Usd) >= quote.Loss * quote.Usd - 1e-9 * quote.Usd);
    });

    private static Route Route(IReadOnlyList<ChainReading> readings, string id) =>
        readings.SelectMany(reading => reading.Routes).SingleOrDefault(route => route.Id == id) ?? throw new InvalidOperationException(string.Join("; ", readings.SelectMany(reading => reading.Findings)));

    /// <summary>Chains as if they had been read, and what the web adds.</summary>
    private static Task<IReadOnlyList<ChainReading>> ReadAsync(FakeWeb web, string[] routes, params string[] chains) => ReadAsync(web, routes, chain => chain, chains);

    private static async Task<IReadOnlyList<ChainReading>> ReadAsync(FakeWeb web, string[] routes, Func<Chain, Chain> change, params string[] chains)
    {
        var readings = chains.Select(id =>
        {
            var reading = new ChainReading(change(Universe.Chain(id)), Settings) { Gas = Universe.Snapshot.Chains.Single(chain => chain.Id == id).Gas };
            reading.Provenances["test"] = new() { Source = "a test", AsOf = FakeNode.Time };
            foreach (var (asset, price) in (IEnumerable<(string, double)>)[("USDC", 1), ("ETH", 2_000), ("SOL", 205), ("POL", 0.1)])
                reading.Prices[asset] = new(price, "test");
            return reading;
        }).ToArray();
        var universe = Universe.With(Universe.Snapshot with { Routes = [.. Universe.Snapshot.Routes.Where(route => routes.Contains(route.Id))] });
        Assert.Equal(routes.Length, universe.Snapshot.Routes.Count);
        await new QuoteReader(universe, source => (null, source == "lifi" ? "a-secret-key" : null), new EndpointLimits { Retries = 0 }, web).ReadAsync(readings, FakeNode.Time, default);
        Assert.DoesNotContain(readings.SelectMany(reading => reading.Findings), finding => finding.Message.Contains("a-secret-key", StringComparison.Ordinal) || finding.Message.Contains("https://", StringComparison.Ordinal));
        return readings;
    }

    /// <summary>The web in memory.</summary>
    private sealed class FakeWeb : HttpMessageHandler
    {
        private readonly List<(string Path, bool IsPrefix, string? Header, HttpStatusCode Status, Func<System.Collections.Specialized.NameValueCollection, string> Answer)> _pages = [];

        public System.Collections.Concurrent.ConcurrentBag<string> Asked { get; } = [];

        public System.Collections.Concurrent.ConcurrentBag<string> Keys { get; } = [];

        public FakeWeb With(string path, Func<System.Collections.Specialized.NameValueCollection, string> answer, HttpStatusCode status = HttpStatusCode.OK, string? header = null, bool isPrefix = false)
        {
            _pages.Add((path, isPrefix, header, status, answer));
            return this;
        }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
        {
            Asked.Add(request.RequestUri!.ToString());
            var path = request.RequestUri.AbsolutePath;
            var page = _pages.FirstOrDefault(page => page.IsPrefix ? path.StartsWith(page.Path, StringComparison.Ordinal) : path.EndsWith(page.Path, StringComparison.Ordinal));
            if (page.Answer is null)
                return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));
            if (page.Header is not null && request.Headers.TryGetValues(page.Header, out var keys))
                Keys.Add(keys.Single());
            return Task.FromResult(new HttpResponseMessage(page.Status) { Content = new StringContent(page.Answer(HttpUtility.ParseQueryString(request.RequestUri.Query)), Encoding.UTF8, "application/json") });
        }
    }
}

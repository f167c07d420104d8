using System.Text.Json.Nodes;

namespace Optimizer.Cli.Tests;

/// <summary><c>price</c> and <c>margin</c> as a person or a script runs them.</summary>
public sealed class InstrumentCommandTests
{
    private const string Header = "id,instrument,side,strike,years,expiry,time,spot,forward,volatility,price";

    [Fact]
    public async Task Shipped_instruments_are_priced()
    {
        var run = await Cli.Run("price", "scenarios/derivatives/instruments.csv", "--format", "json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var rows = JsonNode.Parse(run.Output)!.AsArray().ToDictionary(row => row!["id"]!.GetValue<string>(), row => row!);
        // Call and put of one strike imply one volatility, to the rounding of the venue's marks.
        Assert.Equal(rows["ETH-26JAN24-2200-C"]["volatility"]!.GetValue<double>(), rows["ETH-26JAN24-2200-P"]["volatility"]!.GetValue<double>(), 1e-3);
        Assert.Equal(0.072277, rows["ETH-26JAN24-2200-C"]["valueCoins"]!.GetValue<double>(), 1e-12);
        Assert.Equal(2222.19, rows["principal token"]["valueUsd"]!.GetValue<double>() + rows["yield token"]["valueUsd"]!.GetValue<double>(), 1e-9);
    }

    /// <summary>175 bids and asks of one day are free of arbitrage beyond their spread; one crossed or moved far is refused by name.</summary>
    [Fact]
    public async Task Options_are_priced_on_the_shipped_surface_and_arbitrage_is_refused()
    {
        var run = await Cli.Run("price", "scenarios/derivatives/surface.yaml", "--format", "json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        Assert.Equal(3, JsonNode.Parse(run.Output)!.AsArray().Count);
        var text = File.ReadAllText(Repository.Path("scenarios", "derivatives", "surface.yaml"));
        var quote = text.Split('\n').First(line => line.Contains("strike: 2300,", StringComparison.Ordinal)).Trim();
        run = await Cli.Run("price", Write(text.Replace(quote, "- { strike: 2300, bid: 0.95, ask: 0.96 }", StringComparison.Ordinal), "yaml"));
        Assert.Equal(2, run.Code);
        Assert.Matches(@"input\.yaml:\d+:\d+: arbitrage: the (call|butterfly)", run.Error);
        run = await Cli.Run("price", Write(text.Replace(quote, "- { strike: 2300, bid: 0.75, ask: 0.7 }", StringComparison.Ordinal), "yaml"));
        Assert.Matches(@"input\.yaml:\d+:\d+: crossed: the bid 0.75 is above the ask 0.7", run.Error);
        run = await Cli.Run("price", Write(text.Replace("surface: ETH", "surface: EHT", StringComparison.Ordinal), "yaml"));
        Assert.Contains("there is no surface 'EHT'; did you mean 'ETH'?", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shipped_accounts_have_a_margin()
    {
        var run = await Cli.Run("margin", "scenarios/derivatives/accounts.yaml");
        Assert.Equal((0, ""), (run.Code, run.Error));
        foreach (var expected in (string[])["covered calls at Derive", "476,899", "short call", "ETH perpetual", "1.5552", "2.38 %", "BTC"])
            Assert.Contains(expected, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Positions_tell_what_one_more_unit_does()
    {
        var run = await Cli.Run("margin", "scenarios/derivatives/accounts.yaml", "--positions", "--format", "json");
        Assert.Equal((0, ""), (run.Code, run.Error));
        var rows = JsonNode.Parse(run.Output)!.AsArray();
        double Of(string position, string what) => rows.Single(row => row!["position"]!.GetValue<string>() == position)![what]!.GetValue<double>();
        Assert.Equal(2560 * 0.785, Of("wstETH", "initialUsdPerUnit"), 1e-9);
        Assert.Equal(-1, Of("debt USDC", "maintenanceUsdPerUnit"));
        Assert.Equal(2223.5 * 0.02, Of("ETH perpetual", "maintenanceUsdPerUnit"), 1e-9);
    }

    [Fact]
    public async Task Numbers_are_the_same_in_csv_and_json_and_in_either_unit()
    {
        var file = Write($"{Header}\na,option,call,100,0.5,,,100,,0.4,\n");
        var json = JsonNode.Parse((await Cli.Run("price", file, "--format", "json")).Output)![0]!;
        var market = (await Cli.Run("price", file, "--format", "csv")).Output.Split('\n');
        var raw = (await Cli.Run("price", file, "--format", "csv", "--greeks", "raw")).Output.Split('\n');
        double Of(string[] lines, string name) => double.Parse(lines[1].Split(',')[Array.IndexOf(lines[0].Split(','), name)]);
        Assert.Equal(json["valueUsd"]!.GetValue<double>(), Of(market, "valueUsd"));
        Assert.Equal(json["thetaPerDay"]!.GetValue<double>(), Of(market, "thetaPerDay"));
        Assert.Equal(Of(market, "thetaPerDay") * 365, Of(raw, "theta"), 1e-12);
        Assert.Equal(Of(market, "vegaPerPoint") * 100, Of(raw, "vega"), 1e-12);
        Assert.Equal(Of(raw, "rho"), JsonNode.Parse((await Cli.Run("price", file, "--format", "json", "--greeks", "raw")).Output)![0]!["rho"]!.GetValue<double>());
    }

    [Theory]
    [InlineData("a,option,call,100,0.5,,,100,,,", "2:1: expected 'volatility', 'price' or 'surface'")]
    [InlineData("a,option,call,-100,0.5,,,100,,0.5,", "2:4: -100 is out of range; expected above 0")]
    [InlineData("a,optoin,call,100,0.5,,,100,,0.5,", "2:2: unknown kind 'optoin'; did you mean 'option'?")]
    [InlineData("a,option,call,100,,2024-01-01T08:00:00Z,2024-01-02T08:00:00Z,100,,0.5,", "2:2: expired at 2024-01-01 08:00:00")]
    [InlineData("a,option,call,100,,2024-01-01T08:00:00Z,,100,,0.5,", "key 'time' is missing")]
    [InlineData("a,option,call,100,0.5,,,100,,-0.5,", "2:10: -0.5 is out of range; expected 0 to 20")]
    [InlineData("a,option,call,100,0.5,,,100,,NaN,", "2:10: 'NaN' is not a finite number")]
    [InlineData("a,option,call,\"2,5\",0.5,,,100,,0.5,", "2:4: '2,5' is not a finite number; use a point for decimals")]
    [InlineData("a,perpetual,,,,,,100,,0.5,", "2:10: the value does not depend on volatility")]
    [InlineData("a,perpetual,call,,,,,100,,,", "2:3: unknown key 'side'")]
    [InlineData("a,option,call,100,0.5,2024-01-01T08:00:00Z,,100,,0.5,", "2:2: expected either 'expiry' or 'years'")]
    [InlineData("a,option,call,100,0.5,,,,,0.5,", "key 'spot' or 'forward' is missing")]
    [InlineData("a,option,call,100,,2024-01-26,2024-01-02T08:00:00Z,100,,0.5,", "expires at midnight; write the hour")]
    [InlineData("a,option,call,100,,01/02/2024,2024-01-02T08:00:00Z,100,,0.5,", "2:6: found '01/02/2024'; expected a time such as")]
    [InlineData("a,option,call,100,0.5,,,100,,60,", "2:10: 60 is out of range; expected 0 to 20")]
    [InlineData("a,option,call,100,0.5,,2024-01-02T08:00:00Z,100,,0.6,", "does not depend on the moment of valuation")]
    [InlineData("a,option,call,100,0,,,100,120,0.6,", "at expiry the forward is the spot price")]
    [InlineData("\"a,option,call,100,0.5,,,100,,0.6,\nb,option,call,100,0.5,,,100,,0.6,", "a quote is not closed")]
    [InlineData("a,option,call,100,0.5,,,100,,0.5,,x", "2:12: this line has 12 cells; expected 11")]
    public async Task Wrong_rows_are_refused_with_their_place(string row, string message)
    {
        var run = await Cli.Run("price", Write($"{Header}\n{row}\n"));
        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("instrument,side,strike,years,settlement,forward,rate,volatility\noption,call,5,1,coin,5,0.1,0.5\n", "2:7: the value does not depend on the interest rate here")]
    [InlineData("instrument,years,forward,rate\nfuture,1,5,0.1\n", "2:4: the value does not depend on the interest rate here")]
    [InlineData("instrument,spot,spot\nspot,5,\n", "1:3: a second column 'spot'")]
    [InlineData("instrument,side,strike,years,spot,volatilty\noption,call,5,1,5,0.5\n", "1:6: unknown column 'volatilty'; did you mean 'volatility'?")]
    [InlineData("instrument,spot\n", "has no rows below its first line")]
    [InlineData("", "is empty")]
    public async Task Wrong_tables_are_refused(string text, string message)
    {
        var run = await Cli.Run("price", Write(text));
        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_price_without_a_volatility_is_named_and_the_others_are_priced()
    {
        var run = await Cli.Run("price", Write($"{Header}\na,option,call,100,0.5,,,120,,,19\nb,option,call,100,0.5,,,120,,,25\n"), "--format", "csv");
        Assert.Equal(4, run.Code);
        Assert.Contains("a: the price 19 is not above the intrinsic value 20", run.Error, StringComparison.Ordinal);
        Assert.Contains("\nb,option,0.5,120,0.40", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("- maintenance: { name: a, collateralUsd: 5, positions: [ { asset: ETH, amount: 1, entry: 5, mark: 5, tiers: [ { fromUsd: 5, initialRate: 0.1, maintenanceRate: 0.05 } ] } ] }", "expected a first tier from 0 USD")]
    [InlineData("- maintenance: { name: a, collateralUsd: 5, positions: [ { asset: ETH, amount: 1, entry: 5, mark: 5, tiers: [ { initialRate: 0.1, maintenanceRate: 0.5 } ] } ] }", "maintenance margin above initial margin")]
    [InlineData("- derivePortfolio: { name: a, asset: ETH, spot: 5 }", "expected either 'parameters' or 'parametersFile'")]
    [InlineData("- derivePortfolio: { name: a, asset: ETH, spot: 5, parametersFile: none.yaml }", "file not found")]
    [InlineData("- healthFactor: { name: a, debts: [] }", "key 'collateral' is missing")]
    [InlineData("- healthFactor: { name: a, collateral: [ { token: T, asset: ETH, amount: 1, price: 5, loanToValue: 0.5, liquidationThreshold: 0.6 } ], debts: [] }", "the price of ETH is missing")]
    [InlineData("- healthFactor: { name: a, collateral: [ { token: T, amount: 1, price: 5, loanToValue: 0.9, liquidationThreshold: 0.6 } ], debts: [] }", "more may be borrowed than the liquidation threshold allows")]
    [InlineData("- deribitStandard: { name: a, asset: ETH, index: 5, coins: 1, volatilities: { eth: 0.6 }, within: 7 days }", "the account has no asset 'eth'; did you mean 'ETH'?")]
    [InlineData("- deribitStandard: { name: a, asset: ETH, index: 5, coins: 1, within: 7 days }", "needs both 'volatilities' and 'within'")]
    [InlineData("- derive: { name: a }", "unknown kind 'derive'")]
    public async Task Wrong_accounts_are_refused_with_their_place(string account, string message)
    {
        var run = await Cli.Run("margin", Write($"accounts:\n  {account}\n", "yaml"));
        Assert.Equal((2, ""), (run.Code, run.Output));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    private static string Write(string text, string extension = "csv")
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("optimizer-").FullName, $"input.{extension}");
        File.WriteAllText(file, text);
        return file;
    }
}

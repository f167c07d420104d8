using System.Text.Json;
using Optimizer.Model;

namespace Optimizer.Derivatives.Tests;

/// <summary>Derive's portfolio margin against the figures that Derive publishes, and its identities.</summary>
public sealed class PortfolioMarginTests
{
    private const double SecondsPerYear = 31_536_000;

    private static string Vectors => Repository.Path("tests", "Optimizer.Derivatives.Tests", "data", "derive-pm2.jsonl");

    public static TheoryData<string> Published => new(File.ReadLines(Vectors).Skip(1));

    /// <summary>All vectors that lie beside the checkout.</summary>
    [SharedDataFact("../cases/derivatives")]
    public void All_published_vectors_come_out()
    {
        foreach (var vector in File.ReadLines(Path.Combine(SharedData.Find("../cases/derivatives")!, "margin_pm2.jsonl")).Skip(1))
            Published_margins_come_out(vector);
    }

    [Theory]
    [MemberData(nameof(Published))]
    public void Published_margins_come_out(string vector)
    {
        using var document = JsonDocument.Parse(vector);
        var (account, expected) = (Account(document.RootElement), document.RootElement.GetProperty("expected"));
        var found = PortfolioMargin.Of(account);
        void Same(string name, double value)
        {
            var published = expected.GetProperty(name).GetDouble();
            Assert.True(Math.Abs(published - value) <= 1e-9 * Math.Max(Math.Abs(published), Math.Abs(found.EquityUsd)) + 1e-7, $"{account.Name}: {name} is {published}, found {value}");
        }

        Same("PortfolioMTM", found.EquityUsd);
        Same("OptionMTM", found.OptionsUsd);
        Same("CollateralMTM", found.CollateralUsd);
        Same("ForwardContingency", found.ForwardContingencyUsd);
        Same("IM", found.InitialExcessUsd);
        Same("MM", found.MaintenanceExcessUsd(account.Parameters!.MaintenanceFactor));
    }

    /// <summary>The rows for a solver give what the engine gives: exactly without skew scenarios, never more with them.</summary>
    [Fact]
    public void Rows_give_what_the_engine_gives() => Gen.Select(Gen.Double[-50, 50].Array[8], Gen.Double[-60, 60], Gen.Double[0, 100], Gen.Double[-1e5, 1e6], Gen.Double[0.3, 1], Gen.Bool).Sample((amounts, perpetual, collateral, cash, confidence, hasSkew) =>
    {
        var account = Book(amounts, hasSkew) with
        {
            Cash = cash,
            SpotConfidence = confidence,
            StablePrice = 0.5 + 0.5 * confidence,
            Perpetual = new() { Amount = perpetual, Price = 2_230, UnrealisedUsd = 500 },
            Collateral =
            [
                new() { Token = "ETH", Asset = "ETH", Amount = collateral, Price = 2_222, OffsetsRisk = true, InitialHaircut = 0.01, MaintenanceHaircut = 0.02 },
                new() { Token = "DAI", Amount = 1_000, Price = 1, InitialHaircut = 0.02, MaintenanceHaircut = 0.08 },
            ],
        };
        var (exact, rows) = (PortfolioMargin.Of(account), MarginEngine.Rows(account));
        var scale = 1e-9 * (1e6 + Math.Abs(exact.EquityUsd));
        foreach (var (engine, row) in new[] { (exact.InitialExcessUsd, rows.Initial.Value(rows.Amounts)), (exact.MaintenanceExcessUsd(account.Parameters!.MaintenanceFactor), rows.Maintenance.Value(rows.Amounts)) })
        {
            Assert.True(row <= engine + scale, $"the rows give {row}, the engine {engine}");
            Assert.True(hasSkew || row >= engine - scale, $"the rows give {row}, the engine {engine}");
        }
    }, iter: 1_000);

    /// <summary>What one more unit does is what the engine says of one more unit, away from kinks.</summary>
    [Fact]
    public void Slopes_are_finite_differences() => Gen.Double[-50, 50].Array[8].Sample(amounts =>
    {
        const double Step = 1e-5;
        var account = Book(amounts);
        var marginal = MarginEngine.Marginal(account);
        for (var i = 0; i < 8; i++)
        {
            double Excess(double change)
            {
                double[] changed = [.. amounts];
                changed[i] += change;
                return PortfolioMargin.Of(Book(changed)).InitialExcessUsd;
            }

            var (up, down) = ((Excess(Step) - Excess(0)) / Step, (Excess(0) - Excess(-Step)) / Step);
            // Concave: the slope lies between those of both sides.
            Assert.InRange(marginal[i].InitialUsdPerUnit, Math.Min(up, down) - 0.05, Math.Max(up, down) + 0.05);
        }
    });

    /// <summary>Where nothing is held everything has a kink; what counts is one more.</summary>
    [Fact]
    public void From_nothing_the_slope_is_that_of_one_more()
    {
        var account = Book(new double[8]) with { Perpetual = new() { Amount = 0, Price = 2_222, Confidence = 0.3 }, Collateral = [new() { Token = "ETH", Asset = "ETH", Amount = 0, Price = 2_222, OffsetsRisk = true, InitialHaircut = 0.05, MaintenanceHaircut = 0.03 }] };
        var marginal = MarginEngine.Marginal(account).ToDictionary(position => position.Name);
        double Excess(DerivePortfolioMarginAccount changed) => PortfolioMargin.Of(changed).InitialExcessUsd - PortfolioMargin.Of(account).InitialExcessUsd;
        Assert.Equal(Excess(account with { Collateral = [account.Collateral[0] with { Amount = 1 }] }), marginal["ETH"].InitialUsdPerUnit, 1e-6);
        for (var i = 0; i < 8; i++)
        {
            var one = new double[8];
            one[i] = 1;
            Assert.Equal(Excess(account with { Expiries = Book(one).Expiries }), marginal.Values.ElementAt(i).InitialUsdPerUnit, 1e-6);
        }
    }

    /// <summary>Without skew scenarios the margin is concave: of two books half each never has less margin than their mean.</summary>
    [Fact]
    public void Margin_is_concave_in_the_positions() => Gen.Select(Gen.Double[-50, 50].Array[8], Gen.Double[-50, 50].Array[8]).Sample((one, other) =>
    {
        double Excess(IEnumerable<double> amounts) => PortfolioMargin.Of(Book([.. amounts])).InitialExcessUsd;
        Assert.True(Excess(one.Zip(other, (left, right) => 0.5 * (left + right))) >= 0.5 * (Excess(one) + Excess(other)) - 1e-6);
    });

    /// <summary>Twice the book has twice the margin.</summary>
    [Fact]
    public void Margin_is_proportional_to_the_book() => Gen.Select(Gen.Double[-50, 50].Array[8], Gen.Double[0.1, 10]).Sample((amounts, factor) =>
    {
        var (one, scaled) = (PortfolioMargin.Of(Book(amounts)), PortfolioMargin.Of(Book([.. amounts.Select(amount => amount * factor)])));
        Assert.Equal(one.InitialExcessUsd * factor, scaled.InitialExcessUsd, 1e-8 * (1 + Math.Abs(scaled.EquityUsd) + Math.Abs(scaled.InitialExcessUsd)));
    });

    [Fact]
    public void At_its_liquidation_price_an_account_has_no_excess()
    {
        var account = Book([-5, 0, 0, 0, 0, 0, 0, 0]) with { Cash = 4_000, Within = new(7), Volatilities = new Dictionary<string, double> { ["ETH"] = 0.6 } };
        var report = PortfolioMargin.Report(account);
        var price = Assert.Single(report.Liquidations);
        Assert.NotNull(price.Above);
        Assert.Null(price.Below);
        var factor = price.Above.Value / account.Spot;
        var moved = account with { Spot = account.Spot * factor, Expiries = [.. account.Expiries.Select(expiry => expiry with { Forward = expiry.Forward * factor })] };
        Assert.Equal(0, PortfolioMargin.Of(moved).MaintenanceExcessUsd(account.Parameters!.MaintenanceFactor), 1e-6 * account.Spot);
        Assert.InRange(price.ProbabilityAbove!.Value, 1e-6, 0.5);
        Assert.Contains("price +", report.Binding, StringComparison.Ordinal);
    }

    /// <summary>A dip at a strike that is narrower than the steps of the search.</summary>
    [Fact]
    public void Liquidation_prices_close_to_expiry_are_found()
    {
        MarginOption Call(double strike, double amount) => new() { Side = OptionSide.Call, Strike = strike, Amount = amount, Volatility = 0.3 };
        var account = Book(new double[8]) with { Expiries = [new() { Years = 1e-6, Forward = 2_222, Options = [Call(2_248, -1_000), Call(2_250, 2_000), Call(2_252, -1_000)] }] };
        account = account with { Cash = 300 - PortfolioMargin.Of(account).MaintenanceExcessUsd(account.Parameters!.MaintenanceFactor) };
        var found = Assert.Single(PortfolioMargin.Report(account).Liquidations);
        Assert.InRange(found.Above!.Value, 2_225, 2_251);
        Assert.NotNull(found.Below);
        Assert.True(PortfolioMargin.At(account, [found.Above.Value / account.Spot])[0].MaintenanceExcessUsd(account.Parameters!.MaintenanceFactor) < 0);
    }

    /// <summary>Collateral that follows the price loses with it, even where the venue lets it offset nothing.</summary>
    [Fact]
    public void Collateral_that_follows_the_price_is_liquidated()
    {
        var account = Book(new double[8]) with
        {
            Expiries = [],
            Cash = -150_000,
            Collateral = [new() { Token = "rswETH", Asset = "ETH", Amount = 100, Price = 2_250, MaintenanceHaircut = 0.2 }],
        };
        Assert.Equal(2_222 * 150_000 / (100 * 2_250 * 0.8), Assert.Single(PortfolioMargin.Report(account).Liquidations).Below!.Value, 1e-6);
    }

    /// <summary>A price of zero is a scenario like any other.</summary>
    [Fact]
    public void Total_loss_is_a_scenario()
    {
        var account = Book([0, -5, 0, 0, 0, 0, 0, 0]);
        account = account with { Parameters = account.Parameters! with { Scenarios = [new() { PriceFactor = 0, Volatility = VolatilityShock.Up }] } };
        var discount = Math.Exp(-0.05 * 0.05);
        var mark = -5 * Black76.Value(OptionSide.Put, 2_250, 2_000, 0.05, 0.6, discount);
        var shorts = Math.Min(account.Parameters.ShortDiscount * Math.Exp(0.05 * (0.05 * account.Parameters.ShortRateFactor + account.Parameters.ShortRateAdded)), 1 / discount);
        Assert.Equal(-5 * 2_000 * discount * shorts - mark, PortfolioMargin.Of(account).ScenarioUsd[0], 1e-6);
    }

    /// <summary>Calls and puts of two expiries.</summary>
    private static DerivePortfolioMarginAccount Book(double[] amounts, bool hasSkew = false)
    {
        using var document = JsonDocument.Parse(File.ReadLines(Vectors).ElementAt(1));
        var like = Account(document.RootElement);
        MarginExpiry Expiry(double years, int from) => new()
        {
            Years = years,
            Forward = 2_250,
            Rate = 0.05,
            Options = [.. Enumerable.Range(0, 4).Select(i => new MarginOption { Side = i % 2 == 0 ? OptionSide.Call : OptionSide.Put, Strike = 2_000 + 400 * (i / 2), Amount = amounts[from + i], Volatility = 0.6 })],
        };
        var parameters = like.Parameters! with { Scenarios = [.. like.Parameters!.Scenarios.Where(scenario => hasSkew || scenario.Volatility is not (VolatilityShock.Linear or VolatilityShock.Absolute))] };
        return new() { Name = "book", Asset = "ETH", Spot = 2_222, Parameters = parameters, Expiries = [Expiry(0.05, 0), Expiry(0.3, 4)] };
    }

    private static DerivePortfolioMarginAccount Account(JsonElement vector)
    {
        var (scenario, given) = (vector.GetProperty("scenario"), vector.GetProperty("parameters"));
        double At(string name) => scenario.GetProperty(name).GetDouble();
        double Of(string group, string name) => given.GetProperty(group).GetProperty(name).GetDouble();
        return new()
        {
            Name = vector.GetProperty("id").GetString()!,
            Asset = "ETH",
            Spot = At("SpotPrice"),
            SpotConfidence = At("SpotConfidence"),
            StablePrice = At("StablePrice"),
            Cash = At("Cash"),
            Perpetual = At("NumPerps") == 0 && At("UnrealisedPerpPNL") + At("UnrealisedFunding") == 0 ? null
                : new() { Amount = At("NumPerps"), Price = At("PerpPrice"), Confidence = At("PerpConfidence"), UnrealisedUsd = At("UnrealisedPerpPNL") + At("UnrealisedFunding") },
            Collateral = [.. scenario.GetProperty("Collaterals").EnumerateArray().Select(token => new MarginCollateral
            {
                Token = token.GetProperty("Name").GetString()!,
                Amount = token.GetProperty("Amount").GetDouble(),
                Price = token.GetProperty("Price").GetDouble(),
                Confidence = token.GetProperty("Confidence").GetDouble(),
                OffsetsRisk = token.GetProperty("IsRiskCancelling").GetBoolean(),
                InitialHaircut = token.GetProperty("IMHaircut").GetDouble(),
                MaintenanceHaircut = token.GetProperty("MMHaircut").GetDouble(),
            })],
            Expiries = [.. scenario.GetProperty("OptionFeeds").EnumerateArray().Select(feed => new MarginExpiry
            {
                Years = feed.GetProperty("FeedExpiry").GetDouble() / SecondsPerYear,
                Forward = feed.GetProperty("Forward").GetDouble(),
                Rate = feed.GetProperty("Rate").GetDouble(),
                Confidence = new[] { "ForwardConfidence", "RateConfidence", "OptionVolConfidences" }.Min(name => feed.GetProperty(name).GetDouble()),
                Options = [.. scenario.GetProperty("Options").EnumerateArray().Where(option => option.GetProperty("Expiry").GetInt64() == feed.GetProperty("FeedExpiry").GetInt64()).Select(option => new MarginOption
                {
                    Side = option.GetProperty("IsCall").GetInt32() == 1 ? OptionSide.Call : OptionSide.Put,
                    Strike = option.GetProperty("Strike").GetDouble(),
                    Amount = option.GetProperty("Amount").GetDouble(),
                    Volatility = option.GetProperty("MarkVol").GetDouble(),
                })],
            })],
            Parameters = new()
            {
                Scenarios = [.. given.GetProperty("Scenarios").EnumerateArray().Select(one => new MarginScenario
                {
                    PriceFactor = one.GetProperty("SpotShock").GetDouble(),
                    Volatility = one.GetProperty("VolShockDirection").GetString() switch
                    {
                        "Up" => VolatilityShock.Up,
                        "Down" => VolatilityShock.Down,
                        "None" => VolatilityShock.None,
                        "LINEAR" => VolatilityShock.Linear,
                        _ => VolatilityShock.Absolute,
                    },
                    Damping = one.GetProperty("DampeningFactor").GetDouble(),
                })],
                InitialFactor = Of("Margin", "IM_LOSS_FACTOR"),
                MaintenanceFactor = Of("Margin", "MM_LOSS_FACTOR"),
                LongDiscount = Of("Margin", "BASE_STATIC_DISCOUNT"),
                ShortDiscount = Of("Margin", "BASE_STATIC_DISCOUNT_NEG"),
                LongRateFactor = Of("Margin", "LONG_RATE_MULTSCALE"),
                LongRateAdded = Of("Margin", "LONG_RATE_ADDSCALE"),
                ShortRateFactor = Of("Margin", "SHORT_RATE_MULTSCALE"),
                ShortRateAdded = Of("Margin", "SHORT_RATE_ADDSCALE"),
                VolatilityUp = Of("VolShock", "VOLRANGEUP"),
                VolatilityDown = Of("VolShock", "VOLRANGEDOWN"),
                NearPower = Of("VolShock", "SHORTTERMPOWER"),
                FarPower = Of("VolShock", "LONGTERMPOWER"),
                LeastDays = Of("VolShock", "DTE_FLOOR"),
                LeastVolatilityUp = Of("VolShock", "MIN_VOL_EVAL_SHOCKED"),
                ForwardUp = Of("BasisContingency", "SCENARIO_SPOT_UP"),
                ForwardDown = Of("BasisContingency", "SCENARIO_SPOT_DOWN"),
                ForwardFactor = Of("BasisContingency", "BASIS_CONT_ADD_FACTOR"),
                ForwardFactorPerYear = Of("BasisContingency", "BASIS_CONT_MULT_FACTOR"),
                PegThreshold = Of("OtherContingency", "PEG_LOSS_THRESHOLD"),
                PegFactor = Of("OtherContingency", "PEG_LOSS_FACTOR"),
                ConfidenceThreshold = Of("OtherContingency", "CONF_THRESHOLD"),
                ConfidenceFactor = Of("OtherContingency", "CONF_MARGIN"),
                MaintenancePerpetualRate = Of("OtherContingency", "MM_PERP_PERCENT"),
                InitialPerpetualRate = Of("OtherContingency", "IM_PERP_PERCENT"),
                MaintenanceOptionRate = Of("OtherContingency", "MM_OPTION_PERCENT"),
                InitialOptionRate = Of("OtherContingency", "IM_OPTION_PERCENT"),
                LinearCap = Of("SkewShock", "LINEAR_SCALE_CAP"),
                LinearCapPerRootYear = Of("SkewShock", "LINEAR_CBASE"),
                AbsoluteCap = Of("SkewShock", "ABS_SCALE_CAP"),
                AbsoluteCapPerRootYear = Of("SkewShock", "ABS_CBASE"),
                LeastWidth = Of("SkewShock", "MIN_K_STAR"),
                WidthFactor = Of("SkewShock", "MIN_WIDTH_SCALE"),
                WidthVolatility = Of("SkewShock", "VOL_PARAM_STATIC"),
                WidthVolatilityPerRootYear = Of("SkewShock", "VOL_PARAM_SCALE"),
            },
        };
    }
}

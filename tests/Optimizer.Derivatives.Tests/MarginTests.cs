using Optimizer.Model;

namespace Optimizer.Derivatives.Tests;

/// <summary>Margin accounts other than portfolio margin.</summary>
public sealed class MarginTests
{
    /// <summary>Deribit, Options margin: rows at the money, in the money and deep in the money.</summary>
    [Theory]
    [InlineData(OptionSide.Call, 60_000, 0.05, 0.2, 0.125)]
    [InlineData(OptionSide.Call, 50_000, 0.19, 0.34, 0.265)]
    [InlineData(OptionSide.Put, 90_000, 0.52, 0.67, 0.595)]
    public void Short_options_at_Deribit(OptionSide side, double strike, double mark, double initial, double maintenance)
    {
        var found = DeribitStandardMargin.OfShort(side, strike, 60_000, mark);
        Assert.Equal((initial, maintenance), (found.Initial, found.Maintenance), Near);
    }

    [Fact]
    public void Long_options_need_no_margin_and_secure_none()
    {
        var account = new DeribitStandardMarginAccount { Name = "a", Asset = "BTC", Index = 60_000, Coins = 1, Options = [new() { Side = OptionSide.Call, Strike = 60_000, Amount = 2, Underlying = 60_000, Mark = 0.05 }] };
        var report = DeribitStandardMargin.Report(account);
        Assert.Equal((66_000, 0, 60_000), (report.EquityUsd, report.InitialUsd, report.InitialExcessUsd));
    }

    /// <summary>aave-v3-origin, GenericLogic.sol.</summary>
    [Theory]
    [InlineData(new[] { 10.0 }, new[] { 2_000.0 }, new[] { 0.83 }, 12_000, 1, 1.3833333333333333)]
    [InlineData(new[] { 1.0, 5 }, new[] { 60_000.0, 3_000 }, new[] { 0.78, 0.83 }, 40_000, 1, 1.48125)]
    [InlineData(new[] { 10.0 }, new[] { 3_000.0 }, new[] { 0.83 }, 8, 3_000, 1.0375)]
    public void Health_factors_are_those_of_Aave(double[] amounts, double[] prices, double[] thresholds, double debt, double debtPrice, double expected) =>
        Assert.Equal(expected, HealthFactor.Report(Lending([.. amounts.Select((amount, i) => Collateral(amount, prices[i], thresholds[i]))], debt, debtPrice)).HealthFactor!.Value, 1e-12);

    [Fact]
    public void A_lending_account_is_liquidated_where_its_health_factor_is_one()
    {
        var report = HealthFactor.Report(Lending([Collateral(10, 2_000, 0.83)], 12_000, 1) with { Within = new(30), Volatilities = new Dictionary<string, double> { ["ETH"] = 0.6 } });
        var price = Assert.Single(report.Liquidations);
        Assert.Equal(2_000 * (1 - 0.27710843373493976), price.Below!.Value, 1e-6);
        Assert.Null(price.Above);
        Assert.Equal(FirstPassage.Probability(12 / 16.6, 0.6, 30.0 / 365), price.ProbabilityBelow!.Value, 1e-9);
    }

    /// <summary>aave-v3-origin, LiquidationLogic.sol: half, all below 0.95, half of all, and more debt than collateral.</summary>
    [Theory]
    [InlineData(10, 2_000, 17_000, 0.83, 0.05, 8_500, 8_500, 4.44125, 0.02125, 0)]
    [InlineData(10, 2_000, 19_500, 0.83, 0.05, 19_500, 19047.619047619046, 9.952380952380953, 0.04761904761904763, 452.3809523809541)]
    [InlineData(5, 60_000, 240_000, 0.78, 0.065, 120_000, 120_000, 2.117, 0.013, 0)]
    [InlineData(1.05, 2_000, 2_500, 0.83, 0.05, 2_500, 2_000, 1.045, 0.005, 500)]
    public void Liquidations_are_those_of_Aave(double amount, double price, double debt, double threshold, double bonus, double most, double repaid, double seized, double fee, double bad)
    {
        var found = HealthFactor.Liquidate(Collateral(amount, price, threshold) with { LiquidationBonus = bonus }, new() { Token = "USDC", Amount = debt, Price = 1 });
        Assert.Equal((most, repaid, seized), (found.MostDebt, found.DebtRepaid, found.CollateralToLiquidator), Near3);
        Assert.Equal((fee, bad), (found.ProtocolFee, found.BadDebtUsd), Near);
        Assert.False(found.LeavesDust);
    }

    /// <summary>The price is that of the asset, whatever the tokens that follow it cost.</summary>
    [Fact]
    public void Liquidation_prices_are_those_of_the_asset()
    {
        var account = Lending([Collateral(300, 2_560, 0.81) with { Token = "wstETH" }], 400_000, 1) with { Prices = new Dictionary<string, double> { ["ETH"] = 2_222.19 } };
        var report = HealthFactor.Report(account);
        Assert.Equal(2_222.19 / report.HealthFactor!.Value, Assert.Single(report.Liquidations).Below!.Value, 1e-6);
    }

    [Fact]
    public void An_account_without_margin_says_so()
    {
        var report = HealthFactor.Report(Lending([Collateral(10, 2_000, 0.83)], 17_000, 1));
        Assert.Equal((2_000, 2_000), Assert.Single(report.Liquidations) is var price ? (price.Below, price.Above) : default);
        Assert.Equal(8_500, report.Parts["a liquidation repays"], 1e-9);
    }

    [Fact]
    public void Margins_that_are_no_number_are_refused() => Assert.Throws<PricingException>(() => MarginEngine.Report(new MaintenanceMarginAccount
    {
        Name = "a",
        CollateralUsd = 1e300,
        Positions = [new() { Asset = "ETH", Amount = 1e300, Entry = 1, Mark = 1e10, Tiers = [new() { InitialRate = 0.1, MaintenanceRate = 0.1 }] }],
    }));

    [Fact]
    public void Healthy_accounts_are_not_liquidated_and_dust_is_refused()
    {
        Assert.Equal(default, HealthFactor.Liquidate(Collateral(10, 2_000, 0.83), new() { Token = "USDC", Amount = 12_000, Price = 1 }));
        Assert.True(HealthFactor.Liquidate(Collateral(2, 1_200, 0.83), new() { Token = "USDC", Amount = 2_250, Price = 1 }, wanted: 1_900).LeavesDust);
    }

    [Fact]
    public void Tiers_have_no_jumps_and_rise() => Gen.Select(Gen.Double[0, 5e6], Gen.Double[0, 5e6]).Sample((one, other) =>
    {
        MarginTier[] tiers = [new() { InitialRate = 0.04, MaintenanceRate = 0.02 }, new() { FromUsd = 1e6, InitialRate = 0.1, MaintenanceRate = 0.05 }, new() { FromUsd = 3e6, InitialRate = 0.2, MaintenanceRate = 0.1 }];
        double At(double notional) => MaintenanceMargin.Of(tiers, notional, tier => tier.MaintenanceRate);
        Assert.True(Math.Abs(At(one) - At(other)) <= 0.1 * Math.Abs(one - other) + 1e-6);
        // Convex: rates only rise.
        Assert.True(At(0.5 * (one + other)) <= 0.5 * (At(one) + At(other)) + 1e-6);
        // Rate times notional less a deduction, as Hyperliquid writes it.
        if (one > 3e6)
            Assert.Equal(0.1 * one - (0.05 * 1e6 - 0.02 * 1e6 + (0.1 - 0.05) * 3e6), At(one), 1e-6);
    });

    [Fact]
    public void A_short_perpetual_is_liquidated_above_as_by_hand()
    {
        var account = new MaintenanceMarginAccount
        {
            Name = "a",
            CollateralUsd = 300_000,
            Positions = [new() { Asset = "ETH", Amount = -500, Entry = 2_230, Mark = 2_200, Tiers = [new() { InitialRate = 0.04, MaintenanceRate = 0.02 }] }],
        };
        var report = MaintenanceMargin.Report(account);
        Assert.Equal((315_000, 44_000, 22_000), (report.EquityUsd, report.InitialUsd, report.MaintenanceUsd));
        // 300,000 − 500·(P − 2,230) = 0.02·500·P
        Assert.Equal((300_000 + 500 * 2_230) / (500 * 1.02), Assert.Single(report.Liquidations).Above!.Value, 1e-6);
    }

    /// <summary>Whatever the positions, the function of the positions is what the engine computes.</summary>
    [Fact]
    public void Rows_give_what_the_engines_give() => Gen.Select(Gen.Double[-500, 500], Gen.Double[-500, 500], Gen.Double[-1e5, 1e6]).Sample((one, other, cash) =>
    {
        MarginTier[] tiers = [new() { InitialRate = 0.04, MaintenanceRate = 0.02 }, new() { FromUsd = 2e5, InitialRate = 0.1, MaintenanceRate = 0.05 }, new() { FromUsd = 6e5, InitialRate = 0.2, MaintenanceRate = 0.1 }];
        MarginAccount[] accounts =
        [
            new MaintenanceMarginAccount { Name = "a", CollateralUsd = cash, Positions = [new() { Asset = "ETH", Amount = one, Entry = 2_200, Mark = 2_222, Tiers = tiers }, new() { Asset = "SOL", Amount = other, Entry = 100, Mark = 90, Tiers = tiers }] },
            new DeribitStandardMarginAccount { Name = "a", Asset = "ETH", Index = 2_222, Coins = cash / 1_000, Options = [new() { Side = OptionSide.Call, Strike = 2_500, Amount = one, Underlying = 2_240, Mark = 0.02 }, new() { Side = OptionSide.Put, Strike = 2_500, Amount = other, Underlying = 2_240, Mark = 0.13 }], Perpetual = new() { SizeUsd = cash / 10, Entry = 2_200, Mark = 2_223, InitialRate = 0.02, MaintenanceRate = 0.01, RatePerCoin = 5e-6 } },
            Lending([Collateral(Math.Abs(one), 2_000, 0.83)], Math.Abs(other) * 1_000, 1),
        ];
        foreach (var account in accounts)
        {
            var (report, rows) = (MarginEngine.Report(account), MarginEngine.Rows(account));
            Assert.Equal(report.InitialExcessUsd, rows.Initial.Value(rows.Amounts), 1e-9 * (1e6 + Math.Abs(report.EquityUsd)));
            // Ranges of no width are the values themselves.
            Assert.All(rows.Initial.Ranges(rows.Amounts, rows.Amounts), range => Assert.Equal(range.Low, range.High, 1e-9 * (1 + Math.Abs(range.High))));
            Assert.Equal(report.MaintenanceExcessUsd, rows.Maintenance.Value(rows.Amounts), 1e-9 * (1e6 + Math.Abs(report.EquityUsd)));
        }
    });

    private static HealthFactorMarginAccount Lending(IReadOnlyList<LendingCollateral> collateral, double debt, double price) =>
        new() { Name = "a", Prices = new Dictionary<string, double> { ["ETH"] = 2_000 }, Collateral = collateral, Debts = [new() { Token = "USDC", Amount = debt, Price = price }] };

    private static LendingCollateral Collateral(double amount, double price, double threshold) =>
        new() { Token = "WETH", Asset = "ETH", Amount = amount, Price = price, LoanToValue = threshold - 0.03, LiquidationThreshold = threshold };

    private static bool Near((double, double) x, (double, double) y) => Same(x.Item1, y.Item1) && Same(x.Item2, y.Item2);

    private static bool Near3((double, double, double) x, (double, double, double) y) => Same(x.Item1, y.Item1) && Same(x.Item2, y.Item2) && Same(x.Item3, y.Item3);

    private static bool Same(double x, double y) => Math.Abs(x - y) <= 1e-9 * Math.Max(1, Math.Abs(x));
}

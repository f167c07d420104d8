using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>Deribit's standard margin: each short option by itself, in coin.</summary>
/// <remarks>Source: Deribit, Options margin and Inverse perpetual margin pages. Long options need no margin and secure none.</remarks>
public static class DeribitStandardMargin
{
    private const double Full = 0.15;
    private const double Least = 0.1;
    private const double Maintenance = 0.075;

    /// <summary>Margin of a short option, in coins per contract.</summary>
    /// <param name="side">Call or put.</param>
    /// <param name="strike">The strike in USD.</param>
    /// <param name="underlying">The forward of the expiry in USD.</param>
    /// <param name="mark">The mark price in coin.</param>
    public static (double Initial, double Maintenance) OfShort(OptionSide side, double strike, double underlying, double mark)
    {
        var outOfTheMoney = Math.Max(side.Sign() * (strike - underlying), 0) / underlying;
        var initial = Math.Max(Full - outOfTheMoney, Least) + mark;
        if (side == OptionSide.Call)
            return (initial, Maintenance + mark);
        var maintenance = Math.Max(Maintenance, Maintenance * mark) + mark;
        return (Math.Max(initial, maintenance), maintenance);
    }

    /// <summary>The margin of an account.</summary>
    /// <remarks>Without the years of a short option, or a volatility of its mark, there is no liquidation price.</remarks>
    public static MarginReport Report(DeribitStandardMarginAccount account)
    {
        var now = In(account);
        IReadOnlyList<LiquidationPrice> liquidations = [];
        DeribitOption[] shorts = [.. account.Options.Where(option => option.Amount < 0)];
        if (shorts.All(option => option.Years is not null) && shorts.Select(VolatilityOf).ToArray() is var volatilities && volatilities.All(volatility => volatility is not null))
        {
            // Long options secure nothing.
            var bare = account with { Options = shorts };
            liquidations = [LiquidationPrices.Of(account, account.Asset, account.Index, factors => [.. factors.Select(factor => factor == 1 ? now : In(At(bare, volatilities, factor))).Select(then => then.Balance - then.Maintenance)], shorts.Select(option => option.Strike / option.Underlying))];
        }

        double Usd(double coins) => coins * account.Index;
        return new(account.Name, Usd(now.Equity), Usd(now.Initial), Usd(now.Maintenance), Usd(now.Balance - now.Initial), Usd(now.Balance - now.Maintenance), now.Binding, null,
            new Dictionary<string, double> { ["options"] = Usd(now.Options), ["perpetual"] = Usd(now.Perpetual), ["margin balance"] = Usd(now.Balance) }, liquidations);
    }

    /// <summary>The margin in the options and the coins; the perpetual stays as it is.</summary>
    internal static MarginRows Rows(DeribitStandardMarginAccount account)
    {
        var count = account.Options.Count;
        var perpetual = In(account with { Options = [] });
        ConcaveExcess Excess(bool isInitial)
        {
            var builder = new ConcaveBuilder(count + 1);
            ConcaveExcess.Term[] shorts = [.. account.Options.Select((option, i) =>
            {
                var (starting, keeping) = OfShort(option.Side, option.Strike, option.Underlying, option.Mark);
                return new ConcaveExcess.Term(builder.Least(ConcaveBuilder.Sum(0, []), ConcaveBuilder.Sum(0, [new(i, 1)])), account.Index * (isInitial ? starting : keeping));
            })];
            return builder.Total(ConcaveBuilder.Sum(account.Index * (perpetual.Perpetual - (isInitial ? perpetual.Initial : perpetual.Maintenance)), [new(count, account.Index)], shorts));
        }

        return new([.. account.Options.Select(option => option.Side.Name(option.Strike)), account.Asset], [.. account.Options.Select(option => option.Amount), account.Coins], Excess(isInitial: true), Excess(isInitial: false));
    }

    /// <summary>Everything in coins. The margin of short options includes their mark, so that the margin balance leaves options out.</summary>
    private static (double Equity, double Balance, double Options, double Perpetual, double Initial, double Maintenance, string Binding) In(DeribitStandardMarginAccount account)
    {
        var (initial, maintenance, most, binding) = (0.0, 0.0, 0.0, "nothing");
        void Add(double starting, double keeping, string what)
        {
            (initial, maintenance) = (initial + starting, maintenance + keeping);
            if (starting > most)
                (most, binding) = (starting, what);
        }

        foreach (var option in account.Options.Where(option => option.Amount < 0))
        {
            var (starting, keeping) = OfShort(option.Side, option.Strike, option.Underlying, option.Mark);
            Add(-option.Amount * starting, -option.Amount * keeping, $"short {option.Side.Name(option.Strike)}");
        }

        var gain = 0.0;
        if (account.Perpetual is { } perpetual)
        {
            gain = perpetual.SizeUsd * (1 / perpetual.Entry - 1 / perpetual.Mark);
            var size = Math.Abs(perpetual.SizeUsd) / perpetual.Mark;
            Add(size * (perpetual.InitialRate + perpetual.RatePerCoin * size), size * (perpetual.MaintenanceRate + perpetual.RatePerCoin * size), "perpetual");
        }

        var options = account.Options.Sum(option => option.Amount * option.Mark);
        return (account.Coins + gain + options, account.Coins + gain, options, gain, initial, maintenance, binding);
    }

    /// <summary>The volatility of a mark; zero where it is worth its intrinsic value, null where no volatility gives it.</summary>
    private static double? VolatilityOf(DeribitOption option)
    {
        try
        {
            var price = option.Mark * option.Underlying;
            return option.Years > 0 && price > Black76.Intrinsic(option.Side, option.Underlying, option.Strike)
                ? ImpliedVolatility.Of(option.Side, price, option.Underlying, option.Strike, option.Years.Value) : 0;
        }
        catch (PricingException)
        {
            return null;
        }
    }

    private static DeribitStandardMarginAccount At(DeribitStandardMarginAccount account, double?[] volatilities, double factor) => account with
    {
        Index = account.Index * factor,
        Options = [.. account.Options.Select((option, i) => option with
        {
            Underlying = option.Underlying * factor,
            Mark = Black76.Value(option.Side, option.Underlying * factor, option.Strike, option.Years!.Value, volatilities[i]!.Value) / (option.Underlying * factor),
        })],
        Perpetual = account.Perpetual is { } perpetual ? perpetual with { Mark = perpetual.Mark * factor } : null,
    };
}

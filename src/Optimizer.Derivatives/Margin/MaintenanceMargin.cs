using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>Cross margin of perpetuals: collateral and gains against a rate on each notional that rises with its size.</summary>
public static class MaintenanceMargin
{
    /// <summary>Margin of a notional: each tier's rate on the part of the notional within it, so that it has no jumps.</summary>
    /// <param name="tiers">The tiers, from the smallest notional up.</param>
    /// <param name="notionalUsd">The notional in USD; ≥ 0.</param>
    /// <param name="rate">Which rate.</param>
    public static double Of(IReadOnlyList<MarginTier> tiers, double notionalUsd, Func<MarginTier, double> rate) => tiers.Select((tier, i) =>
        rate(tier) * Math.Max(Math.Min(notionalUsd, i + 1 < tiers.Count ? tiers[i + 1].FromUsd : double.PositiveInfinity) - tier.FromUsd, 0)).Sum();

    /// <summary>The margin of an account.</summary>
    public static MarginReport Report(MaintenanceMarginAccount account)
    {
        var gain = account.Positions.Sum(position => position.Amount * (position.Mark - position.Entry));
        var equity = account.CollateralUsd + gain;
        var initials = account.Positions.Select(position => Of(position.Tiers, Math.Abs(position.Amount) * position.Mark, tier => tier.InitialRate)).ToArray();
        var (initial, maintenance) = (initials.Sum(), account.Positions.Sum(Maintenance));
        var binding = initials.Length == 0 ? "nothing" : $"{account.Positions[initials.Index().MaxBy(pair => pair.Item).Index].Asset} perpetual";
        return new(account.Name, equity, initial, maintenance, equity - initial, equity - maintenance, binding, null,
            new Dictionary<string, double> { ["collateral"] = account.CollateralUsd, ["unrealised"] = gain },
            [.. account.Positions.Where(position => position.Amount != 0).Select(moving => LiquidationPrices.Of(account, moving.Asset, moving.Mark, factors => [.. factors.Select(factor =>
            {
                var then = moving with { Mark = moving.Mark * factor };
                return equity - maintenance + moving.Amount * (then.Mark - moving.Mark) + Maintenance(moving) - Maintenance(then);
            })]))]);
    }

    /// <summary>The margin in the positions and the collateral: each tier is a straight line, and a convex margin the highest of them.</summary>
    internal static MarginRows Rows(MaintenanceMarginAccount account)
    {
        var count = account.Positions.Count;
        ConcaveExcess Excess(Func<MarginTier, double> rate)
        {
            var builder = new ConcaveBuilder(count + 1);
            ConcaveExcess.Term[] margins = [.. account.Positions.Select((position, i) => new ConcaveExcess.Term(builder.Least([.. position.Tiers.SelectMany(tier =>
            {
                // The margin where the tier starts, and its rate from there.
                var start = Of(position.Tiers, tier.FromUsd, rate) - rate(tier) * tier.FromUsd;
                return new[] { -1, 1 }.Select(sign => ConcaveBuilder.Sum(-start, [new(i, sign * rate(tier) * position.Mark)]));
            })]), 1))];
            return builder.Total(ConcaveBuilder.Sum(account.Positions.Sum(position => position.Amount * (position.Mark - position.Entry)), [new(count, 1)], margins));
        }

        return new([.. account.Positions.Select(position => $"{position.Asset} perpetual"), "collateral, USD"], [.. account.Positions.Select(position => position.Amount), account.CollateralUsd], Excess(tier => tier.InitialRate), Excess(tier => tier.MaintenanceRate));
    }

    private static double Maintenance(MaintenancePosition position) => Of(position.Tiers, Math.Abs(position.Amount) * position.Mark, tier => tier.MaintenanceRate);
}

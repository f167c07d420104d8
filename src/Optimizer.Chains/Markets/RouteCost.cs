namespace Optimizer.Chains.Markets;

/// <summary>What a route costs, in the terms of the model, as quotes at several sizes show it.</summary>
/// <param name="FixedUsd">Fixed part in USD; ≥ 0.</param>
/// <param name="Share">Proportional part, a fraction.</param>
/// <param name="ImpactPerUsd">Share lost per USD moved; ≥ 0.</param>
/// <param name="MaximumUsd">The largest size that was quoted at a bearable price.</param>
public sealed record RouteCost(double FixedUsd, double Share, double ImpactPerUsd, double MaximumUsd)
{
    /// <summary>What a move loses, in USD.</summary>
    public double LossUsd(double usd) => FixedUsd + usd * (Share + usd * ImpactPerUsd);

    /// <summary>The least cost of its form that states no size cheaper than its quote: the two smallest sizes tell the fixed from
    /// the proportional part, the others what is lost on top.</summary>
    /// <param name="quotes">Sizes in USD, rising, and the share of the value that each loses; at least one.</param>
    /// <param name="hasFixedPart">Whether there can be one: a pool has none.</param>
    /// <param name="leastShare">The proportional part is known to be no less.</param>
    /// <param name="mostImpact">Sizes that lose more than this beyond the proportional part are too large.</param>
    public static RouteCost Of(IReadOnlyList<(double Usd, double Loss)> quotes, bool hasFixedPart, double leastShare = 0, double mostImpact = 0.02)
    {
        var (first, share, fixedUsd) = (quotes[0], quotes[0].Loss, 0.0);
        if (hasFixedPart && quotes.Count > 1)
        {
            var second = quotes[1];
            share = Math.Max(0, (second.Usd * second.Loss - first.Usd * first.Loss) / (second.Usd - first.Usd));
            fixedUsd = Math.Max(0, first.Usd * (first.Loss - share));
        }

        share = Math.Max(share, leastShare);
        var cost = new RouteCost(fixedUsd, share, 0, first.Usd);
        foreach (var (usd, loss) in quotes.Skip(1))
        {
            var beyond = loss - cost.FixedUsd / usd - cost.Share;
            if (beyond > mostImpact)
                break;
            cost = cost with { ImpactPerUsd = Math.Max(cost.ImpactPerUsd, beyond / usd), MaximumUsd = usd };
        }

        return cost;
    }
}

using Optimizer.Model;

namespace Optimizer.Chains.Markets;

/// <summary>What a route costs, in the terms of the model, as quotes at several sizes show it.</summary>
/// <param name="Fixed">Fixed part, in the unit of the sizes; ≥ 0.</param>
/// <param name="Share">Proportional part, a fraction.</param>
/// <param name="ImpactPerUnit">Share lost per unit moved; ≥ 0.</param>
/// <param name="Maximum">The largest size that was quoted at a bearable price.</param>
public sealed record RouteCost(double Fixed, double Share, double ImpactPerUnit, double Maximum)
{
    /// <summary>What a move of some size loses.</summary>
    public double Loss(double size) => Fixed + size * (Share + size * ImpactPerUnit);

    /// <summary>The same cost in whole tokens, where sizes are in USD.</summary>
    public RouteCost InTokens(double priceUsd) => new(Fixed / priceUsd, Share, ImpactPerUnit * priceUsd, Maximum / priceUsd);

    /// <summary>A route at this cost, which is in whole tokens.</summary>
    public Route Over(Route route, string from, bool hasFixedPart) => route with
    {
        Fees = [new() { Bps = new(Share * 1e4, from) }],
        FixedFee = hasFixedPart ? new Figure(Fixed, from) : null,
        ImpactBpsPerMillion = new(ImpactPerUnit * 1e10, from),
        Maximum = new(Maximum, from),
    };

    /// <summary>The least cost of its form that states no size cheaper than its quote: the two smallest sizes tell the fixed from
    /// the proportional part, the others what is lost on top.</summary>
    /// <param name="quotes">Sizes, rising, and the share of the value that each loses; at least one.</param>
    /// <param name="hasFixedPart">Whether there can be one: a pool has none.</param>
    /// <param name="leastShare">The proportional part is known to be no less.</param>
    /// <param name="mostImpact">Sizes that lose more than this beyond the proportional part are too large.</param>
    public static RouteCost Of(IReadOnlyList<(double Size, double Loss)> quotes, bool hasFixedPart, double leastShare = 0, double mostImpact = 0.02)
    {
        var (first, share, fixedPart) = (quotes[0], quotes[0].Loss, 0.0);
        if (hasFixedPart && quotes.Count > 1)
        {
            var second = quotes[1];
            share = Math.Max(0, (second.Size * second.Loss - first.Size * first.Loss) / (second.Size - first.Size));
            fixedPart = Math.Max(0, first.Size * (first.Loss - share));
        }

        share = Math.Max(share, leastShare);
        var cost = new RouteCost(fixedPart, share, 0, first.Size);
        foreach (var (size, loss) in quotes.Skip(1))
        {
            var beyond = loss - cost.Fixed / size - cost.Share;
            if (beyond > mostImpact)
                break;
            cost = cost with { ImpactPerUnit = Math.Max(cost.ImpactPerUnit, beyond / size), Maximum = size };
        }

        return cost;
    }
}

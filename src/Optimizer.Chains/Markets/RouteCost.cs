using Optimizer.Model;

namespace Optimizer.Chains.Markets;

/// <summary>Cost of a route in the model's terms, fitted to quotes at several sizes.</summary>
/// <param name="Fixed">Fixed part, in the unit of the sizes; ≥ 0.</param>
/// <param name="Share">Proportional part, a fraction.</param>
/// <param name="ImpactPerUnit">Price impact: fraction lost per unit moved; ≥ 0.</param>
/// <param name="Maximum">The largest quoted size with an acceptable price impact.</param>
public sealed record RouteCost(double Fixed, double Share, double ImpactPerUnit, double Maximum)
{
    /// <summary>Loss of a move of a given size.</summary>
    public double Loss(double size) => Fixed + size * (Share + size * ImpactPerUnit);

    /// <summary>Converts a cost for sizes in USD to whole tokens.</summary>
    public RouteCost InTokens(double priceUsd) => new(Fixed / priceUsd, Share, ImpactPerUnit * priceUsd, Maximum / priceUsd);

    /// <summary>A route with this cost, which is in whole tokens.</summary>
    public Route Over(Route route, string from, bool hasFixedPart) => route with
    {
        Fees = [new() { Bps = new(Share * 1e4, from) }],
        FixedFee = hasFixedPart ? new Figure(Fixed, from) : null,
        ImpactBpsPerMillion = new(ImpactPerUnit * 1e10, from),
        Maximum = new(Maximum, from),
    };

    /// <summary>The lowest cost function that is at least as expensive as every quote. The two smallest sizes give the fixed and the
    /// proportional part; the other sizes give the price impact.</summary>
    /// <param name="quotes">Ascending sizes, and the fraction of value lost at each; at least one.</param>
    /// <param name="hasFixedPart">Whether the cost can have a fixed part; pools have none.</param>
    /// <param name="leastShare">Known lower bound of the proportional part.</param>
    /// <param name="mostImpact">Largest accepted loss beyond the proportional part; larger sizes are dropped.</param>
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

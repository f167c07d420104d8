using Optimizer.Model;
using Term = Optimizer.Model.ConcaveExcess.Term;

namespace Optimizer.Derivatives;

/// <summary>Derive's portfolio margin as a concave function of the positions.</summary>
/// <remarks>Every part of it is the least of linear functions, but for the skew scenarios −|D(V) − M|: there min(D(V) − M, M − d⁺V, M − d⁻V) stands,
/// which is at most that, by at most (d⁻ − d⁺)·|V|. Concave as long as d⁺ ≤ d⁻.</remarks>
internal static class PortfolioMarginRows
{
    /// <summary>The margin in options, the perpetual, collateral and cash, in this order.</summary>
    /// <exception cref="PricingException">The account has no parameters, or its parameters make the margin other than concave.</exception>
    public static MarginRows Of(DerivePortfolioMarginAccount account)
    {
        var p = account.Parameters ?? throw new PricingException($"the account {account.Name} has no parameters");
        var (names, amounts) = (new List<string>(), new List<double>());
        foreach (var expiry in account.Expiries)
        {
            foreach (var option in expiry.Options)
            {
                names.Add($"{option.Side.Name(option.Strike)}, {expiry.Years:0.####} years");
                amounts.Add(option.Amount);
            }
        }

        if (account.Perpetual is { } perpetual)
        {
            names.Add("perpetual");
            amounts.Add(perpetual.Amount);
        }

        names.AddRange(account.Collateral.Select(token => token.Token).Append("cash"));
        amounts.AddRange(account.Collateral.Select(token => token.Amount).Append(account.Cash));
        return new(names, [.. amounts], Excess(account, p, amounts.Count, isInitial: true), Excess(account, p, amounts.Count, isInitial: false));
    }

    private static ConcaveExcess Excess(DerivePortfolioMarginAccount account, PortfolioMarginParameters p, int positions, bool isInitial)
    {
        var builder = new ConcaveBuilder(positions);
        var (equity, charges) = (new List<Term>(), new List<Term>());
        var scenarios = p.Scenarios.Select(_ => (Positions: new List<Term>(), Auxiliaries: new List<Term>())).ToArray();
        var confidence = PortfolioMargin.Confidence(account);
        double Doubt(double sure) => isInitial ? PortfolioMargin.Doubt(p, sure) : 0;
        var (at, forwards) = (0, new List<Term>());
        foreach (var expiry in account.Expiries)
        {
            var units = expiry.Options.Select(option => new PortfolioExpiry(expiry with { Options = [option with { Amount = 1 }] }, p, [1])).ToArray();
            var first = at;
            Term[] Terms(Func<PortfolioExpiry, double> value) => [.. units.Select((unit, j) => new Term(first + j, value(unit)))];
            if (units.Length > 0)
                AddExpiry(units[0], Terms);
            foreach (var same in expiry.Options.Index().GroupBy(option => option.Item.Strike))
                charges.Add(new(builder.Least(ConcaveBuilder.Sum(0, []), ConcaveBuilder.Sum(0, same.Select(option => new Term(first + option.Index, 1)))), account.Spot * (p.MaintenanceOptionRate + (isInitial ? p.InitialOptionRate : 0))));
            if (Doubt(Math.Min(confidence, expiry.Confidence)) is var doubt and > 0)
                charges.AddRange(units.Select((_, j) => new Term(builder.MinusSize(first + j), account.Spot * doubt)));
            at += units.Length;
        }

        if (account.Perpetual is { } perpetual)
        {
            for (var k = 0; k < scenarios.Length; k++)
                scenarios[k].Positions.Add(new(at, perpetual.Price * (p.Scenarios[k].PriceFactor - 1)));
            charges.Add(new(builder.MinusSize(at), account.Spot * (p.MaintenancePerpetualRate + (isInitial ? p.InitialPerpetualRate : 0) + Doubt(confidence))));
            at++;
        }

        foreach (var token in account.Collateral)
        {
            var usd = token.Price / account.StablePrice;
            equity.Add(new(at, usd * (1 - token.MaintenanceHaircut - (isInitial ? token.InitialHaircut + Doubt(Math.Min(token.Confidence, account.SpotConfidence)) : 0))));
            for (var k = 0; token.OffsetsRisk && k < scenarios.Length; k++)
                scenarios[k].Positions.Add(new(at, usd * (p.Scenarios[k].PriceFactor - 1)));
            at++;
        }

        equity.Add(new(at, 1));
        // Held at less than nothing: the forward contingency is among what the worst is taken of.
        var worst = builder.Least([.. scenarios.Select((scenario, k) => ConcaveBuilder.Sum(0, scenario.Positions.Select(term => Damped(term, k)), scenario.Auxiliaries.Select(term => Damped(term, k)))), ConcaveBuilder.Sum(0, [], forwards)]);
        var factor = isInitial ? PortfolioMargin.InitialFactor(account, p) : p.MaintenanceFactor;
        return builder.Total(ConcaveBuilder.Sum(account.Perpetual?.UnrealisedUsd ?? 0, equity, charges.Append(new(worst, factor))));

        Term Damped(Term term, int k) => term with { Factor = term.Factor * p.Scenarios[k].Damping };

        void AddExpiry(PortfolioExpiry like, Func<Func<PortfolioExpiry, double>, Term[]> terms)
        {
            if (like.LongDiscount > like.ShortDiscount)
                throw new PricingException($"the account {account.Name}: the discount of long options {like.LongDiscount:0.####} is above that of short ones {like.ShortDiscount:0.####}, so that the margin is not concave in the positions");
            var marks = terms(unit => unit.Marks[0]);
            var against = marks.Select(term => term with { Factor = -term.Factor }).ToArray();
            equity.AddRange(marks);
            for (var k = 0; k < scenarios.Length; k++)
            {
                var scenario = p.Scenarios[k];
                var values = terms(unit => unit.Values(scenario.PriceFactor, scenario.Volatility)[0]);
                Term[] Scaled(double by) => [.. values.Select(term => term with { Factor = term.Factor * by })];
                var counted = builder.Least(ConcaveBuilder.Sum(0, Scaled(like.LongDiscount)), ConcaveBuilder.Sum(0, Scaled(like.ShortDiscount)));
                if (scenario.Volatility is VolatilityShock.Linear or VolatilityShock.Absolute)
                {
                    scenarios[k].Auxiliaries.Add(new(builder.Least(
                        ConcaveBuilder.Sum(0, against, [new(counted, 1)]),
                        ConcaveBuilder.Sum(0, [.. marks, .. Scaled(-like.LongDiscount)]),
                        ConcaveBuilder.Sum(0, [.. marks, .. Scaled(-like.ShortDiscount)])), 1));
                }
                else
                {
                    scenarios[k].Auxiliaries.Add(new(counted, 1));
                    scenarios[k].Positions.AddRange(against);
                }
            }

            forwards.Add(new(builder.Least(
                ConcaveBuilder.Sum(0, []),
                ConcaveBuilder.Sum(0, [.. terms(unit => unit.Values(p.ForwardUp, VolatilityShock.None)[0]), .. against]),
                ConcaveBuilder.Sum(0, [.. terms(unit => unit.Values(p.ForwardDown, VolatilityShock.None)[0]), .. against])), like.ForwardWeight));
        }
    }
}

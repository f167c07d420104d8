using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>The margin of any account.</summary>
public static class MarginEngine
{
    /// <summary>The margin, what binds it, and liquidation prices.</summary>
    /// <exception cref="PricingException">A figure of the account has no answer; the message says which.</exception>
    public static MarginReport Report(MarginAccount account)
    {
        var report = Of(account);
        return double.IsFinite(report.InitialExcessUsd) && double.IsFinite(report.MaintenanceExcessUsd) && double.IsFinite(report.EquityUsd) ? report
            : throw new PricingException("the margin is not a finite number; look for figures that are too large or zero");
    }

    /// <summary>The margin as a function of the positions.</summary>
    /// <exception cref="PricingException">The margin is not concave in the positions; the message says why.</exception>
    public static MarginRows Rows(MarginAccount account) => account switch
    {
        DerivePortfolioMarginAccount portfolio => PortfolioMarginRows.Of(portfolio),
        DeribitStandardMarginAccount standard => DeribitStandardMargin.Rows(standard),
        MaintenanceMarginAccount maintenance => MaintenanceMargin.Rows(maintenance),
        HealthFactorMarginAccount lending => HealthFactor.Rows(lending),
        _ => throw new NotSupportedException(account.GetType().Name),
    };

    /// <summary>What one more unit of each position does to the margin.</summary>
    /// <exception cref="PricingException">The margin is not concave in the positions.</exception>
    public static IReadOnlyList<MarginalMargin> Marginal(MarginAccount account)
    {
        var rows = Rows(account);
        var (initial, maintenance) = (rows.Initial.Slopes(rows.Amounts), rows.Maintenance.Slopes(rows.Amounts));
        return [.. rows.Names.Select((name, i) => new MarginalMargin(name, rows.Amounts[i], initial[i], maintenance[i]))];
    }

    private static MarginReport Of(MarginAccount account) => account switch
    {
        DerivePortfolioMarginAccount portfolio => PortfolioMargin.Report(portfolio),
        DeribitStandardMarginAccount standard => DeribitStandardMargin.Report(standard),
        MaintenanceMarginAccount maintenance => MaintenanceMargin.Report(maintenance),
        HealthFactorMarginAccount lending => HealthFactor.Report(lending),
        _ => throw new NotSupportedException(account.GetType().Name),
    };
}

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

    private static MarginReport Of(MarginAccount account) => account switch
    {
        DerivePortfolioMarginAccount portfolio => PortfolioMargin.Report(portfolio),
        DeribitStandardMarginAccount standard => DeribitStandardMargin.Report(standard),
        MaintenanceMarginAccount maintenance => MaintenanceMargin.Report(maintenance),
        HealthFactorMarginAccount lending => HealthFactor.Report(lending),
        _ => throw new NotSupportedException(account.GetType().Name),
    };
}

using Optimizer.Model;

namespace Optimizer.Derivatives;

/// <summary>What one liquidation of a lending account does.</summary>
/// <param name="MostDebt">Debt tokens that a liquidator may repay.</param>
/// <param name="DebtRepaid">Debt tokens repaid.</param>
/// <param name="CollateralToLiquidator">Collateral tokens that the liquidator gets.</param>
/// <param name="ProtocolFee">Collateral tokens that the protocol keeps.</param>
/// <param name="BadDebtUsd">Debt in USD that no collateral is left for.</param>
/// <param name="LeavesDust">Whether the contract refuses, because both legs would stay and one would be below 1,000 USD.</param>
public readonly record struct Liquidation(double MostDebt, double DebtRepaid, double CollateralToLiquidator, double ProtocolFee, double BadDebtUsd, bool LeavesDust);

/// <summary>Lending accounts: collateral times its threshold against debt.</summary>
/// <remarks>Source: GenericLogic.sol and LiquidationLogic.sol of aave-dao/aave-v3-origin (v3.3 and later). The contract works in integers, this in
/// doubles.</remarks>
public static class HealthFactor
{
    private const double CloseAllBelow = 0.95;
    private const double CloseAllLegUsd = 2_000;
    private const double LeastLegUsd = 1_000;
    private const double CloseShare = 0.5;

    /// <summary>The margin of an account.</summary>
    public static MarginReport Report(HealthFactorMarginAccount account)
    {
        var debt = account.Debts.Sum(owed => owed.Amount * owed.Price);
        var collateral = account.Collateral.Sum(token => token.Amount * token.Price);
        var (borrowable, counted) = (account.Collateral.Sum(token => token.Amount * token.Price * token.LoanToValue), account.Collateral.Sum(token => token.Amount * token.Price * token.LiquidationThreshold));
        double Excess(string asset, double factor) =>
            account.Collateral.Sum(token => token.Amount * token.Price * token.LiquidationThreshold * (token.Asset == asset ? factor : 1)) - account.Debts.Sum(owed => owed.Amount * owed.Price * (owed.Asset == asset ? factor : 1));
        var parts = new Dictionary<string, double> { ["collateral"] = collateral, ["debt"] = -debt };
        if (counted < debt && account is { Collateral: [var only], Debts: [var owing] } && Liquidate(only, owing) is var taken)
        {
            parts["a liquidation repays"] = taken.DebtRepaid * owing.Price;
            parts["a liquidation takes"] = (taken.CollateralToLiquidator + taken.ProtocolFee) * only.Price;
            parts["bad debt"] = taken.BadDebtUsd;
        }

        return new(account.Name, collateral - debt, collateral - borrowable, collateral - counted, borrowable - debt, counted - debt,
            debt == 0 ? "nothing" : account.Debts.MaxBy(owed => owed.Amount * owed.Price)!.Token, debt == 0 ? double.PositiveInfinity : counted / debt,
            parts, [.. account.Prices.Select(asset => LiquidationPrices.Of(account, asset.Key, asset.Value, factors => [.. factors.Select(factor => Excess(asset.Key, factor))]))]);
    }

    /// <summary>The margin in collateral and debts: linear.</summary>
    internal static MarginRows Rows(HealthFactorMarginAccount account)
    {
        ConcaveExcess Excess(Func<LendingCollateral, double> share) => new(account.Collateral.Count + account.Debts.Count, [], ConcaveBuilder.Sum(0,
            [.. account.Collateral.Select((token, i) => new ConcaveExcess.Term(i, token.Price * share(token))), .. account.Debts.Select((owed, i) => new ConcaveExcess.Term(account.Collateral.Count + i, -owed.Price))]));
        return new([.. account.Collateral.Select(token => token.Token), .. account.Debts.Select(owed => $"debt {owed.Token}")], [.. account.Collateral.Select(token => token.Amount), .. account.Debts.Select(owed => owed.Amount)],
            Excess(token => token.LoanToValue), Excess(token => token.LiquidationThreshold));
    }

    /// <summary>A liquidation of an account with one collateral and one debt.</summary>
    /// <param name="collateral">The collateral.</param>
    /// <param name="debt">The debt.</param>
    /// <param name="wanted">Debt tokens that the liquidator offers to repay; infinite for as many as allowed.</param>
    /// <returns>Nothing where the health factor is at least one.</returns>
    public static Liquidation Liquidate(LendingCollateral collateral, LendingDebt debt, double wanted = double.PositiveInfinity)
    {
        var (collateralUsd, debtUsd) = (collateral.Amount * collateral.Price, debt.Amount * debt.Price);
        var health = collateralUsd * collateral.LiquidationThreshold / debtUsd;
        if (!(health < 1))
            return default;
        var most = health <= CloseAllBelow || collateralUsd < CloseAllLegUsd || debtUsd < CloseAllLegUsd ? debt.Amount : CloseShare * debt.Amount;
        var repaid = Math.Min(wanted, most);
        var bonus = 1 + collateral.LiquidationBonus;
        var seized = repaid * debt.Price / collateral.Price * bonus;
        if (seized > collateral.Amount)
            (seized, repaid) = (collateral.Amount, collateral.Amount * collateral.Price / debt.Price / bonus);
        var fee = collateral.ProtocolFee * (seized - seized / bonus);
        var (debtLeft, collateralLeft) = (debtUsd - repaid * debt.Price, collateralUsd - seized * collateral.Price);
        return new(most, repaid, seized - fee, fee, collateralLeft <= 0 ? debtLeft : 0,
            debtLeft > 0 && collateralLeft > 0 && (debtLeft < LeastLegUsd || collateralLeft < LeastLegUsd));
    }
}

using System.Globalization;
using System.Numerics;

namespace Optimizer.Model;

/// <summary>An exact amount of one token, in its base units.</summary>
/// <param name="BaseUnits">The integer amount: 1 USDC is 1,000,000.</param>
/// <param name="Decimals">How many decimal places one whole token has; 0 to 30.</param>
public readonly record struct TokenAmount(BigInteger BaseUnits, int Decimals)
{
    /// <summary>Reads a decimal number of whole tokens, exactly.</summary>
    /// <exception cref="FormatException">The text is not an <see cref="Amount"/>, or has more decimal places than the token.</exception>
    public static TokenAmount ParseWhole(string text, int decimals)
    {
        var number = Amount.Parse(text).Number();
        return number.Places > decimals
            ? throw new FormatException($"'{text}' has {number.Places} decimal places; the token has {decimals}")
            : new(number.InUnitsOf(decimals), decimals);
    }

    /// <summary>The largest amount that is worth at most <paramref name="usd"/>.</summary>
    /// <param name="usd">The value in USD; finite. Below zero gives zero.</param>
    /// <param name="priceUsd">The price of one whole token in USD; finite and &gt; 0.</param>
    /// <param name="decimals">The token's decimal places.</param>
    public static TokenAmount FromUsd(double usd, double priceUsd, int decimals) =>
        new(usd <= 0 ? BigInteger.Zero : new BigInteger(Math.Floor(usd / priceUsd * Math.Pow(10, decimals))), decimals);

    /// <summary>The value in USD at a price per whole token. Floating point: for reports and for the solver.</summary>
    public double ToUsd(double priceUsd) => (double)BaseUnits / Math.Pow(10, Decimals) * priceUsd;

    /// <summary>The amount in whole tokens, exactly: <c>1250000.5</c>.</summary>
    public override string ToString()
    {
        var digits = BigInteger.Abs(BaseUnits).ToString(CultureInfo.InvariantCulture).PadLeft(Decimals + 1, '0');
        var fraction = digits[^Decimals..].TrimEnd('0');
        var whole = digits[..^Decimals];
        return (BaseUnits.Sign < 0 ? "-" : "") + (fraction.Length == 0 ? whole : $"{whole}.{fraction}");
    }
}

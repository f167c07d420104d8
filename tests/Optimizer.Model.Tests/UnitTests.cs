using System.Numerics;

namespace Optimizer.Model.Tests;

/// <summary>Values with units: what they accept, what they refuse, how they are written.</summary>
public sealed class UnitTests
{
    [Theory]
    [InlineData("40 %", 0.4)]
    [InlineData("12.5%", 0.125)]
    [InlineData("25 bps", 0.0025)]
    public void Percentages(string text, double fraction) => Assert.Equal(fraction, Percentage.Parse(text).Fraction);

    [Theory]
    [InlineData("40")]
    [InlineData("40 percent")]
    [InlineData("%")]
    [InlineData("NaN %")]
    [InlineData("1e400 %")]
    public void Percentages_refused(string text) => Assert.ThrowsAny<Exception>(() => Percentage.Parse(text));

    [Theory]
    [InlineData("90 days", 90)]
    [InlineData("12 h", 0.5)]
    [InlineData("1 weeks", 7)]
    [InlineData("86400s", 1)]
    public void Durations(string text, double days) => Assert.Equal(days, Duration.Parse(text).Days, 1e-12);

    [Theory]
    [InlineData("-1 days")]
    [InlineData("5 fortnights")]
    [InlineData("7")]
    public void Durations_refused(string text) => Assert.Throws<FormatException>(() => Duration.Parse(text));

    [Theory]
    [InlineData("2.5M USD", 2_500_000, false)]
    [InlineData("250k USD", 250_000, false)]
    [InlineData("1,000 USD", 1_000, false)]
    [InlineData("30 %", 0.3, true)]
    public void Limits(string text, double amount, bool isShare) => Assert.Equal(new Limit(amount, isShare), Limit.Parse(text));

    // A comma or an underscore stands only between groups of three; the decimal sign is a point.
    [Theory]
    [InlineData("2,5M USD")]
    [InlineData("1_00 USD")]
    [InlineData("0,500 USD")]
    [InlineData("1,000_000 USD")]
    [InlineData("1,0000 USD")]
    [InlineData("1.000.000 USD")]
    [InlineData("1 000 000 USD")]
    [InlineData("1'000'000 USD")]
    [InlineData("10 m USD")]
    [InlineData("1__000 USD")]
    [InlineData("1_000_ USD")]
    [InlineData("1.5_000 USD")]
    [InlineData("1e USD")]
    [InlineData("--5 USD")]
    public void Numbers_that_two_people_read_differently_are_refused(string text) => Assert.Throws<FormatException>(() => Limit.Parse(text));

    [Theory]
    [InlineData("1,5 %")]
    [InlineData("0,5 %")]
    public void A_comma_is_no_decimal_sign(string text)
    {
        Assert.Contains("use a point", Assert.Throws<FormatException>(() => Percentage.Parse(text)).Message, StringComparison.Ordinal);
        Assert.Contains("use a point", Assert.Throws<FormatException>(() => Duration.Parse(text.Replace("%", "days", StringComparison.Ordinal))).Message, StringComparison.Ordinal);
        Assert.Contains("use a point", Assert.Throws<FormatException>(() => Amount.Parse(text.Replace(" %", "", StringComparison.Ordinal))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.5M", 6, "1500000000000")]
    [InlineData("250k", 18, "250000000000000000000000")]
    [InlineData("1,250,000.5", 6, "1250000500000")]
    [InlineData("1e-6", 6, "1")]
    [InlineData("0.50", 1, "5")]
    public void Amounts_take_the_same_numbers(string text, int decimals, string baseUnits) =>
        Assert.Equal(BigInteger.Parse(baseUnits), Amount.Parse(text).Of(decimals).BaseUnits);

    /// <summary>Whatever the text, it is refused or read as what remains when separators between groups of three are dropped.</summary>
    [Fact]
    public void No_text_is_read_as_another_number() =>
        Gen.Char["0123456789.,_' -+eEkMB"].Array[1, 12].Select(letters => new string(letters)).Sample(text =>
        {
            double read;
            try
            {
                read = NumberText.Parse(text, "a number").ToDouble();
            }
            catch (FormatException)
            {
                return true;
            }

            var plain = text.Trim();
            var whole = plain.Split('.', 'e', 'E')[0].TrimStart('-', '+');
            var groups = whole.Split(',', '_');
            return (groups.Length == 1 || (groups[0].Length is >= 1 and <= 3 && groups[0][0] != '0' && groups.Skip(1).All(group => group.Length == 3) && !(whole.Contains(',') && whole.Contains('_'))))
                && read == double.Parse(plain.Replace(",", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);
        }, iter: 200_000);

    [Fact]
    public void Grouped_numbers_are_read_as_plain_ones() => Gen.Select(Gen.ULong, Gen.Bool).Sample((number, underscore) =>
        NumberText.Parse(number.ToString("#,0").Replace(",", underscore ? "_" : ",", StringComparison.Ordinal), "a number").InUnitsOf(0) == number);

    [Fact]
    public void Schemas_accept_what_is_read() => Gen.Char["0123456789.,_ -+%"].Array[1, 9].Select(letters => new string(letters) + " %").Sample(text =>
    {
        var matches = System.Text.RegularExpressions.Regex.IsMatch(text, Percentage.Pattern);
        try
        {
            Percentage.Parse(text);
            return matches;
        }
        catch (FormatException)
        {
            return !matches;
        }
    }, iter: 50_000);

    [Fact]
    public void Limits_below_zero_are_refused() => Assert.Throws<FormatException>(() => Limit.Parse("-5 USD"));

    [Theory]
    [InlineData("1_250_000.5", 6, "1250000500000")]
    [InlineData("0.000000000000000001", 18, "1")]
    [InlineData("12", 0, "12")]
    public void Amounts_are_exact(string text, int decimals, string baseUnits) =>
        Assert.Equal(BigInteger.Parse(baseUnits), TokenAmount.ParseWhole(text, decimals).BaseUnits);

    [Fact]
    public void Amounts_finer_than_the_token_are_refused() =>
        Assert.Contains("decimal places", Assert.Throws<FormatException>(() => TokenAmount.ParseWhole("1.1234567", 6)).Message);

    [Fact]
    public void Amounts_are_written_as_they_are_read() => Gen.Select(Gen.ULong, Gen.Int[0, 30]).Sample((units, decimals) =>
    {
        var amount = new TokenAmount(units, decimals);
        return TokenAmount.ParseWhole(amount.ToString(), decimals) == amount;
    });

    [Fact]
    public void An_amount_from_usd_is_never_worth_more() =>
        Gen.Select(Gen.Double[0, 1e10], Gen.Double[1e-4, 1e5], Gen.Int[0, 18]).Sample((usd, price, decimals) =>
            TokenAmount.FromUsd(usd, price, decimals).ToUsd(price) <= usd * (1 + 1e-12));

    // sUSDe compounds weekly, Sky per second; 5 % simple is 5.1246 % weekly (1 + 0.05·7/365)^(365/7) − 1.
    [Theory]
    [InlineData(RateBasis.Effective, 0.05, 0.05)]
    [InlineData(RateBasis.Weekly, 0.05, 0.05124591)]
    [InlineData(RateBasis.Daily, 0.05, 0.05126750)]
    [InlineData(RateBasis.PerSecond, 0.05, 0.05127110)]
    [InlineData(RateBasis.Continuous, 0.05, 0.05127110)]
    public void Rates_become_effective(RateBasis basis, double perYear, double expected) =>
        Assert.Equal(expected, basis.ToEffective(perYear), 5e-9);

    [Fact]
    public void Solana_fees_are_signatures_and_priority() => Assert.Equal(
        new BigInteger(2 * 5_000 + 10_000),
        new SolanaGas { LamportsPerSignature = new(5_000, ""), MicroLamportsPerComputeUnit = new(50_000, "") }.Cost(200_000, 2));

    [Fact]
    public void An_address_is_for_a_token_where_its_role_names_it_and_no_parameter_makes_it_something_else()
    {
        var swaps = new Protocol { Id = "uniswap-v3", Name = "Uniswap v3", Addresses = new Dictionary<string, string> { ["swapRouter02"] = "0x1", ["usdcWeth"] = "0x2" }, Parameters = new Dictionary<string, string> { ["usdcWeth"] = "full" } };
        Assert.Null(swaps.AddressFor("WETH"));
        var markets = new Protocol { Id = "compound-v3", Name = "Compound v3", Addresses = new Dictionary<string, string> { ["rewards"] = "0x1", ["cometUsdc"] = "0x2", ["cometUsdt"] = "0x3" } };
        Assert.Equal("0x2", markets.AddressFor("USDC"));
        Assert.Null(markets.AddressFor("DAI"));
    }
}

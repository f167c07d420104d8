using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Optimizer.Model;

/// <summary>A decimal number of whole tokens, kept as written until the token's decimals are known.</summary>
/// <param name="Text">Digits with optional thousands marks (<c>_</c> or <c>,</c>) and fraction.</param>
[JsonConverter(typeof(TextualConverter<Amount>))]
public readonly partial record struct Amount(string Text) : ITextual<Amount>
{
    /// <inheritdoc/>
    public static string Expected => "an amount of whole tokens, ≥ 0, such as '1_250_000' or '0.5'";

    /// <inheritdoc/>
    public static string Pattern => "^[0-9][0-9_,]*(\\.[0-9]+)?$";

    /// <inheritdoc/>
    public static Amount Parse(string text) =>
        Form().IsMatch(text) ? new(text) : throw new FormatException($"'{text}' is not {Expected}");

    /// <summary>The exact amount of a token with that many decimal places.</summary>
    /// <exception cref="FormatException">It has more decimal places than the token.</exception>
    public TokenAmount Of(int decimals) => TokenAmount.ParseWhole(Text, decimals);

    /// <summary>The amount as written.</summary>
    public override string ToString() => Text;

    [GeneratedRegex("^[0-9][0-9_,]{0,40}(\\.[0-9]{1,40})?$")]
    private static partial Regex Form();
}

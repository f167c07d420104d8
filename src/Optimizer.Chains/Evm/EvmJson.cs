using System.Buffers;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Optimizer.Chains.Evm;

/// <summary>Numbers and bytes in the JSON of EVM nodes.</summary>
public static class EvmJson
{
    /// <summary>A quantity of up to 256 bits, written as hexadecimal digits.</summary>
    /// <param name="element">The JSON element.</param>
    /// <param name="who">The node, in messages.</param>
    /// <param name="what">The name of the quantity, for messages.</param>
    /// <exception cref="ChainDataException">It is not a quantity.</exception>
    public static BigInteger Number(JsonElement element, string who, string what) => Number(Text(element), who, what);

    /// <summary>A quantity of up to 256 bits, written as hexadecimal digits.</summary>
    /// <exception cref="ChainDataException">It is none.</exception>
    internal static BigInteger Number(string? text, string who, string what)
    {
        return text?.Length is > 2 and <= 66 && text.StartsWith("0x", StringComparison.Ordinal)
            && BigInteger.TryParse($"0{text[2..]}", NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ChainDataException(ChainFault.Malformed, $"{who} sent a {what} that is not a number");
    }

    /// <summary>Text; null if it is not a string or not valid Unicode.</summary>
    public static string? Text(JsonElement element)
    {
        try
        {
            return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair is invalid.
            return null;
        }
    }

    /// <summary>Bytes in hexadecimal.</summary>
    /// <exception cref="ChainDataException">They are not bytes in hexadecimal.</exception>
    public static byte[] Bytes(JsonElement element, string who)
    {
        // Decode the raw UTF-8 directly: answers of megabytes are not converted to strings first.
        if (element.ValueKind == JsonValueKind.String && JsonMarshal.GetRawUtf8Value(element) is var quoted && quoted.StartsWith("\"0x"u8) && quoted.Length % 2 == 0)
        {
            var bytes = new byte[quoted.Length / 2 - 2];
            if (Convert.FromHexString(quoted[3..^1], bytes, out _, out _) == OperationStatus.Done)
                return bytes;
        }

        throw new ChainDataException(ChainFault.Malformed, $"{who} sent something other than hexadecimal bytes");
    }

    /// <summary>A field of an object; undefined if missing.</summary>
    public static JsonElement Field(JsonElement parent, string name) => parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var field) ? field : default;
}

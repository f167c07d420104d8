using System.Globalization;
using Nethereum.ABI;
using Nethereum.ABI.Model;

namespace Optimizer.Contracts.Abi;

/// <summary>Reads parameters as Solidity writes them: <c>(address to, (uint8 kind, bytes4 tag)[] parts)</c>.</summary>
/// <remarks>Nethereum's own reader (ABIStringSignatureDeserialiser 6.1.0) takes some nested tuples for something else, and sizes that
/// do not exist.</remarks>
internal static class AbiText
{
    /// <summary>Reads parameters in parentheses, and moves behind them.</summary>
    /// <exception cref="FormatException">They are not written so, or name a type that does not exist.</exception>
    public static Parameter[] Parameters(string text, ref int at)
    {
        var parameters = new List<Parameter>();
        at++;
        while (Next(text, ref at) != ')')
        {
            parameters.Add(Parameter(text, ref at, parameters.Count + 1));
            if (Next(text, ref at) == ',')
                at++;
            else if (text[at] != ')')
                throw new FormatException($"'{text}' has a '{text[at]}' where ',' or ')' is expected");
        }

        at++;
        return [.. parameters];
    }

    private static Parameter Parameter(string text, ref int at, int order)
    {
        var components = Next(text, ref at) == '(' ? Parameters(text, ref at) : null;
        var type = components is null ? Word(text, ref at) : "tuple";
        if (components is null && !IsElementary(type))
            throw new FormatException($"'{text}' names the type '{type}', which does not exist");
        while (at < text.Length && text[at] == '[')
        {
            var end = text.IndexOf(']', at);
            if (end < 0 || end > at + 1 && (!int.TryParse(text.AsSpan(at + 1, end - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count == 0))
                throw new FormatException($"'{text}' has an array without an end, or of no elements");
            type += text[at..(end + 1)];
            at = end + 1;
        }

        // Words such as memory, calldata and indexed stand between type and name.
        var name = "";
        while (Next(text, ref at) is not (',' or ')') && Word(text, ref at) is { Length: > 0 } word)
            name = word;
        var parameter = new Parameter(type, name, order);
        var element = parameter.ABIType;
        while (element is ArrayType array)
            element = array.ElementType;
        (element as TupleType)?.SetComponents(components!);
        return parameter;
    }

    /// <summary>The next letter that is no space; the text has to go on.</summary>
    private static char Next(string text, ref int at)
    {
        while (at < text.Length && text[at] == ' ')
            at++;
        return at < text.Length ? text[at] : throw new FormatException($"'{text}' ends too early; expected ')'");
    }

    private static string Word(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] is '_' or '$'))
            at++;
        return at > start ? text[start..at] : throw new FormatException($"'{text}' has a '{text[at]}' where a type or a name is expected");
    }

    private static bool IsElementary(string type)
    {
        static int? Size(string type, string prefix) =>
            type.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(type.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var size) && type[prefix.Length] != '0' ? size : null;
        return type is "address" or "bool" or "string" or "bytes" or "uint" or "int"
            || Size(type, "bytes") is >= 1 and <= 32
            || (Size(type, "uint") ?? Size(type, "int")) is >= 8 and <= 256 and var bits && bits % 8 == 0;
    }
}

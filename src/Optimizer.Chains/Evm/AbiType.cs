using System.Globalization;

namespace Optimizer.Chains.Evm;

/// <summary>A type of the contract ABI (Solidity documentation, Contract ABI Specification).</summary>
public abstract record AbiType
{
    /// <summary>Whether the encoded length depends on the value.</summary>
    public abstract bool IsDynamic { get; }

    /// <summary>Bytes in the head of an enclosing tuple: the value's own where its length is fixed, else an offset's.</summary>
    public virtual int HeadSize => AbiCodec.Word;

    /// <summary>Reads a type such as <c>uint256</c>, <c>bytes32[]</c> or <c>(address,bool)[2]</c>. Names after types, as in
    /// <c>(address to, uint256 amount)</c>, are skipped.</summary>
    /// <exception cref="FormatException">It is no type of the ABI.</exception>
    public static AbiType Parse(string text)
    {
        var at = 0;
        var type = Read(text, ref at);
        SkipSpace(text, ref at);
        return at == text.Length ? type : throw new FormatException($"'{text}' goes on after a type, at '{text[at..]}'");
    }

    /// <summary>Reads a parenthesised list of types.</summary>
    internal static AbiTuple ReadTuple(string text, ref int at)
    {
        at++;
        var parts = new List<AbiType>();
        SkipSpace(text, ref at);
        while (at < text.Length && text[at] != ')')
        {
            parts.Add(Read(text, ref at));
            SkipName(text, ref at);
            if (at < text.Length && text[at] == ',')
                at++;
            else if (at >= text.Length || text[at] != ')')
                throw new FormatException($"'{text}' lacks a comma or a closing parenthesis at {at}");
            SkipSpace(text, ref at);
        }

        if (at >= text.Length)
            throw new FormatException($"'{text}' lacks a closing parenthesis");
        at++;
        return new AbiTuple(parts);
    }

    private static AbiType Read(string text, ref int at)
    {
        SkipSpace(text, ref at);
        AbiType type;
        if (at < text.Length && text[at] == '(')
        {
            type = ReadTuple(text, ref at);
        }
        else
        {
            var start = at;
            while (at < text.Length && char.IsAsciiLetterOrDigit(text[at]))
                at++;
            type = Elementary(text[start..at]);
        }

        while (at < text.Length && text[at] == '[')
        {
            var end = text.IndexOf(']', at);
            if (end < 0)
                throw new FormatException($"'{text}' lacks a closing bracket");
            var length = text[(at + 1)..end];
            type = length.Length == 0 ? new AbiArray(type, null)
                : int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 ? new AbiArray(type, n)
                : throw new FormatException($"'{length}' is no length of an array");
            at = end + 1;
        }

        return type;
    }

    private static AbiType Elementary(string name) => name switch
    {
        "address" => new AbiAddress(),
        "bool" => new AbiBool(),
        "string" => new AbiBytes(null, IsText: true),
        "bytes" => new AbiBytes(null, IsText: false),
        "uint" => new AbiInteger(256, IsSigned: false),
        "int" => new AbiInteger(256, IsSigned: true),
        _ when Size(name, "uint") is { } bits and > 0 and <= 256 && bits % 8 == 0 => new AbiInteger(bits, IsSigned: false),
        _ when Size(name, "int") is { } bits and > 0 and <= 256 && bits % 8 == 0 => new AbiInteger(bits, IsSigned: true),
        _ when Size(name, "bytes") is { } bytes and > 0 and <= 32 => new AbiBytes(bytes, IsText: false),
        _ => throw new FormatException($"'{name}' is no type of the ABI"),
    };

    private static int? Size(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;

    private static void SkipName(string text, ref int at)
    {
        while (at < text.Length && text[at] is not (',' or ')'))
        {
            if (!char.IsAsciiLetterOrDigit(text[at]) && text[at] is not (' ' or '_' or '\t'))
                throw new FormatException($"'{text}' has '{text[at]}' where a name, a comma or a parenthesis should be");
            at++;
        }
    }

    private static void SkipSpace(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at]))
            at++;
    }
}

/// <summary>An unsigned or signed integer; a <see cref="System.Numerics.BigInteger"/>.</summary>
/// <param name="Bits">8 to 256, a multiple of 8.</param>
/// <param name="IsSigned">Whether it may be negative.</param>
public sealed record AbiInteger(int Bits, bool IsSigned) : AbiType
{
    /// <inheritdoc/>
    public override bool IsDynamic => false;

    /// <inheritdoc/>
    public override string ToString() => $"{(IsSigned ? "int" : "uint")}{Bits}";
}

/// <summary>An address; an <see cref="EvmAddress"/>.</summary>
public sealed record AbiAddress : AbiType
{
    /// <inheritdoc/>
    public override bool IsDynamic => false;

    /// <inheritdoc/>
    public override string ToString() => "address";
}

/// <summary>A truth value; a <see cref="bool"/>.</summary>
public sealed record AbiBool : AbiType
{
    /// <inheritdoc/>
    public override bool IsDynamic => false;

    /// <inheritdoc/>
    public override string ToString() => "bool";
}

/// <summary>Bytes, a <c>byte[]</c>, or text, a <see cref="string"/>.</summary>
/// <param name="Length">1 to 32 where fixed.</param>
/// <param name="IsText">Whether they are UTF-8.</param>
public sealed record AbiBytes(int? Length, bool IsText) : AbiType
{
    /// <inheritdoc/>
    public override bool IsDynamic => Length is null;

    /// <inheritdoc/>
    public override string ToString() => IsText ? "string" : $"bytes{Length}";
}

/// <summary>Values of one type; an <c>object[]</c>.</summary>
/// <param name="Element">Their type.</param>
/// <param name="Length">How many, where fixed.</param>
public sealed record AbiArray(AbiType Element, int? Length) : AbiType
{
    /// <inheritdoc/>
    public override bool IsDynamic { get; } = Length is null || Element.IsDynamic;

    /// <inheritdoc/>
    public override int HeadSize { get; } = Length is null || Element.IsDynamic ? AbiCodec.Word : checked(Length.Value * Element.HeadSize);

    /// <inheritdoc/>
    public override string ToString() => $"{Element}[{Length}]";
}

/// <summary>Values of several types; an <c>object[]</c>.</summary>
/// <param name="Parts">Their types in order.</param>
public sealed record AbiTuple(IReadOnlyList<AbiType> Parts) : AbiType
{
    /// <inheritdoc/>
    public override bool IsDynamic { get; } = Parts.Any(part => part.IsDynamic);

    /// <inheritdoc/>
    public override int HeadSize { get; } = Parts.Any(part => part.IsDynamic) ? AbiCodec.Word : Parts.Sum(part => part.HeadSize);

    /// <inheritdoc/>
    public override string ToString() => $"({string.Join(',', Parts)})";
}

using System.Text;

namespace Optimizer.Chains.Evm;

/// <summary>A function of a contract: what it takes and what it gives.</summary>
/// <example><c>convertToAssets(uint256 shares) returns (uint256)</c>.</example>
public sealed class AbiFunction
{
    private AbiFunction(string name, AbiTuple inputs, AbiTuple outputs)
    {
        (Name, Inputs, Outputs) = (name, inputs, outputs);
        Signature = $"{name}{inputs}";
        Selector = Keccak.Hash(Encoding.ASCII.GetBytes(Signature))[..4];
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Name and types of the arguments, as the selector takes them.</summary>
    public string Signature { get; }

    /// <summary>The first four bytes of the signature's Keccak-256.</summary>
    public IReadOnlyList<byte> Selector { get; }

    /// <summary>Types of the arguments.</summary>
    public AbiTuple Inputs { get; }

    /// <summary>Types of the results.</summary>
    public AbiTuple Outputs { get; }

    /// <summary>Reads a function as Solidity writes it, without <c>function</c> and modifiers.</summary>
    /// <exception cref="FormatException">It is not written so.</exception>
    public static AbiFunction Parse(string text)
    {
        const string Returns = "returns";
        var open = text.IndexOf('(', StringComparison.Ordinal);
        if (open <= 0)
            throw new FormatException($"'{text}' is no function; expected a name and its arguments in parentheses");
        var at = open;
        var inputs = AbiType.ReadTuple(text, ref at);
        var rest = text[at..].Trim();
        if (rest.Length == 0)
            return new(text[..open], inputs, new([]));
        if (!rest.StartsWith(Returns, StringComparison.Ordinal) || AbiType.Parse(rest[Returns.Length..].Trim()) is not AbiTuple outputs)
            throw new FormatException($"'{text}' goes on with '{rest}'; expected 'returns (…)'");
        return new(text[..open], inputs, outputs);
    }

    /// <summary>The calldata of a call.</summary>
    /// <exception cref="AbiException">An argument does not fit its type.</exception>
    public byte[] Encode(params IReadOnlyList<object> arguments) => [.. Selector, .. AbiCodec.Encode(Inputs, arguments)];

    /// <summary>The results of a call.</summary>
    /// <exception cref="AbiException">The bytes are no results of this function.</exception>
    public object[] Decode(ReadOnlySpan<byte> data) => AbiCodec.Decode(Outputs, data);

    /// <inheritdoc/>
    public override string ToString() => Signature;
}

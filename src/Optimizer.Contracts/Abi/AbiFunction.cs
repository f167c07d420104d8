using Nethereum.ABI.Model;

namespace Optimizer.Contracts.Abi;

/// <summary>A function that a file names as Solidity writes it: in a policy rule, or in a test. What the product itself calls is
/// declared as a <see cref="ContractFunction"/>.</summary>
/// <example><c>convertToAssets(uint256 shares) returns (uint256)</c>.</example>
public sealed class AbiFunction
{
    private AbiFunction(string name, Parameter[] inputs, Parameter[] outputs)
    {
        var abi = new FunctionABI(name, constant: false) { InputParameters = inputs, OutputParameters = outputs };
        (Name, Signature, Selector) = (name, abi.Signature, Convert.FromHexString(abi.Sha3Signature));
        (Inputs, Outputs) = (new(inputs), new(outputs));
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Name and argument types; their hash gives the selector.</summary>
    public string Signature { get; }

    /// <summary>The first four bytes of the signature's Keccak-256.</summary>
    public IReadOnlyList<byte> Selector { get; }

    /// <summary>The arguments.</summary>
    public AbiParameters Inputs { get; }

    /// <summary>The results.</summary>
    public AbiParameters Outputs { get; }

    /// <summary>Parses a function in Solidity notation, without <c>function</c> and modifiers.</summary>
    /// <exception cref="FormatException">The text is not an event.</exception>
    public static AbiFunction Parse(string text)
    {
        const string Returns = "returns";
        var open = text.IndexOf('(', StringComparison.Ordinal);
        if (open <= 0)
            throw new FormatException($"'{text}' is not a function; expected a name and its arguments in parentheses");
        var at = open;
        var inputs = AbiText.Parameters(text, ref at);
        var rest = text[at..].Trim();
        if (rest.Length == 0)
            return new(text[..open], inputs, []);
        var results = rest.StartsWith(Returns, StringComparison.Ordinal) ? rest[Returns.Length..].TrimStart() : "";
        var end = 0;
        if (!results.StartsWith('(') || AbiText.Parameters(results, ref end) is not { } outputs || end < results.Length)
            throw new FormatException($"'{text}' continues with '{rest}'; expected 'returns (…)'");
        return new(text[..open], inputs, outputs);
    }

    /// <summary>The calldata of a call.</summary>
    /// <exception cref="AbiException">An argument does not fit its type.</exception>
    public byte[] Encode(params IReadOnlyList<object> arguments) => [.. Selector, .. Inputs.Encode(arguments)];

    /// <summary>The results of a call.</summary>
    /// <exception cref="AbiException">The bytes are no results of this function.</exception>
    public object[] Decode(ReadOnlySpan<byte> data) => Outputs.Decode(data);

    /// <inheritdoc/>
    public override string ToString() => Signature;
}

using System.Text;

namespace Optimizer.Chains.Evm;

/// <summary>An event that contracts log.</summary>
/// <example><c>Transfer(address indexed from, address indexed to, uint256 value)</c>.</example>
public sealed class AbiEvent
{
    private readonly AbiType[] _types;
    private readonly bool[] _isIndexed;

    private AbiEvent(string declaration, string name, AbiType[] types, bool[] isIndexed)
    {
        (Declaration, _types, _isIndexed) = (declaration, types, isIndexed);
        Signature = $"{name}({string.Join(',', types.Select(type => type.ToString()))})";
        Topic = EvmJson.Hex(Keccak.Hash(Encoding.ASCII.GetBytes(Signature)));
    }

    /// <summary>As Solidity writes it.</summary>
    public string Declaration { get; }

    /// <summary>Name and types, as the topic takes them.</summary>
    public string Signature { get; }

    /// <summary>The first topic: the signature's Keccak-256, in hexadecimal.</summary>
    public string Topic { get; }

    /// <summary>Reads an event as Solidity writes it.</summary>
    /// <exception cref="FormatException">It is not written so.</exception>
    public static AbiEvent Parse(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        if (open <= 0 || !text.EndsWith(')'))
            throw new FormatException($"'{text}' is no event; expected a name and its arguments in parentheses");
        var (types, isIndexed) = (new List<AbiType>(), new List<bool>());
        var (depth, start) = (0, open + 1);
        for (var at = start; at < text.Length; at++)
        {
            depth += text[at] switch { '(' => 1, ')' => -1, _ => 0 };
            if (text[at] != ',' && at < text.Length - 1 || depth > 0)
                continue;
            var part = text[start..at].Trim();
            start = at + 1;
            if (part.Length == 0)
                continue;
            // A type ends at its last bracket, or at the first space.
            var end = part[0] == '(' ? part.LastIndexOf(')') + 1 : part.IndexOf(' ', StringComparison.Ordinal) is var space and >= 0 ? space : part.Length;
            types.Add(AbiType.Parse(part[..end]));
            isIndexed.Add(part[end..].Split(' ').Contains("indexed"));
        }

        return new(text, text[..open], [.. types], [.. isIndexed]);
    }

    /// <summary>The arguments in order; null where the log is of another event.</summary>
    public object[]? Read(EvmLog log)
    {
        if (log.Topics.Count != 1 + _isIndexed.Count(indexed => indexed) || log.Topics[0] != Topic)
            return null;
        try
        {
            var data = new Queue<object>(AbiCodec.Decode(new([.. _types.Where((_, i) => !_isIndexed[i])]), log.Data));
            var topics = new Queue<string>(log.Topics.Skip(1));
            return [.. _types.Select((type, i) => _isIndexed[i] ? AbiCodec.Decode(new([type]), Convert.FromHexString(topics.Dequeue().AsSpan(2)))[0] : data.Dequeue())];
        }
        catch (Exception wrong) when (wrong is AbiException or FormatException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>A value as a topic.</summary>
    public static string TopicOf(EvmAddress address) => EvmJson.Hex(EvmJson.Word(address.Bytes));

    /// <summary>A value as a topic.</summary>
    public static string TopicOf(System.Numerics.BigInteger number) => EvmJson.Hex(EvmJson.Word(number));

    /// <inheritdoc/>
    public override string ToString() => Signature;
}

using System.Text;

namespace Optimizer.Chains.Evm;

/// <summary>An event that contracts log.</summary>
/// <example><c>Transfer(address indexed from, address indexed to, uint256 value)</c>.</example>
public sealed class AbiEvent
{
    private readonly AbiType[] _types;
    private readonly bool[] _isIndexed;

    private AbiEvent(string name, AbiType[] types, bool[] isIndexed)
    {
        (_types, _isIndexed) = (types, isIndexed);
        Signature = $"{name}({string.Join(',', types.Select(type => type.ToString()))})";
        Topic = EvmJson.Hex(Keccak.Hash(Encoding.ASCII.GetBytes(Signature)));
    }

    /// <summary>Name and types, as the topic takes them.</summary>
    public string Signature { get; }

    /// <summary>The first topic: the signature's Keccak-256, in hexadecimal.</summary>
    public string Topic { get; }

    /// <summary>Reads an event as Solidity writes it, whose arguments are no tuples.</summary>
    /// <exception cref="FormatException">It is not written so.</exception>
    public static AbiEvent Parse(string text)
    {
        var open = text.IndexOf('(', StringComparison.Ordinal);
        if (open <= 0 || !text.EndsWith(')'))
            throw new FormatException($"'{text}' is no event; expected a name and its arguments in parentheses");
        var parts = text[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split(' ')).ToArray();
        return new(text[..open], [.. parts.Select(part => AbiType.Parse(part[0]))], [.. parts.Select(part => part.Contains("indexed"))]);
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

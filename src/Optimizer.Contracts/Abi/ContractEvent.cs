using System.Collections.Concurrent;
using System.Numerics;
using System.Reflection;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.ABI.Model;

namespace Optimizer.Contracts.Abi;

/// <summary>A log entry of a contract.</summary>
/// <param name="Address">The contract.</param>
/// <param name="Topics">The event's signature and its indexed arguments, 32 bytes each, in hexadecimal.</param>
/// <param name="Data">The other arguments.</param>
/// <param name="Block">The block's height.</param>
/// <param name="Transaction">The transaction's hash.</param>
/// <param name="Index">Its index among all logs of the block.</param>
public sealed record EvmLog(EvmAddress Address, IReadOnlyList<string> Topics, byte[] Data, ulong Block, string Transaction, ulong Index);

/// <summary>Reads events that contracts log: types with Nethereum's <see cref="EventAttribute"/>, and <see cref="ParameterAttribute"/>
/// on every argument.</summary>
public static class ContractEvent
{
    /// <summary>Name, types and names of the arguments, as Solidity writes them.</summary>
    public static string SignatureOf(Type type) => $"{Definition.Of(type).Name}({AbiShape.Of(type).Parameters})";

    /// <summary>An event's first topic: the Keccak-256 of its name and types, in hexadecimal.</summary>
    public static string TopicOf(Type type) => Definition.Of(type).Topic;

    /// <summary>An event's first topic.</summary>
    public static string TopicOf<T>()
        where T : class => TopicOf(typeof(T));

    /// <summary>The arguments; null where the log is of another event.</summary>
    public static T? Read<T>(EvmLog log)
        where T : class
    {
        var declared = Definition.Of(typeof(T));
        if (log.Topics.Count != 1 + declared.Indexed.Parameters.Parameters.Count || log.Topics[0] != declared.Topic)
            return null;
        try
        {
            // Indexed arguments of these events are words.
            var topics = Convert.FromHexString(string.Concat(log.Topics.Skip(1).Select(topic => topic[2..])));
            var (indexed, plain) = (declared.Indexed.Parameters.Decode(topics), declared.Plain.Parameters.Decode(log.Data));
            var read = declared.Indexed.Create(indexed);
            declared.Plain.Fill(read, plain);
            return (T)read;
        }
        catch (Exception wrong) when (wrong is AbiException or FormatException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    /// <summary>What the attributes of a type declare; read once.</summary>
    private sealed class Definition
    {
        private static readonly ConcurrentDictionary<Type, Definition> Known = new();

        private Definition(Type type)
        {
            Name = type.GetCustomAttribute<EventAttribute>()!.Name;
            Topic = $"0x{new EventABI(Name) { InputParameters = [.. AbiShape.Of(type).Parameters.Parameters] }.Sha3Signature}";
            (Indexed, Plain) = (AbiShape.OfEvent(type, indexed: true), AbiShape.OfEvent(type, indexed: false));
        }

        public string Name { get; }

        public string Topic { get; }

        public AbiShape Indexed { get; }

        public AbiShape Plain { get; }

        public static Definition Of(Type type) => Known.GetOrAdd(type, type => new(type));
    }
}

/// <summary>Values as topics of logs.</summary>
public static class Topics
{
    /// <summary>An address.</summary>
    public static string Of(EvmAddress address) => Hex.Of(Hex.Word(address.Bytes));

    /// <summary>An unsigned number.</summary>
    public static string Of(BigInteger number) => Hex.Of(Hex.Word(number));
}

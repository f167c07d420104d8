using System.Numerics;

namespace Optimizer.Chains.Evm;

/// <summary>The bytes of an EIP-1559 transaction before it is signed: what rollups charge data fees for.</summary>
/// <param name="ChainId">The EIP-155 id.</param>
/// <param name="Nonce">How many transactions the sender made before.</param>
/// <param name="PriorityFeeWei">Tip per gas, in wei.</param>
/// <param name="FeeWei">The most per gas, in wei.</param>
/// <param name="GasLimit">The most gas.</param>
/// <param name="To">The contract called.</param>
/// <param name="ValueWei">Native token sent, in wei.</param>
/// <param name="Data">The calldata.</param>
public sealed record UnsignedTransaction(
    ulong ChainId, ulong Nonce, BigInteger PriorityFeeWei, BigInteger FeeWei, ulong GasLimit, EvmAddress To, BigInteger ValueWei, byte[] Data)
{
    /// <summary>Type 2 and the list of fields (EIP-1559, EIP-2718) in recursive length prefix encoding.</summary>
    public byte[] ToBytes() =>
    [
        2,
        .. List([Number(ChainId), Number(Nonce), Number(PriorityFeeWei), Number(FeeWei), Number(GasLimit), Text(To.Bytes), Number(ValueWei), Text(Data), List([])]),
    ];

    private static byte[] Number(BigInteger number) => Text(number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true));

    private static byte[] Text(ReadOnlySpan<byte> bytes) =>
        bytes.Length == 1 && bytes[0] < 0x80 ? bytes.ToArray() : [.. Prefix(0x80, bytes.Length), .. bytes];

    private static byte[] List(byte[][] items)
    {
        byte[] content = [.. items.SelectMany(item => item)];
        return [.. Prefix(0xC0, content.Length), .. content];
    }

    private static byte[] Prefix(int kind, int length)
    {
        const int Short = 55;
        if (length <= Short)
            return [(byte)(kind + length)];
        var digits = new BigInteger(length).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [(byte)(kind + Short + digits.Length), .. digits];
    }
}

using System.Numerics;
using Nethereum.Model;

namespace Optimizer.Contracts.Abi;

/// <summary>An EIP-1559 transaction before it is signed: its bytes are what rollups charge data fees for.</summary>
/// <param name="ChainId">The EIP-155 id.</param>
/// <param name="Nonce">Number of the sender's earlier transactions.</param>
/// <param name="PriorityFeeWei">Priority fee per gas, in wei.</param>
/// <param name="FeeWei">Maximum fee per gas, in wei.</param>
/// <param name="GasLimit">The gas limit.</param>
/// <param name="To">The contract called.</param>
/// <param name="ValueWei">Native token sent, in wei.</param>
/// <param name="Data">The calldata.</param>
public sealed record UnsignedTransaction(
    ulong ChainId, ulong Nonce, BigInteger PriorityFeeWei, BigInteger FeeWei, ulong GasLimit, EvmAddress To, BigInteger ValueWei, byte[] Data)
{
    /// <summary>The encoded transaction: type 2 and the fields in RLP (EIP-1559, EIP-2718).</summary>
    public byte[] ToBytes() => new Transaction1559(ChainId, Nonce, PriorityFeeWei, FeeWei, GasLimit, To.ToLowerHex(), ValueWei, Hex.Of(Data), []).GetRLPEncodedRaw();
}

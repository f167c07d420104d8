using Org.BouncyCastle.Crypto.Digests;

namespace Optimizer.Chains.Evm;

/// <summary>Keccak-256 as Ethereum uses it: the submission's padding, not that of SHA-3.</summary>
public static class Keccak
{
    /// <summary>The digest of some bytes; 32 bytes.</summary>
    public static byte[] Hash(ReadOnlySpan<byte> data)
    {
        var digest = new KeccakDigest(256);
        digest.BlockUpdate(data);
        var hash = new byte[32];
        digest.DoFinal(hash);
        return hash;
    }
}

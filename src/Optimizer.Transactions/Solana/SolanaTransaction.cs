using Optimizer.Chains.Solana;
using Optimizer.Model;
using Optimizer.Transactions.Calls;

namespace Optimizer.Transactions.Solana;

/// <summary>Unsigned Solana transactions: version 0, without lookup tables.</summary>
/// <remarks>Source: solana-program, message::v0. Each account occurs once, in this order: writable signers, read-only signers, other
/// writable accounts, the rest. Within a group the order is that of first use: the payer first, and every program before its
/// accounts.</remarks>
public static class SolanaTransaction
{
    /// <summary>Maximum size of a transaction, in bytes: one network packet.</summary>
    public const int MostBytes = 1_232;

    private const int SignatureBytes = 64;

    /// <summary>The message, which is what is signed.</summary>
    /// <param name="payer">The fee payer, who is the first signer.</param>
    /// <param name="calls">The instructions, in order.</param>
    /// <param name="blockhash">A recent block hash; zeros if the signer's wallet inserts it.</param>
    /// <exception cref="TransactionException">There are too many accounts for a message.</exception>
    public static byte[] Message(SolanaAddress payer, IReadOnlyList<ContractCall> calls, SolanaAddress blockhash = default)
    {
        var named = new List<SolanaAddress>();
        var (signers, writables) = (new HashSet<SolanaAddress>(), new HashSet<SolanaAddress>());
        void Name(SolanaAddress address, bool signer, bool writable)
        {
            if (!named.Contains(address))
                named.Add(address);
            if (signer)
                signers.Add(address);
            if (writable)
                writables.Add(address);
        }

        Name(payer, signer: true, writable: true);
        foreach (var call in calls)
        {
            Name(SolanaAddress.Parse(call.To), signer: false, writable: false);
            foreach (var account in call.Accounts)
                Name(SolanaAddress.Parse(account.Address), account.Signer, account.Writable);
        }

        SolanaAddress[] keys = [.. named.OrderBy(address => (signers.Contains(address), writables.Contains(address)) switch { (true, true) => 0, (true, false) => 1, (false, true) => 2, _ => 3 })];
        if (keys.Length > byte.MaxValue)
            throw new TransactionException($"{keys.Length} accounts do not fit into a transaction of Solana");
        byte Index(string address) => (byte)Array.IndexOf(keys, SolanaAddress.Parse(address));
        return
        [
            0x80, (byte)signers.Count, (byte)keys.Count(key => signers.Contains(key) && !writables.Contains(key)), (byte)keys.Count(key => !signers.Contains(key) && !writables.Contains(key)),
            .. Compact(keys.Length), .. keys.SelectMany(key => key.Bytes.ToArray()), .. blockhash.Bytes,
            .. Compact(calls.Count),
            .. calls.SelectMany(call => (byte[])[Index(call.To), .. Compact(call.Accounts.Count), .. call.Accounts.Select(account => Index(account.Address)), .. Compact(Data(call).Length), .. Data(call)]),
            .. Compact(0),
        ];
    }

    /// <summary>The transaction of a message, with zeros instead of signatures.</summary>
    public static byte[] WithoutSignatures(byte[] message) => [.. Compact(message[1]), .. new byte[SignatureBytes * message[1]], .. message];

    /// <summary>Splits instructions into parts that each fit into a transaction; the instructions of a step stay together.</summary>
    /// <exception cref="TransactionException">A single step is too large.</exception>
    public static IReadOnlyList<IReadOnlyList<TransactionStep>> Parts(SolanaAddress payer, IEnumerable<TransactionStep> steps)
    {
        var parts = new List<List<TransactionStep>>();
        foreach (var step in steps)
        {
            if (Size(payer, [step]) > MostBytes)
                throw new TransactionException($"step {step.Id}: its instructions take {Size(payer, [step])} bytes; a Solana transaction has at most {MostBytes}");
            if (parts.Count > 0 && Size(payer, [.. parts[^1], step]) <= MostBytes)
                parts[^1].Add(step);
            else
                parts.Add([step]);
        }

        return parts;
    }

    private static int Size(SolanaAddress payer, IEnumerable<TransactionStep> steps) => WithoutSignatures(Message(payer, [.. steps.SelectMany(step => step.Calls)])).Length;

    private static byte[] Data(ContractCall call) => Convert.FromHexString(call.Data[2..]);

    /// <summary>Encodes a length in one to three bytes of seven bits, lowest first (short_vec of solana-sdk).</summary>
    private static byte[] Compact(int length)
    {
        var bytes = new List<byte>();
        for (; length >= 0x80; length >>= 7)
            bytes.Add((byte)(length & 0x7f | 0x80));
        bytes.Add((byte)length);
        return [.. bytes];
    }
}

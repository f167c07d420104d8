using Optimizer.Chains.Solana;
using Optimizer.Model;

namespace Optimizer.Transactions.Solana;

/// <summary>Transactions of Solana that nobody has signed: version 0, without lookup tables.</summary>
/// <remarks>Source: solana-program, message::v0. Accounts come once each: those that sign and are written, those that sign, those
/// that are written, and the rest; within each as they are first named, the payer first and every program before its accounts.</remarks>
public static class SolanaTransaction
{
    /// <summary>Bytes that fit into a packet of the network.</summary>
    public const int MostBytes = 1_232;

    private const int SignatureBytes = 64;

    /// <summary>The message: what is signed.</summary>
    /// <param name="payer">Who pays, and signs first.</param>
    /// <param name="calls">The instructions, in order.</param>
    /// <param name="blockhash">A recent block; zeros where the signer's wallet puts one in.</param>
    /// <exception cref="TransactionException">There are more accounts than a message can name.</exception>
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

    /// <summary>The transaction around a message, with zeros where signatures go.</summary>
    public static byte[] WithoutSignatures(byte[] message) => [.. Compact(message[1]), .. new byte[SignatureBytes * message[1]], .. message];

    /// <summary>Parts of a list of instructions, in order, that fit into a transaction each; instructions of one step stay together.</summary>
    /// <exception cref="TransactionException">One step alone is too large.</exception>
    public static IReadOnlyList<IReadOnlyList<TransactionStep>> Parts(SolanaAddress payer, IEnumerable<TransactionStep> steps)
    {
        var parts = new List<List<TransactionStep>>();
        foreach (var step in steps)
        {
            if (Size(payer, [step]) > MostBytes)
                throw new TransactionException($"step {step.Id}: its instructions take {Size(payer, [step])} bytes, and {MostBytes} fit into a transaction of Solana");
            if (parts.Count > 0 && Size(payer, [.. parts[^1], step]) <= MostBytes)
                parts[^1].Add(step);
            else
                parts.Add([step]);
        }

        return parts;
    }

    private static int Size(SolanaAddress payer, IEnumerable<TransactionStep> steps) => WithoutSignatures(Message(payer, [.. steps.SelectMany(step => step.Calls)])).Length;

    private static byte[] Data(ContractCall call) => Convert.FromHexString(call.Data[2..]);

    /// <summary>A length in one to three bytes of seven bits, the lowest first (short vectors of solana-sdk).</summary>
    private static byte[] Compact(int length)
    {
        var bytes = new List<byte>();
        for (; length >= 0x80; length >>= 7)
            bytes.Add((byte)(length & 0x7f | 0x80));
        bytes.Add((byte)length);
        return [.. bytes];
    }
}

using System.Numerics;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Safe;
using Optimizer.Model;
using Optimizer.Transactions.Calls;

namespace Optimizer.Transactions.Safe;

/// <summary>The hashes that signers of a Safe compare on their hardware wallets.</summary>
/// <param name="Domain">Hash of the chain and the Safe.</param>
/// <param name="Message">Hash of the transaction.</param>
/// <param name="SafeTransaction">Hash of both; this is what is signed.</param>
public sealed record SafeHashes(string Domain, string Message, string SafeTransaction);

/// <summary>A transaction of a Safe (1.3.0 and later): a call, or a batch of calls through MultiSendCallOnly.</summary>
/// <remarks>Source: safe-global/safe-smart-account, Safe.sol. The executor pays for gas: safeTxGas, baseGas and gasPrice are zero, as in
/// transactions of the Safe app.</remarks>
/// <param name="To">The contract called.</param>
/// <param name="Value">Native base units sent along.</param>
/// <param name="Data">The calldata.</param>
/// <param name="IsDelegateCall">Whether it is a delegatecall, as MultiSend requires.</param>
/// <param name="Nonce">Number of the Safe's earlier transactions.</param>
public sealed record SafeTransaction(EvmAddress To, BigInteger Value, byte[] Data, bool IsDelegateCall, BigInteger Nonce)
{
    /// <summary>The Safe version assumed by default.</summary>
    public const string UsualVersion = "1.4.1";

    /// <summary>Addresses of MultiSendCallOnly by Safe version (@safe-global/safe-deployments 1.37.56). Version 1.3.0 has two deployments;
    /// this is the first.</summary>
    private static readonly Dictionary<string, EvmAddress> Batchers = new()
    {
        ["1.3.0"] = EvmAddress.Parse("0x40A2aCCbd92BCA938b02010E17A5b8929b49130D"),
        [UsualVersion] = EvmAddress.Parse("0x9641d764fc13c8B624c04430C7356C1C7C8102e2"),
        ["1.5.0"] = EvmAddress.Parse("0xA83c336B20401Af773B6219BA5027174338D1836"),
    };

    /// <summary>The supported Safe versions.</summary>
    public static IReadOnlyCollection<string> Versions => Batchers.Keys;

    /// <summary>All known batch contracts of Safe, which only make several calls by delegatecall: also other deployments, those of zkSync,
    /// and MultiSend, which accepts the same batches.</summary>
    private static readonly HashSet<EvmAddress> MultiSends = [.. Batchers.Values, .. new[]
    {
        "0xA1dabEF33b3B82c7814B6D82A79e50F4AC44102B", "0xf220D3b4DFb23C4ade8C88E526C1353AbAcbC38F", "0x0408EF011960d02349d50286D20531229BCef773",
        "0xA238CBeb142c10Ef7Ad8442C6D1f9E89e07e7761", "0x998739BFdAAdde7C933B942a68053933098f9EDa", "0x0dFcccB95225ffB03c6FBB2559B530C2B7C8A912",
        "0x38869bf66a61cF6bDB996A6aE40D5853Fd43B526", "0x309D0B190FeCCa8e1D5D8309a16F7e3CB133E885", "0x218543288004CD07832472D464648173c77D7eB7",
    }.Select(EvmAddress.Parse)];


    /// <summary>Gas of the inner call; zero for all available gas.</summary>
    public BigInteger SafeTxGas { get; init; }

    /// <summary>Gas refunded in addition to the call's gas.</summary>
    public BigInteger BaseGas { get; init; }

    /// <summary>Gas price that the Safe refunds; zero for no refund.</summary>
    public BigInteger GasPrice { get; init; }

    /// <summary>The token of the refund; zero for the native token.</summary>
    public EvmAddress GasToken { get; init; } = EvmAddress.Zero;

    /// <summary>The receiver of the refund; zero for the executor.</summary>
    public EvmAddress RefundReceiver { get; init; } = EvmAddress.Zero;

    /// <summary>Calls as one transaction: the call itself, or a batch.</summary>
    /// <param name="calls">The calls; at least one.</param>
    /// <param name="nonce">Number of the Safe's earlier transactions.</param>
    /// <param name="batcher">MultiSendCallOnly, as the Safe app would use it.</param>
    public static SafeTransaction Of(IReadOnlyList<ContractCall> calls, BigInteger nonce, EvmAddress batcher) => calls is [var only]
        ? new(EvmAddress.Parse(only.To), only.Value, Hex.Bytes(only.Data), false, nonce)
        : new(batcher, 0, Batch([.. calls.Select(call => (EvmAddress.Parse(call.To), call.Value, Hex.Bytes(call.Data)))]), true, nonce);

    /// <summary>The address of MultiSendCallOnly for a Safe version, on most chains.</summary>
    /// <param name="version">One of <see cref="Versions"/>; a suffix after a plus sign, as in <c>1.4.1+L2</c>, is ignored.</param>
    /// <exception cref="TransactionException">The version is not known.</exception>
    public static EvmAddress MultiSendCallOnly(string version) => Batchers.TryGetValue(version.Split('+')[0], out var batcher)
        ? batcher
        : throw new TransactionException($"Safe version {version} is not supported; supported are {string.Join(", ", Versions)}");

    /// <summary>The calldata of a batch.</summary>
    public static byte[] Batch(IReadOnlyList<(EvmAddress To, BigInteger Value, byte[] Data)> calls)
    {
        var packed = new List<byte>();
        foreach (var (to, value, data) in calls)
        {
            packed.Add(0);
            packed.AddRange(to.Bytes);
            packed.AddRange(Hex.Word(value));
            packed.AddRange(Hex.Word(data.Length));
            packed.AddRange(data);
        }

        return new MultiSend { Transactions = [.. packed] }.Encode();
    }

    /// <summary>Whether a contract is a known batch contract of Safe.</summary>
    public static bool IsMultiSend(EvmAddress contract) => MultiSends.Contains(contract);

    /// <summary>The calls of a batch.</summary>
    /// <exception cref="AbiException">It is not a batch, or one of its calls is a delegatecall.</exception>
    public static IReadOnlyList<(EvmAddress To, BigInteger Value, byte[] Data)> Unpack(byte[] batch)
    {
        var packed = (ContractFunction.TryRead<MultiSend>(batch) ?? throw new AbiException("the data is not a batch")).Transactions.AsSpan();
        var calls = new List<(EvmAddress, BigInteger, byte[])>();
        const int Head = 1 + EvmAddress.Size + 2 * Hex.WordSize;
        // The contract leaves up to a word at the end unread.
        while (packed.Length > Hex.WordSize)
        {
            if (packed.Length < Head || packed[0] != 0)
                throw new AbiException("the batch contains something other than a plain call");
            var length = new BigInteger(packed[(Head - Hex.WordSize)..Head], isUnsigned: true, isBigEndian: true);
            if (length > packed.Length - Head)
                throw new AbiException("the batch ends in the middle of a call");
            calls.Add((new(packed.Slice(1, EvmAddress.Size)), new(packed.Slice(1 + EvmAddress.Size, Hex.WordSize), isUnsigned: true, isBigEndian: true), packed.Slice(Head, (int)length).ToArray()));
            packed = packed[(Head + (int)length)..];
        }

        return calls;
    }

    /// <summary>The hashes to compare and sign.</summary>
    public SafeHashes Hashes(BigInteger chainId, EvmAddress safe)
    {
        var message = new SafeTx
        {
            To = To.ToLowerHex(),
            Value = Value,
            Data = Data,
            Operation = IsDelegateCall ? 1 : 0,
            SafeTxGas = SafeTxGas,
            BaseGas = BaseGas,
            GasPrice = GasPrice,
            GasToken = GasToken.ToLowerHex(),
            RefundReceiver = RefundReceiver.ToLowerHex(),
            Nonce = Nonce,
        };
        var hashes = message.Hashes(chainId, safe);
        return new(Hex.Of(hashes.Domain), Hex.Of(hashes.Message), Hex.Of(hashes.Signed));
    }
}

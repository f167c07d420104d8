using System.Numerics;
using Optimizer.Chains.Markets;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.AaveV3;
using Optimizer.Contracts.Protocols.Rollups;
using Optimizer.Model;

namespace Optimizer.Chains.Evm;

/// <summary>Reads transaction fees of an EVM network, according to its chain family.</summary>
/// <remarks>
/// Execution gas: the next block's base fee plus the median priority fee of recent blocks. OP Stack: the L1 data fee of a typical deposit
/// from
/// the chain's GasPriceOracle. Arbitrum: the extra gas for that data from NodeInterface, at the base fee. Linea: the node's fee estimate
/// for
/// that data less gas at the usual price.
/// </remarks>
public static class EvmGasReader
{
    /// <summary>Highest accepted data fee of a transaction: one whole native token.</summary>
    public const double MostDataFeeGwei = 1e9;

    private static readonly EvmAddress GasPriceOracle = EvmAddress.Parse("0x420000000000000000000000000000000000000F");
    private static readonly EvmAddress NodeInterface = EvmAddress.Parse("0x00000000000000000000000000000000000000C8");

    /// <summary>Reads the fees.</summary>
    /// <param name="reading">Receives findings.</param>
    /// <param name="head">The pinned block and its fees.</param>
    /// <param name="reader">Reads contracts at that block.</param>
    /// <param name="client">The client for a current estimate; null when an earlier time is read.</param>
    /// <param name="from">Key of the provenance.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<GasFees> ReadAsync(ChainReading reading, EvmHead head, BlockReader reader, IEvmClient? client, string from, CancellationToken cancellation)
    {
        var chain = reading.Chain;
        if (head.PriorityFeeWei is null)
            reading.Flag(FindingRules.NoPriorityFee, chain.Id, "the node reports no priority fees in recent blocks; counted as zero");
        var price = head.BaseFeeWei + (head.PriorityFeeWei ?? 0);
        var typical = TypicalTransaction(chain.ChainId!.Value, price);
        var dataFee = chain.Family != ChainFamily.Linea ? await DataFeeAsync(chain, reader, typical).ConfigureAwait(false)
            : client is null ? null
            : await LineaDataFeeAsync(reading, client, typical, price, cancellation).ConfigureAwait(false);
        return new EvmGas
        {
            GweiPerGas = new(ToGwei(price), from),
            DataFeeGwei = dataFee is { } fee ? new Figure(ToGwei(fee), from) : null,
        };
    }

    /// <summary>Data fee of a transaction on a rollup, in wei.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="reader">Reads contracts at a block.</param>
    /// <param name="transaction">The transaction.</param>
    /// <returns>Null if the chain has no data fee.</returns>
    /// <exception cref="ChainDataException">The chain does not report it.</exception>
    public static async Task<BigInteger?> DataFeeAsync(Chain chain, BlockReader reader, UnsignedTransaction transaction) => chain.Family switch
    {
        ChainFamily.OpStack => await reader.ReadAsync(GasPriceOracle, new GetL1Fee { Data = transaction.ToBytes() }).ConfigureAwait(false),
        ChainFamily.Arbitrum => await ArbitrumDataFeeAsync(reader, transaction).ConfigureAwait(false),
        _ => null,
    };

    /// <summary>Linea's data fee: the fee estimate above gas at the usual price; Linea puts it into the priority fee.</summary>
    private static async Task<BigInteger?> LineaDataFeeAsync(ChainReading reading, IEvmClient client, UnsignedTransaction transaction, BigInteger price, CancellationToken cancellation)
    {
        if (await client.LineaEstimateAsync(transaction.To, transaction.Data, cancellation).ConfigureAwait(false) is var (units, perGas))
            return BigInteger.Max(0, units * (perGas - price));
        reading.Flag(FindingRules.NoEstimate, reading.Chain.Id, "no fee estimate by linea_estimateGas, or two endpoints must agree on it; the data fee is counted only as far as recent priority fees include it");
        return null;
    }

    private static async Task<BigInteger> ArbitrumDataFeeAsync(BlockReader reader, UnsignedTransaction transaction)
    {
        var asked = new GasEstimateL1Component { To = transaction.To, Data = transaction.Data };
        var component = await reader.TryReadAsync(NodeInterface, asked, EvmCallKind.Direct).ConfigureAwait(false)
            ?? throw new ChainDataException(ChainFault.UnexpectedContract, $"the node does not answer {asked.Name} at {NodeInterface}, as nodes of Arbitrum do");
        return component.Value.GasEstimateForL1 * component.Value.BaseFee;
    }

    /// <summary>A typical deposit; amounts and addresses use all their bytes, as real ones do.</summary>
    internal static UnsignedTransaction TypicalTransaction(ulong chainId, BigInteger price)
    {
        var bytes = Hex.Keccak("a typical deposit"u8);
        var (asset, owner) = (new EvmAddress(bytes.AsSpan(0, EvmAddress.Size)), new EvmAddress(Hex.Keccak(bytes).AsSpan(0, EvmAddress.Size)));
        var data = new Supply { Asset = asset, Amount = new(bytes.AsSpan(20, 6), isUnsigned: true), OnBehalfOf = owner }.Encode();
        return new(chainId, 100, price / 10, 2 * price, 350_000, owner, 0, data);
    }

    private static double ToGwei(BigInteger wei) => (double)wei / 1e9;
}

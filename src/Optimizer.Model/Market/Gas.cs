using System.Numerics;

namespace Optimizer.Model;

/// <summary>What a chain charges for a transaction at the snapshot's moment.</summary>
[OneOf]
public abstract record GasFees
{
    /// <summary>The fee in the native token's base units (wei, lamports), rounded up.</summary>
    /// <param name="gasUnits">Execution gas, or compute units on Solana; ≥ 0.</param>
    /// <param name="transactions">How many transactions (signatures) carry it; ≥ 0.</param>
    public abstract BigInteger Cost(double gasUnits, int transactions);

    /// <summary>The same fees, multiplied by <paramref name="factor"/>.</summary>
    public abstract GasFees Times(double factor);
}

/// <summary>Gas of an EVM network: execution gas at a price, and on rollups a data fee per transaction.</summary>
public sealed record EvmGas : GasFees
{
    /// <summary>Base fee plus priority fee in gwei (10⁻⁹ of the native token) per unit of gas; ≥ 0.</summary>
    public required Figure GweiPerGas { get; init; }

    /// <summary>L1 data fee of one typical transaction in gwei; ≥ 0; absent where there is none.</summary>
    public Figure? DataFeeGwei { get; init; }

    /// <inheritdoc/>
    public override BigInteger Cost(double gasUnits, int transactions) =>
        new(Math.Ceiling((gasUnits * GweiPerGas + transactions * (DataFeeGwei?.Value ?? 0)) * 1e9));

    /// <inheritdoc/>
    public override GasFees Times(double factor) => this with
    {
        GweiPerGas = GweiPerGas.With(GweiPerGas * factor),
        DataFeeGwei = DataFeeGwei?.With(DataFeeGwei.Value * factor),
    };
}

/// <summary>Fees of Solana: a fixed fee per signature and a priority price per compute unit.</summary>
public sealed record SolanaGas : GasFees
{
    /// <summary>Lamports (10⁻⁹ SOL) per signature; 5,000 since genesis.</summary>
    public required Figure LamportsPerSignature { get; init; }

    /// <summary>Priority fee in micro-lamports per compute unit; ≥ 0.</summary>
    public required Figure MicroLamportsPerComputeUnit { get; init; }

    /// <summary>Rent: lamports that a token account must hold while it exists. They come back when it is closed, so they are not a cost.
    /// Absent where not read.</summary>
    public Figure? RentLamportsPerTokenAccount { get; init; }

    /// <inheritdoc/>
    public override BigInteger Cost(double gasUnits, int transactions) =>
        new(Math.Ceiling(transactions * LamportsPerSignature + gasUnits * MicroLamportsPerComputeUnit / 1e6));

    /// <inheritdoc/>
    public override GasFees Times(double factor) => this with
    {
        LamportsPerSignature = LamportsPerSignature.With(LamportsPerSignature * factor),
        MicroLamportsPerComputeUnit = MicroLamportsPerComputeUnit.With(MicroLamportsPerComputeUnit * factor),
    };
}

using Optimizer.Model;

namespace Optimizer.History;

/// <summary>One figure at one moment.</summary>
/// <param name="Time">The moment of the snapshot that holds it, or of the imported row.</param>
/// <param name="Snapshot">The snapshot's name, or the imported file's.</param>
/// <param name="Subject">What it is about: an asset, an opportunity, a chain, a route.</param>
/// <param name="Quantity">One of <see cref="Quantities"/>.</param>
/// <param name="Value">The number; finite.</param>
/// <param name="Source">Who said it.</param>
/// <param name="AsOf">The moment that the figure itself describes.</param>
public sealed record Observation(DateTimeOffset Time, string Snapshot, string Subject, string Quantity, double Value, string Source, DateTimeOffset AsOf);

/// <summary>What is kept of snapshots, with the unit of each.</summary>
public static class Quantities
{
    /// <summary>Price of an asset in USD.</summary>
    public const string Price = "price";

    /// <summary>What an opportunity earns, its spot rate with rewards and less fees: a fraction a year, effective.</summary>
    public const string Rate = "rate";

    /// <summary>What one share of an opportunity is worth, in units of what it takes.</summary>
    public const string Share = "share";

    /// <summary>All that is in an opportunity, in whole tokens of its first input.</summary>
    public const string Total = "total-tokens";

    /// <summary>The most that can be added to an opportunity, in whole tokens.</summary>
    public const string Capacity = "capacity-tokens";

    /// <summary>The most that can be taken out of an opportunity at once, in whole tokens.</summary>
    public const string Withdrawable = "withdrawable-tokens";

    /// <summary>Gas of a chain: gwei per gas, or micro-lamports per compute unit.</summary>
    public const string Gas = "gas";

    /// <summary>Data fee of a typical transaction on a chain, in gwei.</summary>
    public const string DataFee = "data-fee";

    /// <summary>Fee of a route in its first zone, in basis points.</summary>
    public const string Fee = "fee";

    /// <summary>The most that a route takes, in whole tokens that go in.</summary>
    public const string Limit = "limit-tokens";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Price, Rate, Share, Total, Capacity, Withdrawable, Gas, DataFee, Fee, Limit];

    /// <summary>The figures of a snapshot that are kept. Figures that somebody assumed are not: a guess repeated daily would
    /// look like a steady market.</summary>
    public static IEnumerable<Observation> Of(Snapshot snapshot)
    {
        IEnumerable<Observation> Seen(string subject, string quantity, Figure? figure, double? value = null)
        {
            if (figure is { } seen && snapshot.Provenances.TryGetValue(seen.From, out var from) && !from.Assumed)
                yield return new(snapshot.TakenAt, snapshot.Name, subject, quantity, value ?? seen.Value, from.Source, from.AsOf);
        }

        return
        [
            .. snapshot.Assets.SelectMany(asset => Seen(asset.Id, Price, asset.PriceUsd)),
            .. snapshot.Opportunities.SelectMany(place => (Observation[])
            [
                .. Seen(place.Id, Rate, place.Total, place.Carry.SpotRate()),
                .. Seen(place.Id, Total, place.Total),
                .. Seen(place.Id, Capacity, place.Capacity),
                .. Seen(place.Id, Withdrawable, place.Withdrawable),
            ]),
            .. snapshot.ShareRates.SelectMany(share => Seen(share.Key, Share, share.Value)),
            .. snapshot.Chains.SelectMany(chain => chain.Gas switch
            {
                EvmGas evm => [.. Seen(chain.Id, Gas, evm.GweiPerGas), .. Seen(chain.Id, DataFee, evm.DataFeeGwei)],
                SolanaGas solana => Seen(chain.Id, Gas, solana.MicroLamportsPerComputeUnit),
                _ => [],
            }),
            .. snapshot.Routes.SelectMany(route => (Observation[])[.. Seen(route.Id, Fee, route.Fees[0].Bps), .. Seen(route.Id, Limit, route.Maximum)]),
        ];
    }
}

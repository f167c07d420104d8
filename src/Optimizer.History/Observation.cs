using Optimizer.Model;

namespace Optimizer.History;

/// <summary>One value at one time.</summary>
/// <param name="Time">Time of the snapshot, or of the imported row.</param>
/// <param name="Snapshot">Name of the snapshot or imported file.</param>
/// <param name="Subject">The asset, opportunity, chain or route.</param>
/// <param name="Quantity">One of <see cref="Quantities"/>.</param>
/// <param name="Value">The value; finite.</param>
/// <param name="Source">The data source.</param>
/// <param name="AsOf">The time to which the value applies.</param>
public sealed record Observation(DateTimeOffset Time, string Snapshot, string Subject, string Quantity, double Value, string Source, DateTimeOffset AsOf);

/// <summary>The quantities stored in the history, and their units.</summary>
public static class Quantities
{
    /// <summary>Price of an asset in USD.</summary>
    public const string Price = "price";

    /// <summary>Spot rate of an opportunity, including rewards and net of fees: an effective fraction per year.</summary>
    public const string Rate = "rate";

    /// <summary>Value of one share of an opportunity, in units of its input token.</summary>
    public const string Share = "share";

    /// <summary>Total amount in an opportunity, in whole tokens of its first input.</summary>
    public const string Total = "total-tokens";

    /// <summary>Largest amount that can be deposited into an opportunity, in whole tokens.</summary>
    public const string Capacity = "capacity-tokens";

    /// <summary>Largest amount that can be withdrawn from an opportunity at once, in whole tokens.</summary>
    public const string Withdrawable = "withdrawable-tokens";

    /// <summary>Gas price of a chain: gwei per gas, or micro-lamports per compute unit.</summary>
    public const string Gas = "gas";

    /// <summary>Data fee of a typical transaction on a chain, in gwei.</summary>
    public const string DataFee = "data-fee";

    /// <summary>Fee of a route in its first fee tier, in basis points.</summary>
    public const string Fee = "fee";

    /// <summary>Largest amount that a route accepts, in whole input tokens.</summary>
    public const string Limit = "limit-tokens";

    /// <summary>All quantities.</summary>
    public static IReadOnlyList<string> All { get; } = [Price, Rate, Share, Total, Capacity, Withdrawable, Gas, DataFee, Fee, Limit];

    /// <summary>The observations to store from a snapshot. Assumed figures are left out: the same guess every day would look like a steady
    /// market.</summary>
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

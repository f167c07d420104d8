using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>An asset's price is multiplied: a depeg, a crash.</summary>
public sealed record Price : Shock
{
    /// <summary>The asset.</summary>
    public required string Asset { get; init; }

    /// <summary>The factor.</summary>
    [Between(1e-9, 1e6)]
    public required double Multiply { get; init; }

    /// <inheritdoc/>
    public override Snapshot Apply(Market market) => market.Snapshot with
    {
        Assets = [.. market.Snapshot.Assets.Select(asset => asset.Id == Asset
            ? asset with { PriceUsd = asset.PriceUsd.With(asset.PriceUsd * Multiply) } : asset)],
    };

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() => [new("asset", "asset", Asset)];
}

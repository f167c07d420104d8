using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Changes a price: that of an asset, which all its tokens and all claims on it follow; or the peg of one token (a
/// depeg).</summary>
public sealed record PriceShock : Shock
{
    /// <summary>The asset.</summary>
    public string? Asset { get; init; }

    /// <summary>One token, instead of an asset: a bridged dollar that nobody redeems.</summary>
    public TokenId? Token { get; init; }

    /// <summary>The factor.</summary>
    [Between(1e-9, 1e6)]
    public double? Multiply { get; init; }

    /// <summary>The change, instead of a factor: <c>-30 %</c>.</summary>
    public Percentage? Change { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Shift> Shifts(Market market) =>
        [new(Asset is not null ? new(RiskFactorKind.Spot, Asset) : new(RiskFactorKind.Peg, $"{Token}"), ShiftMode.Multiply, Multiply ?? 1 + Change!.Value.Fraction)];

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions()
    {
        if ((Asset is null) == (Token is null))
            yield return ("", "expected exactly one of asset and token");
        if ((Multiply is null) == (Change is null))
            yield return ("", "expected exactly one of multiply and change");
        if (Change?.Fraction <= -1)
            yield return ("change", $"{Change} is out of range; expected above −100 %");
    }

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() => Asset is not null ? [new("asset", "asset", Asset)] : Token is { } token ? [new("token", "token", $"{token}")] : [];
}

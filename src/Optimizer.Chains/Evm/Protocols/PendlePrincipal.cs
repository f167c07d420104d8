using System.Numerics;
using Optimizer.Chains.Markets;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>Pendle's principal tokens, held to maturity; every address of the entry is a market.</summary>
/// <remarks>Source: pendle-core-v2, PendleMarket and MarketMathCore. The market's own state gives the exact price of any size.</remarks>
public sealed class PendlePrincipal : IEvmAdapter
{
    private const double Wad = 1e18;
    private const double SecondsPerYear = 365 * 86_400;

    private static readonly AbiFunction ReadState = AbiFunction.Parse(
        "readState(address router) returns ((int256 totalPt, int256 totalSy, int256 totalLp, address treasury, int256 scalarRoot, uint256 expiry, uint256 lnFeeRateRoot, uint256 reserveFeePercent, uint256 lastLnImpliedRate))");

    private static readonly AbiFunction ReadTokens = AbiFunction.Parse("readTokens() returns (address SY, address PT, address YT)");
    private static readonly AbiFunction ExchangeRate = AbiFunction.Parse("exchangeRate() returns (uint256)");
    private static readonly AbiFunction AssetInfo = AbiFunction.Parse("assetInfo() returns (uint8 assetType, address assetAddress, uint8 assetDecimals)");

    /// <inheritdoc/>
    public string Name => "pendlePrincipal";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OpportunityReading>> ReadAsync(EvmProtocol protocol) =>
        [.. (await Task.WhenAll(protocol.Entry.Addresses.Select(entry => MarketAsync(protocol, entry.Key, EvmAddress.Parse(entry.Value)))).ConfigureAwait(false)).OfType<OpportunityReading>()];

    private static async Task<OpportunityReading?> MarketAsync(EvmProtocol protocol, string role, EvmAddress market)
    {
        var reader = protocol.Reader;
        var (askState, askTokens) = (reader.ReadAsync(market, ReadState, EvmProtocol.Anyone), reader.ReadAsync(market, ReadTokens));
        var state = (object[])(await askState.ConfigureAwait(false))[0];
        var standardised = (EvmAddress)(await askTokens.ConfigureAwait(false))[0];
        var (askRate, askAsset) = (reader.ReadAsync(standardised, ExchangeRate), reader.ReadAsync(standardised, AssetInfo));
        double Number(int field) => (double)(BigInteger)state[field];
        var (rate, asset) = ((double)(BigInteger)(await askRate.ConfigureAwait(false))[0] / Wad, await askAsset.ConfigureAwait(false));
        var contract = (EvmAddress)asset[1];
        var token = protocol.TokenAt(contract);
        if (token is null)
        {
            protocol.Reading.Refuse(Rules.UnknownToken, protocol.IdOf(role), $"the market's asset {contract} is none of the chain file's tokens");
            return null;
        }

        var id = protocol.IdOf(token.Symbol);
        if (await protocol.PriceAsync(token).ConfigureAwait(false) is null)
            return null;
        var years = (Number(5) - reader.Block.Time.ToUnixTimeSeconds()) / SecondsPerYear;
        if (years <= 0)
        {
            protocol.Reading.Refuse(Rules.AbsurdAmount, id, $"market {market} matured on {DateTimeOffset.FromUnixTimeSeconds((long)Math.Clamp(Number(5), 0, 253_402_300_799)):yyyy-MM-dd}");
            return null;
        }

        var unit = Math.Pow(10, -token.Decimals);
        var (principal, assets, scalar) = (Number(0) * unit, Number(1) * rate * unit, Number(4) / Wad / years);
        if (!(principal > 0 && assets > 0 && scalar > 0 && double.IsFinite(principal + assets + scalar)))
        {
            protocol.Reading.Refuse(Rules.AbsurdAmount, id, $"market {market} holds {state[0]} principal tokens and {state[1]} of the other side, with a scalar of {state[4]}");
            return null;
        }

        var from = protocol.From($"market {market} of principal tokens on {protocol.Chain.Name}", role.ToLowerInvariant());
        var curve = new FixedTermCurve
        {
            Basis = RateBasis.Effective,
            Principal = new(principal, from),
            Assets = new(assets, from),
            RateScalar = new(scalar, from),
            // What was last traded at, at the proportion of now.
            RateAnchor = new(Math.Exp(Number(8) / Wad * years) - Math.Log(principal / assets) / scalar, from),
            FeeFactor = new(Math.Exp(Number(6) / Wad * years), from),
            YearsToMaturity = new(years, from),
        };
        return new()
        {
            Id = id,
            Protocol = protocol.Entry.Id,
            Kind = OpportunityKind.FixedTerm,
            Inputs = [new(new(token.Symbol, protocol.Chain.Id), 1)],
            Carry = new() { Base = curve },
            Total = new(principal + assets, from),
            Capacity = new(curve.Capacity, from),
            ExitDelayDays = new(years * Duration.DaysPerYear, from),
        };
    }
}

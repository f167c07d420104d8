using Optimizer.Chains.Markets;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Pendle;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>Pendle principal tokens, held to maturity. Every address of the entry is a market.</summary>
/// <remarks>Source: pendle-core-v2, PendleMarket and MarketMathCore. The market's own state gives the exact price of any size.</remarks>
public sealed class PendlePrincipal : IEvmAdapter
{
    private const double Wad = 1e18;
    private const double SecondsPerYear = 365 * 86_400;


    /// <inheritdoc/>
    public string Name => "pendlePrincipal";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OpportunityReading>> ReadAsync(EvmProtocol protocol) =>
        [.. (await Task.WhenAll(protocol.Entry.Addresses.Select(entry => MarketAsync(protocol, entry.Key, EvmAddress.Parse(entry.Value)))).ConfigureAwait(false)).OfType<OpportunityReading>()];

    private static async Task<OpportunityReading?> MarketAsync(EvmProtocol protocol, string role, EvmAddress market)
    {
        var reader = protocol.Reader;
        var (askState, askTokens) = (reader.ReadAsync(market, new ReadState { Router = EvmProtocol.Anyone }), reader.ReadAsync(market, new ReadTokens()));
        var state = await askState.ConfigureAwait(false);
        var standardised = (await askTokens.ConfigureAwait(false)).Standardised;
        var (askRate, askAsset) = (reader.ReadAsync(standardised, new ExchangeRate()), reader.ReadAsync(standardised, new AssetInfo()));
        var (rate, contract) = ((double)await askRate.ConfigureAwait(false) / Wad, (await askAsset.ConfigureAwait(false)).AssetAddress);
        var token = protocol.TokenAt(contract);
        if (token is null)
        {
            protocol.Reading.Refuse(FindingRules.UnknownToken, protocol.IdOf(role), $"the market's asset {contract} is not in the chain file");
            return null;
        }

        var id = protocol.IdOf(token.Symbol);
        if (await protocol.PriceAsync(token).ConfigureAwait(false) is null)
            return null;
        var (expiry, scalarRoot) = ((double)state.Expiry, (double)state.ScalarRoot);
        var years = (expiry - reader.Block.Time.ToUnixTimeSeconds()) / SecondsPerYear;
        if (years <= 0)
        {
            protocol.Reading.Refuse(FindingRules.AbsurdAmount, id, $"market {market} matured on {DateTimeOffset.FromUnixTimeSeconds((long)Math.Clamp(expiry, 0, 253_402_300_799)):yyyy-MM-dd}");
            return null;
        }

        var unit = Math.Pow(10, -token.Decimals);
        var (principal, assets, scalar) = ((double)state.TotalPrincipal * unit, (double)state.TotalStandardised * rate * unit, scalarRoot / Wad / years);
        if (!(principal > 0 && assets > 0 && scalar > 0 && double.IsFinite(principal + assets + scalar)))
        {
            protocol.Reading.Refuse(FindingRules.AbsurdAmount, id, $"market {market} holds {state.TotalPrincipal} principal tokens and {state.TotalStandardised} of the other side, with a scalar of {state.ScalarRoot}");
            return null;
        }

        var from = protocol.From($"market {market} of principal tokens on {protocol.Chain.Name}", role.ToLowerInvariant());
        var curve = new FixedTermCurve
        {
            Basis = RateBasis.Effective,
            Principal = new(principal, from),
            Assets = new(assets, from),
            RateScalar = new(scalar, from),
            // The anchor that gives the last implied rate at the present proportion.
            RateAnchor = new(Math.Exp((double)state.LastLnImpliedRate / Wad * years) - Math.Log(principal / assets) / scalar, from),
            FeeFactor = new(Math.Exp((double)state.LnFeeRateRoot / Wad * years), from),
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

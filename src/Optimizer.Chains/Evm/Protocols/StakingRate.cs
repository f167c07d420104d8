using Optimizer.Chains.Markets;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Contracts.Protocols.LiquidStaking;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>Liquid staking of the native token, with a yield measured by the growth of the token's redemption rate.</summary>
/// <remarks>A role of the entry that is also a parameter name is such a token. The parameter is the contract's rate function, in wei:
/// wstETH's <c>stEthPerToken()</c>, rETH's <c>getExchangeRate()</c>, weETH's <c>getRate()</c>.</remarks>
public sealed class StakingRate : IEvmAdapter
{

    /// <inheritdoc/>
    public string Name => "stakingRate";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OpportunityReading>> ReadAsync(EvmProtocol protocol)
    {
        var tokens = protocol.Entry.Parameters.Where(p => protocol.Entry.Addresses.ContainsKey(p.Key));
        return [.. (await Task.WhenAll(tokens.Select(p => TokenAsync(protocol, p.Key, p.Value))).ConfigureAwait(false)).OfType<OpportunityReading>()];
    }

    private static async Task<OpportunityReading?> TokenAsync(EvmProtocol protocol, string role, string function)
    {
        var contract = protocol.Contract(role);
        var native = protocol.Chain.Tokens.Single(token => token.Symbol == protocol.Chain.NativeToken);
        var id = protocol.IdOf(native.Symbol);
        if (!function.EndsWith("()", StringComparison.Ordinal) || function.Length == 2 || !function[..^2].All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_'))
            throw new ChainDataException(ChainFault.UnexpectedContract, $"the chain file of {protocol.Chain.Id} gives '{function}' for {role}; expected a function without parameters, such as getRate()");
        var rateOf = new TokenRate(function[..^2]);
        var (askRate, askSupply, askPrice) = (protocol.Reader.ReadAsync(contract, rateOf), protocol.Reader.ReadAsync(contract, new TotalSupply()), protocol.Prices.OfAsync(native));
        var (rate, supply) = (await askRate.ConfigureAwait(false), await askSupply.ConfigureAwait(false));
        if (await askPrice.ConfigureAwait(false) is null)
            return null;
        if (rate.Sign <= 0)
        {
            protocol.Reading.Refuse(FindingRules.AbsurdAmount, id, $"{contract} answers {function} with {rate}");
            return null;
        }

        var from = protocol.From($"growth of {role} {contract} on {protocol.Chain.Name}, by {function}", role.ToLowerInvariant());
        var share = new Figure((double)rate / Math.Pow(10, native.Decimals), from);
        if (await protocol.GrowthAsync(id, share, rate, contract, rateOf).ConfigureAwait(false) is not { } growth)
            return null;
        return new()
        {
            Id = id,
            Protocol = protocol.Entry.Id,
            Kind = OpportunityKind.LiquidStaking,
            Inputs = [new(protocol.Chain.NativeTokenId(), 1)],
            Carry = new() { Base = new FlatCurve { Basis = RateBasis.Effective, RatePerYear = new(growth, from) } },
            Total = new(EvmProtocol.Whole(supply, native) * share, from),
        };
    }
}

using System.Numerics;
using Optimizer.Chains.Markets;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.CompoundV3;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>Compound v3: one market (Comet) per base token. Every address of the entry except the rewards contract is a market.</summary>
/// <remarks>Source: compound-finance/comet, Comet and CometRewards. Rates are per second with 18 decimals. Rewards are paid by a separate
/// contract with the role <c>rewards</c>.</remarks>
public sealed class CompoundV3 : IEvmAdapter
{
    private const double SecondsPerYear = 31_536_000;

    /// <summary>The only role that is not a market: the rewards contract.</summary>
    private const string RewardsRole = "rewards";


    /// <inheritdoc/>
    public string Name => "compoundV3";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OpportunityReading>> ReadAsync(EvmProtocol protocol) =>
        [.. (await Task.WhenAll(protocol.Entry.Addresses.Where(entry => entry.Key != RewardsRole).Select(entry => MarketAsync(protocol, entry.Key, EvmAddress.Parse(entry.Value)))).ConfigureAwait(false)).OfType<OpportunityReading>()];

    /// <summary>Rewards of suppliers: a fixed amount per second, shared by all, once a minimum is supplied.</summary>
    private static async Task<EmissionCurve?> RewardsAsync(EvmProtocol protocol, EvmAddress comet, string id, BigInteger supplied, Figure shared, double priceUsd)
    {
        if (!protocol.Entry.Addresses.ContainsKey(RewardsRole) || shared * priceUsd < 1)
            return null;
        var rewards = protocol.Contract(RewardsRole);
        try
        {
            var (askMultiplier, askReward) = (MultiplierAsync(), protocol.Reader.ReadAsync(rewards, new RewardConfig { Comet = comet }));
            var (askSpeed, askScale, askLeast) = (Ask(protocol, comet, new BaseTrackingSupplySpeed()), Ask(protocol, comet, new TrackingIndexScale()), Ask(protocol, comet, new BaseMinForRewards()));
            var token = (await askReward.ConfigureAwait(false)).Token;
            var (speed, scale, least) = (await askSpeed.ConfigureAwait(false), await askScale.ConfigureAwait(false), await askLeast.ConfigureAwait(false));
            if (token.IsZero || speed.IsZero || scale.IsZero || supplied < least || await protocol.RewardAsync(token, id).ConfigureAwait(false) is not var (reward, price))
                return null;
            var perSecond = (double)speed / (double)scale * await askMultiplier.ConfigureAwait(false);
            return new() { Basis = RateBasis.Simple, Asset = reward.AssetId(), PerYear = new(perSecond * SecondsPerYear * price / priceUsd, shared.From), Supplied = shared };
        }
        catch (ChainDataException wrong) when (wrong.Fault == ChainFault.UnexpectedContract)
        {
            protocol.Reading.Flag(FindingRules.DeadAdapter, id, $"rewards cannot be read and are not counted: {wrong.Message}");
            return null;
        }

        async Task<double> MultiplierAsync()
        {
            try
            {
                return (double)(await protocol.Reader.ReadAsync(rewards, new RewardConfigWithMultiplier { Comet = comet }).ConfigureAwait(false)).Multiplier / 1e18;
            }
            catch (ChainDataException wrong) when (wrong.Fault == ChainFault.UnexpectedContract)
            {
                // Rewards contracts before 2023 have no multiplier and return one word less.
                return 1;
            }
        }
    }

    private static Task<T> Ask<T>(EvmProtocol protocol, EvmAddress contract, ContractFunction<T> function) => protocol.Reader.ReadAsync(contract, function);

    private static async Task<State> StateAsync(EvmProtocol protocol, EvmAddress comet)
    {
        var (supplied, borrowed, kink) = (Ask(protocol, comet, new TotalSupply()), Ask(protocol, comet, new TotalBorrow()), Ask(protocol, comet, new SupplyKink()));
        var (rateBase, slopeLow, slopeHigh) = (Ask(protocol, comet, new SupplyRateBase()), Ask(protocol, comet, new SupplyRateSlopeLow()), Ask(protocol, comet, new SupplyRateSlopeHigh()));
        var (utilization, isSupplyPaused, isWithdrawPaused) = (Ask(protocol, comet, new GetUtilization()), Ask(protocol, comet, new IsSupplyPaused()), Ask(protocol, comet, new IsWithdrawPaused()));
        await Task.WhenAll(supplied, borrowed, kink, rateBase, slopeLow, slopeHigh, utilization, isSupplyPaused, isWithdrawPaused).ConfigureAwait(false);
        return new(await supplied.ConfigureAwait(false), await borrowed.ConfigureAwait(false), await kink.ConfigureAwait(false), await rateBase.ConfigureAwait(false),
            await slopeLow.ConfigureAwait(false), await slopeHigh.ConfigureAwait(false), await utilization.ConfigureAwait(false), await isSupplyPaused.ConfigureAwait(false), await isWithdrawPaused.ConfigureAwait(false));
    }

    private static async Task<OpportunityReading?> MarketAsync(EvmProtocol protocol, string role, EvmAddress comet)
    {
        EvmAddress asset;
        State state;
        try
        {
            var (askAsset, askState) = (Ask(protocol, comet, new BaseToken()), StateAsync(protocol, comet));
            (asset, state) = (await askAsset.ConfigureAwait(false), await askState.ConfigureAwait(false));
        }
        catch (ChainDataException wrong) when (wrong.Fault == ChainFault.UnexpectedContract)
        {
            protocol.Reading.Refuse(FindingRules.DeadAdapter, protocol.IdOf(role), wrong.Message);
            return null;
        }

        if (protocol.TokenAt(asset) is not { } token)
        {
            protocol.Reading.Refuse(FindingRules.UnknownToken, protocol.IdOf(role), $"the base token {asset} is not in the chain file");
            return null;
        }

        var askRate = Ask(protocol, comet, new GetSupplyRate { Utilization = state.Utilization });
        var askBalance = Ask(protocol, asset, new BalanceOf { Owner = comet });
        if (await protocol.PriceAsync(token).ConfigureAwait(false) is not { } price)
            return null;
        var from = protocol.From($"{protocol.Entry.Name} on {protocol.Chain.Name}, {role} {comet}", role.ToLowerInvariant());
        Figure Whole(BigInteger baseUnits) => new(EvmProtocol.Whole(baseUnits, token), from);
        var askRewards = RewardsAsync(protocol, comet, protocol.IdOf(token.Symbol), state.Supplied, Whole(state.Supplied), price);
        Figure PerYear(BigInteger perSecond) => new((double)perSecond / 1e18 * SecondsPerYear, from);
        return new()
        {
            Id = protocol.IdOf(token.Symbol),
            Protocol = protocol.Entry.Id,
            Kind = OpportunityKind.Lending,
            Inputs = [new(new(token.Symbol, protocol.Chain.Id), 1)],
            Carry = new()
            {
                Base = new CometCurve
                {
                    Basis = RateBasis.PerSecond,
                    Supplied = Whole(state.Supplied),
                    Borrowed = Whole(state.Borrowed),
                    Kink = new((double)state.Kink / 1e18, from),
                    BaseRate = PerYear(state.RateBase),
                    SlopeLow = PerYear(state.SlopeLow),
                    SlopeHigh = PerYear(state.SlopeHigh),
                },
                Rewards = await askRewards.ConfigureAwait(false),
            },
            Total = Whole(state.Supplied),
            Capacity = state.IsSupplyPaused ? new Figure(0, from) : null,
            Withdrawable = state.IsWithdrawPaused ? new Figure(0, from) : Whole(await askBalance.ConfigureAwait(false)),
            StatedRate = (double)await askRate.ConfigureAwait(false) / 1e18 * SecondsPerYear,
        };
    }

    /// <summary>One market: amounts in base units, rates per second in 1e-18.</summary>
    private sealed record State(BigInteger Supplied, BigInteger Borrowed, BigInteger Kink, BigInteger RateBase, BigInteger SlopeLow, BigInteger SlopeHigh, BigInteger Utilization, bool IsSupplyPaused, bool IsWithdrawPaused);
}

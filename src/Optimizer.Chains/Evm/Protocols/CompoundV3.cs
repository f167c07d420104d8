using System.Numerics;
using Optimizer.Chains.Markets;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>Compound v3: one market (Comet) per base token; every address of the entry is one.</summary>
/// <remarks>Source: compound-finance/comet, Comet and CometRewards. Rates are per second in 18 decimals; rewards are paid apart,
/// by the contract of the role <c>rewards</c>.</remarks>
public sealed class CompoundV3 : IEvmAdapter
{
    private const double SecondsPerYear = 31_536_000;

    /// <summary>The one role that is no market: who gives out rewards.</summary>
    private const string RewardsRole = "rewards";

    private static readonly AbiFunction BaseToken = AbiFunction.Parse("baseToken() returns (address)");
    private static readonly AbiFunction TotalSupply = AbiFunction.Parse("totalSupply() returns (uint256)");
    private static readonly AbiFunction TotalBorrow = AbiFunction.Parse("totalBorrow() returns (uint256)");
    private static readonly AbiFunction Kink = AbiFunction.Parse("supplyKink() returns (uint256)");
    private static readonly AbiFunction RateBase = AbiFunction.Parse("supplyPerSecondInterestRateBase() returns (uint256)");
    private static readonly AbiFunction SlopeLow = AbiFunction.Parse("supplyPerSecondInterestRateSlopeLow() returns (uint256)");
    private static readonly AbiFunction SlopeHigh = AbiFunction.Parse("supplyPerSecondInterestRateSlopeHigh() returns (uint256)");
    private static readonly AbiFunction Utilization = AbiFunction.Parse("getUtilization() returns (uint256)");
    private static readonly AbiFunction SupplyRate = AbiFunction.Parse("getSupplyRate(uint256 utilization) returns (uint64)");
    private static readonly AbiFunction IsSupplyPaused = AbiFunction.Parse("isSupplyPaused() returns (bool)");
    private static readonly AbiFunction IsWithdrawPaused = AbiFunction.Parse("isWithdrawPaused() returns (bool)");
    private static readonly AbiFunction TrackingSpeed = AbiFunction.Parse("baseTrackingSupplySpeed() returns (uint256)");
    private static readonly AbiFunction TrackingScale = AbiFunction.Parse("trackingIndexScale() returns (uint256)");
    private static readonly AbiFunction LeastForRewards = AbiFunction.Parse("baseMinForRewards() returns (uint256)");
    private static readonly AbiFunction RewardConfiguration = AbiFunction.Parse("rewardConfig(address comet) returns (address token, uint64 rescaleFactor, bool shouldUpscale)");
    private static readonly AbiFunction RewardMultiplier = AbiFunction.Parse("rewardConfig(address comet) returns (address token, uint64 rescaleFactor, bool shouldUpscale, uint256 multiplier)");
    private static readonly AbiFunction BalanceOf = AbiFunction.Parse("balanceOf(address owner) returns (uint256)");

    /// <inheritdoc/>
    public string Name => "compoundV3";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OpportunityReading>> ReadAsync(EvmProtocol protocol) =>
        [.. (await Task.WhenAll(protocol.Entry.Addresses.Where(entry => entry.Key != RewardsRole).Select(entry => MarketAsync(protocol, entry.Key, EvmAddress.Parse(entry.Value)))).ConfigureAwait(false)).OfType<OpportunityReading>()];

    /// <summary>What suppliers are given on top: so much a second, shared by all, while enough is supplied.</summary>
    private static async Task<EmissionCurve?> RewardsAsync(EvmProtocol protocol, EvmAddress comet, string id, BigInteger supplied, Figure shared, double priceUsd)
    {
        if (!protocol.Entry.Addresses.ContainsKey(RewardsRole) || shared * priceUsd < 1)
            return null;
        var rewards = protocol.Contract(RewardsRole);
        try
        {
            var askMultiplier = MultiplierAsync();
            var read = await Task.WhenAll(protocol.Reader.ReadAsync(rewards, RewardConfiguration, comet), protocol.Reader.ReadAsync(comet, TrackingSpeed), protocol.Reader.ReadAsync(comet, TrackingScale), protocol.Reader.ReadAsync(comet, LeastForRewards)).ConfigureAwait(false);
            var (token, speed, scale, least) = ((EvmAddress)read[0][0], (BigInteger)read[1][0], (BigInteger)read[2][0], (BigInteger)read[3][0]);
            if (token.IsZero || speed.IsZero || scale.IsZero || supplied < least || await protocol.RewardAsync(token, id).ConfigureAwait(false) is not var (reward, price))
                return null;
            var perSecond = (double)speed / (double)scale * await askMultiplier.ConfigureAwait(false);
            return new() { Basis = RateBasis.Simple, Asset = reward.AssetId(), PerYear = new(perSecond * SecondsPerYear * price / priceUsd, shared.From), Supplied = shared };
        }
        catch (ChainDataException wrong) when (wrong.Fault == ChainFault.UnexpectedContract)
        {
            protocol.Reading.Flag(Rules.DeadAdapter, id, $"its rewards cannot be read and are not counted: {wrong.Message}");
            return null;
        }

        async Task<double> MultiplierAsync()
        {
            try
            {
                return (double)(BigInteger)(await protocol.Reader.ReadAsync(rewards, RewardMultiplier, comet).ConfigureAwait(false))[3] / 1e18;
            }
            catch (ChainDataException wrong) when (wrong.Fault == ChainFault.UnexpectedContract)
            {
                // Contracts of before 2023 have none, and answer with one word less.
                return 1;
            }
        }
    }

    private static async Task<OpportunityReading?> MarketAsync(EvmProtocol protocol, string role, EvmAddress comet)
    {
        Task<object[]> Ask(AbiFunction function) => protocol.Reader.ReadAsync(comet, function);
        var asked = new[] { TotalSupply, TotalBorrow, Kink, RateBase, SlopeLow, SlopeHigh, Utilization, IsSupplyPaused, IsWithdrawPaused }.Select(Ask).ToArray();
        object[][] read;
        EvmAddress asset;
        try
        {
            asset = (EvmAddress)(await Ask(BaseToken).ConfigureAwait(false))[0];
            read = await Task.WhenAll(asked).ConfigureAwait(false);
        }
        catch (ChainDataException wrong) when (wrong.Fault == ChainFault.UnexpectedContract)
        {
            protocol.Reading.Refuse(Rules.DeadAdapter, protocol.IdOf(role), wrong.Message);
            return null;
        }

        if (protocol.TokenAt(asset) is not { } token)
        {
            protocol.Reading.Refuse(Rules.UnknownToken, protocol.IdOf(role), $"the base token {asset} is none of the chain file's");
            return null;
        }

        BigInteger Number(int i) => (BigInteger)read[i][0];
        var askRate = protocol.Reader.ReadAsync(comet, SupplyRate, Number(6));
        var askBalance = protocol.Reader.ReadAsync(asset, BalanceOf, comet);
        if (await protocol.PriceAsync(token).ConfigureAwait(false) is not { } price)
            return null;
        var from = protocol.From($"{protocol.Entry.Name} on {protocol.Chain.Name}, {role} {comet}", role.ToLowerInvariant());
        Figure Whole(BigInteger baseUnits) => new(EvmProtocol.Whole(baseUnits, token), from);
        var askRewards = RewardsAsync(protocol, comet, protocol.IdOf(token.Symbol), Number(0), Whole(Number(0)), price);
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
                    Supplied = Whole(Number(0)),
                    Borrowed = Whole(Number(1)),
                    Kink = new((double)Number(2) / 1e18, from),
                    BaseRate = PerYear(Number(3)),
                    SlopeLow = PerYear(Number(4)),
                    SlopeHigh = PerYear(Number(5)),
                },
                Rewards = await askRewards.ConfigureAwait(false),
            },
            Total = Whole(Number(0)),
            Capacity = read[7][0] is true ? new Figure(0, from) : null,
            Withdrawable = read[8][0] is true ? new Figure(0, from) : Whole((BigInteger)(await askBalance.ConfigureAwait(false))[0]),
            StatedRate = (double)(BigInteger)(await askRate.ConfigureAwait(false))[0] / 1e18 * SecondsPerYear,
        };
    }
}

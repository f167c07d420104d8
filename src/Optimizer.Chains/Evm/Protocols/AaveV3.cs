using System.Numerics;
using Optimizer.Chains.Markets;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>Aave v3 and its forks.</summary>
/// <remarks>Source of the interfaces: aave-v3-origin 3.6, AaveProtocolDataProvider, IPool, DefaultReserveInterestRateStrategyV2.
/// The utilisation that sets the rate is debt / (virtual balance + debt).</remarks>
public sealed class AaveV3 : IEvmAdapter
{
    /// <summary>Revisions of the pool whose interface is the one below.</summary>
    private const int LastKnownRevision = 10;

    private const double Ray = 1e27;
    private const double SecondsPerYear = 31_536_000;

    private static readonly AbiFunction Revision = AbiFunction.Parse("POOL_REVISION() returns (uint256)");
    private static readonly AbiFunction ReservesList = AbiFunction.Parse("getReservesList() returns (address[])");
    private static readonly AbiFunction VirtualBalance = AbiFunction.Parse("getVirtualUnderlyingBalance(address asset) returns (uint128)");
    private static readonly AbiFunction ReserveDeficit = AbiFunction.Parse("getReserveDeficit(address asset) returns (uint256)");
    private static readonly AbiFunction ReserveData = AbiFunction.Parse(
        "getReserveData(address asset) returns (uint256 unbacked, uint256 accruedToTreasuryScaled, uint256 totalAToken, uint256 totalStableDebt, uint256 totalVariableDebt, "
        + "uint256 liquidityRate, uint256 variableBorrowRate, uint256 stableBorrowRate, uint256 averageStableBorrowRate, uint256 liquidityIndex, uint256 variableBorrowIndex, uint40 lastUpdate)");

    private static readonly AbiFunction Configuration = AbiFunction.Parse(
        "getReserveConfigurationData(address asset) returns (uint256 decimals, uint256 ltv, uint256 liquidationThreshold, uint256 liquidationBonus, uint256 reserveFactor, "
        + "bool usageAsCollateralEnabled, bool borrowingEnabled, bool stableBorrowRateEnabled, bool isActive, bool isFrozen)");

    private static readonly AbiFunction Caps = AbiFunction.Parse("getReserveCaps(address asset) returns (uint256 borrowCap, uint256 supplyCap)");
    private static readonly AbiFunction Paused = AbiFunction.Parse("getPaused(address asset) returns (bool)");
    private static readonly AbiFunction StrategyOf = AbiFunction.Parse("getInterestRateStrategyAddress(address asset) returns (address)");
    private static readonly AbiFunction TokensOf = AbiFunction.Parse("getReserveTokensAddresses(address asset) returns (address aToken, address stableDebt, address variableDebt)");
    private static readonly AbiFunction BalanceOf = AbiFunction.Parse("balanceOf(address owner) returns (uint256)");
    private static readonly AbiFunction RateDataBps = AbiFunction.Parse(
        "getInterestRateDataBps(address reserve) returns ((uint16 optimalUsageRatio, uint32 baseVariableBorrowRate, uint32 variableRateSlope1, uint32 variableRateSlope2))");

    // Strategies before 3.1 serve one reserve each and answer in ray.
    private static readonly AbiFunction OptimalUsage = AbiFunction.Parse("OPTIMAL_USAGE_RATIO() returns (uint256)");
    private static readonly AbiFunction BaseRate = AbiFunction.Parse("getBaseVariableBorrowRate() returns (uint256)");
    private static readonly AbiFunction Slope1 = AbiFunction.Parse("getVariableRateSlope1() returns (uint256)");
    private static readonly AbiFunction Slope2 = AbiFunction.Parse("getVariableRateSlope2() returns (uint256)");

    private static readonly AbiFunction IncentivesController = AbiFunction.Parse("getIncentivesController() returns (address)");
    private static readonly AbiFunction RewardsOf = AbiFunction.Parse("getRewardsByAsset(address asset) returns (address[])");
    private static readonly AbiFunction RewardData = AbiFunction.Parse(
        "getRewardsData(address asset, address reward) returns (uint256 index, uint256 emissionPerSecond, uint256 lastUpdate, uint256 distributionEnd)");

    /// <inheritdoc/>
    public string Name => "aaveV3";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OpportunityReading>> ReadAsync(EvmProtocol protocol)
    {
        var (pool, provider) = (protocol.Contract("pool"), protocol.Contract("dataProvider"));
        var askRevision = protocol.Reader.TryReadAsync(pool, Revision);
        var askList = protocol.Reader.ReadAsync(pool, ReservesList);
        var tokens = protocol.Chain.Tokens.Where(t => t.Address is not null).ToArray();
        var reserves = tokens.Select(token => ReserveAsync(protocol, token, pool, provider)).ToArray();
        if (await askRevision.ConfigureAwait(false) is not [BigInteger revision])
            protocol.Reading.Flag(Rules.UnknownRevision, protocol.IdOf("*"), "the pool does not state a revision");
        else if (revision > LastKnownRevision)
            protocol.Reading.Flag(Rules.UnknownRevision, protocol.IdOf("*"), $"the pool is of revision {revision}; {LastKnownRevision} is the last one known");
        var listed = ((object[])(await askList.ConfigureAwait(false))[0]).Cast<EvmAddress>().ToHashSet();
        listed.ExceptWith(tokens.Select(t => EvmAddress.Parse(t.Address!)));
        if (listed.Count > 0)
            protocol.Reading.Flag(Rules.UnknownToken, protocol.IdOf("*"), $"{listed.Count} reserves are of tokens that the chain file does not name, such as {listed.First()}; they are not read");
        return [.. (await Task.WhenAll(reserves).ConfigureAwait(false)).OfType<OpportunityReading>()];
    }

    private static async Task<OpportunityReading?> ReserveAsync(EvmProtocol protocol, Token token, EvmAddress pool, EvmAddress provider)
    {
        var (reader, asset) = (protocol.Reader, EvmAddress.Parse(token.Address!));
        var askTokens = reader.TryReadAsync(provider, TokensOf, asset);
        var askData = reader.TryReadAsync(provider, ReserveData, asset);
        var askConfiguration = reader.TryReadAsync(provider, Configuration, asset);
        var askCaps = reader.TryReadAsync(provider, Caps, asset);
        var askPaused = reader.TryReadAsync(provider, Paused, asset);
        var askStrategy = reader.TryReadAsync(provider, StrategyOf, asset);
        var askBalance = reader.TryReadAsync(pool, VirtualBalance, asset);
        var askDeficit = reader.TryReadAsync(pool, ReserveDeficit, asset);
        // A token that is no reserve has no aToken.
        if (await askTokens.ConfigureAwait(false) is not [EvmAddress { IsZero: false } aToken, ..])
            return null;
        var subject = protocol.IdOf(token.Symbol);
        if (await askData.ConfigureAwait(false) is not { } data || await askConfiguration.ConfigureAwait(false) is not { } configuration
            || await askCaps.ConfigureAwait(false) is not { } caps || await askStrategy.ConfigureAwait(false) is not [EvmAddress strategy])
        {
            protocol.Reading.Refuse(Rules.DeadAdapter, subject, $"data, configuration, caps or rate strategy of the reserve cannot be read from {provider}");
            return null;
        }

        var (askRates, askPrice, askRewards) = (RatesAsync(reader, strategy, asset), protocol.PriceAsync(token), RewardsAsync(protocol, aToken, subject));
        var available = (BigInteger)(await askBalance.ConfigureAwait(false) ?? await reader.ReadAsync(asset, BalanceOf, aToken).ConfigureAwait(false))[0];
        if (await askRates.ConfigureAwait(false) is not { } rates)
        {
            protocol.Reading.Refuse(Rules.UnknownRevision, subject, $"the rate strategy {strategy} answers none of the known questions");
            return null;
        }

        if (await askPrice.ConfigureAwait(false) is not { } price)
            return null;
        var from = protocol.From($"{protocol.Entry.Name} on {protocol.Chain.Name}, pool {pool}");
        var debt = (BigInteger)data[3] + (BigInteger)data[4];
        if (await askPaused.ConfigureAwait(false) is not [bool isPaused])
        {
            protocol.Reading.Refuse(Rules.DeadAdapter, subject, $"whether the reserve is paused cannot be read from {provider}");
            return null;
        }

        var isOpen = configuration[8] is true && configuration[9] is false && !isPaused;
        var reserveFactor = (double)(BigInteger)configuration[4] / 1e4;
        if (await askDeficit.ConfigureAwait(false) is [BigInteger { IsZero: false } deficit])
        {
            protocol.Reading.Flag(Rules.Deficit, subject, $"the reserve has a deficit of {EvmProtocol.Usd(deficit, token, price):#,0} USD; its suppliers earn that much less");
            // The rate is shared with the deficit: rate · debt / (supplied + deficit).
            reserveFactor = 1 - (1 - reserveFactor) * (double)(available + debt) / (double)(available + debt + deficit);
        }

        Figure Whole(BigInteger baseUnits) => new(EvmProtocol.Whole(baseUnits, token), from);
        var supplied = (BigInteger)data[2] + (BigInteger)data[1] * (BigInteger)data[9] / BigInteger.Pow(10, 27);
        var cap = (BigInteger)caps[1] * BigInteger.Pow(10, token.Decimals);
        return new()
        {
            Id = subject,
            Protocol = protocol.Entry.Id,
            Kind = OpportunityKind.Lending,
            Inputs = [new(new(token.Symbol, protocol.Chain.Id), 1)],
            Carry = new()
            {
                Base = new KinkedCurve
                {
                    Basis = RateBasis.PerSecond,
                    Supplied = Whole(available + debt),
                    Borrowed = Whole(debt),
                    OptimalUtilisation = new(rates.Optimal, from),
                    BaseRate = new(rates.Base, from),
                    Slope1 = new(rates.Slope1, from),
                    Slope2 = new(rates.Slope2, from),
                    ReserveFactor = new(reserveFactor, from),
                },
                Rewards = await askRewards.ConfigureAwait(false) is { UsdPerYear: > 0 } given && Whole((BigInteger)data[2]) is var shared && shared * price >= 1
                    ? new EmissionCurve { Basis = RateBasis.Simple, Asset = given.Asset, PerYear = new(given.UsdPerYear / price, from), Supplied = shared }
                    : null,
            },
            Total = Whole(available + debt),
            Capacity = !isOpen ? new Figure(0, from) : cap.IsZero ? null : Whole(BigInteger.Max(0, cap - supplied)),
            Withdrawable = isPaused || configuration[8] is false ? new Figure(0, from) : Whole(available),
            StatedRate = (double)(BigInteger)data[5] / Ray,
        };
    }

    /// <summary>What the suppliers of a reserve are given on top, in USD a year: all that their token's controller gives out now; and of
    /// which asset, where it is one.</summary>
    /// <remarks>Source: aave-dao/aave-v3-origin, RewardsController. It is shared by what each holds of the reserve's token.</remarks>
    private static async Task<(double UsdPerYear, string? Asset)> RewardsAsync(EvmProtocol protocol, EvmAddress aToken, string id)
    {
        var reader = protocol.Reader;
        if (await reader.TryReadAsync(aToken, IncentivesController).ConfigureAwait(false) is not [EvmAddress { IsZero: false } controller]
            || await reader.TryReadAsync(controller, RewardsOf, aToken).ConfigureAwait(false) is not [object[] { Length: > 0 } listed])
            return default;
        try
        {
            var given = (await Task.WhenAll(listed.Cast<EvmAddress>().Distinct().Select(GivenAsync)).ConfigureAwait(false)).Where(reward => reward.UsdPerYear > 0).ToArray();
            return (given.Sum(reward => reward.UsdPerYear), given.Select(reward => reward.Asset).Distinct().ToArray() is [var only] ? only : null);
        }
        catch (ChainDataException wrong) when (wrong.Fault == ChainFault.UnexpectedContract)
        {
            protocol.Reading.Flag(Rules.DeadAdapter, id, $"its rewards cannot be read and are not counted: {wrong.Message}");
            return default;
        }

        async Task<(double UsdPerYear, string? Asset)> GivenAsync(EvmAddress reward)
        {
            var read = await reader.ReadAsync(controller, RewardData, aToken, reward).ConfigureAwait(false);
            var (perSecond, end) = ((BigInteger)read[1], (BigInteger)read[3]);
            return perSecond.Sign > 0 && end > reader.Block.Time.ToUnixTimeSeconds() && await protocol.RewardAsync(reward, id).ConfigureAwait(false) is var (token, price)
                ? (EvmProtocol.Usd(perSecond, token, price) * SecondsPerYear, token.AssetId())
                : default;
        }
    }

    private static async Task<(double Optimal, double Base, double Slope1, double Slope2)?> RatesAsync(BlockReader reader, EvmAddress strategy, EvmAddress asset)
    {
        var askBps = reader.TryReadAsync(strategy, RateDataBps, asset);
        var old = new[] { OptimalUsage, BaseRate, Slope1, Slope2 }.Select(function => reader.TryReadAsync(strategy, function)).ToArray();
        if (await askBps.ConfigureAwait(false) is [object[] bps])
            return ((double)(BigInteger)bps[0] / 1e4, (double)(BigInteger)bps[1] / 1e4, (double)(BigInteger)bps[2] / 1e4, (double)(BigInteger)bps[3] / 1e4);
        var rays = await Task.WhenAll(old).ConfigureAwait(false);
        return Array.TrueForAll(rays, ray => ray is not null)
            ? ((double)(BigInteger)rays[0]![0] / Ray, (double)(BigInteger)rays[1]![0] / Ray, (double)(BigInteger)rays[2]![0] / Ray, (double)(BigInteger)rays[3]![0] / Ray)
            : null;
    }
}

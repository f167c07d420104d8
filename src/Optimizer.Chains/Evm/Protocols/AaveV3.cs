using System.Numerics;
using Optimizer.Chains.Markets;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.AaveV3;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>Aave v3 and its forks.</summary>
/// <remarks>Source of the interfaces: aave-v3-origin 3.6, AaveProtocolDataProvider, IPool, DefaultReserveInterestRateStrategyV2. The rate
/// depends on the utilisation debt / (virtual balance + debt).</remarks>
public sealed class AaveV3 : IEvmAdapter
{
    /// <summary>Last revision of the pool known to have this interface.</summary>
    private const int LastKnownRevision = 10;

    private const double Ray = 1e27;
    private const double SecondsPerYear = 31_536_000;


    /// <inheritdoc/>
    public string Name => "aaveV3";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OpportunityReading>> ReadAsync(EvmProtocol protocol)
    {
        var (pool, provider) = (protocol.Contract("pool"), protocol.Contract("dataProvider"));
        var askRevision = protocol.Reader.TryReadAsync(pool, new PoolRevision());
        var askList = protocol.Reader.ReadAsync(pool, new GetReservesList());
        var tokens = protocol.Chain.Tokens.Where(t => t.Address is not null).ToArray();
        var reserves = tokens.Select(token => ReserveAsync(protocol, token, pool, provider)).ToArray();
        if (await askRevision.ConfigureAwait(false) is not { Value: var revision })
            protocol.Reading.Flag(FindingRules.UnknownRevision, protocol.IdOf("*"), "the pool does not state a revision");
        else if (revision > LastKnownRevision)
            protocol.Reading.Flag(FindingRules.UnknownRevision, protocol.IdOf("*"), $"the pool has revision {revision}; the last known one is {LastKnownRevision}");
        var listed = (await askList.ConfigureAwait(false)).ToHashSet();
        listed.ExceptWith(tokens.Select(t => EvmAddress.Parse(t.Address!)));
        if (listed.Count > 0)
            protocol.Reading.Flag(FindingRules.UnknownToken, protocol.IdOf("*"), $"{listed.Count} reserves have tokens that are not in the chain file, such as {listed.First()}; they are not read");
        return [.. (await Task.WhenAll(reserves).ConfigureAwait(false)).OfType<OpportunityReading>()];
    }

    private static async Task<OpportunityReading?> ReserveAsync(EvmProtocol protocol, Token token, EvmAddress pool, EvmAddress provider)
    {
        var (reader, asset) = (protocol.Reader, EvmAddress.Parse(token.Address!));
        var askTokens = reader.TryReadAsync(provider, new GetReserveTokensAddresses { Asset = asset });
        var askData = reader.TryReadAsync(provider, new GetReserveData { Asset = asset });
        var askConfiguration = reader.TryReadAsync(provider, new GetReserveConfigurationData { Asset = asset });
        var askCaps = reader.TryReadAsync(provider, new GetReserveCaps { Asset = asset });
        var askPaused = reader.TryReadAsync(provider, new GetPaused { Asset = asset });
        var askStrategy = reader.TryReadAsync(provider, new GetInterestRateStrategyAddress { Asset = asset });
        var askBalance = reader.TryReadAsync(pool, new GetVirtualUnderlyingBalance { Asset = asset });
        var askDeficit = reader.TryReadAsync(pool, new GetReserveDeficit { Asset = asset });
        // A token that is not a reserve has no aToken.
        if (await askTokens.ConfigureAwait(false) is not { Value.AToken: { IsZero: false } aToken })
            return null;
        var subject = protocol.IdOf(token.Symbol);
        if (await askData.ConfigureAwait(false) is not { Value: var data } || await askConfiguration.ConfigureAwait(false) is not { Value: var configuration }
            || await askCaps.ConfigureAwait(false) is not { Value: var caps } || await askStrategy.ConfigureAwait(false) is not { Value: var strategy })
        {
            protocol.Reading.Refuse(FindingRules.DeadAdapter, subject, $"data, configuration, caps or rate strategy of the reserve cannot be read from {provider}");
            return null;
        }

        var (askRates, askPrice, askRewards) = (RatesAsync(reader, strategy, asset), protocol.PriceAsync(token), RewardsAsync(protocol, aToken, subject));
        var available = await askBalance.ConfigureAwait(false) is { Value: var stated } ? stated : await reader.ReadAsync(asset, new BalanceOf { Owner = aToken }).ConfigureAwait(false);
        if (await askRates.ConfigureAwait(false) is not { } rates)
        {
            protocol.Reading.Refuse(FindingRules.UnknownRevision, subject, $"the rate strategy {strategy} has an unknown interface");
            return null;
        }

        if (await askPrice.ConfigureAwait(false) is not { } price)
            return null;
        var from = protocol.From($"{protocol.Entry.Name} on {protocol.Chain.Name}, pool {pool}");
        var debt = data.TotalStableDebt + data.TotalVariableDebt;
        if (await askPaused.ConfigureAwait(false) is not { Value: var isPaused })
        {
            protocol.Reading.Refuse(FindingRules.DeadAdapter, subject, $"whether the reserve is paused cannot be read from {provider}");
            return null;
        }

        var isOpen = configuration.IsActive && !configuration.IsFrozen && !isPaused;
        var reserveFactor = (double)configuration.ReserveFactor / 1e4;
        if (await askDeficit.ConfigureAwait(false) is { Value: { IsZero: false } deficit })
        {
            protocol.Reading.Flag(FindingRules.Deficit, subject, $"the reserve has a deficit of {EvmProtocol.Usd(deficit, token, price):#,0} USD, which lowers its suppliers' rate");
            // The deficit lowers the supply rate: rate · debt / (supplied + deficit).
            reserveFactor = 1 - (1 - reserveFactor) * (double)(available + debt) / (double)(available + debt + deficit);
        }

        Figure Whole(BigInteger baseUnits) => new(EvmProtocol.Whole(baseUnits, token), from);
        var supplied = data.TotalAToken + data.AccruedToTreasuryScaled * data.LiquidityIndex / BigInteger.Pow(10, 27);
        var cap = caps.SupplyCap * BigInteger.Pow(10, token.Decimals);
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
                Rewards = await askRewards.ConfigureAwait(false) is { UsdPerYear: > 0 } given && Whole(data.TotalAToken) is var shared && shared * price >= 1
                    ? new EmissionCurve { Basis = RateBasis.Simple, Asset = given.Asset, PerYear = new(given.UsdPerYear / price, from), Supplied = shared }
                    : null,
            },
            Total = Whole(available + debt),
            Capacity = !isOpen ? new Figure(0, from) : cap.IsZero ? null : Whole(BigInteger.Max(0, cap - supplied)),
            Withdrawable = isPaused || !configuration.IsActive ? new Figure(0, from) : Whole(available),
            StatedRate = (double)data.LiquidityRate / Ray,
        };
    }

    /// <summary>Rewards of a reserve's suppliers, in USD per year: everything that the rewards controller of its aToken emits now; and the
    /// reward asset, if there is only one.</summary>
    /// <remarks>Source: aave-dao/aave-v3-origin, RewardsController. Rewards are shared in proportion to aToken balances.</remarks>
    private static async Task<(double UsdPerYear, string? Asset)> RewardsAsync(EvmProtocol protocol, EvmAddress aToken, string id)
    {
        var reader = protocol.Reader;
        if (await reader.TryReadAsync(aToken, new GetIncentivesController()).ConfigureAwait(false) is not { Value: { IsZero: false } controller }
            || await reader.TryReadAsync(controller, new GetRewardsByAsset { Asset = aToken }).ConfigureAwait(false) is not { Value: { Length: > 0 } listed })
            return default;
        try
        {
            var given = (await Task.WhenAll(listed.Distinct().Select(GivenAsync)).ConfigureAwait(false)).Where(reward => reward.UsdPerYear > 0).ToArray();
            return (given.Sum(reward => reward.UsdPerYear), given.Select(reward => reward.Asset).Distinct().ToArray() is [var only] ? only : null);
        }
        catch (ChainDataException wrong) when (wrong.Fault == ChainFault.UnexpectedContract)
        {
            protocol.Reading.Flag(FindingRules.DeadAdapter, id, $"rewards cannot be read and are not counted: {wrong.Message}");
            return default;
        }

        async Task<(double UsdPerYear, string? Asset)> GivenAsync(EvmAddress reward)
        {
            var read = await reader.ReadAsync(controller, new GetRewardsData { Asset = aToken, Reward = reward }).ConfigureAwait(false);
            var (perSecond, end) = (read.EmissionPerSecond, read.DistributionEnd);
            return perSecond.Sign > 0 && end > reader.Block.Time.ToUnixTimeSeconds() && await protocol.RewardAsync(reward, id).ConfigureAwait(false) is var (token, price)
                ? (EvmProtocol.Usd(perSecond, token, price) * SecondsPerYear, token.AssetId())
                : default;
        }
    }

    private static async Task<(double Optimal, double Base, double Slope1, double Slope2)?> RatesAsync(BlockReader reader, EvmAddress strategy, EvmAddress asset)
    {
        var askBps = reader.TryReadAsync(strategy, new GetInterestRateDataBps { Reserve = asset });
        // Rate strategies before 3.1 serve one reserve each and use ray units.
        var (askOptimal, askBase) = (reader.TryReadAsync(strategy, new OptimalUsageRatio()), reader.TryReadAsync(strategy, new GetBaseVariableBorrowRate()));
        var (askSlope1, askSlope2) = (reader.TryReadAsync(strategy, new GetVariableRateSlope1()), reader.TryReadAsync(strategy, new GetVariableRateSlope2()));
        if (await askBps.ConfigureAwait(false) is { Value: var bps })
            return ((double)bps.OptimalUsageRatio / 1e4, (double)bps.BaseVariableBorrowRate / 1e4, (double)bps.VariableRateSlope1 / 1e4, (double)bps.VariableRateSlope2 / 1e4);
        return await askOptimal.ConfigureAwait(false) is { Value: var optimal } && await askBase.ConfigureAwait(false) is { Value: var rateBase }
            && await askSlope1.ConfigureAwait(false) is { Value: var slope1 } && await askSlope2.ConfigureAwait(false) is { Value: var slope2 }
            ? ((double)optimal / Ray, (double)rateBase / Ray, (double)slope1 / Ray, (double)slope2 / Ray)
            : null;
    }
}

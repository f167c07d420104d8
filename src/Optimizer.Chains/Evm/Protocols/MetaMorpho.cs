using System.Numerics;
using Optimizer.Chains.Markets;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Erc4626;
using Optimizer.Contracts.Protocols.Morpho;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>MetaMorpho vaults, with the curves of their Morpho Blue markets. Every address of the entry is a vault.</summary>
/// <remarks>Sources: morpho-org/metamorpho, morpho-blue (interest accrues by a third-order Taylor series), morpho-blue-irm
/// (AdaptiveCurveIrm: the rate at target drifts by e^(50·error·years)).</remarks>
public sealed class MetaMorpho : IEvmAdapter
{
    private const double SecondsPerYear = 31_536_000;
    private const double TargetUtilisation = 0.9;
    private const double AdjustmentPerYear = 50;
    private const double LeastRateAtTarget = 0.001;
    private const double MostRateAtTarget = 2;

    private static readonly BigInteger Wad = BigInteger.Pow(10, 18);

    /// <inheritdoc/>
    public string Name => "metaMorpho";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OpportunityReading>> ReadAsync(EvmProtocol protocol) =>
        [.. (await Task.WhenAll(protocol.Entry.Addresses.Select(entry => VaultAsync(protocol, entry.Key, EvmAddress.Parse(entry.Value)))).ConfigureAwait(false)).OfType<OpportunityReading>()];

    private static async Task<OpportunityReading?> VaultAsync(EvmProtocol protocol, string role, EvmAddress vault)
    {
        try
        {
            return await ReadVaultAsync(protocol, role, vault).ConfigureAwait(false);
        }
        catch (ChainDataException wrong) when (wrong.Fault == ChainFault.UnexpectedContract)
        {
            protocol.Reading.Refuse(FindingRules.DeadAdapter, protocol.IdOf(role), wrong.Message);
            return null;
        }
    }

    private static async Task<OpportunityReading?> ReadVaultAsync(EvmProtocol protocol, string role, EvmAddress vault)
    {
        const int MostMarkets = 64;
        var reader = protocol.Reader;
        var (askAsset, askTotal, askFee) = (reader.ReadAsync(vault, new GetAsset()), reader.ReadAsync(vault, new TotalAssets()), reader.ReadAsync(vault, new Fee()));
        var (askMorpho, askLength) = (reader.ReadAsync(vault, new MorphoAddress()), reader.ReadAsync(vault, new WithdrawQueueLength()));
        var askRoom = reader.TryReadAsync(vault, new MaxDeposit { Receiver = EvmProtocol.Anyone });
        var (asset, total, fee) = (await askAsset.ConfigureAwait(false), await askTotal.ConfigureAwait(false), await askFee.ConfigureAwait(false));
        var (morpho, length) = (await askMorpho.ConfigureAwait(false), await askLength.ConfigureAwait(false));
        if (protocol.TokenAt(asset) is not { } token)
        {
            protocol.Reading.Refuse(FindingRules.UnknownToken, protocol.IdOf(role), $"the vault's asset {asset} is not in the chain file");
            return null;
        }

        if (length > MostMarkets)
            throw new ChainDataException(ChainFault.UnexpectedContract, $"vault {vault} has {length} markets; the maximum is {MostMarkets}");
        var askPrice = protocol.PriceAsync(token);
        var ids = await Task.WhenAll(Enumerable.Range(0, (int)length).Select(i => reader.ReadAsync(vault, new WithdrawQueueMarket { Index = i }))).ConfigureAwait(false);
        var markets = await Task.WhenAll(ids.Select(id => MarketAsync(reader, morpho, id, vault))).ConfigureAwait(false);
        if (await askPrice.ConfigureAwait(false) is null)
            return null;
        if (total.Sign <= 0)
        {
            protocol.Reading.Refuse(FindingRules.AbsurdAmount, protocol.IdOf(role), "the vault is empty");
            return null;
        }

        var from = protocol.From($"{protocol.Entry.Name} on {protocol.Chain.Name}, vault {vault}, {markets.Length} markets of {morpho}", role.ToLowerInvariant());
        Figure Whole(BigInteger baseUnits) => new(EvmProtocol.Whole(baseUnits, token), from);
        var held = markets.Where(market => market.Held.Sign > 0 && market.Supplied.Sign > 0).ToArray();
        // The vault's market positions may exceed its stated total by rounding.
        var whole = BigInteger.Max(total, held.Aggregate(BigInteger.Zero, (sum, market) => sum + market.Held));
        var parts = held.Select(market => new BlendPart
        {
            Share = new((double)market.Held / (double)whole, from),
            Curve = new AdaptiveCurve
            {
                Basis = RateBasis.Effective,
                Supplied = Whole(market.Supplied),
                Borrowed = Whole(market.Borrowed),
                RateAtTargetPerYear = new(market.RateAtTarget, from),
                Fee = new(1 - (1 - market.Fee) * (1 - (double)fee / 1e18), from),
            },
        }).ToList();
        var idle = 1 - parts.Sum(part => part.Share);
        if (idle > 1e-12)
            parts.Add(new() { Share = new(idle, from), Curve = new FlatCurve { Basis = RateBasis.Effective, RatePerYear = new(0, from) } });
        if (idle > 1e-6)
            protocol.Reading.Flag(FindingRules.Deficit, protocol.IdOf(role), $"{idle:P2} of the vault is in no market (lost or in transit); it earns nothing and does not count as withdrawable");
        var withdrawable = held.Aggregate(BigInteger.Zero, (sum, market) => sum + BigInteger.Min(market.Held, BigInteger.Max(0, market.Supplied - market.Borrowed * 10 / 9)));
        return new()
        {
            Id = protocol.IdOf(token.Symbol),
            Protocol = protocol.Entry.Id,
            Kind = OpportunityKind.Vault,
            Inputs = [new(new(token.Symbol, protocol.Chain.Id), 1)],
            Carry = new() { Base = new BlendCurve { Basis = RateBasis.Effective, Parts = parts } },
            Total = Whole(total),
            Capacity = protocol.Room(await askRoom.ConfigureAwait(false), protocol.IdOf(token.Symbol)) is { } room ? Whole(room) : null,
            Withdrawable = Whole(withdrawable),
        };
    }

    private static async Task<Market> MarketAsync(BlockReader reader, EvmAddress morpho, byte[] id, EvmAddress vault)
    {
        var (askMarket, askParams, askPosition) = (reader.ReadAsync(morpho, new GetMarket { Id = id }), reader.ReadAsync(morpho, new IdToMarketParams { Id = id }), reader.ReadAsync(morpho, new GetPosition { Id = id, User = vault }));
        var market = await askMarket.ConfigureAwait(false);
        var parameters = await askParams.ConfigureAwait(false);
        var shares = (await askPosition.ConfigureAwait(false)).SupplyShares;
        var (supplied, supplyShares, borrowed, lastUpdate, fee) = (market.TotalSupplyAssets, market.TotalSupplyShares, market.TotalBorrowAssets, market.LastUpdate, market.Fee);
        var irm = parameters.RateModel;
        // A market without a rate model earns nothing.
        if (irm.IsZero || supplied.IsZero)
            return new(ToAssets(shares, supplied, supplyShares), supplied, borrowed, 0, 0);
        var (askRate, askTarget) = (reader.ReadAsync(irm, new BorrowRateView { MarketParams = parameters, Market = market }), reader.ReadAsync(irm, new RateAtTarget { Id = id }));
        var perSecond = await askRate.ConfigureAwait(false);
        var atTarget = (double)await askTarget.ConfigureAwait(false) / 1e18 * SecondsPerYear;
        if (fee > Wad / 4 || borrowed > supplied)
            throw new ChainDataException(ChainFault.UnexpectedContract, $"market {Convert.ToHexStringLower(id)} of {morpho} states a fee of {(double)fee / 1e18:P0}, {borrowed} borrowed of {supplied}");
        var seconds = BigInteger.Max(0, reader.Block.Time.ToUnixTimeSeconds() - lastUpdate);
        var utilisation = (double)borrowed / (double)supplied;
        var error = (utilisation - TargetUtilisation) / (utilisation > TargetUtilisation ? 1 - TargetUtilisation : TargetUtilisation);
        var interest = borrowed * Compounded(perSecond, seconds) / Wad;
        var feeShares = interest * fee / Wad is var feeAmount && feeAmount.Sign > 0
            ? feeAmount * (supplyShares + VirtualShares) / (supplied + interest - feeAmount + 1)
            : 0;
        return new(ToAssets(shares, supplied + interest, supplyShares + feeShares), supplied + interest, borrowed + interest,
            Math.Clamp(atTarget * Math.Exp(AdjustmentPerYear * error * (double)seconds / SecondsPerYear), LeastRateAtTarget, MostRateAtTarget), (double)fee / 1e18);
    }

    private static readonly BigInteger VirtualShares = 1_000_000;

    private static BigInteger ToAssets(BigInteger shares, BigInteger assets, BigInteger allShares) => shares * (assets + 1) / (allShares + VirtualShares);

    /// <summary>e^(rate·time) − 1 as Morpho Blue computes it.</summary>
    private static BigInteger Compounded(BigInteger perSecond, BigInteger seconds)
    {
        var first = perSecond * seconds;
        var second = first * first / (2 * Wad);
        return first + second + second * first / (3 * Wad);
    }

    /// <summary>One market at the block's time, with accrued interest.</summary>
    /// <param name="Held">The vault's position, in base units.</param>
    /// <param name="Supplied">Total supplied, in base units.</param>
    /// <param name="Borrowed">Total borrowed, in base units.</param>
    /// <param name="RateAtTarget">Borrow rate at target utilisation, continuously compounded, per year.</param>
    /// <param name="Fee">Share of the interest that the market keeps.</param>
    private sealed record Market(BigInteger Held, BigInteger Supplied, BigInteger Borrowed, double RateAtTarget, double Fee);
}

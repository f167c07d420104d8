using System.Numerics;
using Optimizer.Chains.Markets;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>MetaMorpho vaults, looked through to their Morpho Blue markets; every address of the entry is a vault.</summary>
/// <remarks>Sources: morpho-org/metamorpho, morpho-blue (interest accrues by a Taylor series of three terms), morpho-blue-irm
/// (AdaptiveCurveIrm: the rate at target drifts by e^(50·error·years)).</remarks>
public sealed class MetaMorpho : IEvmAdapter
{
    private const double SecondsPerYear = 31_536_000;
    private const double TargetUtilisation = 0.9;
    private const double AdjustmentPerYear = 50;
    private const double LeastRateAtTarget = 0.001;
    private const double MostRateAtTarget = 2;

    private static readonly BigInteger Wad = BigInteger.Pow(10, 18);
    private static readonly AbiFunction Asset = AbiFunction.Parse("asset() returns (address)");
    private static readonly AbiFunction TotalAssets = AbiFunction.Parse("totalAssets() returns (uint256)");
    private static readonly AbiFunction Fee = AbiFunction.Parse("fee() returns (uint96)");
    private static readonly AbiFunction MorphoOf = AbiFunction.Parse("MORPHO() returns (address)");
    private static readonly AbiFunction QueueLength = AbiFunction.Parse("withdrawQueueLength() returns (uint256)");
    private static readonly AbiFunction Queue = AbiFunction.Parse("withdrawQueue(uint256 index) returns (bytes32)");
    private static readonly AbiFunction MaxDeposit = AbiFunction.Parse("maxDeposit(address receiver) returns (uint256)");
    private static readonly AbiFunction MarketOf = AbiFunction.Parse(
        "market(bytes32 id) returns (uint128 totalSupplyAssets, uint128 totalSupplyShares, uint128 totalBorrowAssets, uint128 totalBorrowShares, uint128 lastUpdate, uint128 fee)");

    private static readonly AbiFunction ParamsOf = AbiFunction.Parse("idToMarketParams(bytes32 id) returns (address loanToken, address collateralToken, address oracle, address irm, uint256 lltv)");
    private static readonly AbiFunction Position = AbiFunction.Parse("position(bytes32 id, address user) returns (uint256 supplyShares, uint128 borrowShares, uint128 collateral)");
    private static readonly AbiFunction RateAtTarget = AbiFunction.Parse("rateAtTarget(bytes32 id) returns (int256)");
    private static readonly AbiFunction BorrowRate = AbiFunction.Parse(
        "borrowRateView((address loanToken, address collateralToken, address oracle, address irm, uint256 lltv) marketParams, "
        + "(uint128 totalSupplyAssets, uint128 totalSupplyShares, uint128 totalBorrowAssets, uint128 totalBorrowShares, uint128 lastUpdate, uint128 fee) market) returns (uint256)");

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
            protocol.Reading.Refuse(Rules.DeadAdapter, protocol.IdOf(role), wrong.Message);
            return null;
        }
    }

    private static async Task<OpportunityReading?> ReadVaultAsync(EvmProtocol protocol, string role, EvmAddress vault)
    {
        const int MostMarkets = 64;
        var reader = protocol.Reader;
        var asked = new[] { Asset, TotalAssets, Fee, MorphoOf, QueueLength }.Select(function => reader.ReadAsync(vault, function)).ToArray();
        var askRoom = reader.TryReadAsync(vault, MaxDeposit, EvmProtocol.Anyone);
        var head = await Task.WhenAll(asked).ConfigureAwait(false);
        var (asset, total, fee, morpho, length) = ((EvmAddress)head[0][0], (BigInteger)head[1][0], (BigInteger)head[2][0], (EvmAddress)head[3][0], (BigInteger)head[4][0]);
        if (protocol.TokenAt(asset) is not { } token)
        {
            protocol.Reading.Refuse(Rules.UnknownToken, protocol.IdOf(role), $"the vault's asset {asset} is none of the chain file's tokens");
            return null;
        }

        if (length > MostMarkets)
            throw new ChainDataException(ChainFault.UnexpectedContract, $"vault {vault} names {length} markets; at most {MostMarkets} are read");
        var askPrice = protocol.PriceAsync(token);
        var ids = await Task.WhenAll(Enumerable.Range(0, (int)length).Select(i => reader.ReadAsync(vault, Queue, new BigInteger(i)))).ConfigureAwait(false);
        var markets = await Task.WhenAll(ids.Select(id => MarketAsync(reader, morpho, (byte[])id[0], vault))).ConfigureAwait(false);
        if (await askPrice.ConfigureAwait(false) is null)
            return null;
        if (total.Sign <= 0)
        {
            protocol.Reading.Refuse(Rules.AbsurdAmount, protocol.IdOf(role), "the vault is empty");
            return null;
        }

        var from = protocol.From($"{protocol.Entry.Name} on {protocol.Chain.Name}, vault {vault}, {markets.Length} markets of {morpho}", role.ToLowerInvariant());
        Figure Whole(BigInteger baseUnits) => new(EvmProtocol.Whole(baseUnits, token), from);
        var held = markets.Where(market => market.Held.Sign > 0 && market.Supplied.Sign > 0).ToArray();
        // What the vault holds in markets may exceed what it counts as its own by a rounding.
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
            protocol.Reading.Flag(Rules.Deficit, protocol.IdOf(role), $"{idle:P2} of the vault lie in no market: lost, or on the way; they earn nothing and are not counted as withdrawable");
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
        var (askMarket, askParams, askPosition) = (reader.ReadAsync(morpho, MarketOf, id), reader.ReadAsync(morpho, ParamsOf, id), reader.ReadAsync(morpho, Position, id, vault));
        var market = await askMarket.ConfigureAwait(false);
        var parameters = await askParams.ConfigureAwait(false);
        var shares = (BigInteger)(await askPosition.ConfigureAwait(false))[0];
        var (supplied, supplyShares, borrowed, lastUpdate, fee) = ((BigInteger)market[0], (BigInteger)market[1], (BigInteger)market[2], (BigInteger)market[4], (BigInteger)market[5]);
        var irm = (EvmAddress)parameters[3];
        // A market without a rate model only keeps what it is given.
        if (irm.IsZero || supplied.IsZero)
            return new(ToAssets(shares, supplied, supplyShares), supplied, borrowed, 0, 0);
        var (askRate, askTarget) = (reader.ReadAsync(irm, BorrowRate, parameters, market), reader.ReadAsync(irm, RateAtTarget, id));
        var perSecond = (BigInteger)(await askRate.ConfigureAwait(false))[0];
        var atTarget = (double)(BigInteger)(await askTarget.ConfigureAwait(false))[0] / 1e18 * SecondsPerYear;
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

    /// <summary>One market at the block's time, interest accrued.</summary>
    /// <param name="Held">What the vault has in it, in base units.</param>
    /// <param name="Supplied">All that is supplied.</param>
    /// <param name="Borrowed">All that is borrowed.</param>
    /// <param name="RateAtTarget">Borrow rate at target utilisation, continuously compounded, per year.</param>
    /// <param name="Fee">Share of the interest that the market keeps.</param>
    private sealed record Market(BigInteger Held, BigInteger Supplied, BigInteger Borrowed, double RateAtTarget, double Fee);
}

using System.Globalization;
using System.Numerics;
using Optimizer.Chains.Markets;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Contracts.Protocols.UniswapV3;
using Optimizer.Model;

namespace Optimizer.Chains.Evm.Protocols;

/// <summary>Liquidity positions in Uniswap v3 pools and forks, over the full price range or around the present price.</summary>
/// <remarks>
/// A role of the entry that is also a parameter name is a pool. The parameter lists the ranges for liquidity: <c>full</c>, or <c>25%</c>
/// for prices
/// from P/1.25 to P·1.25, separated by commas.
/// <para>The pool counts the fees of one unit of liquidity that was always in range (uniswap/v3-core, <c>feeGrowthGlobal</c>); its growth
/// over the
/// yield window is the yield. A deposit shares the fees with the present liquidity. A range position is assumed to be re-centred whenever
/// the
/// price leaves its range. This swaps half of the position, σ²/ln²(range) times per year, the rate at which a price of volatility σ leaves
/// the
/// range. This cost and the loss to arbitrage (loss-versus-rebalancing) both grow with σ², so they are combined in one
/// <see cref="Opportunity.LiquidityConcentration"/>; σ comes from the risk model. Gas for re-centring is not counted.</para>
/// </remarks>
public sealed class UniswapV3Pools : IEvmAdapter
{
    private const double MostConcentration = 1_000;

    private static readonly BigInteger Words = BigInteger.One << 256;
    private static readonly double FeeScale = Math.Pow(2, 128);
    private static readonly double PriceScale = Math.Pow(2, 96);


    /// <inheritdoc/>
    public string Name => "uniswapV3";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<OpportunityReading>> ReadAsync(EvmProtocol protocol)
    {
        var pools = protocol.Entry.Parameters.Where(p => protocol.Entry.Addresses.ContainsKey(p.Key));
        return [.. (await Task.WhenAll(pools.Select(p => PoolAsync(protocol, p.Key, Ranges(protocol, p.Key, p.Value)))).ConfigureAwait(false)).SelectMany(read => read)];
    }

    /// <summary>The ranges in a parameter: the factor between centre and end, infinite for the full range.</summary>
    private static (string Name, double Factor)[] Ranges(EvmProtocol protocol, string role, string parameter) => [.. parameter.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(word =>
        word == "full" ? ("", double.PositiveInfinity)
        : word.EndsWith('%') && double.TryParse(word[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 10_000
            ? ($"-{word[..^1]}pct", 1 + percent / 100)
            : throw new ChainDataException(ChainFault.UnexpectedContract, $"the chain file of {protocol.Chain.Id} gives '{word}' as a range for {role}; expected full, or how far the range reaches to either side, such as 25%"))];

    private static async Task<IReadOnlyList<OpportunityReading>> PoolAsync(EvmProtocol protocol, string role, (string Name, double Factor)[] ranges)
    {
        var pool = protocol.Contract(role);
        Task<T> Ask<T>(ContractFunction<T> function) => protocol.Reader.ReadAsync(pool, function);
        EvmAddress first, second;
        BigInteger millionths, liquidityInRange, growth0, growth1;
        Slot0 slot;
        try
        {
            var (askFirst, askSecond, askFee, askLiquidity) = (Ask(new Token0()), Ask(new Token1()), Ask(new Fee()), Ask(new Liquidity()));
            var (askSlot, askGrowth0, askGrowth1) = (Ask(new GetSlot0()), Ask(new FeeGrowthGlobal0()), Ask(new FeeGrowthGlobal1()));
            (first, second, millionths) = (await askFirst.ConfigureAwait(false), await askSecond.ConfigureAwait(false), await askFee.ConfigureAwait(false));
            (liquidityInRange, slot) = (await askLiquidity.ConfigureAwait(false), await askSlot.ConfigureAwait(false));
            (growth0, growth1) = (await askGrowth0.ConfigureAwait(false), await askGrowth1.ConfigureAwait(false));
        }
        catch (ChainDataException wrong) when (wrong.Fault == ChainFault.UnexpectedContract)
        {
            protocol.Reading.Refuse(Rules.DeadAdapter, protocol.IdOf(role), wrong.Message);
            return [];
        }

        if (protocol.TokenAt(first) is not { } token0 || protocol.TokenAt(second) is not { } token1)
        {
            protocol.Reading.Refuse(Rules.UnknownToken, protocol.IdOf(role), $"the pool trades {first} and {second}, of which the chain file does not name both");
            return [];
        }

        var fee = (double)millionths / 1e6;
        var id = protocol.IdOf($"{token0.Symbol}-{token1.Symbol}-{millionths}");
        var (askBalance0, askBalance1) = (protocol.Reader.ReadAsync(first, new BalanceOf { Owner = pool }), protocol.Reader.ReadAsync(second, new BalanceOf { Owner = pool }));
        var (askPrice0, askPrice1) = (protocol.PriceAsync(token0), protocol.PriceAsync(token1));
        var askEarned = EarnedAsync();
        var held = (Balance0: await askBalance0.ConfigureAwait(false), Balance1: await askBalance1.ConfigureAwait(false));
        if (await askPrice0.ConfigureAwait(false) is not { } price0 || await askPrice1.ConfigureAwait(false) is not { } price1)
            return [];
        var liquidity = (double)liquidityInRange;
        var root = (double)slot.SqrtPrice / PriceScale;
        if (liquidity <= 0 || root <= 0)
        {
            protocol.Reading.Refuse(Rules.AbsurdAmount, id, "no liquidity is in range");
            return [];
        }

        // Base units of the second token per base unit of the first, by the pool and by the oracles.
        var oracles = price0 / price1 * Math.Pow(10, token1.Decimals - token0.Decimals);
        if (Math.Abs(root * root / oracles - 1) > protocol.Reading.Settings.Tolerance.Fraction)
            protocol.Reading.Flag(Rules.PriceDisagreement, id, $"the pool's price is {root * root / oracles - 1:+0.00%;-0.00%} off that of the oracles; what is put in at it is worth less");
        if (await askEarned.ConfigureAwait(false) is not { } earned)
            return [];
        var from = protocol.From($"{protocol.Entry.Name} on {protocol.Chain.Name}, pool {pool}", role.ToLowerInvariant());
        double Usd(double amount0, double amount1) => amount0 / Math.Pow(10, token0.Decimals) * price0 + amount1 / Math.Pow(10, token1.Decimals) * price1;
        var heldUsd = Usd((double)held.Balance0, (double)held.Balance1);
        var feesUsd = Usd(earned.Fees0 * liquidity, earned.Fees1 * liquidity) / earned.Years;
        foreach (var (name, _) in ranges.Where(range => Concentration(range.Factor, fee) > MostConcentration))
            protocol.Reading.Refuse(Rules.AbsurdAmount, id + name, $"the range is so narrow that arbitrage would take {MostConcentration:#,0} times what it takes over all prices");
        return [.. ranges.Where(range => Concentration(range.Factor, fee) <= MostConcentration).Select(range =>
        {
            // Value of the pool's present liquidity if all of it were in this range.
            var width = 1 - 1 / Math.Sqrt(range.Factor);
            var inRange = Usd(liquidity / root * width, liquidity * root * width);
            return new OpportunityReading
            {
                Id = id + range.Name,
                Protocol = protocol.Entry.Id,
                Kind = OpportunityKind.Liquidity,
                Inputs = [new(new(token0.Symbol, protocol.Chain.Id), 0.5), new(new(token1.Symbol, protocol.Chain.Id), 0.5)],
                Carry = new() { Base = new EmissionCurve { Basis = RateBasis.Simple, PerYear = new(feesUsd / price0, from), Supplied = new(inRange / price0, from) } },
                LiquidityConcentration = new(Concentration(range.Factor, fee), from),
                Total = new(Math.Min(inRange, heldUsd) / price0, from),
            };
        })];

        // Fees earned per unit of liquidity in each token, in base units, and the time in years.
        async Task<(double Fees0, double Fees1, double Years)?> EarnedAsync()
        {
            try
            {
                var past = await protocol.Past().ConfigureAwait(false);
                var (before0, before1) = (past.TryReadAsync(pool, new FeeGrowthGlobal0()), past.TryReadAsync(pool, new FeeGrowthGlobal1()));
                if (await before0.ConfigureAwait(false) is not { Value: var former0 } || await before1.ConfigureAwait(false) is not { Value: var former1 })
                    throw new ChainDataException(ChainFault.Refused, $"{pool} was not there yet at block {past.Block.Number} of {past.Block.Time:yyyy-MM-dd HH:mm} UTC, so that its fees cannot be measured");
                return (Grown(growth0, former0), Grown(growth1, former1), (protocol.Reader.Block.Time - past.Block.Time).TotalDays / Duration.DaysPerYear);
            }
            catch (ChainDataException wrong)
            {
                protocol.Reading.Refuse(Rules.NoPast, id, wrong.Message);
                return null;
            }
        }
    }

    /// <summary>Growth of a fee counter; the counter may overflow by design.</summary>
    private static double Grown(BigInteger now, BigInteger before) => (double)((now - before + Words) % Words) / FeeScale;

    /// <summary>Loss to arbitrage in a range, plus the cost of swapping half whenever the price leaves the range, in multiples of σ²/8, the
    /// loss of a pool of two equal shares over the full range.</summary>
    private static double Concentration(double factor, double fee) =>
        double.IsInfinity(factor) ? 1 : 1 / (1 - 1 / Math.Sqrt(factor)) + 4 * fee / Math.Pow(Math.Log(factor), 2);
}

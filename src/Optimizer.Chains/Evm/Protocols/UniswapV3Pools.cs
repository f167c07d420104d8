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

    private static async Task<State> StateAsync(BlockReader reader, EvmAddress pool)
    {
        var (token0, token1, fee, liquidity) = (reader.ReadAsync(pool, new Token0()), reader.ReadAsync(pool, new Token1()), reader.ReadAsync(pool, new Fee()), reader.ReadAsync(pool, new Liquidity()));
        var (slot, growth0, growth1) = (reader.ReadAsync(pool, new GetSlot0()), reader.ReadAsync(pool, new FeeGrowthGlobal0()), reader.ReadAsync(pool, new FeeGrowthGlobal1()));
        await Task.WhenAll(token0, token1, fee, liquidity, slot, growth0, growth1).ConfigureAwait(false);
        return new(await token0.ConfigureAwait(false), await token1.ConfigureAwait(false), await fee.ConfigureAwait(false), await liquidity.ConfigureAwait(false),
            (await slot.ConfigureAwait(false)).SqrtPrice, await growth0.ConfigureAwait(false), await growth1.ConfigureAwait(false));
    }

    private static async Task<IReadOnlyList<OpportunityReading>> PoolAsync(EvmProtocol protocol, string role, (string Name, double Factor)[] ranges)
    {
        var pool = protocol.Contract(role);
        State state;
        try
        {
            state = await StateAsync(protocol.Reader, pool).ConfigureAwait(false);
        }
        catch (ChainDataException wrong) when (wrong.Fault == ChainFault.UnexpectedContract)
        {
            protocol.Reading.Refuse(FindingRules.DeadAdapter, protocol.IdOf(role), wrong.Message);
            return [];
        }

        if (protocol.TokenAt(state.Token0) is not { } token0 || protocol.TokenAt(state.Token1) is not { } token1)
        {
            protocol.Reading.Refuse(FindingRules.UnknownToken, protocol.IdOf(role), $"the pool trades {state.Token0} and {state.Token1}, which are not both in the chain file");
            return [];
        }

        var fee = (double)state.Fee / 1e6;
        var id = protocol.IdOf($"{token0.Symbol}-{token1.Symbol}-{state.Fee}");
        var (askBalance0, askBalance1) = (protocol.Reader.ReadAsync(state.Token0, new BalanceOf { Owner = pool }), protocol.Reader.ReadAsync(state.Token1, new BalanceOf { Owner = pool }));
        var (askPrice0, askPrice1) = (protocol.PriceAsync(token0), protocol.PriceAsync(token1));
        var askEarned = EarnedAsync();
        var held = (Balance0: await askBalance0.ConfigureAwait(false), Balance1: await askBalance1.ConfigureAwait(false));
        if (await askPrice0.ConfigureAwait(false) is not { } price0 || await askPrice1.ConfigureAwait(false) is not { } price1)
            return [];
        var liquidity = (double)state.Liquidity;
        var root = (double)state.SqrtPrice / PriceScale;
        if (liquidity <= 0 || root <= 0)
        {
            protocol.Reading.Refuse(FindingRules.AbsurdAmount, id, "no liquidity is in range");
            return [];
        }

        // Base units of the second token per base unit of the first, by the pool and by the oracles.
        var oracles = price0 / price1 * Math.Pow(10, token1.Decimals - token0.Decimals);
        if (Math.Abs(root * root / oracles - 1) > protocol.Reading.Settings.Tolerance.Fraction)
            protocol.Reading.Flag(FindingRules.PriceDisagreement, id, $"the pool's price is {root * root / oracles - 1:+0.00%;-0.00%} off the oracle prices; a deposit at the pool's price loses value");
        if (await askEarned.ConfigureAwait(false) is not { } earned)
            return [];
        var from = protocol.From($"{protocol.Entry.Name} on {protocol.Chain.Name}, pool {pool}", role.ToLowerInvariant());
        double Usd(double amount0, double amount1) => amount0 / Math.Pow(10, token0.Decimals) * price0 + amount1 / Math.Pow(10, token1.Decimals) * price1;
        var heldUsd = Usd((double)held.Balance0, (double)held.Balance1);
        var feesUsd = Usd(earned.Fees0 * liquidity, earned.Fees1 * liquidity) / earned.Years;
        foreach (var (name, _) in ranges.Where(range => Concentration(range.Factor, fee) > MostConcentration))
            protocol.Reading.Refuse(FindingRules.AbsurdAmount, id + name, $"the range is too narrow: arbitrage would take {MostConcentration:#,0} times as much as over the full range");
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
                    throw new ChainDataException(ChainFault.Refused, $"{pool} did not exist at block {past.Block.Number} ({past.Block.Time:yyyy-MM-dd HH:mm} UTC), so its fees cannot be measured");
                return (Grown(state.Growth0, former0), Grown(state.Growth1, former1), (protocol.Reader.Block.Time - past.Block.Time).TotalDays / Duration.DaysPerYear);
            }
            catch (ChainDataException wrong)
            {
                protocol.Reading.Refuse(FindingRules.NoPast, id, wrong.Message);
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

    /// <summary>A pool: its tokens, its fee in millionths, the liquidity in range, the root of its price in 2^-96, and what fees grew to.</summary>
    private sealed record State(EvmAddress Token0, EvmAddress Token1, BigInteger Fee, BigInteger Liquidity, BigInteger SqrtPrice, BigInteger Growth0, BigInteger Growth1);
}

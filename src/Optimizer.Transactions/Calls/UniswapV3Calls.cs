using System.Globalization;
using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Uniswap v3 by its routers: the first, whose swaps have a deadline, and the second, which wraps them in one.</summary>
public sealed class UniswapV3Calls : IRouteCalls
{
    /// <summary>The first router's swap.</summary>
    public static readonly ContractFunction SwapUntil = new(
        "exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 deadline, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96) params)");

    /// <summary>The second router's swap.</summary>
    public static readonly ContractFunction Swap = new(
        "exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96) params)");

    /// <summary>Calls of the second router until a deadline.</summary>
    public static readonly ContractFunction Multicall = new("multicall(uint256 deadline, bytes[] data)");

    /// <summary>Calls of the first router, together.</summary>
    public static readonly ContractFunction Together = new("multicall(bytes[] data)");

    /// <summary>Hands out the router's wrapped native tokens as native ones.</summary>
    public static readonly ContractFunction Unwrap = new("unwrapWETH9(uint256 amountMinimum, address recipient)");

    /// <summary>What the second router takes for itself as a recipient; the first takes zero.</summary>
    private static readonly EvmAddress Itself = EvmAddress.Parse("0x0000000000000000000000000000000000000002");

    /// <inheritdoc/>
    public string Adapter => "uniswapV3";

    /// <inheritdoc/>
    public EvmAddress? Spender(CallContext context) => context.Entry.Addresses.ContainsKey("swapRouter") ? context.Role("swapRouter") : context.Role("swapRouter02");

    /// <inheritdoc/>
    public IReadOnlyList<ContractCall> Send(CallContext context)
    {
        var (step, route) = (context.Step, context.Route);
        if (route.Parameters.GetValueOrDefault("fee") is not { } text || !BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var fee))
            throw new TransactionException($"step {step.Id}: the snapshot does not say which pool route {route.Id} goes through; take a snapshot from nodes");
        var (sold, bought, router) = (context.Token, context.Contract(route.To), Spender(context)!.Value);
        BigInteger deadline = context.Deadline.ToUnixTimeSeconds();
        // Native tokens are sent along, and the router wraps them; what comes out is unwrapped by it.
        var value = context.Market.Token(route.From).Address is null ? step.Amount : BigInteger.Zero;
        var unwraps = context.Market.Token(route.To).Address is null;
        if (context.Entry.Addresses.ContainsKey("swapRouter"))
        {
            object[] swap = [sold, bought, fee, unwraps ? default(EvmAddress) : context.Account, deadline, step.Amount, step.MinimumReceived, BigInteger.Zero];
            return unwraps
                ? [Together.Call(router, value, [new object[] { SwapUntil.Encode([swap]), Unwrap.Encode(step.MinimumReceived, context.Account) }])]
                : [SwapUntil.Call(router, value, [swap])];
        }

        object[] single = [sold, bought, fee, unwraps ? Itself : context.Account, step.Amount, step.MinimumReceived, BigInteger.Zero];
        object[] calls = unwraps ? [Swap.Encode([single]), Unwrap.Encode(step.MinimumReceived, context.Account)] : [Swap.Encode([single])];
        return [Multicall.Call(router, value, deadline, calls)];
    }
}

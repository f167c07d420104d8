using System.Globalization;
using System.Numerics;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.UniswapV3;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Uniswap v3 by its routers: the first, whose swaps have a deadline, and the second, which wraps them in one.</summary>
public sealed class UniswapV3Calls : IRouteCalls
{
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
        var unwrap = new UnwrapWeth { AmountMinimum = step.MinimumReceived, Recipient = context.Account };
        if (context.Entry.Addresses.ContainsKey("swapRouter"))
        {
            var until = new SwapUntil { Params = new() { TokenIn = sold, TokenOut = bought, Fee = fee, Recipient = unwraps ? default : context.Account, Deadline = deadline, AmountIn = step.Amount, AmountOutMinimum = step.MinimumReceived } };
            return unwraps ? [new Multicall { Data = [until.Encode(), unwrap.Encode()] }.Call(router, value)] : [until.Call(router, value)];
        }

        var swap = new Swap { Params = new() { TokenIn = sold, TokenOut = bought, Fee = fee, Recipient = unwraps ? Itself : context.Account, AmountIn = step.Amount, AmountOutMinimum = step.MinimumReceived } };
        return [new MulticallUntil { Deadline = deadline, Data = unwraps ? [swap.Encode(), unwrap.Encode()] : [swap.Encode()] }.Call(router, value)];
    }
}

using System.Globalization;
using System.Numerics;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.UniswapV3;
using Optimizer.Model;

namespace Optimizer.Transactions.Calls;

/// <summary>Uniswap v3 through its routers: the first router's swaps have a deadline; the second router puts swaps into a multicall with a
/// deadline.</summary>
public sealed class UniswapV3Calls : IRouteCalls
{
    /// <summary>The second router's placeholder for itself as recipient; the first router uses the zero address.</summary>
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
            throw new TransactionException($"step {step.Id}: the snapshot has no pool fee for route {route.Id}; take a snapshot from nodes");
        var (sold, bought, router) = (context.Token, context.Contract(route.To), Spender(context)!.Value);
        BigInteger deadline = context.Deadline.ToUnixTimeSeconds();
        // Native tokens are sent along and wrapped by the router; a native output is unwrapped by it.
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

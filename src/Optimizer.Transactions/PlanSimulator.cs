using System.Numerics;
using System.Text.Json;
using Optimizer.Chains;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Rpc;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Model;

namespace Optimizer.Transactions;

/// <summary>Result of simulating a step.</summary>
/// <param name="Step">The step.</param>
/// <param name="Received">The amount that it delivered, in base units; null if it delivers nothing idle.</param>
/// <param name="GasWei">Gas cost of its calls, without the value sent along.</param>
/// <param name="Failure">Why it failed; null if it did not.</param>
public sealed record SimulatedStep(TransactionStep Step, BigInteger? Received, BigInteger GasWei, string? Failure);

/// <summary>Simulates a plan. On development nodes, such as an anvil fork, every call is executed as the account and undone afterwards;
/// other nodes simulate all calls of a chain one after the other.</summary>
/// <remarks>On Solana any node simulates each step without keeping its effect. Bridge arrivals are added at the destination with the plan's
/// minimum. No signature is needed: development nodes accept transactions from any account.</remarks>
/// <param name="market">Chains and tokens.</param>
/// <param name="nodeOf">A chain's node.</param>
public sealed class PlanSimulator(Market market, Func<string, JsonRpcClient> nodeOf)
{
    /// <summary>Rule: a call failed, or delivered less than the plan needs.</summary>
    public const string Failed = "simulation";

    /// <summary>Rule: the account holds less than the plan starts with.</summary>
    public const string Holdings = "simulation-holdings";

    /// <summary>Rule: less is left than the plan states.</summary>
    public const string Left = "simulation-left";

    private const string PlentyOfGas = "0x989680";


    /// <summary>Simulates the plan.</summary>
    /// <returns>The result of each step, up to the first that failed, and the violations.</returns>
    /// <exception cref="ChainDataException">A node cannot be reached, belongs to another chain, or cannot simulate.</exception>
    public async Task<(IReadOnlyList<SimulatedStep> Steps, IReadOnlyList<Violation> Violations)> RunAsync(TransactionPlan plan, CancellationToken cancellation)
    {
        var snapshots = new Dictionary<string, JsonElement>();
        var (done, wrong) = (new List<SimulatedStep>(), new List<Violation>());
        try
        {
            foreach (var (chain, account) in plan.Accounts)
            {
                if (SolanaOf(chain) is { } solana)
                {
                    await solana.PrepareAsync(cancellation).ConfigureAwait(false);
                    continue;
                }

                if (await IsDevelopmentAsync(chain, account, cancellation).ConfigureAwait(false))
                    snapshots[chain] = await AskAsync(chain, "evm_snapshot", [], cancellation).ConfigureAwait(false);
            }

            var start = await BalancesAsync(plan, cancellation).ConfigureAwait(false);
            foreach (var (token, held) in plan.Before.Where(entry => start.TryGetValue(entry.Key, out var there) && there < entry.Value))
                wrong.Add(new(Holdings, null, $"the plan starts with {held} base units of {token}; the account holds {start[token]}"));
            if (wrong.Count > 0)
                return (done, wrong);

            var simulated = new Dictionary<string, (IReadOnlyList<SimulatedStep> Steps, IReadOnlyDictionary<TokenId, BigInteger> End)>();
            foreach (var (chain, account) in plan.Accounts.Where(pair => !snapshots.ContainsKey(pair.Key) && SolanaOf(pair.Key) is null))
            {
                TokenId[] tokens = [.. plan.After.Keys.Select(TokenId.Parse).Where(token => token.Chain == chain && market.Token(token).Address is not null)];
                simulated[chain] = await new OverrideSimulation(market, market.Chain(chain), nodeOf(chain)).RunAsync([.. plan.Steps.Where(step => step.Chain == chain)], account, tokens, cancellation).ConfigureAwait(false);
            }

            foreach (var step in plan.Steps)
            {
                var tried = simulated.TryGetValue(step.Chain, out var known) ? known.Steps.Single(other => other.Step.Id == step.Id) : await TryAsync(plan, step, cancellation).ConfigureAwait(false);
                done.Add(tried);
                if (tried.Failure is null)
                    continue;
                wrong.Add(new(Failed, step.Id, tried.Failure));
                return (done, wrong);
            }

            var end = await BalancesAsync(plan, cancellation).ConfigureAwait(false);
            foreach (var (token, units) in simulated.Values.SelectMany(chain => chain.End))
                end[$"{token}"] = units;
            // Solana nodes keep no effect of a simulated step.
            foreach (var (token, least) in plan.After.Where(entry => market.Token(TokenId.Parse(entry.Key)).Address is not null && SolanaOf(TokenId.Parse(entry.Key).Chain) is null && end.ContainsKey(entry.Key)))
            {
                var left = plan.Before.GetValueOrDefault(token) + end[token] - start[token];
                if (left < least)
                    wrong.Add(new(Left, null, $"{left} base units of {token} are left; the plan states {least}"));
            }

            return (done, wrong);
        }
        finally
        {
            foreach (var (chain, snapshot) in snapshots)
                await AskAsync(chain, "evm_revert", [snapshot], CancellationToken.None).ConfigureAwait(false);
        }
    }

    private SolanaSimulation? SolanaOf(string chain) => market.Chain(chain).ChainId is null ? new(market.Chain(chain), nodeOf(chain)) : null;

    /// <summary>Whether a node accepts transactions from any account; checks that it belongs to the chain.</summary>
    private async Task<bool> IsDevelopmentAsync(string chain, string account, CancellationToken cancellation)
    {
        var id = Number(await AskAsync(chain, "eth_chainId", [], cancellation).ConfigureAwait(false));
        if (id != market.Chain(chain).ChainId)
            throw new ChainDataException(ChainFault.WrongChain, $"{chain}: the node is of chain {id}, not of {market.Chain(chain).ChainId}");
        return (await nodeOf(chain).SendAsync([new("anvil_impersonateAccount", account)], cancellation).ConfigureAwait(false))[0].Error is null;
    }

    private async Task<SimulatedStep> TryAsync(TransactionPlan plan, TransactionStep step, CancellationToken cancellation)
    {
        var account = plan.Accounts[step.Chain];
        if (!step.Kind.IsArrival() && SolanaOf(step.Chain) is { } solana)
            return await solana.TryAsync(step, account, cancellation).ConfigureAwait(false);
        if (step.Kind.IsArrival())
        {
            await GiveAsync(step.ReceivedToken!.Value, account, step.MinimumReceived, cancellation).ConfigureAwait(false);
            return new(step, step.MinimumReceived, 0, null);
        }

        var counted = TransactionPlanner.Delivers(step.Kind) ? step.ReceivedToken : null;
        var before = counted is { } token ? await BalanceAsync(token, account, cancellation).ConfigureAwait(false) : 0;
        var gas = BigInteger.Zero;
        foreach (var call in step.Calls)
        {
            var transaction = new { from = account, to = call.To, data = call.Data, value = Hex.Of(call.Value), gas = PlentyOfGas };
            try
            {
                await AskAsync(step.Chain, "eth_call", [transaction, "latest"], cancellation).ConfigureAwait(false);
                var receipt = await SendAsync(step.Chain, transaction, cancellation).ConfigureAwait(false);
                gas += Number(receipt.GetProperty("gasUsed")) * Number(receipt.GetProperty("effectiveGasPrice"));
                if (receipt.GetProperty("status").GetString() != "0x1")
                    return new(step, null, gas, $"{call.Function} of {call.To} reverted");
            }
            catch (ChainDataException refused) when (refused.Fault == ChainFault.Refused)
            {
                return new(step, null, gas, $"{call.Function} of {call.To}: {refused.Message}");
            }
        }

        if (counted is not { } received)
            return new(step, null, gas, null);
        var arrived = await BalanceAsync(received, account, cancellation).ConfigureAwait(false) - before;
        if (market.Token(received).Address is null)
            arrived += gas;
        return new(step, arrived, gas, arrived < step.MinimumReceived ? $"{arrived} base units of {received} were received; the plan needs {step.MinimumReceived}" : null);
    }

    private async Task<JsonElement> SendAsync(string chain, object transaction, CancellationToken cancellation)
    {
        var hash = await AskAsync(chain, "eth_sendTransaction", [transaction], cancellation).ConfigureAwait(false);
        for (var wait = 0; wait < 200; wait++)
        {
            var receipt = await AskAsync(chain, "eth_getTransactionReceipt", [hash], cancellation).ConfigureAwait(false);
            if (receipt.ValueKind == JsonValueKind.Object)
                return receipt;
            await Task.Delay(50, cancellation).ConfigureAwait(false);
        }

        throw new ChainDataException(ChainFault.TimedOut, $"{chain}: the node mines no blocks; start it with one block per transaction");
    }

    /// <summary>Gives tokens to the account, as a bridge would: writes to the token's storage slot, which is found by trial.</summary>
    private async Task GiveAsync(TokenId token, string account, BigInteger amount, CancellationToken cancellation)
    {
        var held = await BalanceAsync(token, account, cancellation).ConfigureAwait(false);
        if (market.Token(token).Address is not { } contract)
        {
            await AskAsync(token.Chain, "anvil_setBalance", [account, Hex.Of(held + amount)], cancellation).ConfigureAwait(false);
            return;
        }

        var place = await new OverrideSimulation(market, market.Chain(token.Chain), nodeOf(token.Chain)).PlaceAsync(token, account, cancellation).ConfigureAwait(false);
        await AskAsync(token.Chain, "anvil_setStorageAt", [contract, place, Hex.Of(Hex.Word(held + amount))], cancellation).ConfigureAwait(false);
    }

    private async Task<Dictionary<string, BigInteger>> BalancesAsync(TransactionPlan plan, CancellationToken cancellation)
    {
        var balances = new Dictionary<string, BigInteger>();
        foreach (var token in plan.Before.Keys.Union(plan.After.Keys).Select(TokenId.Parse).Where(token => plan.Accounts.ContainsKey(token.Chain)))
            balances[$"{token}"] = await BalanceAsync(token, plan.Accounts[token.Chain], cancellation).ConfigureAwait(false);
        return balances;
    }

    private async Task<BigInteger> BalanceAsync(TokenId token, string account, CancellationToken cancellation)
    {
        if (SolanaOf(token.Chain) is { } solana)
            return await solana.BalanceAsync(market.Token(token), account, cancellation).ConfigureAwait(false);
        if (market.Token(token).Address is not { } contract)
            return Number(await AskAsync(token.Chain, "eth_getBalance", [account, "latest"], cancellation).ConfigureAwait(false));
        var data = Hex.Of(new BalanceOf { Owner = EvmAddress.Parse(account) }.Encode());
        return Number(await AskAsync(token.Chain, "eth_call", [new { to = contract, data }, "latest"], cancellation).ConfigureAwait(false));
    }

    private async Task<JsonElement> AskAsync(string chain, string method, object?[] parameters, CancellationToken cancellation)
    {
        var reply = (await nodeOf(chain).SendAsync([new(method, parameters)], cancellation).ConfigureAwait(false))[0];
        return reply.Error is null ? reply.Result : throw new ChainDataException(ChainFault.Refused, $"{method}: {reply.Error}");
    }

    private static BigInteger Number(JsonElement hex) => EvmJson.Number(hex, "a node", "quantity");
}

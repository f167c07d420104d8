using System.Numerics;
using System.Text.Json;
using Optimizer.Chains;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Rpc;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Contracts.Protocols.Solidity;
using Optimizer.Model;

namespace Optimizer.Transactions;

/// <summary>Simulates a plan's steps on one chain at an ordinary node: each call runs on the state left by the calls before it, and bridge
/// arrivals are added by state overrides.</summary>
/// <remarks>Source: ethereum/execution-apis, <c>eth_simulateV1</c>, with one block per step. Gas is free, and native transfers are logged
/// as transfers of a token at 0xeee….</remarks>
/// <param name="market">The market, for tokens.</param>
/// <param name="chain">The chain.</param>
/// <param name="node">The node.</param>
internal sealed class OverrideSimulation(Market market, Chain chain, JsonRpcClient node)
{
    private const int MostSlots = 120;

    /// <summary>Test value for balances: above any real balance, and below values that tokens use to store flags in the same
    /// slot.</summary>
    private static readonly BigInteger Probe = BigInteger.Pow(2, 90) + 1;

    private static readonly EvmAddress Native = EvmAddress.Parse("0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE");

    /// <summary>Simulates the steps on a chain.</summary>
    /// <param name="steps">The steps, in order.</param>
    /// <param name="account">The account.</param>
    /// <param name="tokens">Tokens whose final balances are wanted.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>The result of each step, and the final balances in base units.</returns>
    /// <exception cref="ChainDataException">The node cannot simulate.</exception>
    public async Task<(IReadOnlyList<SimulatedStep> Steps, IReadOnlyDictionary<TokenId, BigInteger> End)> RunAsync(IReadOnlyList<TransactionStep> steps, string account, IReadOnlyList<TokenId> tokens, CancellationToken cancellation)
    {
        var price = EvmJson.Number(await AskAsync("eth_gasPrice", [], cancellation).ConfigureAwait(false), chain.Id, "gas price");
        var (blocks, moved) = (new List<object>(), new Dictionary<TokenId, BigInteger>());
        void Move(TokenId token, BigInteger units) => moved[token] = moved.GetValueOrDefault(token) + units;
        foreach (var step in steps)
        {
            // The override adds only the minimum that the plan relies on; amounts received beyond the minima are not included.
            if (TransactionPlanner.Spends(step.Kind))
                Move(step.Token, -step.Amount);
            if (TransactionPlanner.Delivers(step.Kind))
                Move(step.ReceivedToken!.Value, step.MinimumReceived);
            if (step.Kind.IsArrival())
                blocks.Add(new { stateOverrides = await GivenAsync(step.ReceivedToken!.Value, account, moved, cancellation).ConfigureAwait(false), calls = Array.Empty<object>() });
            else
                blocks.Add(new { calls = Asked(step, account) });
        }

        blocks.Add(new { calls = tokens.Select(token => Balance(token, account)) });
        var reply = (await node.SendAsync([new("eth_simulateV1", new { blockStateCalls = blocks, traceTransfers = true, validation = false }, "latest")], cancellation).ConfigureAwait(false))[0];
        if (reply.Error is not null || reply.Result.ValueKind != JsonValueKind.Array || reply.Result.GetArrayLength() != blocks.Count)
            throw new ChainDataException(ChainFault.Refused, $"{chain.Id}: the node is not a development node and cannot simulate (eth_simulateV1: {reply.Error ?? "no result for each step"}); start a fork of the chain, such as 'anvil --fork-url …', and give its address");
        var results = reply.Result.EnumerateArray().Select(block => EvmJson.Field(block, "calls")).Select(calls => calls.ValueKind == JsonValueKind.Array ? calls.EnumerateArray().ToArray() : []).ToArray();
        var end = tokens.Select((token, i) => (token, Units(results[^1], i))).ToDictionary(pair => pair.token, pair => pair.Item2);
        return ([.. steps.Select((step, i) => Read(step, account, results[i], price))], end);
    }

    /// <summary>Finds the storage slot in which a token keeps an account's balance.</summary>
    /// <exception cref="ChainDataException">No slot is found.</exception>
    public async Task<string> PlaceAsync(TokenId token, string account, CancellationToken cancellation)
    {
        var (contract, owner) = (market.Token(token).Address!, Hex.Word(EvmAddress.Parse(account).Bytes));
        // Candidate slots in Solidity's and Vyper's order of key and slot. A different number is written to each; the reported balance
        // shows which slot is the right one.
        string[] places = [.. Enumerable.Range(0, MostSlots).Select(slot => Hex.Word([(byte)slot])).SelectMany(index => (string[])[Hex.Of(Hex.Keccak([.. owner, .. index])), Hex.Of(Hex.Keccak([.. index, .. owner]))])];
        var written = places.Select((place, i) => (place, Hex.Of(Hex.Word(Probe + i)))).ToDictionary(pair => pair.place, pair => pair.Item2);
        var reply = (await node.SendAsync([new("eth_call", Balance(token, account), "latest", new Dictionary<string, object> { [contract] = new { stateDiff = written } })], cancellation).ConfigureAwait(false))[0];
        if (reply.Error is null && EvmJson.Text(reply.Result) is { Length: 2 + 2 * Hex.WordSize } && EvmJson.Number(reply.Result, chain.Id, "balance") - Probe is var found && found >= 0 && found < places.Length)
            return places[(int)found];
        throw new ChainDataException(ChainFault.UnexpectedContract, $"{token}: the token's storage layout is unknown, so an arrival cannot be simulated");
    }

    /// <summary>The state override for a bridge arrival: the initial balance plus everything that the steps so far moved.</summary>
    private async Task<Dictionary<string, object>> GivenAsync(TokenId token, string account, Dictionary<TokenId, BigInteger> moved, CancellationToken cancellation)
    {
        var all = moved[token];
        if (market.Token(token).Address is not { } contract)
            return new() { [account] = new { balance = Hex.Of(EvmJson.Number(await AskAsync("eth_getBalance", [account, "latest"], cancellation).ConfigureAwait(false), chain.Id, "balance") + all) } };
        var held = EvmJson.Number(await AskAsync("eth_call", [Balance(token, account), "latest"], cancellation).ConfigureAwait(false), chain.Id, "balance");
        return new() { [contract] = new { stateDiff = new Dictionary<string, string> { [await PlaceAsync(token, account, cancellation).ConfigureAwait(false)] = Hex.Of(Hex.Word(held + all)) } } };
    }

    /// <summary>A step's calls; if a token's balance is wanted, with a balance query before and after.</summary>
    private IEnumerable<object> Asked(TransactionStep step, string account)
    {
        var calls = step.Calls.Select(call => (object)new { from = account, to = call.To, data = call.Data, value = Hex.Of(call.Value) });
        return Counted(step) is { } token ? [Balance(token, account), .. calls, Balance(token, account)] : calls;
    }

    private SimulatedStep Read(TransactionStep step, string account, JsonElement[] results, BigInteger price)
    {
        if (step.Kind.IsArrival())
            return new(step, step.MinimumReceived, 0, null);
        var counted = Counted(step);
        var (first, calls) = (counted is null ? 0 : 1, step.Calls.Count);
        if (results.Length != calls + 2 * first)
            throw new ChainDataException(ChainFault.Malformed, $"{chain.Id}: the node sent {results.Length} results for {calls + 2 * first} calls");
        var made = results[first..(first + calls)];
        var gas = made.Aggregate(BigInteger.Zero, (sum, result) => sum + EvmJson.Number(EvmJson.Field(result, "gasUsed"), chain.Id, "gas")) * price;
        for (var i = 0; i < calls; i++)
        {
            if (!IsMade(made[i]))
                return new(step, null, gas, $"{step.Calls[i].Function} of {step.Calls[i].To}: {node.Shortened(Reason(made[i]))}");
        }

        if (!TransactionPlanner.Delivers(step.Kind) || step.ReceivedToken is not { } received)
            return new(step, null, gas, null);
        var arrived = counted is not null ? Units(results, results.Length - 1) - Units(results, 0) : made.Aggregate(BigInteger.Zero, (sum, result) => sum + Moved(result, account)) + step.Calls.Aggregate(BigInteger.Zero, (sum, call) => sum + call.Value);
        return new(step, arrived, gas, arrived < step.MinimumReceived ? $"{arrived} base units of {received} were received; the plan needs {step.MinimumReceived}" : null);
    }

    /// <summary>The token with a contract that a step delivers; null if it delivers none.</summary>
    private TokenId? Counted(TransactionStep step) => TransactionPlanner.Delivers(step.Kind) && step.ReceivedToken is { } token && market.Token(token).Address is not null ? token : null;

    /// <summary>Net amount of native tokens that a call moved to the account.</summary>
    private static BigInteger Moved(JsonElement result, string account)
    {
        var (sum, owner) = (BigInteger.Zero, EvmAddress.Parse(account));
        foreach (var log in EvmJson.Field(result, "logs") is { ValueKind: JsonValueKind.Array } logs ? logs.EnumerateArray().ToArray() : [])
        {
            var topics = EvmJson.Field(log, "topics");
            if (EvmJson.Text(EvmJson.Field(log, "address")) is not { } address || !string.Equals(address, $"{Native}", StringComparison.OrdinalIgnoreCase) || topics.ValueKind != JsonValueKind.Array)
                continue;
            if (ContractEvent.Read<Transfer>(new(Native, [.. topics.EnumerateArray().Select(topic => EvmJson.Text(topic) ?? "")], EvmJson.Bytes(EvmJson.Field(log, "data"), ""), 0, "", 0)) is { } transfer)
                sum += (transfer.To == owner ? transfer.Value : 0) - (transfer.From == owner ? transfer.Value : 0);
        }

        return sum;
    }

    /// <summary>Whether a simulated call succeeded.</summary>
    internal static bool IsMade(JsonElement result) => EvmJson.Text(EvmJson.Field(result, "status")) == "0x1";

    /// <summary>Why a simulated call failed.</summary>
    internal static string Reason(JsonElement result)
    {
        var text = EvmJson.Text(EvmJson.Field(EvmJson.Field(result, "error"), "message")) ?? "it failed";
        try
        {
            var data = EvmJson.Bytes(EvmJson.Field(result, "returnData"), "");
            return ContractFunction.TryRead<RevertError>(data) is { } error ? $"{text}: {error.Reason}" : data.Length > 0 ? $"{text} ({Hex.Of(data)})" : text;
        }
        catch (ChainDataException)
        {
            return text;
        }
    }

    private object Balance(TokenId token, string account) => new { to = market.Token(token).Address, data = Hex.Of(new BalanceOf { Owner = EvmAddress.Parse(account) }.Encode()) };

    private BigInteger Units(JsonElement[] results, int index) => EvmJson.Number(EvmJson.Field(results[index], "returnData"), chain.Id, "balance");

    private async Task<JsonElement> AskAsync(string method, object?[] parameters, CancellationToken cancellation)
    {
        var reply = (await node.SendAsync([new(method, parameters)], cancellation).ConfigureAwait(false))[0];
        return reply.Error is null ? reply.Result : throw new ChainDataException(ChainFault.Refused, $"{chain.Id}: {method}: {reply.Error}");
    }
}

using System.Numerics;
using System.Text.Json;
using Optimizer.Chains;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Rpc;
using Optimizer.Chains.Solana;
using Optimizer.Model;
using Optimizer.Transactions.Calls;
using Optimizer.Transactions.Solana;

namespace Optimizer.Transactions;

/// <summary>Simulates steps on any Solana node; nodes simulate without signatures and keep no effect.</summary>
/// <remarks>Each step is simulated on the present state, so a step that spends an earlier step's output fails if that output is not there
/// yet.</remarks>
/// <param name="chain">The chain.</param>
/// <param name="node">The node.</param>
internal sealed class SolanaSimulation(Chain chain, JsonRpcClient node)
{
    private static readonly object Options = new { encoding = "base64", sigVerify = false, replaceRecentBlockhash = true, commitment = "confirmed" };

    /// <summary>Checks that the node belongs to the chain.</summary>
    /// <exception cref="ChainDataException">It belongs to another chain, or cannot be reached.</exception>
    public async Task PrepareAsync(CancellationToken cancellation)
    {
        var genesis = EvmJson.Text(await AskAsync("getGenesisHash", [], cancellation).ConfigureAwait(false));
        if (genesis != chain.GenesisHash)
            throw new ChainDataException(ChainFault.WrongChain, $"{chain.Id}: the node's genesis hash is {genesis}, not {chain.GenesisHash}");
    }

    /// <summary>An account's balance of a token; 0 if it has no account for the token.</summary>
    public async Task<BigInteger> BalanceAsync(Token token, string account, CancellationToken cancellation)
    {
        if (token.Address is null)
            return Number(EvmJson.Field(await AskAsync("getBalance", [account], cancellation).ConfigureAwait(false), "value"));
        var holder = SolanaPrograms.TokenAccount(SolanaAddress.Parse(account), SolanaAddress.Parse(token.Address));
        var there = EvmJson.Field(await AskAsync("getAccountInfo", [$"{holder}", new { encoding = "base64" }], cancellation).ConfigureAwait(false), "value");
        if (there.ValueKind != JsonValueKind.Object)
            return 0;
        const int AmountAt = 64;
        var data = EvmJson.Field(there, "data");
        var bytes = new byte[4096];
        return data.ValueKind == JsonValueKind.Array && data.GetArrayLength() > 0 && EvmJson.Text(data[0]) is { } text && Convert.TryFromBase64String(text, bytes, out var length) && length >= AmountAt + sizeof(ulong)
            ? new BigInteger(bytes.AsSpan(AmountAt, sizeof(ulong)), isUnsigned: true)
            : throw new ChainDataException(ChainFault.Malformed, $"{chain.Id}: account {holder} is not a readable token account");
    }

    /// <summary>Simulates a step.</summary>
    public async Task<SimulatedStep> TryAsync(TransactionStep step, string account, CancellationToken cancellation)
    {
        var message = SolanaTransaction.Message(SolanaAddress.Parse(account), step.Calls);
        var answer = await AskAsync("simulateTransaction", [Convert.ToBase64String(SolanaTransaction.WithoutSignatures(message)), Options], cancellation).ConfigureAwait(false);
        var (result, fee) = (EvmJson.Field(answer, "value"), await FeeAsync(step, account, cancellation).ConfigureAwait(false));
        if (result.ValueKind != JsonValueKind.Object)
            throw new ChainDataException(ChainFault.Malformed, $"{chain.Id}: the node sent no simulation result");
        var error = EvmJson.Field(result, "err");
        if (error.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
            return new(step, null, fee, null);
        var logs = EvmJson.Field(result, "logs");
        var last = logs.ValueKind == JsonValueKind.Array && logs.GetArrayLength() > 0 ? EvmJson.Text(logs[logs.GetArrayLength() - 1]) : null;
        var which = EvmJson.Field(error, "InstructionError");
        var failed = which.ValueKind == JsonValueKind.Array && which.GetArrayLength() > 0 && which[0].ValueKind == JsonValueKind.Number && which[0].TryGetInt32(out var index) && index >= 0 && index < step.Calls.Count ? step.Calls[index] : step.Calls[^1];
        return new(step, null, fee, $"{failed.Function} of {failed.To}: {error.GetRawText()}{(last is null ? "" : $" ({last})")}");
    }

    /// <summary>The signature fee of a message; nodes require a recent block hash in it.</summary>
    private async Task<BigInteger> FeeAsync(TransactionStep step, string account, CancellationToken cancellation)
    {
        var latest = EvmJson.Text(EvmJson.Field(EvmJson.Field(await AskAsync("getLatestBlockhash", [], cancellation).ConfigureAwait(false), "value"), "blockhash"));
        SolanaAddress block;
        try
        {
            block = SolanaAddress.Parse(latest ?? "");
        }
        catch (FormatException)
        {
            throw new ChainDataException(ChainFault.Malformed, $"{chain.Id}: the node sent no block hash");
        }

        var message = SolanaTransaction.Message(SolanaAddress.Parse(account), step.Calls, block);
        return Number(EvmJson.Field(await AskAsync("getFeeForMessage", [Convert.ToBase64String(message), new { commitment = "confirmed" }], cancellation).ConfigureAwait(false), "value"));
    }

    private async Task<JsonElement> AskAsync(string method, object?[] parameters, CancellationToken cancellation)
    {
        var reply = (await node.SendAsync([new(method, parameters)], cancellation).ConfigureAwait(false))[0];
        return reply.Error is null ? reply.Result : throw new ChainDataException(ChainFault.Refused, $"{chain.Id}: {method}: {reply.Error}");
    }

    private BigInteger Number(JsonElement number) => number.ValueKind == JsonValueKind.Number && number.TryGetUInt64(out var value) ? value : throw new ChainDataException(ChainFault.Malformed, $"{chain.Id}: the node sent something other than a number");
}

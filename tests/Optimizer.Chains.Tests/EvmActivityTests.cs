using Optimizer.Chains.Evm;

namespace Optimizer.Chains.Tests;

/// <summary>What nodes tell of transactions: only what is used has to be sound, and that has to be.</summary>
public sealed class EvmActivityTests
{
    private const string Sender = "0x1111111111111111111111111111111111111111";
    private static readonly string Sent = $"0x{new string('a', 64)}";

    [Fact]
    public async Task Fields_that_nobody_uses_may_be_anything()
    {
        var read = await TransactionAsync(receipt: new() { ["cumulativeGasUsed"] = null, ["type"] = 2, ["contractAddress"] = "none" }, sent: new() { ["v"] = "27", ["gas"] = -1, ["accessList"] = "-" });
        Assert.Equal((true, 21_000 * 5 + 7, 12), (read.Succeeded, (int)read.GasWei, (int)read.Value));
        var log = Assert.Single(read.Logs);
        Assert.Equal((3ul, Sent), (log.Index, log.Transaction));
    }

    [Fact]
    public async Task Fee_histories_without_shares_of_gas_used_are_read()
    {
        var node = new FakeEvmNode(1) { Given = { ["eth_feeHistory"] = new { baseFeePerGas = new[] { "0x5", "0x6" }, gasUsedRatio = (object?)null, reward = new[] { new[] { "0x2" }, null } } } };
        Assert.Equal((6, 2), await node.Client().PinAsync(default) is var head ? ((int)head.BaseFeeWei, (int)head.PriorityFeeWei!) : default);
    }

    [Theory]
    [InlineData("gasUsed", "21000")]
    [InlineData("gasUsed", 21_000)]
    [InlineData("gasUsed", null)]
    [InlineData("status", "1")]
    [InlineData("effectiveGasPrice", "0x")]
    [InlineData("l1Fee", "7")]
    [InlineData("transactionIndex", "0xffffffffffffffff")]
    [InlineData("logs", null)]
    public async Task Quantities_that_are_none_are_refused(string field, object? value) =>
        Assert.Equal(ChainFault.Malformed, (await Assert.ThrowsAsync<ChainDataException>(() => TransactionAsync(receipt: new() { [field] = value }))).Fault);

    [Theory]
    [InlineData("topics", new[] { "0x12" })]
    [InlineData("topics", new[] { "Transfer" })]
    [InlineData("topics", null)]
    [InlineData("address", "0x12")]
    [InlineData("data", "12")]
    [InlineData("logIndex", "3")]
    public async Task Logs_that_cannot_be_are_refused(string field, object? value) =>
        Assert.Equal(ChainFault.Malformed, (await Assert.ThrowsAsync<ChainDataException>(() => TransactionAsync(log: new() { [field] = value }))).Fault);

    private static async Task<EvmTransaction> TransactionAsync(Dictionary<string, object?>? sent = null, Dictionary<string, object?>? receipt = null, Dictionary<string, object?>? log = null)
    {
        Dictionary<string, object?> logged = new() { ["address"] = Sender, ["topics"] = new[] { Sent }, ["data"] = "0x", ["blockNumber"] = "0x3e8", ["transactionHash"] = Sent, ["logIndex"] = "0x3", ["removed"] = null };
        var node = new FakeEvmNode(1)
        {
            Given =
            {
                ["eth_getTransactionByHash"] = With(new() { ["hash"] = Sent, ["from"] = Sender, ["to"] = Sender, ["value"] = "0xc", ["input"] = "0x" }, sent),
                ["eth_getTransactionReceipt"] = With(
                    new() { ["transactionHash"] = Sent, ["blockNumber"] = "0x3e8", ["transactionIndex"] = "0x0", ["status"] = "0x1", ["gasUsed"] = "0x5208", ["effectiveGasPrice"] = "0x5", ["l1Fee"] = "0x7", ["logs"] = new[] { With(logged, log) } }, receipt),
            },
        };
        return (await new EvmActivity(node.Client()).TransactionAsync(Sent, default))!;
    }

    private static Dictionary<string, object?> With(Dictionary<string, object?> fields, Dictionary<string, object?>? others)
    {
        foreach (var (name, value) in others ?? [])
            fields[name] = value;
        return fields;
    }
}

using System.Numerics;
using System.Text.Json.Nodes;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Transactions.Safe;

namespace Optimizer.Transactions.Tests;

/// <summary>Hashes, batches and checksums against ethers, viem and Safe's own algorithm (tests/nodes/safe-vectors.mjs).</summary>
public sealed class SafeTests
{
    private static readonly JsonNode Vectors = JsonNode.Parse(File.ReadAllText(Repository.Path("tests", "nodes", "safe-vectors.json")))!;

    [Fact]
    public void Hashes_are_those_of_independent_libraries()
    {
        var cases = Vectors["transactions"]!.AsArray().Concat(Vectors["multiSends"]!.AsArray()).ToArray();
        Assert.True(cases.Length > 50);
        Assert.All(cases, vector =>
        {
            var hashes = Transaction(vector!["transaction"]!).Hashes(BigInteger.Parse(Text(vector, "chainId")), EvmAddress.Parse(Text(vector, "safe")));
            Assert.Equal(new SafeHashes(Text(vector, "domainSeparator"), Text(vector, "structHash"), Text(vector, "hash")), hashes);
        });
    }

    [Fact]
    public void Batches_are_packed_as_the_contract_reads_them() => Assert.All(Vectors["multiSends"]!.AsArray(), vector =>
    {
        var calls = vector!["calls"]!.AsArray().Select(call => (EvmAddress.Parse(Text(call!, "to")), BigInteger.Parse(Text(call!, "value")), Hex.Bytes(Text(call!, "data")))).ToArray();
        Assert.Equal(Text(vector["transaction"]!, "data"), $"0x{Convert.ToHexStringLower(SafeTransaction.Batch(calls))}");
    });

    [Fact]
    public void Checksums_are_those_of_the_transaction_builder() => Assert.All(Vectors["batchFiles"]!.AsArray(), vector =>
        Assert.Equal(Text(vector!, "checksum"), SafeBatchFile.Checksum(vector!["file"]!.AsObject())));

    [Fact]
    public void Values_are_serialised_as_the_transaction_builder_does() => Assert.All(Vectors["serializations"]!.AsArray(), vector =>
        Assert.Equal(Text(vector!, "serialized"), SafeBatchFile.Serialize(vector!["value"])));

    [SharedDataFact("safe")]
    public void The_public_vector_keeps_an_empty_checksum_in_what_it_hashes()
    {
        // Older versions of the page did not take the former checksum out before they made a new one.
        var file = JsonNode.Parse(File.ReadAllText(Path.Combine(SharedData.Find("safe")!, "testvector.json")))!.AsObject();
        var counted = (JsonObject)file.DeepClone();
        counted["meta"]!["name"] = null;
        counted["meta"]!["checksum"] = "";
        Assert.Equal("0x4ecbfd364aa6759983915644e73f8bd411e85a2dc306f252a387c2728c4db64c", $"0x{Convert.ToHexStringLower(Hex.Keccak(System.Text.Encoding.UTF8.GetBytes(SafeBatchFile.Serialize(counted))))}");
    }

    [Fact]
    public void A_batch_file_carries_its_checksum_and_reads_back()
    {
        var call = new Approve { Spender = EvmAddress.Parse("0x2222222222222222222222222222222222222222"), Value = 5 }.Call(EvmAddress.Parse("0x1111111111111111111111111111111111111111"));
        var file = JsonNode.Parse(SafeBatchFile.Write(8453, EvmAddress.Parse("0x3333333333333333333333333333333333333333"), "Plan", "Ümlaut \"quoted\" <tag>", DateTimeOffset.UnixEpoch, [call]))!.AsObject();
        Assert.Equal(SafeBatchFile.Checksum(file), Text(file["meta"]!, "checksum"));
        Assert.Equal(("8453", "0", call.Data), (Text(file, "chainId"), Text(file["transactions"]![0]!, "value"), Text(file["transactions"]![0]!, "data")));
    }

    private static SafeTransaction Transaction(JsonNode vector) =>
        new(EvmAddress.Parse(Text(vector, "to")), Number(vector, "value"), Hex.Bytes(Text(vector, "data")), vector["operation"]!.GetValue<int>() == 1, Number(vector, "nonce"))
        {
            SafeTxGas = Number(vector, "safeTxGas"),
            BaseGas = Number(vector, "baseGas"),
            GasPrice = Number(vector, "gasPrice"),
            GasToken = EvmAddress.Parse(Text(vector, "gasToken")),
            RefundReceiver = EvmAddress.Parse(Text(vector, "refundReceiver")),
        };

    private static BigInteger Number(JsonNode vector, string field) => BigInteger.Parse(Text(vector, field));

    private static string Text(JsonNode vector, string field) => vector[field]!.GetValue<string>();
}

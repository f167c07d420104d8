using System.Numerics;
using System.Text.Json;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Rpc;
using Optimizer.Cli;
using Optimizer.Contracts.Abi;
using Optimizer.Model;

namespace Optimizer.Chains.Tests;

/// <summary>The local nodes, started once for the tests that share them and ended with them.</summary>
public sealed class SharedNodes : IAsyncLifetime
{
    private static readonly string Folder = Repository.Path("tests", "nodes");
    private LocalNodes? _nodes;

    public async Task InitializeAsync() => _nodes = LocalNodes.HasNode ? await LocalNodes.StartAsync(Folder, default) : null;

    public async Task DisposeAsync()
    {
        if (_nodes is not null)
            await _nodes.DisposeAsync();
    }

    internal LocalNode Of(string node) => new(_nodes!.Of(node));

    /// <summary>Runs a script of the folder with Node.js and returns what it prints.</summary>
    internal static Task<string> RunAsync(params string[] arguments) => LocalNodes.RunAsync(Folder, "node", arguments, default);
}

[CollectionDefinition(nameof(SharedNodes))]
public sealed class SharedNodesDefinition : ICollectionFixture<SharedNodes>;

/// <summary>One running node with what is deployed on it.</summary>
internal sealed class LocalNode(JsonElement description)
{
    private readonly JsonRpcClient _rpc = new(new Uri(description.GetProperty("url").GetString()!), "local", EndpointClient.Create(new EndpointLimits()), new EndpointLimits());

    public JsonRpcClient Rpc => _rpc;

    public string Url => description.GetProperty("url").GetString()!;

    public ulong ChainId => description.GetProperty("chainId").GetUInt64();

    public EvmAddress Treasury => Account(0);

    /// <summary>One of the accounts that the node signs for.</summary>
    public EvmAddress Account(int index) => EvmAddress.Parse(description.GetProperty("accounts")[index].GetString()!);

    public EvmAddress Contract(string name) => EvmAddress.Parse(description.GetProperty("contracts").GetProperty(name).GetString()!);

    public EvmAddress Token(string symbol) => EvmAddress.Parse(description.GetProperty("tokens").GetProperty(symbol).GetProperty("address").GetString()!);

    public int Decimals(string symbol) => description.GetProperty("tokens").GetProperty(symbol).GetProperty("decimals").GetInt32();

    public IEnumerable<string> Symbols => description.GetProperty("tokens").EnumerateObject().Select(token => token.Name);

    public EvmClient Client(string name = "local") => new(name, ChainId, [_rpc]);

    /// <summary>The chain as a chain file would describe it.</summary>
    public Chain Chain(string id, ChainFamily family) => new()
    {
        Id = id,
        Name = id,
        Family = family,
        ChainId = ChainId,
        NativeToken = "ETH",
        BlockTime = Duration.FromSeconds(12),
        Finality = Duration.FromSeconds(60),
        RpcEnvironmentVariable = $"OPTIMIZER_RPC_{id.ToUpperInvariant()}",
        Explorer = "http://127.0.0.1",
        ApproveGasUnits = 50_000,
        Tokens =
        [
            new() { Symbol = "ETH", Decimals = 18 },
            .. Symbols.Select(symbol => new Token
            {
                Symbol = symbol,
                Asset = symbol == "WETH" ? "ETH" : null,
                Address = Token(symbol).ToString(),
                Decimals = Decimals(symbol),
                PriceFeed = Contract($"feed{symbol[0]}{symbol[1..].ToLowerInvariant()}").ToString(),
            }),
        ],
        Protocols = [new() { Id = "aave-v3", Name = "Aave v3", Adapter = "aaveV3", Addresses = new Dictionary<string, string> { ["pool"] = $"{Contract("pool")}", ["dataProvider"] = $"{Contract("dataProvider")}", ["oracle"] = $"{Contract("oracle")}" } }],
    };

    public async Task<JsonElement> SendAsync(string method, params object?[] parameters)
    {
        var reply = (await _rpc.SendAsync([new(method, parameters)], default))[0];
        return reply.Error is null ? reply.Result : throw new InvalidOperationException($"{method}: {reply.Error}");
    }

    public async Task<BigInteger> BalanceAsync(EvmAddress account) =>
        BigInteger.Parse($"0{(await SendAsync("eth_getBalance", account.ToString(), "latest")).GetString()![2..]}", System.Globalization.NumberStyles.HexNumber);

    /// <summary>Sends a transaction from an account that the node holds, or impersonates, and waits for its receipt.</summary>
    public async Task<JsonElement> TransactAsync(EvmAddress from, EvmAddress to, byte[] data, object? fields = null)
    {
        var request = new Dictionary<string, object> { ["from"] = $"{from}", ["to"] = $"{to}", ["data"] = $"0x{Convert.ToHexStringLower(data)}", ["gas"] = "0x1c9c380" };
        foreach (var property in fields?.GetType().GetProperties() ?? [])
            request[property.Name] = property.GetValue(fields)!;
        var hash = (await SendAsync("eth_sendTransaction", request)).GetString();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var receipt = await SendAsync("eth_getTransactionReceipt", hash);
            if (receipt.ValueKind == JsonValueKind.Object)
                return receipt.GetProperty("status").GetString() == "0x1" ? receipt : throw new InvalidOperationException($"the transaction to {to} reverted");
            await Task.Delay(5, limit.Token);
        }
    }
}

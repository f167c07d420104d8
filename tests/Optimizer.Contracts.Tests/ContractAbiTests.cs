using System.Text.Json.Nodes;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Across;
using Optimizer.Contracts.Protocols.CctpV2;
using Optimizer.Contracts.Protocols.Erc20;
using Optimizer.Contracts.Protocols.Safe;
using Optimizer.Contracts.Protocols.StargateV2;
using Optimizer.Contracts.Protocols.UniswapV3;
using AaveV3 = Optimizer.Contracts.Protocols.AaveV3;
using CompoundV3 = Optimizer.Contracts.Protocols.CompoundV3;
using Erc4626 = Optimizer.Contracts.Protocols.Erc4626;
using LiquidStaking = Optimizer.Contracts.Protocols.LiquidStaking;

namespace Optimizer.Contracts.Tests;

/// <summary>Signatures and the order of arguments against the contracts' own ABIs (tests/nodes/contract-abis.mjs).</summary>
public sealed class ContractAbiTests
{
    private static readonly JsonNode Abis = JsonNode.Parse(File.ReadAllText(Repository.Path("tests", "nodes", "contract-abis.json")))!;
    private static readonly JsonArray Functions = Abis["functions"]!.AsArray();

    public static TheoryData<string, ContractFunction> All => new()
    {
        { "ERC20", new Approve() },
        { "Aave v3 Pool", new AaveV3.Supply() },
        { "Aave v3 Pool", new AaveV3.Withdraw() },
        { "Comet", new CompoundV3.Supply() },
        { "Comet", new CompoundV3.Withdraw() },
        { "ERC4626", new Erc4626.Deposit() },
        { "ERC4626", new Erc4626.Withdraw() },
        { "MetaMorpho", new Erc4626.Deposit() },
        { "MetaMorpho", new Erc4626.Withdraw() },
        { "WETH9", new Wrap() },
        { "WETH9", new Unwrap() },
        { "Uniswap v3 SwapRouter", new SwapUntil() },
        { "Uniswap SwapRouter02", new Swap() },
        { "Uniswap SwapRouter02", new MulticallUntil() },
        { "StargatePool", new SendToken() },
        { "CCTP TokenMessengerV2", new DepositForBurn() },
        { "CCTP MessageTransmitterV2", new ReceiveMessage() },
        { "Across SpokePool", new DepositNow() },
        { "Lido", new LiquidStaking.Submit() },
        { "ether.fi LiquidityPool", new LiquidStaking.Deposit() },
    };

    public static TheoryData<string, Type> AllEvents => new()
    {
        { "StargatePool", typeof(OftSent) },
        { "StargatePool", typeof(OftReceived) },
        { "CCTP TokenMessengerV2", typeof(Burnt) },
        { "CCTP TokenMessengerV2", typeof(Minted) },
        { "Across SpokePool", typeof(FundsDeposited) },
        { "Across SpokePool", typeof(FilledRelay) },
        { "Safe", typeof(ExecutionSuccess) },
        { "Safe", typeof(ExecutionFailure) },
    };

    [Theory]
    [MemberData(nameof(AllEvents))]
    public void An_event_is_as_its_contract_has_it(string contract, Type @event) =>
        Assert.Contains(Abis["events"]!.AsArray(), e => e!["contract"]!.GetValue<string>() == contract && e["topic"]!.GetValue<string>() == ContractEvent.TopicOf(@event) && e["declaration"]!.GetValue<string>() == $"event {ContractEvent.SignatureOf(@event)}");

    [Theory]
    [MemberData(nameof(All))]
    public void A_function_is_as_its_contract_has_it(string contract, ContractFunction function)
    {
        var known = Functions.Where(f => f!["contract"]!.GetValue<string>() == contract && f["name"]!.GetValue<string>() == function.Name).ToArray();
        Assert.NotEmpty(known);
        // The same types in the same order under the same names: two arguments of one type cannot be taken for each other.
        Assert.Contains(known, f => f!["selector"]!.GetValue<string>() == Hex.Of(function.Selector) && Names(f["declaration"]!.GetValue<string>()) == Names(function.Signature));
    }

    [Fact]
    public void Every_declared_function_and_event_can_be_read()
    {
        var types = typeof(ContractFunction).Assembly.GetTypes().Where(type => !type.IsAbstract && type.GetConstructor([]) is not null).ToArray();
        var functions = types.Where(type => type.IsSubclassOf(typeof(ContractFunction))).Select(type => (ContractFunction)Activator.CreateInstance(type)!).ToArray();
        Assert.True(functions.Length > 80);
        // What the attributes say parses to the same selector as text.
        Assert.All(functions, function => Assert.Equal(AbiFunction.Parse(function.Signature).Selector, function.Selector.ToArray()));
    }

    private static string Names(string declaration)
    {
        var start = declaration.IndexOf('(', StringComparison.Ordinal);
        var (depth, end) = (0, start);
        do
        {
            depth += declaration[end] switch { '(' => 1, ')' => -1, _ => 0 };
            end++;
        }
        while (depth > 0);
        return declaration[start..end].Replace("calldata ", "", StringComparison.Ordinal).Replace("memory ", "", StringComparison.Ordinal);
    }
}

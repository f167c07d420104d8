using System.Text.Json.Nodes;
using Optimizer.Chains.Evm;
using Optimizer.Transactions.Calls;
using Optimizer.Transactions.Following;

namespace Optimizer.Transactions.Tests;

/// <summary>Signatures and the order of arguments against the contracts' own ABIs (tests/nodes/contract-abis.mjs).</summary>
public sealed class ContractAbiTests
{
    private static readonly JsonNode Abis = JsonNode.Parse(File.ReadAllText(Repository.Path("tests", "nodes", "contract-abis.json")))!;
    private static readonly JsonArray Functions = Abis["functions"]!.AsArray();

    public static TheoryData<string, ContractFunction> All => new()
    {
        { "ERC20", Erc20.Approve },
        { "Aave v3 Pool", AaveV3Calls.Supply },
        { "Aave v3 Pool", AaveV3Calls.Take },
        { "Comet", CompoundV3Calls.Supply },
        { "Comet", CompoundV3Calls.Take },
        { "ERC4626", Erc4626Calls.Put },
        { "ERC4626", Erc4626Calls.Take },
        { "MetaMorpho", Erc4626Calls.Put },
        { "MetaMorpho", Erc4626Calls.Take },
        { "WETH9", WrappedNativeCalls.Wrap },
        { "WETH9", WrappedNativeCalls.Unwrap },
        { "Uniswap v3 SwapRouter", UniswapV3Calls.SwapUntil },
        { "Uniswap SwapRouter02", UniswapV3Calls.Swap },
        { "Uniswap SwapRouter02", UniswapV3Calls.Multicall },
        { "StargatePool", StargateV2Calls.SendToken },
        { "CCTP TokenMessengerV2", CctpV2Calls.Burn },
        { "CCTP MessageTransmitterV2", CctpV2Calls.Receive },
        { "Across SpokePool", AcrossCalls.Deposit },
        { "Lido", StakingCalls.Submit },
        { "ether.fi LiquidityPool", StakingCalls.Put },
    };

    public static TheoryData<string, AbiEvent> AllEvents => new()
    {
        { "StargatePool", StargateV2Calls.SentLog },
        { "StargatePool", StargateV2Calls.ReceivedLog },
        { "CCTP TokenMessengerV2", CctpV2Calls.Burnt },
        { "CCTP TokenMessengerV2", CctpV2Calls.Minted },
        { "Across SpokePool", AcrossCalls.Deposited },
        { "Across SpokePool", AcrossCalls.Filled },
        { "Safe", MadeCall.ExecutionSuccess },
        { "Safe", MadeCall.ExecutionFailure },
    };

    [Theory]
    [MemberData(nameof(AllEvents))]
    public void An_event_is_as_its_contract_has_it(string contract, AbiEvent @event) =>
        Assert.Contains(Abis["events"]!.AsArray(), e => e!["contract"]!.GetValue<string>() == contract && e["topic"]!.GetValue<string>() == @event.Topic && e["declaration"]!.GetValue<string>() == $"event {@event.Declaration}");

    [Theory]
    [MemberData(nameof(All))]
    public void A_function_is_as_its_contract_has_it(string contract, ContractFunction function)
    {
        var name = function.Signature[..function.Signature.IndexOf('(', StringComparison.Ordinal)];
        var known = Functions.Where(f => f!["contract"]!.GetValue<string>() == contract && f["name"]!.GetValue<string>() == name).ToArray();
        Assert.NotEmpty(known);
        // The same types in the same order under the same names: two arguments of one type cannot be taken for each other.
        Assert.Contains(known, f => f!["selector"]!.GetValue<string>() == $"0x{function.Selector}" && Names(f["declaration"]!.GetValue<string>()) == Names(function.Signature));
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

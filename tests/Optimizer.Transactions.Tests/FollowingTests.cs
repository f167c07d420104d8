using System.Numerics;
using Optimizer.Chains.Evm;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.Across;
using Optimizer.Contracts.Protocols.CctpV2;
using Optimizer.Contracts.Protocols.Safe;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions.Calls;
using Optimizer.Transactions.Following;
using Optimizer.Transactions.Policies;
using Optimizer.Transactions.Safe;

namespace Optimizer.Transactions.Tests;

/// <summary>What counts as evidence that something was done, and what only looks like it.</summary>
public sealed class FollowingTests
{
    private static readonly LoadedScenario Loaded = new ScenarioFiles().Load(Repository.Path("scenarios", "multisig.yaml"));
    private static readonly Lazy<TransactionPlan> Made = new(() => TransactionPlanner.Make(Loaded.Market, Loaded.Scenario, Loaded.Settings.Moves, ScenarioRunner.Run(Loaded).Plan!));
    private static readonly EvmAddress Account = EvmAddress.Parse(Loaded.Scenario.Accounts["ethereum"]);
    private static readonly EvmAddress Stranger = EvmAddress.Parse("0x00000000000000000000000000000000000000a1");
    private static readonly EvmAddress Batcher = SafeTransaction.MultiSendCallOnly("1.3.0");

    [Fact]
    public void Every_prefix_of_what_was_made_leaves_exactly_the_rest()
    {
        var plan = Made.Value;
        var all = plan.Steps.Where(step => step.Chain == "ethereum").SelectMany(step => step.Calls).ToArray();
        for (var made = 0; made <= all.Length; made++)
        {
            var progress = Progress(plan, [.. all.Take(made).Select((call, i) => Own(call, (ulong)i))]);
            Assert.Equal(all.Skip(made), progress.Steps.Where(step => step.Step.Chain == "ethereum").SelectMany(step => step.Remaining));
            Assert.Empty(progress.Foreign["ethereum"]);
        }
    }

    [Fact]
    public void What_is_made_twice_is_told_and_what_reverts_is_not_made()
    {
        var plan = Made.Value;
        var first = plan.Steps.First(step => step.Chain == "ethereum" && step.Calls.Count > 0);
        var progress = Progress(plan, [Own(first.Calls[0], 1), Own(first.Calls[0], 2)]);
        Assert.Single(progress.Steps[first.Id - 1].Again);
        progress = Progress(plan, [Own(first.Calls[0], 1) with { Succeeded = false }]);
        Assert.Single(progress.Steps[first.Id - 1].Failed);
        Assert.NotEqual(StepState.Done, progress.Steps[first.Id - 1].State);
        // Another contract, another amount along, other data: not the plan's.
        foreach (var other in (EvmTransaction[])[Own(first.Calls[0], 1) with { To = Stranger }, Own(first.Calls[0], 1) with { Value = 1 }, Own(first.Calls[0] with { Data = first.Calls[0].Data[..^2] + "ff" }, 1)])
        {
            progress = Progress(plan, [other]);
            Assert.True(progress.IsUntouched);
            Assert.Single(progress.Foreign["ethereum"]);
        }

        // A wallet's mark behind the data changes nothing for the contract.
        Assert.False(Progress(plan, [Own(first.Calls[0] with { Data = first.Calls[0].Data + "c0ffee" }, 1)]).IsUntouched);
    }

    [Fact]
    public void A_Safe_s_batch_counts_when_the_Safe_says_so_and_by_nobody_else()
    {
        var calls = Made.Value.Steps.Where(step => step.Chain == "ethereum").SelectMany(step => step.Calls).ToArray();
        var batch = SafeTransaction.Of(calls, 7, Batcher);
        var success = Log(Account, ContractEvent.TopicOf<ExecutionSuccess>());
        EvmTransaction Asked(EvmAddress to, bool isDelegate, params EvmLog[] logs) => Transaction(Stranger, Account,
            new ExecTransaction { To = to, Data = batch.Data, Operation = isDelegate ? 1 : 0 }.Encode(), logs);
        var made = ExecutedCall.Of(Account, Asked(Batcher, true, success))!;
        Assert.Equal(calls.Length, made.Count);
        Assert.All(made, call => Assert.True(call.Succeeded));
        Assert.Equal(Batcher, ExecutedCall.BatchedBy(Account, Asked(Batcher, true, success)));
        // Without its word, with somebody else's, or with that of a failure, nothing was done.
        Assert.All(ExecutedCall.Of(Account, Asked(Batcher, true))!, call => Assert.False(call.Succeeded));
        Assert.All(ExecutedCall.Of(Account, Asked(Batcher, true, Log(Stranger, ContractEvent.TopicOf<ExecutionSuccess>())))!, call => Assert.False(call.Succeeded));
        Assert.All(ExecutedCall.Of(Account, Asked(Batcher, true, Log(Account, ContractEvent.TopicOf<ExecutionFailure>())))!, call => Assert.False(call.Succeeded));
        // What foreign code, a module, or a second request in the same transaction did is not known.
        Assert.Null(ExecutedCall.Of(Account, Asked(Stranger, true, success)));
        Assert.Null(ExecutedCall.Of(Account, Asked(Batcher, true, success, success)));
        Assert.Null(ExecutedCall.Of(Account, Transaction(Stranger, Account, new ExecTransaction { To = Stranger }.Encode(), [Log(Account, ContractEvent.TopicOf<ModuleSuccess>())])));
        Assert.Null(ExecutedCall.Of(Account, Transaction(Stranger, Stranger, [1, 2, 3, 4], [success])));
    }

    [Theory]
    [InlineData(null, "0x9641d764fc13c8B624c04430C7356C1C7C8102e2")]
    [InlineData("1.3.0", "0x40A2aCCbd92BCA938b02010E17A5b8929b49130D")]
    [InlineData("1.5.0", "0xA83c336B20401Af773B6219BA5027174338D1836")]
    public void Hashes_are_those_of_the_Safe_s_version(string? version, string batcher)
    {
        var plan = Made.Value with { SafeVersion = version, Nonces = new Dictionary<string, BigInteger> { ["ethereum"] = 12 } };
        Assert.Empty(PlanVerifier.Check(plan, Loaded.Market, Loaded.Scenario, Loaded.Settings.Moves, null));
        var checklist = new PlanExport(plan, Loaded.Market).Files().Single(file => file.Name == "checklist.md").Text;
        var calls = Phase.Of(plan).First(phase => phase.Chain == "ethereum").Calls.ToArray();
        Assert.Contains($"`{batcher}`", checklist, StringComparison.Ordinal);
        // Arguments go by their names, and addresses by what the chain file calls them.
        Assert.Contains("    - spender: `0x28b5a0e9C621a5BadaA536219b3a228C8168cf5d` (tokenMessenger of Circle CCTP v2)\n", checklist, StringComparison.Ordinal);
        Assert.Contains("    - minFinalityThreshold: `2000`\n", checklist, StringComparison.Ordinal);
        Assert.Contains(SafeTransaction.Of(calls, 12, EvmAddress.Parse(batcher)).Hashes(1, Account).SafeTransaction, checklist, StringComparison.Ordinal);
        Assert.Contains(PlanVerifier.Check(plan with { SafeVersion = "0.9" }, Loaded.Market, Loaded.Scenario, Loaded.Settings.Moves, null), violation => violation.Rule == PlanVerifier.Account);
    }

    [Fact]
    public void Batches_are_unpacked_as_they_were_packed() => Gen.Select(Gen.Byte.Array[20], Gen.Byte.Array[0, 100], Gen.ULong).List[1, 8].Sample(calls =>
    {
        (EvmAddress, BigInteger, byte[])[] packed = [.. calls.Select(call => (new EvmAddress(call.Item1), (BigInteger)call.Item3, call.Item2))];
        var unpacked = SafeTransaction.Unpack(SafeTransaction.Batch(packed));
        return packed.Length == unpacked.Count && packed.Zip(unpacked).All(pair => pair.First.Item1 == pair.Second.To && pair.First.Item2 == pair.Second.Value && pair.First.Item3.AsSpan().SequenceEqual(pair.Second.Data));
    }, iter: 200);

    /// <summary>Anybody can fill on Across what was never asked for: only a fill with all of the deposit's figures is its.</summary>
    [Fact]
    public void A_forged_fill_is_no_arrival()
    {
        var context = Bridge("across/ethereum-base/USDC", 1_000_000_000, 999_700_000);
        var (pool, there) = (context.Role("spokePool"), context.RoleOf("spokePool", context.EntryThere));
        var (input, output, account) = (Word(context.Token), Word(context.Contract(context.Route.To)), Word(Account));
        BigInteger number = 77, deadline = 1_800_000_000;
        var deposited = new EvmLog(pool, [ContractEvent.TopicOf<FundsDeposited>(), Topics.Of(8453), Topics.Of(number), Hex.Of(account)],
            Encode("(bytes32,bytes32,uint256,uint256,uint32,uint32,uint32,bytes32,bytes32,bytes)", input, output, context.Step.Amount, context.Step.MinimumReceived, BigInteger.One, deadline, BigInteger.Zero, account, new byte[32], Array.Empty<byte>()), 1, "", 0);
        var transfer = new AcrossCalls().Sent(context, [deposited])!;
        Assert.Equal(deadline, transfer.GivenBackAfter!.Value.ToUnixTimeSeconds());
        EvmTransaction Fill(EvmAddress contract, byte[] of, BigInteger amount, byte[] to, BigInteger origin, BigInteger given) => Transaction(Stranger, contract, [],
            new EvmLog(contract, [ContractEvent.TopicOf<FilledRelay>(), Topics.Of(origin), Topics.Of(number), Hex.Of(Word(Stranger))],
                Encode("(bytes32,bytes32,uint256,uint256,uint256,uint32,uint32,bytes32,bytes32,bytes32,bytes32,(bytes32,bytes32,uint256,uint8))", input, of, context.Step.Amount, amount, BigInteger.One, deadline, BigInteger.Zero, new byte[32], account, to, new byte[32], new object[] { to, new byte[32], given, BigInteger.Zero }), 1, "", 0));
        Assert.Equal(context.Step.MinimumReceived, Assert.Single(transfer.Arrived(Fill(there, output, context.Step.MinimumReceived, account, 1, context.Step.MinimumReceived))).Amount);
        Assert.Empty(transfer.Arrived(Fill(Stranger, output, context.Step.MinimumReceived, account, 1, context.Step.MinimumReceived)));
        Assert.Empty(transfer.Arrived(Fill(there, Word(Stranger), BigInteger.Pow(10, 30), Word(Stranger), 1, BigInteger.Pow(10, 30))));
        Assert.Empty(transfer.Arrived(Fill(there, output, context.Step.MinimumReceived, Word(Stranger), 1, context.Step.MinimumReceived)));
        Assert.Empty(transfer.Arrived(Fill(there, output, context.Step.MinimumReceived, account, 10, context.Step.MinimumReceived)));
        Assert.Empty(transfer.Arrived(Fill(there, output, context.Step.MinimumReceived, account, 1, context.Step.MinimumReceived - 1)));
    }

    /// <summary>On CCTP equal amounts are told apart by whose burn it was, and where.</summary>
    [Fact]
    public void Another_s_burn_is_not_ours()
    {
        var context = Bridge("cctp-standard/ethereum-base/USDC", 5_000_000, 5_000_000);
        var messenger = context.Role("tokenMessenger");
        var burnt = new EvmLog(messenger, [ContractEvent.TopicOf<Burnt>(), Topics.Of(context.Token), Topics.Of(Account), Topics.Of(2_000)],
            Encode("(uint256,bytes32,uint32,bytes32,bytes32,uint256,bytes)", context.Step.Amount, Word(Account), new BigInteger(6), new byte[32], new byte[32], BigInteger.Zero, Array.Empty<byte>()), 1, "", 0);
        var transfer = new CctpV2Calls().Sent(context, [burnt])!;
        EvmTransaction Mint(BigInteger domain, EvmAddress sender, BigInteger amount, BigInteger fee)
        {
            byte[] body = [0, 0, 0, 1, .. Word(context.Token), .. Word(Account), .. Hex.Word(amount + fee), .. Word(sender), .. new byte[96]];
            return Transaction(Stranger, context.RoleOf("messageTransmitter", context.EntryThere), [],
                new EvmLog(context.RoleOf("tokenMessenger", context.EntryThere), [ContractEvent.TopicOf<Minted>(), Topics.Of(Account), Topics.Of(context.Contract(context.Route.To))], Encode("(uint256,uint256)", amount, fee), 1, "", 3),
                new EvmLog(context.RoleOf("messageTransmitter", context.EntryThere), [ContractEvent.TopicOf<MessageReceived>(), Topics.Of(Stranger), Topics.Of(9), Topics.Of(2_000)], Encode("(uint32,bytes32,bytes)", domain, new byte[32], body), 1, "", 4));
        }

        Assert.Equal(4_999_000, Assert.Single(transfer.Arrived(Mint(0, Account, 4_999_000, 1_000))).Amount);
        Assert.Empty(transfer.Arrived(Mint(3, Account, 5_000_000, 0)));
        Assert.Empty(transfer.Arrived(Mint(0, Stranger, 5_000_000, 0)));
        Assert.Empty(transfer.Arrived(Mint(0, Account, 5_000_001, 0)));
    }

    [Theory]
    [InlineData("supply(address asset, uint256, address onBehalfOf, uint16 referralCode)")]
    [InlineData("supply(address asset, uint256 asset, address onBehalfOf, uint16 referralCode)")]
    [InlineData("supply((address asset, uint256 amount)[] parts, address onBehalfOf)")]
    public void A_rule_whose_names_could_mean_another_argument_is_refused(string function)
    {
        var rule = new PolicyRule { Name = "Lend", Chain = "base", Contract = $"{Stranger}", Function = function, Where = new Dictionary<string, string> { ["onBehalfOf"] = "account" } };
        Assert.Contains("one unique name", Assert.Throws<TransactionException>(() => PolicyCheck.Check(Made.Value, new Policy { Name = "P", Allow = [rule] }, Loaded.Market)).Message, StringComparison.Ordinal);
    }

    private static CallContext Bridge(string route, BigInteger amount, BigInteger least)
    {
        var step = Made.Value.Steps.First(step => step.Kind == StepKind.BridgeSend) with { Chain = "ethereum", Via = route, Token = new("USDC", "ethereum"), ReceivedToken = new("USDC", "base"), Amount = amount, Received = least, MinimumReceived = least };
        return new(Loaded.Market, step, Loaded.Scenario.Accounts, DateTimeOffset.UnixEpoch);
    }

    private static PlanProgress Progress(TransactionPlan plan, EvmTransaction[] transactions) => PlanProgress.Of(plan, Loaded.Market, new Dictionary<string, IReadOnlyList<EvmTransaction>> { ["ethereum"] = transactions },
        new Dictionary<int, (EvmTransaction, BridgeArrival)>(), new HashSet<int>(), new HashSet<int>());

    private static EvmTransaction Own(ContractCall call, ulong block) => Transaction(Account, EvmAddress.Parse(call.To), Convert.FromHexString(call.Data[2..])) with { Value = call.Value, Hash = $"0x{block}", Block = new(block, "", DateTimeOffset.UnixEpoch) };

    private static EvmTransaction Transaction(EvmAddress from, EvmAddress to, byte[] data, params EvmLog[] logs) => new("0x1", from, to, 0, data, new(1, "", DateTimeOffset.UnixEpoch), 0, true, 0, logs);

    private static EvmLog Log(EvmAddress address, string topic) => new(address, [topic, Topics.Of(1)], new byte[32], 1, "0x1", 0);

    private static byte[] Word(EvmAddress address) => Hex.Word(address.Bytes);

    private static byte[] Encode(string types, params object[] values) => AbiFunction.Parse($"f{types}").Inputs.Encode(values);
}

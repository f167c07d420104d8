using System.Numerics;
using System.Text.Json.Nodes;
using Optimizer.Chains.Rpc;
using Optimizer.Chains.Solana;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions.Calls;
using Optimizer.Transactions.Policies;
using Optimizer.Transactions.Solana;

namespace Optimizer.Transactions.Tests;

/// <summary>Plans on Solana: instructions instead of calls, and transactions that nobody has signed.</summary>
[Collection(LiveTreasuryTests.Name)]
public sealed class SolanaPlanTests(LiveTreasury live)
{
    private const string Owner = "HEo79fNtfHdXtnuctRBwtPcEATckDQbqmvQRr47o4Y4N";

    private static readonly LoadedScenario Multisig = new ScenarioFiles().Load(Repository.Path("scenarios", "multisig.yaml"));

    private static readonly LoadedScenario Loaded = Multisig with
    {
        Scenario = Multisig.Scenario with
        {
            Name = "Staking",
            Accounts = new Dictionary<string, string> { ["solana"] = Owner },
            Holdings = [new() { Token = new("SOL", "solana"), Amount = Amount.Parse("2_000") }],
            Universe = new() { Chains = ["solana"], Protocols = ["jito", "marinade"], Assets = ["SOL"] },
            Constraints = [new Allocation.Limit { Each = Allocation.Grouping.Opportunity, Max = new(0.6, true) }],
        },
    };

    private static readonly Lazy<Plan> Moves = new(() => ScenarioRunner.Run(Loaded).Plan!);
    private static readonly Lazy<TransactionPlan> Made = new(() => TransactionPlanner.Make(Loaded.Market, Loaded.Scenario, Loaded.Settings.Moves, Moves.Value));

    [Fact]
    public void Lamports_are_staked_where_the_scenario_says()
    {
        var plan = Made.Value;
        Assert.Empty(PlanVerifier.Check(plan, Loaded.Market, Loaded.Scenario, Loaded.Settings.Moves, Moves.Value));
        Assert.Equal(["jito/solana/SOL", "marinade/solana/SOL"], plan.Steps.Select(step => step.Via).Order());
        foreach (var step in plan.Steps)
        {
            // The account for the pool's tokens first; its rent has to be there, and comes back when it is closed.
            Assert.Equal(["createIdempotent()", step.Via.StartsWith("jito", StringComparison.Ordinal) ? "depositSol(lamports)" : "deposit(lamports)"], step.Calls.Select(call => call.Function));
            Assert.Equal(step.Amount, step.Calls[1].Value);
            Assert.True(step.Calls[0].Value.Sign > 0);
        }

        Assert.True(plan.After["SOL@solana"] >= plan.Steps.Aggregate(BigInteger.Zero, (sum, step) => sum + step.Calls[0].Value));
    }

    [Fact]
    public void A_file_has_the_transaction_that_its_instructions_make()
    {
        var files = new PlanExport(Made.Value, Loaded.Market).Files().ToDictionary(file => file.Name, file => file.Text);
        var batch = JsonNode.Parse(files["1-solana.solana.json"])!.AsArray();
        var only = Assert.Single(batch)!;
        var message = Convert.FromBase64String(only["message"]!.GetValue<string>());
        Assert.Equal(SolanaTransaction.Message(SolanaAddress.Parse(Owner), [.. Made.Value.Steps.SelectMany(step => step.Calls)]), message);
        Assert.Equal(Convert.ToBase64String(SolanaTransaction.WithoutSignatures(message)), only["transaction"]!.GetValue<string>());
        Assert.True(SolanaTransaction.WithoutSignatures(message).Length <= SolanaTransaction.MostBytes);
        Assert.Equal("[]\n", files["transactions.json"]);
        Assert.Contains($"transferFrom: `{Owner}` (the account itself, on Solana), signs, writable", files["checklist.md"], StringComparison.Ordinal);
        Assert.Contains("state of Marinade", files["checklist.md"].Replace("`8szGkuLTAux9XMgZ2vtY39jVSowEcpBfFfD8hXSEqdGC`", "state of Marinade", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_account_amount_or_program_is_no_longer_the_plan()
    {
        var plan = Made.Value;
        foreach (var step in plan.Steps)
        {
            for (var c = 0; c < step.Calls.Count; c++)
            {
                var call = step.Calls[c];
                var changed = call.Accounts.Select((_, a) => call with { Accounts = [.. call.Accounts.Select((account, i) => i == a ? account with { Address = Owner == account.Address ? $"{SolanaPrograms.Token}" : Owner } : account)] })
                    .Concat(call.Accounts.Select((_, a) => call with { Accounts = [.. call.Accounts.Select((account, i) => i == a ? account with { Writable = !account.Writable } : account)] }))
                    .Append(call with { To = $"{SolanaPrograms.Token}" }).Append(call with { Value = call.Value + 1 }).Append(call with { Data = call.Data[..^2] + (call.Data[^2..] == "00" ? "01" : "00") });
                foreach (var other in changed)
                {
                    var tampered = plan with { Steps = [.. plan.Steps.Select(known => known.Id == step.Id ? known with { Calls = [.. known.Calls.Select((one, i) => i == c ? other : one)] } : known)] };
                    Assert.Contains(PlanVerifier.Check(tampered, Loaded.Market, Loaded.Scenario, Loaded.Settings.Moves, Moves.Value), violation => violation.Rule == PlanVerifier.Call);
                }
            }
        }
    }

    [Fact]
    public void A_policy_allows_programs_accounts_and_amounts()
    {
        PolicyRule Rule(string program, string function, BigInteger value, Dictionary<string, string>? where = null, Dictionary<string, BigInteger>? most = null) =>
            new() { Name = function, Chain = "solana", Contract = program, Function = function, Value = value, Where = where ?? [], AtMost = most ?? [] };
        var all = BigInteger.Pow(10, 13);
        var create = Rule($"{SolanaPrograms.AssociatedToken}", "createIdempotent()", 3_000_000, new() { ["payer"] = "account", ["owner"] = "account" });
        var stake = Rule($"{SolanaPrograms.StakePool}", "depositSol(lamports)", all, new() { ["fundingAccount"] = "account" }, new() { ["lamports"] = all });
        var marinade = Rule("MarBmsSgKXdrN1egZf5sqe1TMai9K1rChYNDJgjq7aD", "deposit(lamports)", all, new() { ["transferFrom"] = "account" });
        IReadOnlyList<Violation> Check(params PolicyRule[] rules) => PolicyCheck.Check(Made.Value, new Policy { Name = "Staking", Allow = rules }, Loaded.Market);
        Assert.Empty(Check(create, stake, marinade));
        Assert.Contains("no rule allows this program", Assert.Single(Check(create, stake)).Message, StringComparison.Ordinal);
        Assert.Contains("at most 5", Assert.Single(Check(create, stake with { AtMost = new Dictionary<string, BigInteger> { ["lamports"] = 5 } }, marinade)).Message, StringComparison.Ordinal);
        Assert.Contains("requires fundingAccount to be", Assert.Single(Check(create, stake with { Where = new Dictionary<string, string> { ["fundingAccount"] = $"{SolanaPrograms.Token}" } }, marinade)).Message, StringComparison.Ordinal);
        Assert.Contains("lamports", Assert.Single(Check(create, stake, marinade with { Value = 5 })).Message, StringComparison.Ordinal);
        Assert.Throws<TransactionException>(() => Check(create, stake with { AtMost = new Dictionary<string, BigInteger> { ["sol"] = 5 } }));
    }

    /// <summary>On a node with the real runtime and token programs; those of the pools it does not have.</summary>
    [NodeFact]
    public async Task A_node_tries_instructions_that_nobody_signed()
    {
        await live.StartAsync();
        var (address, genesis, url) = await live.SolanaAsync();
        var chain = Loaded.Market.Chain("solana") with { GenesisHash = genesis };
        var market = new Market(Loaded.Market.Snapshot, [.. Loaded.Market.Chains.Where(other => other.Id != chain.Id), chain]);
        var accounts = new Dictionary<string, string> { ["solana"] = address };
        var amount = 3 * BigInteger.Pow(10, 9);
        var wrap = new TransactionStep
        {
            Id = 1,
            Kind = StepKind.Wrap,
            Chain = "solana",
            Description = "",
            Via = "wsol/solana/SOL-WSOL",
            Token = new("SOL", "solana"),
            Amount = amount,
            ReceivedToken = new("WSOL", "solana"),
            Received = amount,
            MinimumReceived = amount,
            Gas = 0,
            GasUsd = 0,
            FeeUsd = 0,
            DurationSeconds = 0,
            DependsOn = [],
            Calls = [],
        };
        wrap = wrap with { Calls = CallBuilders.Of(new(market, wrap, accounts, DateTimeOffset.UnixEpoch)) };
        var plan = Made.Value with { Accounts = accounts, Before = new Dictionary<string, BigInteger> { ["SOL@solana"] = amount }, After = new Dictionary<string, BigInteger> { ["WSOL@solana"] = amount }, Steps = [wrap] };
        var limits = new EndpointLimits();
        using var http = EndpointClient.Create(limits);
        var node = new JsonRpcClient(new(url), "solana", http, limits);
        // The mint of wrapped lamports, which every chain is born with and this node lacks.
        byte[] mint = [.. new byte[44], 9, 1, .. new byte[36]];
        var dump = new { pubkey = "So11111111111111111111111111111111111111112", account = new { lamports = 1_461_600, data = new[] { Convert.ToBase64String(mint), "base64" }, owner = $"{SolanaPrograms.Token}", executable = false, rentEpoch = 0 } };
        Assert.Null((await node.SendAsync([new("test_setAccount", dump)], default))[0].Error);
        var simulator = new PlanSimulator(market, _ => node);
        var (tried, wrong) = await simulator.RunAsync(plan, default);
        Assert.True(wrong.Count == 0, string.Join("; ", wrong));
        Assert.Equal(5_000, Assert.Single(tried).GasWei);
        // More than there is.
        var rich = wrap with { Amount = BigInteger.Pow(10, 18) };
        rich = rich with { Calls = CallBuilders.Of(new(market, rich, accounts, DateTimeOffset.UnixEpoch)) };
        Assert.Equal(PlanSimulator.Failed, Assert.Single((await simulator.RunAsync(plan with { Steps = [rich] }, default)).Violations).Rule);
        Assert.Equal(PlanSimulator.Holdings, Assert.Single((await simulator.RunAsync(plan with { Before = new Dictionary<string, BigInteger> { ["SOL@solana"] = BigInteger.Pow(10, 18) } }, default)).Violations).Rule);
        // A pool whose program is not there.
        var deposit = Made.Value.Steps[0];
        deposit = deposit with { Calls = CallBuilders.Of(new(market, deposit with { Id = 1, Amount = amount }, accounts, DateTimeOffset.UnixEpoch)) };
        Assert.Contains("ProgramAccountNotFound", Assert.Single((await simulator.RunAsync(plan with { Steps = [deposit] }, default)).Violations).Message, StringComparison.Ordinal);
    }
}

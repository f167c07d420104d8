using System.Numerics;
using System.Text.Json.Nodes;
using Optimizer.Chains.Solana;
using Optimizer.Model;
using Optimizer.Transactions.Calls;
using Optimizer.Transactions.Solana;

namespace Optimizer.Transactions.Tests;

/// <summary>Addresses, instructions and messages against those of web3.js and the programs' own libraries
/// (tests/nodes/solana-vectors.mjs).</summary>
public sealed class SolanaTests
{
    private static readonly JsonNode Vectors = JsonNode.Parse(File.ReadAllText(Repository.Path("tests", "nodes", "solana-vectors.json")))!;

    [Fact]
    public void Points_of_the_curve_are_those_of_the_runtime()
    {
        foreach (var point in Vectors["curvePoints"]!.AsArray().Concat(Vectors["curveEdges"]!.AsArray()))
        {
            var address = SolanaAddress.Parse(Text(point!, "address"));
            Assert.Equal(Text(point!, "bytes"), Convert.ToHexStringLower(address.Bytes));
            Assert.Equal(Text(point!, "address"), $"{address}");
            Assert.Equal(point!["onCurve"]!.GetValue<bool>(), address.IsOnCurve);
        }
    }

    [Fact]
    public void Derived_addresses_are_those_of_web3()
    {
        foreach (var account in Vectors["associatedTokenAccounts"]!.AsArray().Where(account => Text(account!, "tokenProgram") == $"{SolanaPrograms.Token}"))
        {
            Assert.Equal(Text(account!, "address"), $"{SolanaPrograms.TokenAccount(SolanaAddress.Parse(Text(account!, "owner")), SolanaAddress.Parse(Text(account!, "mint")))}");
            Assert.Equal(account!["ownerOnCurve"]!.GetValue<bool>(), SolanaAddress.Parse(Text(account, "owner")).IsOnCurve);
        }
    }

    [Fact]
    public void Instructions_are_those_of_the_programs_libraries()
    {
        var checkedKinds = new HashSet<string>();
        foreach (var vector in Vectors["instructions"]!.AsArray())
        {
            var values = vector!["values"]!;
            SolanaAddress Value(string name) => SolanaAddress.Parse(Text(values, name));
            BigInteger Lamports() => BigInteger.Parse(Text(values, "lamports"));
            ContractCall? mine = Text(vector, "kind") switch
            {
                "systemTransfer" => SolanaPrograms.Transfer(Value("fromPubkey"), Value("toPubkey"), Lamports()),
                "syncNative" => SolanaPrograms.SyncNative(Value("account")),
                "stakePoolDepositSol" => StakePoolCalls.DepositSol(Value("stakePool"), Value("poolMint"), Value("reserveStake"), Value("managerFeeAccount"), Value("fundingAccount"), Value("destinationPoolAccount"), Value("referralPoolAccount"), Lamports()),
                "marinadeDeposit" => MarinadeCalls.Deposit(SolanaAddress.Parse(Text(vector, "program")), Value("state"), Value("msolMint"), Value("liqPoolMsolLeg"), Value("transferFrom"), Value("mintTo"), Lamports()),
                _ => null,
            };
            if (mine is null)
                continue;
            checkedKinds.Add(Text(vector, "kind"));
            Assert.Equal(Text(vector, "program"), mine.To);
            Assert.Equal($"0x{Text(vector, "data")}", mine.Data);
            Assert.Equal(vector["accounts"]!.AsArray().Select(account => (Text(account!, "name"), Text(account!, "address"), account!["signer"]!.GetValue<bool>(), account["writable"]!.GetValue<bool>())),
                mine.Accounts.Select(account => (account.Name, account.Address, account.Signer, account.Writable)));
        }

        Assert.Equal(["marinadeDeposit", "stakePoolDepositSol", "syncNative", "systemTransfer"], checkedKinds.Order());
    }

    [Fact]
    public void Messages_are_those_of_web3()
    {
        foreach (var vector in Vectors["transactions"]!.AsArray())
        {
            ContractCall[] calls =
            [
                .. vector!["instructions"]!.AsArray().Select(instruction => new ContractCall
                {
                    To = Text(instruction!, "program"),
                    Value = 0,
                    Function = "",
                    Arguments = [],
                    Data = $"0x{Text(instruction!, "data")}",
                    Accounts = [.. instruction!["accounts"]!.AsArray().Select(account => new CallAccount { Name = "", Address = Text(account!, "address"), Signer = account!["signer"]!.GetValue<bool>(), Writable = account["writable"]!.GetValue<bool>() })],
                }),
            ];
            var message = SolanaTransaction.Message(SolanaAddress.Parse(Text(vector, "payer")), calls, SolanaAddress.Parse(Text(vector, "blockhash")));
            Assert.Equal(Text(vector, "message"), Convert.ToBase64String(message));
            Assert.Equal(Text(vector, "transaction"), Convert.ToBase64String(SolanaTransaction.WithoutSignatures(message)));
        }
    }

    private static string Text(JsonNode node, string name) => node[name]!.GetValue<string>();
}

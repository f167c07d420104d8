using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Optimizer.Chains.Solana;
using Optimizer.Contracts.Abi;
using Optimizer.Model;
using Optimizer.Transactions.Calls;
using Optimizer.Transactions.Safe;
using Optimizer.Transactions.Solana;

namespace Optimizer.Transactions;

/// <summary>Exports a plan as files: for Safe's Transaction Builder, for other signers, as a check-list and for accounting.</summary>
/// <param name="plan">The plan.</param>
/// <param name="market">The market, for chain names and explorers.</param>
/// <param name="phases">The phases to export; null for the whole plan.</param>
public sealed class PlanExport(TransactionPlan plan, Market market, IReadOnlyList<Phase>? phases = null)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IReadOnlyList<Phase> _phases = phases ?? Phase.Of(plan);

    /// <summary>The files, by name.</summary>
    /// <exception cref="TransactionException">A step does not fit into a transaction of its chain.</exception>
    public IReadOnlyList<(string Name, string Text)> Files() =>
    [
        .. _phases.Select(phase => (FileOf(phase), IsSolana(phase) ? SolanaBatch(phase) : SafeBatch(phase))),
        ("transactions.json", Unsigned()),
        ("checklist.md", Checklist()),
        ("accounting.csv", Accounting()),
    ];

    private bool IsSolana(Phase phase) => market.Chain(phase.Chain).ChainId is null;

    private string FileOf(Phase phase) => $"{(phase.Number == 0 ? "claim" : $"{phase.Number}")}-{phase.Chain}.{(IsSolana(phase) ? "solana" : "safe")}.json";

    private string SafeBatch(Phase phase) => SafeBatchFile.Write(market.Chain(phase.Chain).ChainId!.Value, EvmAddress.Parse(plan.Accounts[phase.Chain]),
        $"{plan.Name}, {TitleOf(phase).ToLowerInvariant()} on {market.Chain(phase.Chain).Name}", string.Join("; ", phase.Steps.Select(step => step.Description)), plan.SnapshotTakenAt, phase.Calls);

    /// <summary>Unsigned transactions for Squads or a wallet; the signer's tool inserts a recent block hash.</summary>
    private string SolanaBatch(Phase phase)
    {
        var payer = SolanaAddress.Parse(plan.Accounts[phase.Chain]);
        return new JsonArray([.. SolanaTransaction.Parts(payer, phase.Steps).Select(steps =>
        {
            var message = SolanaTransaction.Message(payer, [.. steps.SelectMany(step => step.Calls)]);
            return (JsonNode)new JsonObject
            {
                ["steps"] = new JsonArray([.. steps.Select(step => (JsonNode)step.Id)]),
                ["description"] = string.Join("; ", steps.Select(step => step.Description)),
                ["feePayer"] = $"{payer}",
                ["message"] = Convert.ToBase64String(message),
                ["transaction"] = Convert.ToBase64String(SolanaTransaction.WithoutSignatures(message)),
                ["instructions"] = new JsonArray([.. steps.SelectMany(step => step.Calls).Select(call => (JsonNode)new JsonObject
                {
                    ["program"] = call.To,
                    ["accounts"] = new JsonArray([.. call.Accounts.Select(account => (JsonNode)new JsonObject { ["name"] = account.Name, ["address"] = account.Address, ["signer"] = account.Signer, ["writable"] = account.Writable })]),
                    ["data"] = Convert.ToBase64String(Convert.FromHexString(call.Data[2..])),
                })]),
            };
        })]).ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";
    }

    private static string TitleOf(Phase phase) => phase.Number == 0 ? "Claim" : $"Phase {phase.Number}";

    /// <summary>Every EVM call as an unsigned transaction, for accounts that are not Safes.</summary>
    private string Unsigned() => new JsonArray([.. _phases.Where(phase => !IsSolana(phase)).SelectMany(phase => phase.Steps.SelectMany(step => step.Calls.Select(call => (JsonNode)new JsonObject
    {
        ["phase"] = phase.Number,
        ["step"] = step.Id,
        ["chainId"] = market.Chain(phase.Chain).ChainId!.Value.ToString(CultureInfo.InvariantCulture),
        ["from"] = plan.Accounts[phase.Chain],
        ["to"] = call.To,
        ["value"] = call.Value.ToString(CultureInfo.InvariantCulture),
        ["data"] = call.Data,
        ["description"] = step.Description,
    })))]).ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";

    /// <summary>The check-list: what to sign, in which order, and what to compare.</summary>
    private string Checklist()
    {
        var text = new StringBuilder();
        void Line(string line = "") => text.Append(line).Append('\n');
        Line($"# {plan.Name}");
        Line();
        Line($"Made from snapshot {plan.Snapshot} of {plan.SnapshotTakenAt:yyyy-MM-dd HH:mm} UTC. Execute it before **{plan.ValidUntil:yyyy-MM-dd HH:mm} UTC**; after that, make a new plan. Expected total cost: {plan.CostUsd.ToString("#,0.00", CultureInfo.InvariantCulture)} USD.");
        Line();
        Line("| chain | account |");
        Line("|---|---|");
        foreach (var (chain, account) in plan.Accounts)
            Line($"| {market.Chain(chain).Name} | `{account}` |");
        var isHashed = new HashSet<string>();
        foreach (var phase in _phases)
        {
            var chain = market.Chain(phase.Chain);
            Line();
            Line($"## {TitleOf(phase)} on {chain.Name}: `{FileOf(phase)}`");
            Line();
            if (phase.WaitsFor.Count > 0)
                Line($"- [ ] First: {string.Join("; ", phase.WaitsFor.Select(id => $"step {id} is done ({plan.Steps[id - 1].Description})"))}.");
            // The same Safe address on another chain does not belong to its owners until the Safe is deployed there.
            foreach (var there in phase.Steps.Select(step => step.ReceivedToken?.Chain ?? phase.Chain).Where(other => other != phase.Chain).Distinct())
                Line($"- [ ] Make sure that `{plan.Accounts[there]}` on {market.Chain(there).Name} is yours and in use: a transfer to it cannot be reversed.");
            foreach (var step in phase.Steps)
            {
                foreach (var call in step.Calls)
                {
                    Line($"- [ ] Step {step.Id}: **{(call.Function == SolanaPrograms.CreateFunction ? $"Create the token account for the output of: {step.Description}" : step.Description)}**");
                    Line($"  - to `{call.To}`, {NameOf(chain, call.To)} ([explorer]({chain.Explorer}/{(IsSolana(phase) ? "account" : "address")}/{call.To}))");
                    if (!call.Value.IsZero)
                        Line($"  - {(IsSolana(phase) ? "which takes" : "with")} {new TokenAmount(call.Value, market.Token(chain.NativeTokenId()).Decimals)} {chain.NativeToken}");
                    Line($"  - `{call.Function}`");
                    foreach (var (name, argument) in ArgumentNames(call.Function).Zip(call.Arguments))
                        Line($"    - {name}: `{argument}`{AccountIn(argument)}{ContractIn(chain, argument)}");
                    foreach (var account in call.Accounts)
                        Line($"    - {account.Name}: `{account.Address}`{AccountIn(account.Address)}{(account.Signer ? ", signs" : "")}{(account.Writable ? ", writable" : "")}");
                }
            }

            Hashes(phase, isHashed.Add(phase.Chain), Line);
        }

        Line();
        Line("Amounts received above the minima stay idle; the next plan includes them. Addresses come from the chain files; compare at least the first and last four characters with your own source.");
        return text.ToString();
    }

    private void Hashes(Phase phase, bool isNext, Action<string> line)
    {
        var (chain, safe) = (market.Chain(phase.Chain), plan.Accounts[phase.Chain]);
        if (IsSolana(phase))
        {
            line("- [ ] The signing tool inserts a recent block hash, which changes the message: compare the instructions, not the hash. With Squads, import the message; the vault is the signing account.");
            return;
        }

        if (!plan.Nonces.TryGetValue(phase.Chain, out var nonce))
        {
            // For the remainder of a plan the nonces of its Safes are known; an account without a nonce is not a Safe.
            if (phases is not null)
                return;
            line($"- [ ] Hashes to compare on the hardware wallet: to show them here, give the Safe's next nonce: `--nonce {phase.Chain}=N`.");
            return;
        }

        if (!isNext)
        {
            line("- [ ] Hashes to compare on the hardware wallet: they depend on the Safe's nonce; after the earlier phases, write the plan again with the nonce at that time.");
            return;
        }

        var version = plan.SafeVersion ?? SafeTransaction.UsualVersion;
        var transaction = SafeTransaction.Of([.. phase.Calls], nonce, SafeTransaction.MultiSendCallOnly(version));
        var hashes = transaction.Hashes(chain.ChainId!.Value, EvmAddress.Parse(safe));
        line($"- [ ] With nonce {nonce}{(transaction.IsDelegateCall ? $", as a batch through MultiSendCallOnly {version} (`{transaction.To}`; another Safe version uses another contract and shows other hashes, see --safe-version)" : "")}, the hardware wallet shows:");
        line($"  - domain hash `{hashes.Domain}`");
        line($"  - message hash `{hashes.Message}`");
        line($"  - SafeTx hash `{hashes.SafeTransaction}`");
    }

    private string Accounting()
    {
        var text = new StringBuilder("step,kind,chain,via,token,amount,received_token,expected,minimum,gas_usd,fee_usd,description\n");
        foreach (var step in plan.Steps)
        {
            string Whole(TokenId token, BigInteger amount) => new TokenAmount(amount, market.Token(token).Decimals).ToString();
            var received = step.ReceivedToken;
            object?[] fields =
            [
                step.Id, step.Kind, step.Chain, step.Via, step.Token, Whole(step.Token, step.Amount), received, received is { } r ? Whole(r, step.Received) : "", received is { } m ? Whole(m, step.MinimumReceived) : "",
                step.GasUsd.ToString("0.00####", CultureInfo.InvariantCulture), step.FeeUsd.ToString("0.00####", CultureInfo.InvariantCulture), step.Description,
            ];
            text.AppendJoin(',', fields.Select(field => $"\"{$"{field}".Replace("\"", "\"\"", StringComparison.Ordinal)}\"")).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>The plan's account that an argument contains, as an address, inside a tuple, or as 32 bytes.</summary>
    private string AccountIn(string argument)
    {
        var named = plan.Accounts.Where(account => argument.Contains(account.Value[2..], StringComparison.OrdinalIgnoreCase)).ToArray();
        return named.Length == 0 ? "" : $" (the account itself, on {string.Join(" and ", named.Select(account => market.Chain(account.Key).Name))})";
    }

    /// <summary>The chain file's name of a contract given as an argument.</summary>
    private static string ContractIn(Chain chain, string argument) => Named(chain, argument) is { } name ? $" ({name})" : "";

    /// <summary>The names of a function's arguments; a tuple counts as one.</summary>
    private static IEnumerable<string> ArgumentNames(string function)
    {
        var (depth, start) = (0, function.IndexOf('(', StringComparison.Ordinal) + 1);
        for (var at = start; at < function.Length; at++)
        {
            depth += function[at] switch { '(' => 1, ')' => -1, _ => 0 };
            if (depth > 0 || function[at] != ',' && depth == 0)
                continue;
            if (function[start..at].Trim() is { Length: > 0 } part)
                yield return part[(part.LastIndexOf(' ') + 1)..];
            start = at + 1;
        }
    }

    private static string NameOf(Chain chain, string address) => Named(chain, address) ?? "not in the chain files";

    private static string? Named(Chain chain, string address)
    {
        bool Is(string? known) => string.Equals(known, address, chain.ChainId is null ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase);
        return chain.Tokens.FirstOrDefault(token => Is(token.Address)) is { } token ? $"the token {token.Symbol}"
            : chain.Protocols.SelectMany(entry => entry.Addresses.Where(role => Is(role.Value)).Select(role => $"{role.Key} of {entry.Name}")).FirstOrDefault()
            ?? (chain.ChainId is null ? SolanaPrograms.NameOf(address) : null);
    }
}

using System.Numerics;
using Optimizer.Contracts.Abi;
using Optimizer.Model;
using Optimizer.Transactions.Calls;
using Optimizer.Transactions.Safe;

namespace Optimizer.Transactions;

/// <summary>A violation found in a plan.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Step">The step's number; null for the whole plan.</param>
/// <param name="Message">The problem, and what was expected.</param>
public sealed record Violation(string Rule, int? Step, string Message);

/// <summary>Verifies a plan file offline against the chain files and its snapshot: does every call do what its step says, with known
/// contracts, and is every amount covered?</summary>
/// <remarks>Every call is rebuilt from the step's figures and must be identical, byte for byte; sums, minima and order are recomputed too.
/// So a manipulated figure contradicts the others, and a manipulated address is not in the chain files.</remarks>
public static class PlanVerifier
{
    /// <summary>Steps are not in an order that their dependencies allow.</summary>
    public const string Order = "order";

    /// <summary>More is spent than is held plus what is guaranteed to be delivered.</summary>
    public const string Conservation = "conservation";

    /// <summary>A call differs from the one that the step's figures and the chain files give.</summary>
    public const string Call = "call";

    /// <summary>A step's description does not match its figures.</summary>
    public const string Description = "description";

    /// <summary>The minimum received is below what the slippage tolerance allows.</summary>
    public const string Minimum = "minimum";

    /// <summary>The plan differs from what the scenario and the snapshot give.</summary>
    public const string Expectation = "expectation";

    /// <summary>The plan is valid for longer than allowed.</summary>
    public const string Deadline = "deadline";

    /// <summary>An account differs from the scenario's.</summary>
    public const string Account = "account";

    /// <summary>The initial holdings differ from the scenario's.</summary>
    public const string Holdings = "holdings";

    /// <summary>A total differs from the sum of its parts.</summary>
    public const string Sum = "sum";

    /// <summary>The names of the rules.</summary>
    public static IReadOnlyList<string> FindingRules { get; } = [Order, Conservation, Call, Description, Minimum, Expectation, Deadline, Account, Holdings, Sum];

    /// <summary>The violations of a plan; empty if it is valid.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="market">The market of the plan's snapshot.</param>
    /// <param name="scenario">The scenario, for holdings and accounts.</param>
    /// <param name="moves">Slippage tolerance and validity of plans.</param>
    /// <param name="made">The plan recomputed from the scenario's allocation; null to check only the plan itself.</param>
    public static IReadOnlyList<Violation> Check(TransactionPlan plan, Market market, Scenario scenario, MoveSettings moves, Plan? made)
    {
        var wrong = new List<Violation>();
        if (plan.Snapshot != market.Snapshot.Name || plan.SnapshotTakenAt != market.Snapshot.TakenAt)
            wrong.Add(new(Expectation, null, $"the plan was made from snapshot '{plan.Snapshot}' of {plan.SnapshotTakenAt:u}, but the scenario uses '{market.Snapshot.Name}' of {market.Snapshot.TakenAt:u}"));
        if (plan.ValidUntil - plan.SnapshotTakenAt > TimeSpan.FromDays(moves.ValidFor.Days) + TimeSpan.FromSeconds(1))
            wrong.Add(new(Deadline, null, $"the plan is valid until {plan.ValidUntil:u}; at most {moves.ValidFor} after the snapshot of {plan.SnapshotTakenAt:u} is allowed"));
        foreach (var (chain, account) in plan.Accounts.Where(account => scenario.Accounts.GetValueOrDefault(account.Key) != account.Value))
            wrong.Add(new(Account, null, $"{account} is not the scenario's account on {chain}"));
        if (plan.SafeVersion is { } version && !SafeTransaction.Versions.Contains(version))
            wrong.Add(new(Account, null, $"Safe version {version} is not supported; supported are {string.Join(", ", SafeTransaction.Versions)}"));
        Structure(plan, market, wrong);
        if (wrong.Count > 0)
            return wrong;

        var before = TransactionPlanner.Holdings(market, scenario);
        if (!Same(before, plan.Before))
            wrong.Add(new(Holdings, null, $"the plan starts with {Text(plan.Before)}; the scenario holds {Text(before)}"));
        var after = TransactionPlanner.After(market, plan.Before, plan.Steps);
        if (!Same(after, plan.After) || !Same(TransactionPlanner.Positions(plan.Steps), plan.Positions))
            wrong.Add(new(Sum, null, "the final holdings do not match the steps"));
        if (Math.Abs(plan.Steps.Sum(step => step.GasUsd + step.FeeUsd) - plan.CostUsd) > 1e-6)
            wrong.Add(new(Sum, null, $"the steps cost {plan.Steps.Sum(step => step.GasUsd + step.FeeUsd):0.00} USD; the plan states {plan.CostUsd:0.00} USD"));
        foreach (var (token, locked) in TransactionPlanner.Locked(market, scenario).Where(entry => entry.Value > plan.Reserved.GetValueOrDefault(entry.Key)))
            wrong.Add(new(Conservation, null, $"{locked} base units of {token} are locked, but the plan reserves only {plan.Reserved.GetValueOrDefault(token)}"));
        foreach (var (token, left) in plan.After.Where(entry => entry.Value < plan.Reserved.GetValueOrDefault(entry.Key)))
            wrong.Add(new(Conservation, null, $"{left} base units of {token} are left, but {plan.Reserved[token]} must stay"));
        foreach (var (native, lacking) in TransactionPlanner.Lacking(market, plan.After, TransactionPlanner.Locked(market, scenario), plan.Steps))
            wrong.Add(new(Conservation, null, $"the calls send {lacking} base units of {native} more than are available"));
        Balances(plan, market, wrong);
        foreach (var step in plan.Steps)
            Step(plan, market, moves, step, wrong);
        if (made is not null)
            Against(plan, market, scenario, moves, made, wrong);
        return wrong;
    }

    /// <summary>Checks numbers, names and order, which the other checks rely on.</summary>
    private static void Structure(TransactionPlan plan, Market market, List<Violation> wrong)
    {
        for (var i = 0; i < plan.Steps.Count; i++)
        {
            var step = plan.Steps[i];
            if (step.Id != i + 1 || step.DependsOn.Any(id => id < 1 || id >= step.Id))
                wrong.Add(new(Order, step.Id, $"step {step.Id} is at position {i + 1} and depends on {string.Join(", ", step.DependsOn)}; expected numbered steps, each after those it depends on"));
            if (market.Chains.All(chain => chain.Id != step.Chain) || !plan.Accounts.ContainsKey(step.Chain))
                wrong.Add(new(Account, step.Id, $"'{step.Chain}' is not a chain on which the plan has an account"));
            else if (step.Token.Chain != step.Chain || market.Chain(step.Chain).Tokens.All(token => token.Symbol != step.Token.Symbol))
                wrong.Add(new(Call, step.Id, $"{step.Token} is not a token of {step.Chain}"));
            if (step.ReceivedToken is { } received && market.Chains.All(chain => chain.Id != received.Chain || chain.Tokens.All(token => token.Symbol != received.Symbol)))
                wrong.Add(new(Call, step.Id, $"{received} is not a token of a known chain"));
            if (market.Snapshot.Routes.All(route => route.Id != step.Via) && market.Snapshot.Opportunities.All(place => place.Id != step.Via))
                wrong.Add(new(Call, step.Id, $"'{step.Via}' is neither a route nor an opportunity of the snapshot"));
            if (step.Amount.Sign < 0 || step.Received.Sign < 0 || step.MinimumReceived.Sign < 0 || step.Gas.Sign < 0)
                wrong.Add(new(Conservation, step.Id, "an amount is negative"));
        }
    }

    /// <summary>Checks that no step spends what earlier steps have not delivered.</summary>
    private static void Balances(TransactionPlan plan, Market market, List<Violation> wrong)
    {
        foreach (var step in plan.Steps.Where(step => TransactionPlanner.Spends(step.Kind)))
        {
            // Guaranteed balance at that time: the initial balance, and deliveries of all steps that this step waits for.
            var token = $"{step.Token}";
            var waited = Before(plan, step);
            var others = plan.Steps.Where(other => other.Id != step.Id && TransactionPlanner.Spends(other.Kind) && $"{other.Token}" == token).Aggregate(BigInteger.Zero, (sum, other) => sum + other.Amount);
            var all = plan.Steps.Where(other => TransactionPlanner.Delivers(other.Kind) && $"{other.ReceivedToken}" == token).Aggregate(BigInteger.Zero, (sum, other) => sum + other.MinimumReceived);
            var sure = plan.Before.GetValueOrDefault(token) + plan.Steps.Where(other => waited.Contains(other.Id) && TransactionPlanner.Delivers(other.Kind) && $"{other.ReceivedToken}" == token)
                .Aggregate(BigInteger.Zero, (sum, other) => sum + other.MinimumReceived);
            if (step.Amount > sure || step.Amount + others > plan.Before.GetValueOrDefault(token) + all)
                wrong.Add(new(Conservation, step.Id, $"{step.Amount} base units of {token} are spent; only {sure} are guaranteed, and other steps spend {others}"));
            if (step.Kind is not StepKind.Deposit && step.ReceivedToken is null)
                wrong.Add(new(Conservation, step.Id, "the step does not say what it receives"));
        }

        foreach (var (token, left) in plan.After.Where(entry => entry.Value.Sign < 0))
            wrong.Add(new(Conservation, null, $"{-left} base units of {token} more are spent than are available"));
    }

    private static void Step(TransactionPlan plan, Market market, MoveSettings moves, TransactionStep step, List<Violation> wrong)
    {
        var context = new CallContext(market, step, plan.Accounts, plan.ValidUntil);
        try
        {
            var calls = CallBuilders.Of(context);
            if (calls.Count != step.Calls.Count || calls.Zip(step.Calls).Any(pair => !Same(pair.First, pair.Second)))
                wrong.Add(new(Call, step.Id, $"the calls differ from those for '{TransactionPlanner.Describe(market, step)}' with the contracts of the chain files"));
            if (TransactionPlanner.IsRoute(step.Kind))
            {
                var route = context.Route;
                if (route.From != step.Token || route.To != step.ReceivedToken)
                    wrong.Add(new(Call, step.Id, $"route {route.Id} leads from {route.From} to {route.To}"));
                else if (step.MinimumReceived < CallBuilders.RouteOf(context).Minimum(context, moves.Slippage.Fraction))
                    wrong.Add(new(Minimum, step.Id, $"the minimum is {step.MinimumReceived} of {step.Received} expected base units; with a slippage of {moves.Slippage} it must be at least {CallBuilders.RouteOf(context).Minimum(context, moves.Slippage.Fraction)}"));
            }
            else if ((step.Kind == StepKind.Deposit || step.Kind.IsLeaving() || step.Kind.IsArrival()) && step.MinimumReceived > step.Received)
            {
                wrong.Add(new(Minimum, step.Id, "the minimum exceeds the expected amount"));
            }

            if (step.Description != TransactionPlanner.Describe(market, step))
                wrong.Add(new(Description, step.Id, $"the step says '{step.Description}'; its figures say '{TransactionPlanner.Describe(market, step)}'"));
        }
        catch (Exception unbuilt) when (unbuilt is TransactionException or FormatException or InvalidOperationException or AbiException)
        {
            wrong.Add(new(Call, step.Id, unbuilt.Message));
        }
    }

    /// <summary>Compares the plan with the one recomputed from the scenario: the steps must be the same.</summary>
    private static void Against(TransactionPlan plan, Market market, Scenario scenario, MoveSettings moves, Plan made, List<Violation> wrong)
    {
        TransactionPlan anew;
        try
        {
            anew = TransactionPlanner.Make(market, scenario, moves, made, plan.Nonces);
        }
        catch (TransactionException impossible)
        {
            wrong.Add(new(Expectation, null, $"the scenario no longer gives a plan: {impossible.Message}"));
            return;
        }

        if (anew.Steps.Count != plan.Steps.Count)
            wrong.Add(new(Expectation, null, $"the plan has {plan.Steps.Count} steps; the scenario gives {anew.Steps.Count}"));
        foreach (var (mine, theirs) in anew.Steps.Zip(plan.Steps))
        {
            if (mine.Kind != theirs.Kind || mine.Chain != theirs.Chain || mine.Via != theirs.Via || mine.Token != theirs.Token || mine.ReceivedToken != theirs.ReceivedToken
                || mine.Amount != theirs.Amount || mine.Received != theirs.Received || mine.MinimumReceived != theirs.MinimumReceived || mine.Gas != theirs.Gas
                || mine.GasUsd != theirs.GasUsd || mine.FeeUsd != theirs.FeeUsd || mine.DurationSeconds != theirs.DurationSeconds || !mine.DependsOn.SequenceEqual(theirs.DependsOn))
                wrong.Add(new(Expectation, theirs.Id, $"the scenario gives '{mine.Description}', with other figures or in another order"));
        }

        if (!Same(anew.Reserved, plan.Reserved))
            wrong.Add(new(Conservation, null, $"the scenario reserves {Text(anew.Reserved)}; the plan states {Text(plan.Reserved)}"));
        if (anew.ValidUntil != plan.ValidUntil || anew.Name != plan.Name)
            wrong.Add(new(Expectation, null, $"the scenario gives plan '{anew.Name}', valid until {anew.ValidUntil:u}"));
    }

    private static HashSet<int> Before(TransactionPlan plan, TransactionStep step)
    {
        var found = new HashSet<int>();
        var open = new Stack<int>(step.DependsOn);
        while (open.TryPop(out var id))
        {
            if (found.Add(id))
            {
                foreach (var needed in plan.Steps[id - 1].DependsOn)
                    open.Push(needed);
            }
        }

        return found;
    }

    private static bool Same(ContractCall left, ContractCall right) => left.To == right.To && left.Value == right.Value && left.Function == right.Function && left.Data == right.Data && left.Arguments.SequenceEqual(right.Arguments) && left.Accounts.SequenceEqual(right.Accounts);

    private static bool Same(IReadOnlyDictionary<string, BigInteger> left, IReadOnlyDictionary<string, BigInteger> right) =>
        left.Count == right.Count && left.All(entry => right.TryGetValue(entry.Key, out var value) && value == entry.Value);

    private static string Text(IReadOnlyDictionary<string, BigInteger> amounts) => string.Join(", ", amounts.Select(entry => $"{entry.Value} {entry.Key}"));
}

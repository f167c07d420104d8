using Optimizer.Model;

namespace Optimizer.Transactions;

/// <summary>What can be signed together: the calls of one chain that wait for the same deliveries.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Number">The phase, from 1: one more after every delivery that takes time; 0 for the claim of a delivery.</param>
/// <param name="Steps">The steps with calls, in order.</param>
/// <param name="WaitsFor">The steps of other phases that have to be done before.</param>
public sealed record Phase(string Chain, int Number, IReadOnlyList<TransactionStep> Steps, IReadOnlyList<int> WaitsFor)
{
    /// <summary>The calls, in order.</summary>
    public IEnumerable<ContractCall> Calls => Steps.SelectMany(step => step.Calls);

    /// <summary>The phases of a plan, in the order in which they can be signed.</summary>
    public static IReadOnlyList<Phase> Of(TransactionPlan plan)
    {
        var phaseOf = new Dictionary<int, int>();
        var byId = plan.Steps.ToDictionary(step => step.Id);
        foreach (var step in plan.Steps)
        {
            // What arrives, or leaves a queue, is there in a later phase than the call that asks for it.
            phaseOf[step.Id] = step.DependsOn.Select(id => phaseOf[id] + (TakesTime(byId[id]) ? 1 : 0)).DefaultIfEmpty(1).Max();
        }

        // An allowance is given when it is used, so that none stands open meanwhile.
        foreach (var approval in plan.Steps.Where(step => step.Kind == StepKind.Approve))
            phaseOf[approval.Id] = plan.Steps.Where(step => step.DependsOn.Contains(approval.Id) && step.Via == approval.Via).Select(step => phaseOf[step.Id]).DefaultIfEmpty(phaseOf[approval.Id]).Min();

        return [.. plan.Steps.Where(step => step.Calls.Count > 0).GroupBy(step => (Number: phaseOf[step.Id], step.Chain))
            .OrderBy(phase => phase.Key.Number).ThenBy(phase => phase.Key.Chain, StringComparer.Ordinal)
            .Select(phase => new Phase(phase.Key.Chain, phase.Key.Number, [.. phase], [.. phase.SelectMany(step => step.DependsOn).Distinct().Where(id => !phase.Any(step => step.Id == id)).Order()]))];
    }

    private static bool TakesTime(TransactionStep step) => step.Kind.IsArrival() || step.Kind == StepKind.Withdraw && step.DurationSeconds > 0;
}

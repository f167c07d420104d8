using Optimizer.Model;

namespace Optimizer.Transactions;

/// <summary>A phase: calls on one chain that wait for the same deliveries and can be signed together.</summary>
/// <param name="Chain">The chain.</param>
/// <param name="Number">Its number, from 1; a delivery that takes time starts a new phase. 0 for the claim of a delivery.</param>
/// <param name="Steps">The steps with calls, in order.</param>
/// <param name="WaitsFor">Steps of other phases that must be done first.</param>
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
            // A delivery that takes time is available only in the next phase.
            phaseOf[step.Id] = step.DependsOn.Select(id => phaseOf[id] + (TakesTime(byId[id]) ? 1 : 0)).DefaultIfEmpty(1).Max();
        }

        // An approval goes into the phase that uses it, so that no allowance stays open in the meantime.
        foreach (var approval in plan.Steps.Where(step => step.Kind == StepKind.Approve))
            phaseOf[approval.Id] = plan.Steps.Where(step => step.DependsOn.Contains(approval.Id) && step.Via == approval.Via).Select(step => phaseOf[step.Id]).DefaultIfEmpty(phaseOf[approval.Id]).Min();

        return [.. plan.Steps.Where(step => step.Calls.Count > 0).GroupBy(step => (Number: phaseOf[step.Id], step.Chain))
            .OrderBy(phase => phase.Key.Number).ThenBy(phase => phase.Key.Chain, StringComparer.Ordinal)
            .Select(phase => new Phase(phase.Key.Chain, phase.Key.Number, [.. phase], [.. phase.SelectMany(step => step.DependsOn).Distinct().Where(id => !phase.Any(step => step.Id == id)).Order()]))];
    }

    private static bool TakesTime(TransactionStep step) => step.Kind.IsArrival() || step.Kind == StepKind.Withdraw && step.DurationSeconds > 0;
}

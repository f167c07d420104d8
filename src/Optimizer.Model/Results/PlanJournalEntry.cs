namespace Optimizer.Model;

/// <summary>The kinds of journal entries about a plan in progress.</summary>
public enum PlanEvent
{
    /// <summary>A transaction of the plan's account on a chain.</summary>
    Transaction,

    /// <summary>A transaction that delivered what a step had sent.</summary>
    Arrival,

    /// <summary>The blocks up to this one were searched and are final.</summary>
    Searched,
}

/// <summary>One finding on a chain while following a plan: where to look, and which blocks need no second search. Amounts are always read
/// again from the chain.</summary>
/// <param name="Event">The kind.</param>
/// <param name="Chain">The chain.</param>
/// <param name="Block">The block's height.</param>
/// <param name="Transaction">The transaction's hash; empty where there is none.</param>
/// <param name="Step">The step concerned; 0 for none.</param>
/// <param name="Count">For searched blocks: the Safe's nonce after them.</param>
public sealed record PlanJournalEntry(PlanEvent Event, string Chain, ulong Block, string Transaction = "", int Step = 0, ulong Count = 0);

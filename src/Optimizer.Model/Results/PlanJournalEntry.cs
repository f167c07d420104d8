namespace Optimizer.Model;

/// <summary>What is known of a plan in flight.</summary>
public enum PlanEvent
{
    /// <summary>A transaction of the plan's account on a chain.</summary>
    Transaction,

    /// <summary>A transaction in which what a step had sent arrived.</summary>
    Arrival,

    /// <summary>The blocks up to this one have been searched, and will not be replaced by others.</summary>
    Searched,
}

/// <summary>One thing found on a chain while following a plan. It says where to look, and up to where nobody need look again; amounts
/// are always read anew.</summary>
/// <param name="Event">What.</param>
/// <param name="Chain">The chain.</param>
/// <param name="Block">The block's height.</param>
/// <param name="Transaction">The transaction's hash; empty where there is none.</param>
/// <param name="Step">The step that it is about; 0 for none in particular.</param>
/// <param name="Count">Of blocks that were searched: the nonce of a Safe after them.</param>
public sealed record PlanJournalEntry(PlanEvent Event, string Chain, ulong Block, string Transaction = "", int Step = 0, ulong Count = 0);

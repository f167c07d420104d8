using System.Collections.Concurrent;
using Optimizer.Model;

namespace Optimizer.Chains.Markets;

/// <summary>Data of one opportunity read from a chain, without judgements.</summary>
/// <remarks>Gas, volatility, events and tags are judgements taken from an earlier snapshot.</remarks>
public sealed record OpportunityReading
{
    /// <summary>Protocol, chain and token: <c>aave-v3/base/USDC</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The protocol's id.</summary>
    public required string Protocol { get; init; }

    /// <summary>The kind.</summary>
    public required OpportunityKind Kind { get; init; }

    /// <summary>The input tokens.</summary>
    public required IReadOnlyList<Input> Inputs { get; init; }

    /// <summary>The yield.</summary>
    public required Carry Carry { get; init; }

    /// <summary>As in <see cref="Opportunity.LiquidityConcentration"/>; null where nobody trades against the opportunity.</summary>
    public Figure? LiquidityConcentration { get; init; }

    /// <summary>Total size today, in whole tokens of the first input.</summary>
    public required Figure Total { get; init; }

    /// <summary>The most that can still be added, in whole tokens; null without a cap.</summary>
    public Figure? Capacity { get; init; }

    /// <summary>The most that can be withdrawn at once, in whole tokens; null where liquidity is no limit.</summary>
    public Figure? Withdrawable { get; init; }

    /// <summary>Entry fee in basis points; null if the protocol does not state one.</summary>
    public Figure? EntryFeeBps { get; init; }

    /// <summary>Exit fee in basis points; null if the protocol does not state one.</summary>
    public Figure? ExitFeeBps { get; init; }

    /// <summary>Days from the withdrawal request to receipt of the money.</summary>
    public Figure? ExitDelayDays { get; init; }

    /// <summary>The rate stated by the protocol, in the curve's basis, to check the curve; null if it states none.</summary>
    public double? StatedRate { get; init; }
}

/// <summary>Value of one share of an opportunity at a given time, in units of its input.</summary>
/// <param name="Rate">The value; &gt; 0.</param>
/// <param name="AsOf">The time.</param>
public readonly record struct ShareSample(double Rate, DateTimeOffset AsOf);

/// <summary>Finds an earlier sample of a share's value.</summary>
/// <param name="opportunity">The opportunity's id.</param>
/// <param name="wanted">The time.</param>
/// <returns>The sample nearest to that time; null if there is none.</returns>
public delegate ShareSample? ShareHistory(string opportunity, DateTimeOffset wanted);

/// <summary>Data read from one chain.</summary>
/// <param name="chain">The chain.</param>
/// <param name="settings">Limits for accepting data.</param>
/// <param name="history">Earlier values of shares; null for none.</param>
public sealed class ChainReading(Chain chain, ReadingSettings settings, ShareHistory? history = null)
{
    private readonly ConcurrentQueue<Finding> _findings = new();

    /// <summary>The chain.</summary>
    public Chain Chain => chain;

    /// <summary>Limits for accepting data.</summary>
    public ReadingSettings Settings => settings;

    /// <summary>Gas fees; null if the chain could not be read.</summary>
    public GasFees? Gas { get; set; }

    /// <summary>Prices in USD by asset.</summary>
    public ConcurrentDictionary<string, Figure> Prices { get; } = new();

    /// <summary>Opportunities.</summary>
    public IList<OpportunityReading> Opportunities { get; } = [];

    /// <summary>Present value of one share, by opportunity id; later snapshots compare with it.</summary>
    public ConcurrentDictionary<string, Figure> ShareRates { get; } = new();

    /// <summary>Routes from this chain, with present costs.</summary>
    public IList<Route> Routes { get; } = [];

    /// <summary>Routes that could not be read; they are not taken from an earlier snapshot either.</summary>
    public ConcurrentBag<string> DeadRoutes { get; } = [];

    /// <summary>Sources of the figures.</summary>
    public ConcurrentDictionary<string, Provenance> Provenances { get; } = new();

    /// <summary>The findings.</summary>
    public IEnumerable<Finding> Findings => _findings;

    /// <summary>The effective annual growth rate of a share since an earlier sample; the present value is kept for later.</summary>
    /// <param name="opportunity">The opportunity.</param>
    /// <param name="share">Present value of a share.</param>
    /// <param name="now">The time of that value.</param>
    /// <returns>Null if no sample is old enough, which is recorded as a finding.</returns>
    public double? GrowthOf(string opportunity, Figure share, DateTimeOffset now)
    {
        ShareRates[opportunity] = share;
        var least = settings.YieldWindow.Days / 2;
        var former = history?.Invoke(opportunity, now - TimeSpan.FromDays(settings.YieldWindow.Days));
        if (former is { Rate: > 0 } sample && (now - sample.AsOf).TotalDays is var days && days >= least && days <= 4 * least)
            return Math.Pow(share / sample.Rate, Duration.DaysPerYear / days) - 1;
        Refuse(FindingRules.NoPast, opportunity, former is { } young
            ? $"the best earlier sample of its share is from {young.AsOf:yyyy-MM-dd HH:mm} UTC; growth is measured over {settings.YieldWindow}, at least half and at most twice that"
            : $"no earlier snapshot in the history has its share value; growth can be measured once snapshots span {settings.YieldWindow}");
        return null;
    }

    /// <summary>Whether a node's last block is current; records a finding if not.</summary>
    /// <param name="what">The block or slot, for the message.</param>
    /// <param name="time">Its time.</param>
    /// <param name="now">The present time.</param>
    public bool IsCurrent(string what, DateTimeOffset time, DateTimeOffset now)
    {
        var old = Duration.FromSeconds((now - time).TotalSeconds);
        if (Math.Abs(old.Days) <= settings.MaximumBlockAge.Days)
            return true;
        Refuse(FindingRules.StaleBlock, chain.Id, old.Days < 0
            ? $"the last {what} is from {time:yyyy-MM-dd HH:mm} UTC, which is in the future"
            : $"the last {what} is {old} old; the maximum is {settings.MaximumBlockAge}");
        return false;
    }

    /// <summary>Records that something was left out.</summary>
    public void Refuse(string rule, string subject, string message) => _findings.Enqueue(new() { Rule = rule, Subject = subject, Message = message, IsRefused = true });

    /// <summary>Records that something is doubtful.</summary>
    public void Flag(string rule, string subject, string message) => _findings.Enqueue(new() { Rule = rule, Subject = subject, Message = message, IsRefused = false });
}

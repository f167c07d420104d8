using System.Collections.Concurrent;
using Optimizer.Model;

namespace Optimizer.Chains.Markets;

/// <summary>What an adapter read of one opportunity: what a chain knows, and not what people judge.</summary>
/// <remarks>Gas, volatility, events and tags come with the judgement that a former snapshot holds.</remarks>
public sealed record OpportunityReading
{
    /// <summary>Protocol, chain and token: <c>aave-v3/base/USDC</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The protocol's id.</summary>
    public required string Protocol { get; init; }

    /// <summary>What sort of place it is.</summary>
    public required OpportunityKind Kind { get; init; }

    /// <summary>The tokens it takes.</summary>
    public required IReadOnlyList<Input> Inputs { get; init; }

    /// <summary>What it earns.</summary>
    public required Carry Carry { get; init; }

    /// <summary>As in <see cref="Opportunity.LiquidityConcentration"/>; null where nobody trades against the place.</summary>
    public Figure? LiquidityConcentration { get; init; }

    /// <summary>All that is in the place now, in whole tokens of the first input.</summary>
    public required Figure Total { get; init; }

    /// <summary>The most that can still be added, in whole tokens; null where there is no cap.</summary>
    public Figure? Capacity { get; init; }

    /// <summary>The most that can be taken out at once, in whole tokens; null where liquidity is no limit.</summary>
    public Figure? Withdrawable { get; init; }

    /// <summary>Fee of entering, in basis points; null where the protocol does not state one.</summary>
    public Figure? EntryFeeBps { get; init; }

    /// <summary>Fee of leaving, in basis points; null where the protocol does not state one.</summary>
    public Figure? ExitFeeBps { get; init; }

    /// <summary>Days from asking for the money to having it.</summary>
    public Figure? ExitDelayDays { get; init; }

    /// <summary>The rate that the protocol itself states, in the curve's basis, to hold the curve against; null where it
    /// states none.</summary>
    public double? StatedRate { get; init; }
}

/// <summary>What one share of a place was worth at a moment, in units of what it takes.</summary>
/// <param name="Rate">Its worth; above zero.</param>
/// <param name="AsOf">The moment.</param>
public readonly record struct ShareSample(double Rate, DateTimeOffset AsOf);

/// <summary>Finds a former sample of a share's worth.</summary>
/// <param name="opportunity">The place's id.</param>
/// <param name="wanted">The moment.</param>
/// <returns>The sample nearest to the moment; null where there is none at all.</returns>
public delegate ShareSample? ShareHistory(string opportunity, DateTimeOffset wanted);

/// <summary>What was read of one chain.</summary>
/// <param name="chain">The chain.</param>
/// <param name="settings">What is believed.</param>
/// <param name="history">What is known of former days; null for nothing.</param>
public sealed class ChainReading(Chain chain, ReadingSettings settings, ShareHistory? history = null)
{
    private readonly ConcurrentQueue<Finding> _findings = new();

    /// <summary>The chain.</summary>
    public Chain Chain => chain;

    /// <summary>What is believed.</summary>
    public ReadingSettings Settings => settings;

    /// <summary>What gas costs; null where the chain could not be read.</summary>
    public GasFees? Gas { get; set; }

    /// <summary>Prices in USD by asset.</summary>
    public ConcurrentDictionary<string, Figure> Prices { get; } = new();

    /// <summary>Opportunities.</summary>
    public IList<OpportunityReading> Opportunities { get; } = [];

    /// <summary>What one share of a place is worth now, by the place's id: tomorrow's former sample.</summary>
    public ConcurrentDictionary<string, Figure> ShareRates { get; } = new();

    /// <summary>Routes from this chain, as they are now.</summary>
    public IList<Route> Routes { get; } = [];

    /// <summary>Routes that were asked for and cannot be had: they are not taken over either.</summary>
    public ConcurrentBag<string> DeadRoutes { get; } = [];

    /// <summary>Where the figures come from.</summary>
    public ConcurrentDictionary<string, Provenance> Provenances { get; } = new();

    /// <summary>What was noticed.</summary>
    public IEnumerable<Finding> Findings => _findings;

    /// <summary>The effective annual rate at which a share grew since a former sample; the present one is kept for later.</summary>
    /// <param name="opportunity">The place.</param>
    /// <param name="share">What a share is worth now.</param>
    /// <param name="now">The moment of that.</param>
    /// <returns>Null where no sample is old enough, which is noted.</returns>
    public double? GrowthOf(string opportunity, Figure share, DateTimeOffset now)
    {
        ShareRates[opportunity] = share;
        var least = settings.YieldWindow.Days / 2;
        var former = history?.Invoke(opportunity, now - TimeSpan.FromDays(settings.YieldWindow.Days));
        if (former is { Rate: > 0 } sample && (now - sample.AsOf).TotalDays is var days && days >= least && days <= 4 * least)
            return Math.Pow(share / sample.Rate, Duration.DaysPerYear / days) - 1;
        Refuse(Rules.NoPast, opportunity, former is { } young
            ? $"the sample of its share that fits best is of {young.AsOf:yyyy-MM-dd HH:mm} UTC; growth is measured over {settings.YieldWindow}, or half or twice that"
            : $"no former snapshot in the history holds its share's worth; growth is measured over {settings.YieldWindow}, so that it appears once snapshots are that far apart");
        return null;
    }

    /// <summary>Whether a node's last block is of now; noted where it is not.</summary>
    /// <param name="what">The block or slot, for the message.</param>
    /// <param name="time">When it was made.</param>
    /// <param name="now">The present.</param>
    public bool IsCurrent(string what, DateTimeOffset time, DateTimeOffset now)
    {
        var old = Duration.FromSeconds((now - time).TotalSeconds);
        if (Math.Abs(old.Days) <= settings.MaximumBlockAge.Days)
            return true;
        Refuse(Rules.StaleBlock, chain.Id, old.Days < 0
            ? $"the last {what} is of {time:yyyy-MM-dd HH:mm} UTC, which is yet to come"
            : $"the last {what} is {old} old; at most {settings.MaximumBlockAge} are allowed");
        return false;
    }

    /// <summary>Notes that something was left out.</summary>
    public void Refuse(string rule, string subject, string message) => _findings.Enqueue(new() { Rule = rule, Subject = subject, Message = message, IsRefused = true });

    /// <summary>Notes that something is to be doubted.</summary>
    public void Flag(string rule, string subject, string message) => _findings.Enqueue(new() { Rule = rule, Subject = subject, Message = message, IsRefused = false });
}

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

    /// <summary>All that is in the place now, in USD.</summary>
    public required Figure TotalUsd { get; init; }

    /// <summary>The most that can still be added, in USD; null where there is no cap.</summary>
    public Figure? CapacityUsd { get; init; }

    /// <summary>The most that can be taken out at once, in USD; null where liquidity is no limit.</summary>
    public Figure? WithdrawableUsd { get; init; }

    /// <summary>Days from asking for the money to having it.</summary>
    public Figure? ExitDelayDays { get; init; }

    /// <summary>The rate that the protocol itself states, in the curve's basis, to hold the curve against; null where it
    /// states none.</summary>
    public double? StatedRate { get; init; }
}

/// <summary>What was read of one chain.</summary>
public sealed class ChainReading
{
    private readonly ConcurrentQueue<Finding> _findings = new();

    /// <param name="chain">The chain.</param>
    public ChainReading(Chain chain) => Chain = chain;

    /// <summary>The chain.</summary>
    public Chain Chain { get; }

    /// <summary>What gas costs; null where the chain could not be read.</summary>
    public GasFees? Gas { get; set; }

    /// <summary>Prices in USD by asset.</summary>
    public ConcurrentDictionary<string, Figure> Prices { get; } = new();

    /// <summary>Opportunities.</summary>
    public IList<OpportunityReading> Opportunities { get; } = [];

    /// <summary>Routes from this chain, as they are now.</summary>
    public IList<Route> Routes { get; } = [];

    /// <summary>Routes that were asked for and cannot be had: they are not taken over either.</summary>
    public ConcurrentBag<string> DeadRoutes { get; } = [];

    /// <summary>Where the figures come from.</summary>
    public ConcurrentDictionary<string, Provenance> Provenances { get; } = new();

    /// <summary>What was noticed.</summary>
    public IEnumerable<Finding> Findings => _findings;

    /// <summary>Notes that something was left out.</summary>
    public void Refuse(string rule, string subject, string message) => _findings.Enqueue(new() { Rule = rule, Subject = subject, Message = message, IsRefused = true });

    /// <summary>Notes that something is to be doubted.</summary>
    public void Flag(string rule, string subject, string message) => _findings.Enqueue(new() { Rule = rule, Subject = subject, Message = message, IsRefused = false });
}

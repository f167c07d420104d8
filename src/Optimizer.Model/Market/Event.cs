namespace Optimizer.Model;

/// <summary>What an event strikes.</summary>
public enum EventKind
{
    /// <summary>A protocol is exploited.</summary>
    Protocol,

    /// <summary>A chain halts or is attacked.</summary>
    Chain,

    /// <summary>A bridge fails.</summary>
    Bridge,

    /// <summary>An issuer's asset loses its peg.</summary>
    Issuer,

    /// <summary>An oracle reports a wrong price.</summary>
    Oracle,
}

/// <summary>Something that destroys value, as a Poisson process: it strikes at a rate per year.</summary>
public sealed record Event
{
    /// <summary>The short name in every other file: <c>aave-v3-exploit</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What it strikes.</summary>
    public required EventKind Kind { get; init; }

    /// <summary>A sentence for people.</summary>
    public required string Name { get; init; }

    /// <summary>How likely it is within a year; <c>optimizer.yaml</c> maps ratings to probabilities.</summary>
    public required Rating Rating { get; init; }

    /// <summary>Strikes per year where a figure of its own replaces the rating's; ≥ 0.</summary>
    public Figure? IntensityPerYear { get; init; }

    /// <summary>What lenders do where it strikes what they are covered by; <see cref="LendersRun"/>'s defaults where absent.</summary>
    public LendersRun? Run { get; init; }

    /// <summary>Key of the snapshot's <c>provenances</c>: who rated it.</summary>
    public required string From { get; init; }
}

/// <summary>A run on lending pools that accept what was struck as collateral: lenders withdraw until nothing is left, whether or not the
/// pool itself has lost anything.</summary>
/// <remarks>Source of the defaults: on 18 April 2026 292M USD of unbacked rsETH were lent against; of the 29bn USD that were supplied to Aave,
/// 8.45bn were withdrawn within two days, and its pools of WETH, USDC and USDT stood at full utilisation for the better part of a
/// week.</remarks>
public sealed record LendersRun
{
    /// <summary>The part of all deposits that is withdrawn at once; 0.3 where absent.</summary>
    [Between(0, 1)]
    public Figure? Share { get; init; }

    /// <summary>Days until borrowers have repaid what is missing; 7 where absent.</summary>
    [Between(0, 3650)]
    public Figure? RepaidAfterDays { get; init; }

    /// <summary>The pool during the run: what is left of its liquidity, and until when.</summary>
    public static Opportunity Of(LendersRun? run, Opportunity pool)
    {
        if (pool.Liquidity() is not (< double.PositiveInfinity and var liquidity))
            return pool;
        var left = Shift.Figure(Math.Max(0, liquidity - (run?.Share?.Value ?? 0.3) * pool.Total));
        // A run on a run lasts as long as the longer, and then gives back what was there before both.
        return pool with
        {
            Withdrawable = left,
            Repayment = new(Shift.Figure(Math.Max(pool.Repayment?.AfterDays.Value ?? 0, run?.RepaidAfterDays?.Value ?? 7)), Shift.Figure(Math.Max(pool.Repayment?.Withdrawable.Value ?? 0, liquidity))),
        };
    }
}

/// <summary>What one event would cost the holder of something.</summary>
/// <param name="Event">The event's id.</param>
/// <param name="Loss">Fraction of the value lost when it strikes (severity); 0 to 1.</param>
public sealed record EventLoss(string Event, Figure Loss);

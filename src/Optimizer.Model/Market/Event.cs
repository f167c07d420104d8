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

/// <summary>Something that destroys value. It strikes as a Poisson process, at a rate per year.</summary>
public sealed record Event
{
    /// <summary>The event's id in every other file: <c>aave-v3-exploit</c>.</summary>
    public required string Id { get; init; }

    /// <summary>What it strikes.</summary>
    public required EventKind Kind { get; init; }

    /// <summary>A description in one sentence.</summary>
    public required string Name { get; init; }

    /// <summary>How likely it is within a year; <c>optimizer.yaml</c> maps ratings to probabilities.</summary>
    public required Rating Rating { get; init; }

    /// <summary>Strikes per year; replaces the rating's intensity where given; ≥ 0.</summary>
    public Figure? IntensityPerYear { get; init; }

    /// <summary>How lenders react when the event strikes the collateral of their pool; <see cref="LendersRun"/>'s defaults where
    /// absent.</summary>
    public LendersRun? Run { get; init; }

    /// <summary>Key of the snapshot's <c>provenances</c>: who rated it.</summary>
    public required string From { get; init; }
}

/// <summary>A run on lending pools that accept the struck asset as collateral: lenders withdraw a share of all deposits at once, even if
/// the pool itself lost nothing.</summary>
/// <remarks>Source of the defaults: on 18 April 2026, 292M USD of unbacked rsETH was used as collateral on Aave. Of the 29bn USD supplied,
/// 8.45bn was withdrawn within two days, and the pools of WETH, USDC and USDT stayed at full utilisation for most of a week.</remarks>
public sealed record LendersRun
{
    /// <summary>Share of all deposits that is withdrawn at once; 0.3 where absent.</summary>
    [Between(0, 1)]
    public Figure? Share { get; init; }

    /// <summary>Days until repayments by borrowers have restored the liquidity; 7 where absent.</summary>
    [Between(0, 3650)]
    public Figure? RepaidAfterDays { get; init; }

    /// <summary>The pool during a run: the liquidity that is left, and when the rest comes back.</summary>
    public static Opportunity Of(LendersRun? run, Opportunity pool)
    {
        if (pool.Liquidity() is not (< double.PositiveInfinity and var liquidity))
            return pool;
        var left = Shift.Figure(Math.Max(0, liquidity - (run?.Share?.Value ?? 0.3) * pool.Total));
        // A second run during a run: the longer duration counts, and the liquidity from before both comes back.
        return pool with
        {
            Withdrawable = left,
            Repayment = new(Shift.Figure(Math.Max(pool.Repayment?.AfterDays.Value ?? 0, run?.RepaidAfterDays?.Value ?? 7)), Shift.Figure(Math.Max(pool.Repayment?.Withdrawable.Value ?? 0, liquidity))),
        };
    }
}

/// <summary>The loss given one event.</summary>
/// <param name="Event">The event's id.</param>
/// <param name="Loss">Fraction of the value lost when it strikes (severity); 0 to 1.</param>
public sealed record EventLoss(string Event, Figure Loss);

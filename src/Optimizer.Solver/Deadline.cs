namespace Optimizer.Solver;

/// <summary>One time limit for everything that a command computes, explanations included.</summary>
/// <param name="seconds">Seconds from now; &gt; 0.</param>
/// <param name="cancellation">Stops at once.</param>
public sealed class Deadline(double seconds, CancellationToken cancellation = default)
{
    /// <summary>Grace time as a fraction of the limit: a point found in time may still be polished.</summary>
    private const double GracePart = 0.1;

    private const double MostGraceSeconds = 2;

    private readonly System.Diagnostics.Stopwatch _watch = System.Diagnostics.Stopwatch.StartNew();

    /// <summary>Stops at once.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>Seconds since the start.</summary>
    public double Elapsed => _watch.Elapsed.TotalSeconds;

    /// <summary>Seconds left; negative after the deadline.</summary>
    public double SecondsLeft => seconds - Elapsed;

    /// <summary>Whether the deadline has passed.</summary>
    public bool HasPassed => SecondsLeft <= 0;

    /// <summary>Seconds after the deadline in which a point found in time may be polished.</summary>
    public double Grace => Math.Min(MostGraceSeconds, GracePart * seconds);
}

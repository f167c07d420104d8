namespace Optimizer.Solver;

/// <summary>When to stop: one for all that a question takes, its explanations included.</summary>
/// <param name="seconds">From now on; &gt; 0.</param>
/// <param name="cancellation">Stops at once.</param>
public sealed class Deadline(double seconds, CancellationToken cancellation = default)
{
    /// <summary>What is begun may take as much longer, in parts of the whole: values found in time are made exact all the same.</summary>
    private const double GracePart = 0.1;

    private const double MostGraceSeconds = 2;

    private readonly System.Diagnostics.Stopwatch _watch = System.Diagnostics.Stopwatch.StartNew();

    /// <summary>Stops at once.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>Seconds since it began.</summary>
    public double Elapsed => _watch.Elapsed.TotalSeconds;

    /// <summary>Seconds until then; below 0 afterwards.</summary>
    public double SecondsLeft => seconds - Elapsed;

    /// <summary>Whether it is time to stop.</summary>
    public bool HasPassed => SecondsLeft <= 0;

    /// <summary>Seconds in which what was found in time may be made exact.</summary>
    public double Grace => Math.Min(MostGraceSeconds, GracePart * seconds);
}

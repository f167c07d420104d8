namespace Optimizer.Solver;

/// <summary>When to stop.</summary>
internal sealed class Deadline(double seconds, CancellationToken cancellation)
{
    private readonly System.Diagnostics.Stopwatch _watch = System.Diagnostics.Stopwatch.StartNew();

    public CancellationToken Cancellation => cancellation;

    public double Elapsed => _watch.Elapsed.TotalSeconds;

    public double SecondsLeft => seconds - Elapsed;

    public bool HasPassed => SecondsLeft <= 0;
}

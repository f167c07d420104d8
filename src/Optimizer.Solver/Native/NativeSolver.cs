namespace Optimizer.Solver.Native;

/// <summary>Solves problems with the built-in kernels.</summary>
internal sealed class NativeSolver
{
    private readonly Problem _problem;
    private readonly CompiledProblem _compiled;
    private readonly TangentSearch? _tangents;

    public NativeSolver(Problem problem)
    {
        _problem = problem;
        _compiled = CompiledProblem.Of(problem);
        _tangents = _compiled.Refusal is null ? null : new(problem);
    }

    /// <summary>Why the built-in kernels cannot solve the problem directly; null if they can.</summary>
    public string? Reservation => _compiled.Refusal;

    /// <summary>Why the built-in kernels cannot solve the problem, not even with tangents; null if they can.</summary>
    public string? Refusal => _tangents?.Refusal is { } further ? further == _compiled.Refusal ? further : $"{_compiled.Refusal}; with tangents: {further}" : null;

    private bool IsMixed => _compiled.Program.IsSwitched is not null;

    /// <summary>Solves; the answer is checked like every other.</summary>
    public Answer Solve(SolveOptions options, Deadline deadline)
    {
        if (_tangents is not null)
            return _tangents.Solve(options, deadline);
        if (_compiled.ImpossibleRow is { } row)
            return new Answer { Status = SolveStatus.Infeasible, Engine = "native", Message = $"the variables' bounds contradict '{row}'" };
        return IsMixed ? Mixed(options, deadline)
            : _problem.Goal is MaximumReturnGoal limited ? WithinRisk(limited, options, deadline)
            : Continuous(options, deadline);
    }

    private Answer Continuous(SolveOptions options, Deadline deadline)
    {
        var sifting = new Sifting(_compiled.Program, InteriorPointEngine.Instance);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(deadline.Cancellation);
        limit.CancelAfter(TimeSpan.FromSeconds(Math.Clamp(deadline.SecondsLeft, 0.001, int.MaxValue / 1_000)));
        Relaxed relaxed;
        try
        {
            relaxed = sifting.Solve(Math.Min(options.Gap, 1e-9), limit.Token);
        }
        catch (OperationCanceledException) when (!deadline.Cancellation.IsCancellationRequested)
        {
            return new Answer { Status = SolveStatus.TimedOut, Engine = "native: interior point", Message = "the time limit passed before the interior point ended" };
        }

        var engine = $"native: interior point, {sifting.Rounds} round{(sifting.Rounds == 1 ? "" : "s")} of sifting";
        if (relaxed.IsProvenInfeasible)
            return new Answer { Status = SolveStatus.Infeasible, Engine = engine };
        return Certificate.Of(_problem, options, _compiled.ToPoint(relaxed),
            "weak duality, recomputed", engine);
    }

    private Answer Mixed(SolveOptions options, Deadline deadline)
    {
        var result = new BranchAndBound(_compiled.Program, options.Gap, Answer.LeastOf(_problem.Goal), deadline).Solve();
        var engine = $"native: branch and bound, {result.Nodes} node{(result.Nodes == 1 ? "" : "s")}";
        if (result.IsProvenInfeasible)
            return new Answer { Status = SolveStatus.Infeasible, Engine = engine };
        if (result.Best is not { } best)
        {
            return new Answer
            {
                Status = deadline.HasPassed ? SolveStatus.TimedOut : SolveStatus.Failed,
                Message = "found no switch values that satisfy the rows",
                Bound = _problem.Goal is MinimumRiskGoal ? result.Bound : -result.Bound,
                BoundBy = "branch and bound, recomputed at every node",
                Engine = engine,
            };
        }

        return Certificate.Of(_problem, options, _compiled.ToPoint(best.X, best.Z, best.Y, best.Prices, result.Bound),
            "branch and bound, recomputed at every node", engine);
    }

    /// <summary>Maximum value within a risk limit: finds the price of risk at which the limit is just reached.</summary>
    /// <remarks>For every price w of risk, value ≤ max(value − w·risk) + w·limit, which gives the bound. The points at two prices are mixed
    /// so that the mixture reaches the limit exactly. If the same bounds and rows bind at both, the mixture is optimal
    /// (docs/solver.md).</remarks>
    private Answer WithinRisk(MaximumReturnGoal goal, SolveOptions options, Deadline deadline)
    {
        const int Rounds = 60;
        var tolerance = Math.Min(options.Gap, 1e-9);
        double[]? best = null;
        // Shadow prices are taken from the price of risk that proves the bound; those of other prices do not belong to the optimum.
        var (bound, multipliers) = (double.PositiveInfinity, Array.Empty<double>());
        var (safe, risky) = ((Values: (double[]?)null, Price: 0.0), (Values: (double[]?)null, Price: 0.0));
        var price = 0.0;
        var solves = 0;
        for (; solves < Rounds && !deadline.HasPassed; solves++)
        {
            var compiled = CompiledProblem.Of(_problem with { Goal = new MeanVarianceGoal(price) }, price);
            var relaxed = new Sifting(compiled.Program, InteriorPointEngine.Instance).Solve(tolerance, deadline.Cancellation);
            if (relaxed.IsProvenInfeasible)
                return new Answer { Status = SolveStatus.Infeasible, Engine = "native: interior point" };
            if (price * goal.RiskAtMost - relaxed.Bound is var proven && proven < bound)
                (bound, multipliers) = (proven, [.. compiled.RowPrices(relaxed.Prices), price]);
            var values = compiled.Values(relaxed.X, [], []);
            var risk = Check.Risk(_problem, values);
            if (risk <= goal.RiskAtMost)
                safe = (values, price);
            else
                risky = (values, price);
            if (safe.Values is { } inside)
            {
                var mixed = risky.Values is { } outside ? Mix(inside, outside, goal.RiskAtMost) : inside;
                if (best is null || Check.Value(_problem, mixed) > Check.Value(_problem, best))
                    best = mixed;
                if (price == 0 || bound - Check.Value(_problem, best) <= tolerance * Math.Max(Math.Abs(bound), Answer.LeastValue))
                    break;
            }

            price = Next(safe.Values is null ? null : safe.Price, risky.Price, risk);
            if (safe.Values is null && price > 1e12)
                return LeastRiskExceeds(goal, options, deadline);
        }

        return best is null
            ? new Answer { Status = SolveStatus.Failed, Message = "found no price of risk at which the risk limit holds", Engine = "native" }
            : Certificate.Of(_problem, options, new Point(best, multipliers, bound), "Lagrangian duality, recomputed", $"native: interior point, {solves + 1} prices of risk");
    }

    private Answer LeastRiskExceeds(MaximumReturnGoal goal, SolveOptions options, Deadline deadline)
    {
        var least = new NativeSolver(_problem with { Goal = new MinimumRiskGoal(-1e12, []), Links = [] }).Solve(options, deadline);
        return least.Status == SolveStatus.Infeasible ? least
            : least.Status == SolveStatus.Optimal && least.Bound > goal.RiskAtMost
            ? new Answer { Status = SolveStatus.Infeasible, Engine = least.Engine, Message = $"the risk limit is infeasible: the minimum risk is {least.Objective:g6}" }
            : new Answer { Status = SolveStatus.Failed, Engine = least.Engine, Message = $"the risk limit {goal.RiskAtMost:g6} is too close to the minimum risk: {least.Status} {least.Objective:g9}, bound {least.Bound:g9} {least.Message}" };
    }

    private static double Next(double? safe, double risky, double risk) =>
        safe is not { } high ? Math.Max(1, risky * 8) * Math.Max(1e-3, Math.Min(1, 1 / Math.Max(risk, 1e-12)))
        : risky == 0 ? high / 8
        : Math.Sqrt(high * risky);

    private double[] Mix(double[] inside, double[] outside, double limit)
    {
        double[] At(double share) => [.. inside.Select((value, v) => value == outside[v] ? value : (1 - share) * value + share * outside[v])];
        var (low, high) = (0.0, 1.0);
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            if (Check.Risk(_problem, At(middle)) <= limit)
                low = middle;
            else
                high = middle;
        }

        var values = At(low);
        foreach (var link in _problem.Links)
            values[link.Result] = Math.Min(link.Function.At(values[link.Argument]), _problem.Variables[link.Result].Upper);
        return values;
    }
}

namespace Optimizer.Solver.Dispatch;

/// <summary>Maximum Sharpe ratio: maximises (value − threshold) / √risk.</summary>
/// <remarks>
/// At the optimum the price of risk is w = (value − threshold) / (2·risk). Iterating this equation raises the ratio in every step
/// (Dinkelbach, On
/// nonlinear fractional programming, 1967, with √risk replaced by its tangent from above). Bound: for every w, value ≤ U(w) + w·risk, where
/// U(w) is the proven maximum of value − w·risk. So at volatility σ the ratio is at most min over w of (U(w) − threshold)/σ + w·σ. The
/// maximum of
/// this over σ lies where two such curves cross. Solving at a price between those two lowers the bound; this is repeated until the gap is
/// closed.
/// </remarks>
internal static class RatioSearch
{
    private const int MaximumSteps = 60;

    public static Answer Solve(Problem problem, MaximumSharpeRatioGoal goal, SolveOptions options, Deadline deadline)
    {
        // With integer variables, each price of risk is solved to a tenth of the gap, and its proven bound is used.
        var isMixed = problem.Variables.Any(v => v.IsBinary || v.Lot > 0);
        var inner = options with { Gap = isMixed ? options.Gap / 10 : Math.Min(options.Gap, 1e-9), Verify = false };
        Answer Trade(double weight) => MeanVarianceSolver.Solve(problem with { Goal = new MeanVarianceGoal(weight) },
            inner with { TimeLimitSeconds = Math.Max(0.01, deadline.SecondsLeft) }, deadline.Cancellation);
        var richest = Trade(0);
        if (richest.Values.Count == 0)
            return richest;
        if (richest.Value <= goal.Threshold)
            return new() { Status = SolveStatus.Infeasible, Message = $"no allocation earns more than the threshold of {goal.Threshold:g6}; the maximum is {richest.Value:g6}", Engine = richest.Engine, Bound = richest.Bound };
        if (!isMixed && problem.Links.Count == 0)
            return Homogeneous(problem, goal, richest, options, deadline);
        var lines = new List<(double Weight, double Most)>();
        // A price that was not solved in time proves nothing.
        void Note(double weight, Answer answer)
        {
            if (answer.BoundBy.Length > 0 && double.IsFinite(answer.Bound) && answer.Status is not SolveStatus.Infeasible)
                lines.Add((weight, answer.Bound));
        }

        Note(0, richest);
        var (best, last) = (richest, 0.0);
        double Ratio(Answer answer) => (answer.Value - goal.Threshold) / Math.Sqrt(answer.Risk);
        for (var step = 0; step < MaximumSteps && !deadline.HasPassed; step++)
        {
            if (best.Risk <= Nothing * (best.Value - goal.Threshold) * (best.Value - goal.Threshold))
                return Unbounded();
            var weight = (best.Value - goal.Threshold) / (2 * best.Risk);
            var answer = Trade(weight);
            if (answer.Values.Count == 0)
                break;
            Note(weight, answer);
            var isBetter = Ratio(answer) > Ratio(best) * (1 + 1e-13);
            if (isBetter)
                best = answer;
            if (!isBetter || Math.Abs(weight - last) <= 1e-12 * weight)
                break;
            last = weight;
        }

        var price = (best.Value - goal.Threshold) / (2 * best.Risk);
        foreach (var factor in (double[])[0.99, 1.01, 100, 1e4])
            Note(price * factor, Trade(price * factor));
        var bound = Bound(problem, goal, lines, out var between);
        for (var step = 0; step < MaximumSteps && !deadline.HasPassed && bound > Ratio(best) * (1 + 0.5 * options.Gap); step++)
        {
            var answer = Trade(between);
            if (answer.Values.Count == 0)
                break;
            Note(between, answer);
            if (Ratio(answer) > Ratio(best))
                best = answer;
            bound = Bound(problem, goal, lines, out between);
        }

        var multipliers = new double[problem.Rows.Count + 1];
        for (var r = 0; r < problem.Rows.Count && best.ShadowPrices.Count > 0; r++)
            multipliers[r] = best.ShadowPrices[r] / Math.Sqrt(best.Risk);
        return Certificate.Of(problem, options, new Point([.. best.Values], multipliers, bound),
            "tangents of the frontier, recomputed", best.Engine + $", {lines.Count} prices of risk");
    }

    /// <summary>If everything but the risk is linear: scale all points by κ (y = κ·x) so that they earn a fixed amount above the threshold,
    /// and find the scaled point with the least risk (Schaible 1974). Exact also where several sizes are optimal because something earns
    /// the threshold without risk.</summary>
    private static Answer Homogeneous(Problem problem, MaximumSharpeRatioGoal goal, Answer richest, SolveOptions options, Deadline deadline)
    {
        // The fixed amount is the gain of the richest point: κ is 1 for it and larger for all others, so κ stays inside its bounds.
        const double SmallestScale = 0.5, LargestScale = 1e4;
        var (n, gain) = (problem.Variables.Count, richest.Value - goal.Threshold);
        var reach = problem.Variables.Select(v => LargestScale * Math.Max(Math.Abs(v.Lower), Math.Abs(v.Upper))).ToArray();
        var variables = problem.Variables.Select((v, i) => v with { Lower = v.Lower >= 0 ? 0 : -reach[i], Upper = reach[i] })
            .Append(new Variable("scale", SmallestScale, LargestScale, -goal.Threshold)).ToArray();
        var rows = problem.Rows.SelectMany(row => row.Lower == row.Upper
                ? [new Row(row.Name, 0, 0, [.. row.Terms, new(n, -row.Upper)])]
                : new[] { (row.Upper, Sign: 1.0), (row.Lower, Sign: -1.0) }.Where(side => double.IsFinite(side.Item1))
                    .Select(side => new Row(row.Name, double.NegativeInfinity, 0, [.. row.Terms.Select(t => new Term(t.Variable, side.Sign * t.Coefficient)), new(n, -side.Sign * side.Item1)])))
            .Concat(problem.Variables.Select((v, i) => new Row(v.Name, double.NegativeInfinity, 0, [new(i, 1), new(n, -v.Upper)])))
            .Concat(problem.Variables.Select((v, i) => (v, i)).Where(pair => pair.v.Lower != 0).Select(pair => new Row(pair.v.Name, double.NegativeInfinity, 0, [new(pair.i, -1), new(n, pair.v.Lower)])));
        var least = MeanVarianceSolver.Solve(problem with { Variables = variables, Rows = [.. rows], Goal = new MinimumRiskGoal(gain, []) },
            options with { Gap = Math.Min(options.Gap, 1e-9), Verify = false, TimeLimitSeconds = Math.Max(0.01, deadline.SecondsLeft) }, deadline.Cancellation);
        if (least.Values.Count == 0)
            return least;
        if (least.Risk <= Nothing * gain * gain)
            return Unbounded();
        var scale = least.Values[n];
        double[] values = [.. least.Values.Take(n).Select((y, i) => Math.Clamp(y / scale, problem.Variables[i].Lower, problem.Variables[i].Upper))];
        var ratio = gain / Math.Sqrt(least.Risk);
        // Loosening a row by one unit loosens the scaled row by κ units, which lowers the scaled risk by κ times its shadow price; ratio =
        // gain/√risk.
        double[] multipliers = new double[problem.Rows.Count + 1];
        var at = 0;
        for (var r = 0; r < problem.Rows.Count; r++)
        {
            var sides = problem.Rows[r].Lower == problem.Rows[r].Upper ? 1 : (double.IsFinite(problem.Rows[r].Upper) ? 1 : 0) + (double.IsFinite(problem.Rows[r].Lower) ? 1 : 0);
            for (var side = 0; side < sides && least.ShadowPrices.Count > at; side++, at++)
                multipliers[r] = Math.Max(multipliers[r], least.ShadowPrices[at] * scale * ratio / (2 * least.Risk));
        }

        return Certificate.Of(problem, options, new Point(values, multipliers, least.Bound > 0 ? gain / Math.Sqrt(least.Bound) : double.PositiveInfinity),
            "homogeneous duality, recomputed", least.Engine);
    }

    /// <summary>Upper bound of the ratio over all volatilities σ, from the lines value ≤ most + weight·σ².</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="goal">The goal.</param>
    /// <param name="lines">Prices of risk, each with its proven maximum.</param>
    /// <param name="between">A price of risk at which solving would lower the bound.</param>
    private static double Bound(Problem problem, MaximumSharpeRatioGoal goal, List<(double Weight, double Most)> lines, out double between)
    {
        if (lines.Count == 0)
        {
            between = 1;
            return double.PositiveInfinity;
        }

        double At(double volatility) => lines.Min(line => (line.Most - goal.Threshold) / volatility + line.Weight * volatility);
        // The variables' bounds limit the risk.
        var largest = 0.0;
        foreach (var factor in problem.Factors)
        {
            var reach = factor.Loadings.Sum(t => Math.Abs(t.Coefficient) * RelevantMarket(t.Variable));
            largest += reach * reach;
        }

        for (var v = 0; v < problem.Variables.Count; v++)
            largest += problem.Variables[v].Variance * RelevantMarket(v) * RelevantMarket(v);
        var bound = At(Math.Sqrt(largest));
        between = lines.Where(line => line.Weight > 0).Select(line => line.Weight).DefaultIfEmpty(4).Min() / 4;
        foreach (var a in lines)
        {
            foreach (var b in lines)
            {
                var square = (a.Most - b.Most) / (b.Weight - a.Weight);
                if (b.Weight <= a.Weight || !(square > 0) || square > largest || At(Math.Sqrt(square)) is var crossing && crossing <= bound)
                    continue;
                bound = crossing;
                between = a.Weight > 0 ? Math.Sqrt(a.Weight * b.Weight) : b.Weight / 4;
            }
        }

        // As the volatility goes to zero, the bound is finite only if some price of risk leaves less than the threshold.
        return lines.Exists(line => line.Most < goal.Threshold) ? bound : double.PositiveInfinity;

        double RelevantMarket(int v) => Math.Max(Math.Abs(problem.Variables[v].Lower), Math.Abs(problem.Variables[v].Upper));
    }

    /// <summary>Risk below this fraction of the squared gain (a ratio above 100,000) is rounding error, so it counts as zero.</summary>
    private const double Nothing = 1e-10;

    private static Answer Unbounded() => new() { Status = SolveStatus.Infeasible, Message = "some allocation earns more than the threshold without risk, so the ratio is unbounded; raise the threshold to the risk-free return", Engine = "native" };
}


namespace Optimizer.Solver;

/// <summary>Checks problems before solving, and values after solving.</summary>
internal static class Check
{
    /// <summary>Refuses an invalid problem.</summary>
    /// <exception cref="ArgumentException">A figure is not finite, an index is out of range, or a bound is missing; the message names the
    /// field.</exception>
    public static void Sound(Problem problem)
    {
        foreach (var variable in problem.Variables)
        {
            Finite(variable.Lower, variable.Name, "lower bound");
            Finite(variable.Upper, variable.Name, "upper bound");
            Finite(variable.Value, variable.Name, "value");
            Finite(variable.Variance, variable.Name, "variance");
            Finite(variable.Lot, variable.Name, "lot");
            if (variable.Lot < 0 || (variable.Lot > 0 && variable.Lower < 0))
                throw new ArgumentException($"{variable.Name}: lot {variable.Lot} and lower bound {variable.Lower}; expected both ≥ 0");
            if (variable.Variance < 0)
                throw new ArgumentException($"{variable.Name}: variance {variable.Variance} is negative");
        }

        // Last row in which each variable occurred; finds duplicates.
        var seen = new int[problem.Variables.Count];
        var sum = 0;
        foreach (var row in problem.Rows)
        {
            if (double.IsNaN(row.Lower) || double.IsNaN(row.Upper))
                throw new ArgumentException($"{row.Name}: a bound is not a number");
            Terms(problem, row.Name, row.Terms, seen, ++sum);
        }

        foreach (var factor in problem.Factors)
            Terms(problem, factor.Name, factor.Loadings, seen, ++sum);
        foreach (var link in problem.Links)
        {
            if (link.Result < 0 || link.Result >= seen.Length || link.Argument < 0 || link.Argument >= seen.Length)
                throw new ArgumentException($"a link is from variable {link.Argument} to {link.Result}; there are {seen.Length}");
        }

        foreach (var s in problem.Switches)
        {
            if (s.Binary < 0 || s.Binary >= seen.Length || s.Variable < 0 || s.Variable >= seen.Length)
                throw new ArgumentException($"a switch is from variable {s.Binary} to {s.Variable}; there are {seen.Length}");
            if (!problem.Variables[s.Binary].IsBinary)
                throw new ArgumentException($"{problem.Variables[s.Binary].Name} switches a variable but is not binary");
            Finite(s.Minimum, problem.Variables[s.Variable].Name, "minimum");
        }

        SoundGoal(problem);
    }

    private static void SoundGoal(Problem problem)
    {
        switch (problem.Goal)
        {
            case MeanVarianceGoal { RiskWeight: var weight }:
                Finite(weight, "goal", "risk weight");
                if (weight < 0)
                    throw new ArgumentException($"goal: risk weight {weight} is negative");
                break;
            case MinimumRiskGoal least:
                Finite(least.ValueAtLeast, "goal", "value at least");
                Terms(problem, "penalty", least.Toll, new int[problem.Variables.Count], 1);
                break;
            case MaximumReturnGoal { RiskAtMost: var limit }:
                Finite(limit, "goal", "risk at most");
                if (limit < 0)
                    throw new ArgumentException($"goal: risk at most {limit} is negative");
                break;
            case MaximumSharpeRatioGoal { Threshold: var threshold }:
                Finite(threshold, "goal", "threshold");
                break;
            case RiskParityGoal { Shares: var shares }:
                if (shares.Count != problem.Variables.Count)
                    throw new ArgumentException($"goal: {shares.Count} shares for {problem.Variables.Count} variables");
                for (var v = 0; v < shares.Count; v++)
                {
                    Finite(shares[v], problem.Variables[v].Name, "share of the risk");
                    if (shares[v] < 0)
                        throw new ArgumentException($"{problem.Variables[v].Name}: share of the risk {shares[v]} is negative");
                }

                break;
            case MinimumCvarGoal tail:
                Finite(tail.ValueAtLeast, "goal", "value at least");
                if (!(tail.Confidence is >= 0 and <= 1))
                    throw new ArgumentException($"goal: confidence {tail.Confidence}; expected 0 to 1");
                if (problem.Scenarios is not { Count: > 0 } scenarios)
                    throw new ArgumentException("goal: a tail loss needs scenarios");
                if (scenarios.Gains.Length % scenarios.Columns.Count != 0)
                    throw new ArgumentException($"scenarios: {scenarios.Gains.Length} gains do not fill rows of {scenarios.Columns.Count}");
                if (scenarios.Columns.FirstOrDefault(c => c < 0 || c >= problem.Variables.Count, -1) is var missing and not -1)
                    throw new ArgumentException($"scenarios: there is no variable {missing}");
                for (var g = 0; g < scenarios.Gains.Length; g++)
                {
                    if (!double.IsFinite(scenarios.Gains[g]))
                        throw new ArgumentException($"scenarios: gain {g % scenarios.Columns.Count} of scenario {g / scenarios.Columns.Count} is {scenarios.Gains[g]}; expected a finite number");
                }

                break;
        }
    }

    /// <summary>The largest coefficient of a row, at least 1: divides a row's violation, so that it is measured in units of the
    /// variables.</summary>
    private static double Largest(Row row)
    {
        var largest = 1.0;
        foreach (var (_, c) in row.Terms.AsSpan())
            largest = Math.Max(largest, Math.Abs(c));
        return largest;
    }

    /// <summary>The largest violation of a bound, row, switch or link. The violation of a row is divided by its largest coefficient if that
    /// is above 1.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="values">One value per variable.</param>
    /// <param name="relaxed">Whether binary variables may lie between 0 and 1.</param>
    public static double Violation(Problem problem, IReadOnlyList<double> values, bool relaxed = false)
    {
        var worst = 0.0;
        for (var v = 0; v < values.Count; v++)
        {
            var variable = problem.Variables[v];
            worst = Math.Max(worst, Math.Max(variable.Lower - values[v], values[v] - variable.Upper));
            if (variable.Lot > 0 && !relaxed)
                worst = Math.Max(worst, Math.Abs(values[v] - variable.Lot * Math.Round(values[v] / variable.Lot)));
            if (variable.IsBinary && !relaxed)
                worst = Math.Max(worst, Math.Min(Math.Abs(values[v]), Math.Abs(1 - values[v])));
        }

        foreach (var row in problem.Rows)
        {
            var activity = Sum(row.Terms, values);
            if (Math.Max(row.Lower - activity, activity - row.Upper) is var over && over > worst)
                worst = Math.Max(worst, over / Largest(row));
        }

        foreach (var s in problem.Switches)
        {
            var (value, on) = (values[s.Variable], values[s.Binary]);
            worst = Math.Max(worst, Math.Max(value - problem.Variables[s.Variable].Upper * on, s.Minimum * on - value));
        }

        foreach (var link in problem.Links)
        {
            var excess = values[link.Result] - link.Function.At(values[link.Argument]);
            worst = Math.Max(worst, link.IsExact && !relaxed ? Math.Abs(excess) : excess);
        }

        return Math.Max(worst, Missed(problem.Goal, Value(problem, values), Risk(problem, values)));
    }

    /// <summary>Violation of the goal's own limit (for a risk limit, of its square root); ≤ 0 if the limit holds.</summary>
    public static double Missed(Goal goal, double value, double risk) => goal switch
    {
        MinimumRiskGoal least => least.ValueAtLeast - value,
        MinimumCvarGoal tail => tail.ValueAtLeast - value,
        MaximumReturnGoal most => Math.Sqrt(risk) - Math.Sqrt(most.RiskAtMost),
        _ => 0,
    };

    /// <summary>Σ value·x, where a linked variable counts at most with its function value.</summary>
    public static double Value(Problem problem, IReadOnlyList<double> values)
    {
        var total = 0.0;
        for (var v = 0; v < values.Count; v++)
            total += problem.Variables[v].Value * values[v];
        foreach (var link in problem.Links)
        {
            var excess = values[link.Result] - link.Function.At(values[link.Argument]);
            if (excess > 0)
                total -= problem.Variables[link.Result].Value * excess;
        }

        return total;
    }

    /// <summary>Σ (Σ loading·x)² + Σ variance·x².</summary>
    public static double Risk(Problem problem, IReadOnlyList<double> values)
    {
        var total = 0.0;
        foreach (var factor in problem.Factors)
        {
            var y = Sum(factor.Loadings, values);
            total += y * y;
        }

        for (var v = 0; v < values.Count; v++)
            total += problem.Variables[v].Variance * values[v] * values[v];
        return total;
    }

    /// <summary>Gradient of the risk: 2·(Σ_f exposure_f·loading_fi + varianceᵢ·xᵢ).</summary>
    public static double[] RiskSlopes(Problem problem, IReadOnlyList<double> values)
    {
        var slopes = new double[values.Count];
        for (var v = 0; v < slopes.Length; v++)
            slopes[v] = 2 * problem.Variables[v].Variance * values[v];
        foreach (var factor in problem.Factors)
        {
            var exposure = 2 * Sum(factor.Loadings, values);
            foreach (var (v, c) in factor.Loadings.AsSpan())
                slopes[v] += exposure * c;
        }

        return slopes;
    }

    /// <summary>Whether the problem has no quadratic term: the simplex method is then exact, and as fast as any other.</summary>
    public static bool IsLinear(Problem problem) => problem.Goal is MeanVarianceGoal { RiskWeight: 0 }
        || (problem.Factors.All(factor => factor.Loadings.Count == 0) && problem.Variables.All(v => v.Variance == 0));

    /// <summary>If the total risk is below this fraction of the sum of the individual risks, the positions hedge each other
    /// completely.</summary>
    private const double Hedged = 1e-12;

    /// <summary>The largest difference between a variable's actual and requested share of the risk; 0 if the positions hedge each other
    /// completely.</summary>
    public static double LargestDeviation(Problem problem, RiskParityGoal goal, IReadOnlyList<double> values)
    {
        if (IsHedged(problem, values))
            return 0;
        var marginal = RiskSlopes(problem, values);
        var (risk, total) = (0.0, 0.0);
        for (var v = 0; v < values.Count; v++)
        {
            risk += values[v] * marginal[v];
            total += goal.Shares[v];
        }

        var worst = 0.0;
        for (var v = 0; v < values.Count; v++)
            worst = Math.Max(worst, Math.Abs((values[v] * marginal[v] / risk) - (goal.Shares[v] / total)));
        return double.IsNaN(worst) ? double.PositiveInfinity : worst;
    }

    /// <summary>Whether the positions hedge each other completely.</summary>
    public static bool IsHedged(Problem problem, IReadOnlyList<double> values)
    {
        var own = values.Select((size, v) => size * size * (problem.Variables[v].Variance
            + problem.Factors.Sum(f => f.Loadings.Sum(t => t.Variable == v ? t.Coefficient * t.Coefficient : 0)))).Sum();
        return Risk(problem, values) <= Hedged * own;
    }

    /// <summary>The goal's objective.</summary>
    public static double Objective(Problem problem, IReadOnlyList<double> values) => problem.Goal switch
    {
        MeanVarianceGoal utility => Value(problem, values) - utility.RiskWeight * Risk(problem, values),
        MinimumRiskGoal least => Risk(problem, values) + Sum(least.Toll, values),
        MaximumSharpeRatioGoal ratio => (Value(problem, values) - ratio.Threshold) / Math.Sqrt(Risk(problem, values)),
        RiskParityGoal budget => LargestDeviation(problem, budget, values),
        MinimumCvarGoal tail => new Tail(problem.Scenarios!, tail.Confidence).At(values, null),
        _ => Value(problem, values),
    };

    public static double Sum(IReadOnlyList<Term> terms, IReadOnlyList<double> values)
    {
        var sum = 0.0;
        foreach (var (v, c) in terms.AsSpan())
            sum += c * values[v];
        return sum;
    }

    private static void Terms(Problem problem, string name, IReadOnlyList<Term> terms, int[] seen, int sum)
    {
        foreach (var (v, c) in terms.AsSpan())
        {
            if (v < 0 || v >= seen.Length)
                throw new ArgumentException($"{name}: there is no variable {v}");
            if (seen[v] == sum)
                throw new ArgumentException($"{name}: '{problem.Variables[v].Name}' appears twice");
            seen[v] = sum;
            if (!double.IsFinite(c))
                throw new ArgumentException($"{name}: coefficient of {problem.Variables[v].Name} is {c}; expected a finite number");
        }
    }

    private static void Finite(double figure, string name, string field)
    {
        if (!double.IsFinite(figure))
            throw new ArgumentException($"{name}: {field} is {figure}; expected a finite number");
    }
}

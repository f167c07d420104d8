namespace Optimizer.Solver;

/// <summary>Looks at problems before, and at values after, an engine has had them.</summary>
internal static class Check
{
    /// <summary>Refuses a problem that no engine should see.</summary>
    /// <exception cref="ArgumentException">A figure is not finite, an index points nowhere, or a bound is missing; the
    /// message names the field.</exception>
    public static void Sound(Problem problem)
    {
        foreach (var variable in problem.Variables)
        {
            Finite(variable.Lower, variable.Name, "lower bound");
            Finite(variable.Upper, variable.Name, "upper bound");
            Finite(variable.Value, variable.Name, "value");
            Finite(variable.Variance, variable.Name, "variance");
            if (variable.Variance < 0)
                throw new ArgumentException($"{variable.Name}: variance {variable.Variance} is negative");
        }

        foreach (var row in problem.Rows)
        {
            if (double.IsNaN(row.Lower) || double.IsNaN(row.Upper))
                throw new ArgumentException($"{row.Name}: a bound is not a number");
            Terms(problem, row.Name, row.Terms);
        }

        foreach (var factor in problem.Factors)
            Terms(problem, factor.Name, factor.Loadings);
        foreach (var s in problem.Switches)
        {
            if (!problem.Variables[s.Binary].IsBinary)
                throw new ArgumentException($"{problem.Variables[s.Binary].Name} switches a variable but is not binary");
            Finite(s.Minimum, problem.Variables[s.Variable].Name, "minimum");
        }
    }

    /// <summary>The largest amount by which the values break a bound, row, switch or link.</summary>
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
            if (variable.IsBinary && !relaxed)
                worst = Math.Max(worst, Math.Min(Math.Abs(values[v]), Math.Abs(1 - values[v])));
        }

        foreach (var row in problem.Rows)
        {
            var activity = Sum(row.Terms, values);
            worst = Math.Max(worst, Math.Max(row.Lower - activity, activity - row.Upper));
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

    /// <summary>By how much a goal's own limit is missed, risk as its square root; ≤ 0 where it is met.</summary>
    public static double Missed(Goal goal, double value, double risk) => goal switch
    {
        MinimizeRisk least => least.ValueAtLeast - value,
        MaximizeValue most => Math.Sqrt(risk) - Math.Sqrt(most.RiskAtMost),
        _ => 0,
    };

    /// <summary>Σ value·x, with each linked variable at no more than its exact function.</summary>
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

    /// <summary>The goal's objective.</summary>
    public static double Objective(Problem problem, IReadOnlyList<double> values) => problem.Goal switch
    {
        MaximizeUtility utility => Value(problem, values) - utility.RiskWeight * Risk(problem, values),
        MinimizeRisk least => Risk(problem, values) + Sum(least.Toll, values),
        _ => Value(problem, values),
    };

    public static double Sum(IReadOnlyList<Term> terms, IReadOnlyList<double> values)
    {
        var sum = 0.0;
        foreach (var (v, c) in terms)
            sum += c * values[v];
        return sum;
    }

    private static void Terms(Problem problem, string name, IReadOnlyList<Term> terms)
    {
        foreach (var (v, c) in terms)
        {
            if (v < 0 || v >= problem.Variables.Count)
                throw new ArgumentException($"{name}: there is no variable {v}");
            Finite(c, name, $"coefficient of {problem.Variables[v].Name}");
        }
    }

    private static void Finite(double figure, string name, string field)
    {
        if (!double.IsFinite(figure))
            throw new ArgumentException($"{name}: {field} is {figure}; expected a finite number");
    }
}

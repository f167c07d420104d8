using Optimizer.Solver.Native;

namespace Optimizer.Solver.Goals;

/// <summary>Finds sizes at which every variable contributes its given share of the risk.</summary>
/// <remarks>
/// The stationary point of ½·xᵀΣx − Σ shareᵢ·ln xᵢ has xᵢ·(Σx)ᵢ = shareᵢ (Spinu, An algorithm for computing risk parity weights, 2013). The
/// function is
/// strictly convex and self-concordant, so damped Newton steps converge from any start; each costs O(n·k²) in factor form. Scaling all
/// sizes
/// does not change the shares, so the sizes are scaled to meet the row that fixes their sum. The other rows are only checked afterwards,
/// because the shares already determine all sizes.
/// </remarks>
internal static class RiskBudgeting
{
    private const int MaximumSteps = 200;

    /// <summary>If the total risk is below this fraction of the sum of the individual risks, the positions hedge each other
    /// completely.</summary>
    private const double Hedged = 1e-12;

    /// <summary>The largest difference between a variable's actual and requested share of the risk; 0 if the positions hedge each other
    /// completely.</summary>
    public static double LargestDeviation(Problem problem, BudgetRisk goal, IReadOnlyList<double> values)
    {
        if (IsHedged(problem, values))
            return 0;
        var marginal = Check.RiskSlopes(problem, values);
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

    private static bool IsHedged(Problem problem, IReadOnlyList<double> values)
    {
        var own = values.Select((size, v) => size * size * (problem.Variables[v].Variance
            + problem.Factors.Sum(f => f.Loadings.Sum(t => t.Variable == v ? t.Coefficient * t.Coefficient : 0)))).Sum();
        return Check.Risk(problem, values) <= Hedged * own;
    }

    public static Answer Solve(Problem problem, BudgetRisk goal, SolveOptions options, Deadline deadline)
    {
        if (WhyNot(problem, goal) is { } reason)
            return new Answer { Status = SolveStatus.Failed, Message = reason, Engine = "native" };
        var budget = problem.Rows.First(row => row.Lower == row.Upper && row.Lower > 0);
        var program = Compiled.Of(problem with { Goal = new MinimizeRisk(double.MinValue, []), Rows = [], Links = [] }).Program;
        var (x, steps) = Newton(program, [.. goal.Shares.Select(s => s / goal.Shares.Sum())], deadline);
        var scale = budget.Lower / Check.Sum(budget.Terms, x);
        double[] values = [.. x.Select(size => size * scale)];
        var engine = $"native: {steps} Newton steps";
        if (Check.Violation(problem with { Goal = new MaximizeUtility(0) }, values) is var violation and > 1e-9)
        {
            var broken = problem.Rows.FirstOrDefault(row => Check.Sum(row.Terms, values) is var sum && (sum > row.Upper + 1e-9 || sum < row.Lower - 1e-9))?.Name
                ?? problem.Variables.Where((v, i) => values[i] > v.Upper + 1e-9 || values[i] < v.Lower - 1e-9).First().Name;
            return new Answer
            {
                Status = SolveStatus.Infeasible,
                Message = $"the shares of the risk fix every size, and '{broken}' is then broken by {violation:g3}",
                Engine = engine,
            };
        }

        var answer = Certificate.Of(problem, options, new Point(values, new double[problem.Rows.Count + 1], 0), "contributions, recomputed", engine);
        return answer with { ShadowPrices = [], GoalShadowPrice = 0, Status = answer.Objective <= Math.Max(options.Gap, 1e-9) ? SolveStatus.Optimal : SolveStatus.Feasible, Gap = answer.Objective, Message = IsHedged(problem, values) ? "these sizes hedge each other completely: there is no risk left to share" : answer.Message };
    }

    private static string? WhyNot(Problem problem, BudgetRisk goal)
    {
        if (problem.Variables.FirstOrDefault(v => v.IsBinary || v.Lot > 0) is { } whole)
            return $"shares of the risk fix every size, so '{whole.Name}' cannot be a whole number";
        if (!problem.Rows.Any(row => row.Lower == row.Upper && row.Lower > 0))
            return "shares of the risk need a row that fixes the sum, such as a budget";
        if (!(goal.Shares.Sum() > 0))
            return "every share of the risk is zero";
        for (var v = 0; v < problem.Variables.Count; v++)
        {
            if (goal.Shares[v] > 0 && problem.Variables[v].Variance == 0 && problem.Factors.All(f => f.Loadings.All(t => t.Variable != v || t.Coefficient == 0)))
                return $"'{problem.Variables[v].Name}' has no risk that it could have a share of";
        }

        return null;
    }

    private static (double[] X, int Steps) Newton(FactorProgram p, double[] shares, Deadline deadline)
    {
        var (n, size) = (shares.Length, p.Stride + p.SparseFactors);
        var x = new double[n];
        for (var i = 0; i < n; i++)
        {
            var own = p.Variance[i] + Kernels.Dot(p.LoadingsOf(i), p.LoadingsOf(i));
            foreach (var (index, c) in p.OfX[i])
                own += index < p.SparseFactors ? c * c : 0;
            x[i] = shares[i] > 0 ? Math.Sqrt(shares[i] / own) : 0;
        }

        var (stride, system) = (Kernels.Pad(size), new double[size * Kernels.Pad(size)]);
        var (gradient, inverse, step, right) = (new double[n], new double[n], new double[n], new double[Kernels.Pad(size)]);
        var gram = new double[p.Stride * p.Stride];
        for (var round = 1; round <= MaximumSteps; round++)
        {
            deadline.Cancellation.ThrowIfCancellationRequested();
            Array.Clear(right);
            for (var i = 0; i < n; i++)
                AddRow(p, i, x[i], right);
            for (var i = 0; i < n; i++)
            {
                gradient[i] = x[i] > 0 ? p.Variance[i] * x[i] + DotRow(p, i, right) - shares[i] / x[i] : 0;
                inverse[i] = x[i] > 0 ? 1 / (p.Variance[i] + shares[i] / (x[i] * x[i])) : 0;
            }

            // Solve (D + FFᵀ)⁻¹ by the Woodbury formula: one dense system in the factors.
            Array.Clear(gram);
            Kernels.AddWeightedGram(p.Loadings, p.Stride, inverse, gram);
            Array.Clear(system);
            for (var f = 0; f < p.Stride; f++)
            {
                for (var g = 0; g <= f; g++)
                    system[f * stride + g] = gram[g * p.Stride + f];
            }

            for (var i = 0; i < n; i++)
            {
                foreach (var (a, c) in p.OfX[i])
                {
                    if (a >= p.SparseFactors)
                        continue;
                    var row = system.AsSpan((p.Stride + a) * stride, stride);
                    Kernels.AddScaled(c * inverse[i], p.LoadingsOf(i), row);
                    foreach (var (b, d) in p.OfX[i])
                    {
                        if (b <= a)
                            row[p.Stride + b] += c * inverse[i] * d;
                    }
                }
            }

            Array.Clear(right);
            for (var f = 0; f < size; f++)
                system[f * stride + f] += 1;
            for (var i = 0; i < n; i++)
                AddRow(p, i, inverse[i] * gradient[i], right);
            Kernels.FactorLdl(system, size, stride);
            Kernels.SolveLdl(system, size, stride, right.AsSpan(0, size));
            var decrement = 0.0;
            for (var i = 0; i < n; i++)
            {
                step[i] = -inverse[i] * (gradient[i] - DotRow(p, i, right));
                decrement -= step[i] * gradient[i];
            }

            if (decrement <= 1e-24)
                return (x, round);
            // Line search: sizes must stay positive, and the function must decrease.
            var length = 1.0;
            for (var i = 0; i < n; i++)
                length = step[i] < 0 ? Math.Min(length, -0.9 * x[i] / step[i]) : length;
            var start = Merit(p, shares, x);
            double[] next;
            do
            {
                next = [.. x.Select((size, i) => size + length * step[i])];
                length /= 2;
            }
            while (length > 1e-12 && Merit(p, shares, next) > start - 0.1 * length * decrement + 1e-15 * Math.Abs(start));
            x = next;
        }

        return (x, MaximumSteps);
    }

    private static double Merit(FactorProgram p, double[] shares, double[] x)
    {
        var exposure = new double[p.Stride + p.SparseFactors];
        var sum = 0.0;
        for (var i = 0; i < x.Length; i++)
        {
            AddRow(p, i, x[i], exposure);
            sum += 0.5 * p.Variance[i] * x[i] * x[i] - (shares[i] > 0 ? shares[i] * Math.Log(x[i]) : 0);
        }

        return sum + 0.5 * Kernels.Dot(exposure, exposure);
    }

    private static void AddRow(FactorProgram p, int item, double factor, double[] exposure)
    {
        Kernels.AddScaled(factor, p.LoadingsOf(item), exposure);
        foreach (var (index, c) in p.OfX[item])
        {
            if (index < p.SparseFactors)
                exposure[p.Stride + index] += c * factor;
        }
    }

    private static double DotRow(FactorProgram p, int item, double[] exposure)
    {
        var sum = Kernels.Dot(p.LoadingsOf(item), exposure);
        foreach (var (index, c) in p.OfX[item])
            sum += index < p.SparseFactors ? c * exposure[p.Stride + index] : 0;
        return sum;
    }
}

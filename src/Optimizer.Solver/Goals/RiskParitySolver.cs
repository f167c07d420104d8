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
internal static class RiskParitySolver
{
    private const int MaximumSteps = 200;

    public static Answer Solve(Problem problem, RiskParityGoal goal, SolveOptions options, Deadline deadline)
    {
        if (WhyNot(problem, goal) is { } reason)
            return new Answer { Status = SolveStatus.Failed, Message = reason, Engine = "native" };
        var budget = problem.Rows.First(row => row.Lower == row.Upper && row.Lower > 0);
        var program = CompiledProblem.Of(problem with { Goal = new MinimumRiskGoal(double.MinValue, []), Rows = [], Links = [] }).Program;
        var (x, steps) = Newton(program, [.. goal.Shares.Select(s => s / goal.Shares.Sum())], deadline);
        var scale = budget.Lower / Check.Sum(budget.Terms, x);
        double[] values = [.. x.Select(size => size * scale)];
        var engine = $"native: {steps} Newton steps";
        if (Check.Violation(problem with { Goal = new MeanVarianceGoal(0) }, values) is var violation and > 1e-9)
        {
            var broken = problem.Rows.FirstOrDefault(row => Check.Sum(row.Terms, values) is var sum && (sum > row.Upper + 1e-9 || sum < row.Lower - 1e-9))?.Name
                ?? problem.Variables.Where((v, i) => values[i] > v.Upper + 1e-9 || values[i] < v.Lower - 1e-9).First().Name;
            return new Answer
            {
                Status = SolveStatus.Infeasible,
                Message = $"the risk shares determine all sizes, and these violate '{broken}' by {violation:g3}",
                Engine = engine,
            };
        }

        var answer = Certificate.Of(problem, options, new Point(values, new double[problem.Rows.Count + 1], 0), "contributions, recomputed", engine);
        return answer with { ShadowPrices = [], GoalShadowPrice = 0, Status = answer.Objective <= Math.Max(options.Gap, 1e-9) ? SolveStatus.Optimal : SolveStatus.Feasible, Gap = answer.Objective, Message = Check.IsHedged(problem, values) ? "these positions hedge each other completely, so there is no risk to share" : answer.Message };
    }

    private static string? WhyNot(Problem problem, RiskParityGoal goal)
    {
        if (problem.Variables.FirstOrDefault(v => v.IsBinary || v.Lot > 0) is { } whole)
            return $"risk shares determine all sizes, so '{whole.Name}' cannot be restricted to whole numbers or lots";
        if (!problem.Rows.Any(row => row.Lower == row.Upper && row.Lower > 0))
            return "risk shares need a row that fixes the sum of the sizes, such as a budget";
        if (!(goal.Shares.Sum() > 0))
            return "every share of the risk is zero";
        for (var v = 0; v < problem.Variables.Count; v++)
        {
            if (goal.Shares[v] > 0 && problem.Variables[v].Variance == 0 && problem.Factors.All(f => f.Loadings.All(t => t.Variable != v || t.Coefficient == 0)))
                return $"'{problem.Variables[v].Name}' has no risk, so it cannot have a share of the risk";
        }

        return null;
    }

    /// <summary>FᵀD⁻¹F of the dense and sparse factors, the lower half.</summary>
    private static void FillSystem(FactorProgram p, double[] inverse, double[] gram, double[] system, int stride)
    {
        Array.Clear(gram);
        Kernels.AddWeightedGram(p.Loadings, p.Stride, inverse, gram);
        Array.Clear(system);
        for (var f = 0; f < p.Stride; f++)
        {
            for (var g = 0; g <= f; g++)
                system[f * stride + g] = gram[g * p.Stride + f];
        }

        for (var i = 0; i < inverse.Length; i++)
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
            FillSystem(p, inverse, gram, system, stride);
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

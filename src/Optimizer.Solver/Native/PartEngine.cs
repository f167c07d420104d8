using Optimizer.Solver.Engines;

namespace Optimizer.Solver.Native;

/// <summary>Solves the small programs that sifting makes.</summary>
internal interface IPartEngine
{
    /// <summary>Solves a program.</summary>
    /// <param name="part">The program.</param>
    /// <param name="tolerance">Relative gap required of the whole program.</param>
    /// <param name="cancellation">Cancels.</param>
    PartAnswer Solve(FactorProgram part, double tolerance, CancellationToken cancellation);
}

/// <summary>An engine's answer to a partial program.</summary>
/// <param name="X">Sizes.</param>
/// <param name="Z">Switch values, 0 to 1; empty if no item is switched.</param>
/// <param name="Y">Openers.</param>
/// <param name="RowPrices">Multipliers of the rows; ≥ 0 for inequalities, up to rounding.</param>
/// <param name="HasConverged">Whether the engine reports convergence.</param>
internal readonly record struct PartAnswer(double[] X, double[] Z, double[] Y, double[] RowPrices, bool HasConverged);

/// <summary>The built-in interior point; an active-set step then makes the answer exact.</summary>
internal sealed class InteriorPointEngine : IPartEngine
{
    public static readonly InteriorPointEngine Instance = new();

    /// <inheritdoc/>
    public PartAnswer Solve(FactorProgram part, double tolerance, CancellationToken cancellation)
    {
        using var interior = new InteriorPoint(part);
        // Without switches the answer is made exact, which requires a tight tolerance to identify the binding bounds. With switches any
        // prices give a valid bound, so a fraction of the tolerance is enough.
        interior.Solve(part.IsSwitched is null ? Math.Min(tolerance * 0.1, 1e-8) : tolerance * 0.5, cancellation);
        var exact = part.IsSwitched is null && part.Openers == 0 && interior.HasConverged ? MakeExact(part, interior) : null;
        return new(exact?.X ?? interior.X.ToArray(), interior.Z.ToArray(), interior.Y.ToArray(),
            exact?.Prices.Rows.ToArray() ?? interior.RowMultipliers.ToArray(), interior.HasConverged);
    }

    /// <summary>Makes an interior-point answer exact: the bounds and rows that bind at it determine the optimum up to rounding, with exact
    /// zeros.</summary>
    private static ActiveSet? MakeExact(FactorProgram part, InteriorPoint interior)
    {
        var exact = new ActiveSet(part);
        for (var i = 0; i < part.Count; i++)
        {
            var width = part.Upper[i] - part.Lower[i];
            var (low, high) = ((interior.X[i] - part.Lower[i]) / width, (part.Upper[i] - interior.X[i]) / width);
            exact.Guess(i, low < 1e-3 && low < interior.LowerMultipliers[i] ? -1 : high < 1e-3 && high < interior.UpperMultipliers[i] ? 1 : 0);
            exact.X[i] = interior.X[i];
        }

        for (var r = 0; r < part.Rows; r++)
            exact.GuessRow(r, interior.Slacks[r] < interior.RowMultipliers[r], interior.RowMultipliers[r]);
        return exact.Solve(corrections: 4) ? exact : null;
    }
}

/// <summary>OR-Tools' PDLP, a first-order method (Applegate et al., Practical large-scale linear programming using
/// primal–dual hybrid gradient, 2021).</summary>
internal sealed class PdlpEngine(Deadline deadline, double precision = 1e-10) : IPartEngine
{
    private string Parameters =>
        $"termination_criteria {{ simple_optimality_criteria {{ eps_optimal_absolute: {precision} eps_optimal_relative: {precision} }} }} num_threads: 1";

    /// <inheritdoc/>
    public PartAnswer Solve(FactorProgram part, double tolerance, CancellationToken cancellation)
    {
        var program = new QuadraticProgram();
        for (var i = 0; i < part.Count; i++)
            program.Add(part.Lower[i], part.Upper[i], part.Cost[i], part.RiskWeight * part.Variance[i]);
        var factors = new List<Term>[part.Stride + part.SparseFactors + part.Rows];
        for (var q = 0; q < factors.Length; q++)
            factors[q] = [];
        for (var i = 0; i < part.Count; i++)
        {
            var loadings = part.LoadingsOf(i);
            for (var f = 0; f < loadings.Length; f++)
            {
                if (loadings[f] != 0)
                    factors[f].Add(new(i, loadings[f]));
            }

            foreach (var (index, c) in part.OfX[i])
                factors[part.Stride + index].Add(new(i, c));
        }

        for (var f = 0; f < part.Stride + part.SparseFactors; f++)
        {
            var offset = f < part.Stride ? part.FactorOffset[f] : part.SparseOffset[f - part.Stride];
            var (low, high) = (0.0, 0.0);
            foreach (var (i, c) in factors[f])
                (low, high) = (low + Math.Min(c * part.Lower[i], c * part.Upper[i]), high + Math.Max(c * part.Lower[i], c * part.Upper[i]));
            factors[f].Add(new(program.Add(low + offset, high + offset, 0, part.RiskWeight), -1));
            program.Rows.Add(new("factor", -offset, -offset, factors[f]));
        }

        for (var r = 0; r < part.Rows; r++)
        {
            program.Rows.Add(new("row", part.IsEquality[r] ? part.RightSide[r] : double.NegativeInfinity, part.RightSide[r],
                factors[part.Stride + part.SparseFactors + r]));
        }

        var answer = OrTools.Solve(program, OrToolsEngine.Pdlp, Math.Max(deadline.SecondsLeft, 0.01), Parameters, 1, cancellation);
        if (answer.Values.Length == 0)
            return new(new double[part.Count], [], [], new double[part.Rows], false);
        // PDLP's multipliers are ≥ 0 for lower limits; the signs are flipped here.
        return new(answer.Values[..part.Count], [], [],
            [.. answer.Multipliers.Skip(part.Stride + part.SparseFactors).Select(m => -m)], answer.Status == EngineStatus.Optimal);
    }
}

using MathNet.Numerics.LinearAlgebra;

namespace Optimizer.Solver;

/// <summary>A covariance matrix in the form of a problem: xᵀ·matrix·x = Σ variance·x² + Σ (loadings·x)².</summary>
/// <param name="Variances">Own variance of each column.</param>
/// <param name="Factors">Common factors.</param>
/// <param name="Change">Largest change of a matrix entry by the repair; 0 if the matrix is unchanged.</param>
public sealed record SplitCovariance(IReadOnlyList<double> Variances, IReadOnlyList<Factor> Factors, double Change);

/// <summary>Splits covariance matrices into variances and factors.</summary>
public static class Covariance
{
    /// <summary>Eigenvalues below this fraction of the largest are rounding errors and count as zero.</summary>
    private const double Negligible = 1e-12;

    /// <summary>Accepted asymmetry of a printed matrix, relative to the variances: one unit in the last digit.</summary>
    private const double Printed = 0.01;

    /// <summary>If the smallest eigenvalue is below this fraction of the largest, no own variances are split off.</summary>
    private const double Separable = 1e-9;

    /// <summary>Share of the smallest eigenvalue that becomes own variance when the matrix is too large for the barrier method.</summary>
    private const double Inside = 0.99;

    private const int MostRounds = 200;

    /// <summary>Fewest rounds for which the barrier method is used; with fewer, the barrier would shrink too fast.</summary>
    private const int FewestRounds = 20;

    /// <summary>Final barrier parameter divided by the initial one.</summary>
    private const double LastBarrier = 1e-6;

    /// <summary>Work limit: about one second.</summary>
    private const double Work = 1e9;

    /// <summary>Splits a matrix into the largest possible own variances of its columns and factors for the rest.</summary>
    /// <remarks>
    /// With switches, own variances give tight (perspective) relaxations; factors do not. The largest sum of variances d for which
    /// matrix − diag(d) stays positive semidefinite is the solution of minimum trace factor analysis. It is found by coordinate ascent on
    /// the
    /// barrier μ·log det(matrix − diag(d)); each step is a rank-one update of the inverse, O(n³) per round. Above about 350 columns, 99 %
    /// of the
    /// smallest eigenvalue is taken for every column instead. On the benefit: Frangioni and Gentile, SDP diagonalizations and perspective
    /// cuts
    /// for a class of nonseparable MIQP, 2007.
    /// </remarks>
    /// <param name="matrix">Finite, and symmetric up to rounding; the mean of both triangles is used.</param>
    /// <param name="columns">The variable of each row and column.</param>
    /// <param name="repair">Whether an indefinite matrix is replaced by the nearest positive semidefinite one in the Frobenius norm:
    /// negative eigenvalues become zero (Higham, Computing a nearest symmetric positive semidefinite matrix, 1988).</param>
    /// <exception cref="ArgumentException">The matrix is not square, finite or symmetric, or it is indefinite and <paramref name="repair"/>
    /// is false; the message says where.</exception>
    public static SplitCovariance Split(double[,] matrix, IReadOnlyList<int> columns, bool repair)
    {
        var n = columns.Count;
        if (matrix.GetLength(0) != n || matrix.GetLength(1) != n)
            throw new ArgumentException($"covariance: {matrix.GetLength(0)} × {matrix.GetLength(1)} figures for {n} variables");
        var largest = 0.0;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                if (!double.IsFinite(matrix[i, j]))
                    throw new ArgumentException($"covariance: row {i + 1}, column {j + 1} is {matrix[i, j]}; expected a finite number");
                largest = Math.Max(largest, Math.Abs(matrix[i, j]));
            }
        }

        var skewed = 0.0;
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
            {
                var apart = Math.Abs(matrix[i, j] - matrix[j, i]);
                if (apart > Printed * Math.Sqrt(Math.Abs(matrix[i, i] * matrix[j, j])) + Negligible * largest)
                    throw new ArgumentException($"covariance: row {i + 1}, column {j + 1} is {matrix[i, j]:g9}, but its mirror entry is {matrix[j, i]:g9}; expected a symmetric matrix");
                skewed = Math.Max(skewed, apart / 2);
            }
        }

        if (n == 0 || largest == 0)
            return new(new double[n], [], 0);
        var change = skewed > 1e-9 * largest ? skewed : 0;
        var symmetric = Matrix<double>.Build.Dense(n, n, (i, j) => 0.5 * (matrix[i, j] + matrix[j, i]));
        var decomposition = symmetric.Evd(Symmetricity.Symmetric);
        var values = decomposition.EigenValues.Real();
        var top = values.Maximum();
        if (values.Minimum() is var least && least < -1e3 * Negligible * Math.Max(top, largest))
        {
            if (!repair)
                throw new ArgumentException($"covariance: its smallest eigenvalue is {least:g6}, so some portfolio has a negative variance; fix the matrix, or set 'repair: true'");
            var nearest = decomposition.EigenVectors * Matrix<double>.Build.DenseOfDiagonalVector(values.PointwiseMaximum(0)) * decomposition.EigenVectors.Transpose();
            change = Math.Max(change, (nearest - symmetric).Enumerate().Max(Math.Abs));
        }

        var own = values.Minimum() > Separable * top ? Own(symmetric, values.Minimum()) : new double[n];
        if (own.Any(variance => variance > 0))
        {
            decomposition = (symmetric - Matrix<double>.Build.DenseOfDiagonalArray(own)).Evd(Symmetricity.Symmetric);
            values = decomposition.EigenValues.Real();
        }

        return new(own, [.. Enumerable.Range(0, n).Where(f => values[f] > Negligible * top).Select(f => new Factor($"eigenvector {f + 1}",
            [.. Enumerable.Range(0, n).Select(i => new Term(columns[i], Math.Sqrt(values[f]) * decomposition.EigenVectors[i, f]))]))], change);
    }

    private static double[] Own(Matrix<double> matrix, double least)
    {
        var n = matrix.RowCount;
        var rounds = (int)Math.Min(Work / n / n / n, MostRounds);
        double[] same = [.. Enumerable.Repeat(Inside * least, n)];
        if (rounds < FewestRounds)
            return same;
        var own = new double[n];
        var inverse = matrix.Inverse().ToColumnMajorArray();
        // A high barrier keeps the ascent in the interior; it shrinks from round to round.
        var (barrier, fall) = (matrix.Diagonal().Average() / 4, Math.Pow(LastBarrier, 1.0 / rounds));
        var column = new double[n];
        for (var round = 0; round < rounds; round++, barrier *= fall)
        {
            for (var i = 0; i < n; i++)
            {
                var at = inverse[i * n + i];
                var step = Math.Max(1 / at - barrier, -own[i]);
                if (!(at > 0) || Math.Abs(step) < Negligible * matrix[i, i])
                    continue;
                own[i] += step;
                inverse.AsSpan(i * n, n).CopyTo(column);
                var scale = step / (1 - step * at);
                for (var j = 0; j < n; j++)
                {
                    var by = scale * column[j];
                    var into = inverse.AsSpan(j * n, n);
                    for (var k = 0; k < n; k++)
                        into[k] += by * column[k];
                }
            }
        }

        // Rounding errors in the inverse may have overshot: make the remaining matrix positive semidefinite again.
        var below = (matrix - Matrix<double>.Build.DenseOfDiagonalArray(own)).Evd(Symmetricity.Symmetric).EigenValues.Real().Minimum();
        if (below < 0)
            own = [.. own.Select(variance => Math.Max(0, variance + 1.01 * below))];
        return own.Sum() > same.Sum() ? own : same;
    }
}

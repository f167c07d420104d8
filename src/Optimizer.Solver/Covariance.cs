using MathNet.Numerics.LinearAlgebra;

namespace Optimizer.Solver;

/// <summary>Covariance matrices as factors.</summary>
public static class Covariance
{
    /// <summary>What counts as zero beside the largest eigenvalue: rounding leaves as much.</summary>
    private const double Negligible = 1e-12;

    /// <summary>Factors whose sum of squares is xᵀ·matrix·x.</summary>
    /// <param name="matrix">Symmetric; finite.</param>
    /// <param name="columns">The variable that each row and column stands for.</param>
    /// <param name="repair">Whether an indefinite matrix is replaced by the nearest that is not (in the Frobenius norm: its
    /// eigenvalues below zero become zero, Higham, Computing a nearest symmetric positive semidefinite matrix, 1988).</param>
    /// <param name="change">By how much an entry was changed at most; 0 where the matrix is taken as it is.</param>
    /// <exception cref="ArgumentException">The matrix is not square, finite or symmetric, or it is indefinite and not to be
    /// repaired; the message says where.</exception>
    public static IReadOnlyList<Factor> ToFactors(double[,] matrix, IReadOnlyList<int> columns, bool repair, out double change)
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

        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (Math.Abs(matrix[i, j] - matrix[j, i]) > 1e-9 * largest)
                    throw new ArgumentException($"covariance: row {i + 1}, column {j + 1} is {matrix[i, j]:g9}, and {matrix[j, i]:g9} the other way round; expected the same");
            }
        }

        change = 0;
        if (n == 0 || largest == 0)
            return [];
        var symmetric = Matrix<double>.Build.Dense(n, n, (i, j) => 0.5 * (matrix[i, j] + matrix[j, i]));
        var decomposition = symmetric.Evd(Symmetricity.Symmetric);
        var values = decomposition.EigenValues.Real();
        var top = values.Maximum();
        if (values.Minimum() is var least && least < -1e3 * Negligible * Math.Max(top, largest))
        {
            if (!repair)
                throw new ArgumentException($"covariance: its least eigenvalue is {least:g6}, so some portfolio would have a variance below zero; expected none, or 'repair: true'");
            var nearest = decomposition.EigenVectors * Matrix<double>.Build.DenseOfDiagonalVector(values.PointwiseMaximum(0)) * decomposition.EigenVectors.Transpose();
            change = (nearest - symmetric).Enumerate().Max(Math.Abs);
        }

        return [.. Enumerable.Range(0, n).Where(f => values[f] > Negligible * top).Select(f => new Factor($"eigenvector {f + 1}",
            [.. Enumerable.Range(0, n).Select(i => new Term(columns[i], Math.Sqrt(values[f]) * decomposition.EigenVectors[i, f]))]))];
    }
}

using MathNet.Numerics.LinearAlgebra;

namespace Optimizer.Risk;

/// <summary>Covariance estimated from past prices and shrunk towards a multiple of the identity.</summary>
public static class ShrunkCovariance
{
    /// <summary>The yearly covariance of log returns.</summary>
    /// <remarks>Ledoit and Wolf, A well-conditioned estimator for large-dimensional covariance matrices, 2004: the
    /// weight of the target is the estimated sampling error of the sample covariance relative to its distance from the
    /// target.</remarks>
    /// <param name="changes">One row of log returns per asset, at least two of each.</param>
    /// <param name="intervalDays">Days that one return covers; &gt; 0.</param>
    /// <returns>A positive definite matrix in the order of the rows.</returns>
    public static Matrix<double> FromChanges(IReadOnlyList<double[]> changes, double intervalDays)
    {
        var samples = changes[0].Length;
        var returns = Matrix<double>.Build.DenseOfRowArrays(changes);
        var means = returns.RowSums() / samples;
        var centred = Matrix<double>.Build.Dense(changes.Count, samples, (asset, t) => returns[asset, t] - means[asset]);
        var sample = centred * centred.Transpose() / samples;
        var target = Matrix<double>.Build.DenseIdentity(changes.Count) * (sample.Trace() / changes.Count);

        var distance = Square(sample - target);
        var error = Enumerable.Range(0, samples)
            .Sum(t => Square(centred.Column(t).OuterProduct(centred.Column(t)) - sample)) / samples / samples;
        var weight = distance == 0 ? 1 : Math.Clamp(error / distance, 0, 1);
        return (target * weight + sample * (1 - weight)) * (Model.Duration.DaysPerYear / intervalDays);
    }

    private static double Square(Matrix<double> matrix)
    {
        var norm = matrix.FrobeniusNorm();
        return norm * norm;
    }
}

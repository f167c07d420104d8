namespace Optimizer.Solver;

/// <summary>rate·x·size/(size + x): earnings with a rate that falls as x grows.</summary>
/// <param name="Rate">Slope at zero; ≥ 0.</param>
/// <param name="Size">The x at which half of the maximum earnings is reached; &gt; 0.</param>
public sealed record SaturatingFunction(double Rate, double Size) : IConcaveFunction
{
    /// <inheritdoc/>
    public double At(double x) => Rate * x * Size / (Size + x);

    /// <inheritdoc/>
    public double SlopeAt(double x) => Rate * Size * Size / ((Size + x) * (Size + x));

    /// <inheritdoc/>
    public double CurvatureAt(double x) => -2 * Rate * Size * Size / ((Size + x) * (Size + x) * (Size + x));
}

/// <summary>slope·x − square·x², such as a fee with a price impact.</summary>
/// <param name="Slope">Slope at zero.</param>
/// <param name="Square">≥ 0.</param>
public sealed record QuadraticFunction(double Slope, double Square) : IConcaveFunction
{
    /// <inheritdoc/>
    public double At(double x) => (Slope - Square * x) * x;

    /// <inheritdoc/>
    public double SlopeAt(double x) => Slope - 2 * Square * x;

    /// <inheritdoc/>
    public double CurvatureAt(double x) => -2 * Square;
}

/// <summary>A concave function through given points with given slopes.</summary>
/// <remarks>Between two points it consists of two parabolas that meet where the slope equals that of the chord, so it stays concave with a
/// continuous slope (Schumaker, On shape preserving quadratic spline interpolation, 1983). Outside the points it is extended linearly. If
/// the given slopes are those of the chords on both sides, it is piecewise linear.</remarks>
public sealed class TabulatedFunction : IConcaveFunction
{
    private readonly double[] _knots;
    private readonly double[] _slopes;
    private readonly double[] _values;

    /// <param name="x">At least two arguments, ascending.</param>
    /// <param name="values">The values at these arguments.</param>
    /// <param name="slopes">The slopes at these arguments; the slope of every chord lies between those at its ends.</param>
    /// <exception cref="ArgumentException">The points are not those of a concave function; the message says where.</exception>
    public TabulatedFunction(IReadOnlyList<double> x, IReadOnlyList<double> values, IReadOnlyList<double> slopes)
    {
        if (x.Count < 2 || values.Count != x.Count || slopes.Count != x.Count)
            throw new ArgumentException("a curve needs at least two points, each with a value and a slope");
        (X, Values, Slopes) = (x, values, slopes);
        var (knots, knotSlopes, knotValues) = (new List<double> { x[0] }, new List<double> { slopes[0] }, new List<double> { values[0] });
        for (var i = 1; i < x.Count; i++)
        {
            var width = x[i] - x[i - 1];
            var chord = (values[i] - values[i - 1]) / width;
            var tolerance = 1e-9 * (1 + Math.Abs(chord));
            if (!(width > 0))
                throw new ArgumentException($"the curve's point at {x[i]} is not above the one before it");
            if (chord > slopes[i - 1] + tolerance || chord < slopes[i] - tolerance)
                throw new ArgumentException($"the curve is not concave between {x[i - 1]} and {x[i]}: the chord's slope {chord:g6} does not lie between {slopes[i - 1]:g6} and {slopes[i]:g6}");
            var bend = slopes[i - 1] - slopes[i];
            var middle = bend <= tolerance ? width / 2 : width * Math.Clamp((chord - slopes[i]) / bend, 0, 1);
            if (middle > 1e-12 * width && middle < width * (1 - 1e-12))
            {
                knotValues.Add(values[i - 1] + 0.5 * middle * (slopes[i - 1] + chord));
                knots.Add(x[i - 1] + middle);
                knotSlopes.Add(chord);
            }

            knots.Add(x[i]);
            knotSlopes.Add(slopes[i]);
            knotValues.Add(values[i]);
        }

        (_knots, _slopes, _values) = ([.. knots], [.. knotSlopes], [.. knotValues]);
    }

    /// <summary>The arguments.</summary>
    public IReadOnlyList<double> X { get; }

    /// <summary>The values at the arguments.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>The slopes at the arguments.</summary>
    public IReadOnlyList<double> Slopes { get; }

    /// <summary>Tabulates a function on an interval.</summary>
    /// <param name="function">Concave.</param>
    /// <param name="lower">Start of the interval.</param>
    /// <param name="upper">End of the interval, above the start.</param>
    /// <param name="points">Number of points; ≥ 2. The error falls with its cube.</param>
    public static TabulatedFunction Of(IConcaveFunction function, double lower, double upper, int points)
    {
        var x = Enumerable.Range(0, points).Select(i => lower + (upper - lower) * i / (points - 1)).ToArray();
        return new(x, [.. x.Select(function.At)], [.. x.Select(function.SlopeAt)]);
    }

    /// <inheritdoc/>
    public double At(double x)
    {
        var i = Piece(x);
        var from = x - _knots[i];
        return _values[i] + from * (_slopes[i] + 0.5 * from * Bend(i, x));
    }

    /// <inheritdoc/>
    public double SlopeAt(double x)
    {
        var i = Piece(x);
        return _slopes[i] + (x - _knots[i]) * Bend(i, x);
    }

    /// <inheritdoc/>
    public double CurvatureAt(double x) => Math.Min(0, Bend(Piece(x), x));

    private int Piece(double x)
    {
        var at = Array.BinarySearch(_knots, x);
        return Math.Max(0, at >= 0 ? at : ~at - 1);
    }

    private double Bend(int i, double x) =>
        i + 1 < _knots.Length && x >= _knots[0] ? (_slopes[i + 1] - _slopes[i]) / (_knots[i + 1] - _knots[i]) : 0;
}

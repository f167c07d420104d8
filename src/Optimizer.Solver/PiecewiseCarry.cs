namespace Optimizer.Solver;

/// <summary>Models earnings that are not concave in the size, such as a lending rate above its kink, by means of switches.</summary>
/// <remarks>
/// The points are split where the slope increases. On each stretch [a, b] between such points the earnings are concave. Each stretch gets
/// its own
/// size variable, which is zero or within [a, b]; x is the sum of these, and at most one is positive. The value at zero of the tangent at a
/// is
/// earned as a fixed amount when the stretch is used; the rest is a concave curve through zero. The model is exact, and its relaxation is
/// the concave envelope of the earnings.
/// </remarks>
public static class PiecewiseCarry
{
    /// <summary>Adds piecewise linear earnings, given by points, to a variable.</summary>
    /// <param name="variables">The problem's variables; the variables of the stretches are added to them.</param>
    /// <param name="rows">The problem's rows.</param>
    /// <param name="switches">The problem's switches.</param>
    /// <param name="links">The problem's links.</param>
    /// <param name="variable">Index of the variable; its lower bound is 0.</param>
    /// <param name="points">Size and earnings, with ascending sizes; the first point is (0, 0). Linear in between.</param>
    /// <exception cref="ArgumentException">The points do not start at zero and ascend, or end before the variable's upper
    /// bound.</exception>
    public static void Add(
        List<Variable> variables, List<Row> rows, List<Switch> switches, List<Link> links, int variable, IReadOnlyList<(double Size, double Earns)> points)
    {
        var name = variables[variable].Name;
        var upper = variables[variable].Upper;
        if (points.Count < 2 || points[0] != (0, 0))
            throw new ArgumentException($"{name}: a curve needs at least two points, the first at size 0 with earnings 0");
        for (var p = 1; p < points.Count; p++)
        {
            if (!(points[p].Size > points[p - 1].Size))
                throw new ArgumentException($"{name}: the curve's point at {points[p].Size} is not above the one before it");
        }

        if (points[^1].Size < upper * (1 - 1e-12))
            throw new ArgumentException($"{name}: the curve ends at {points[^1].Size}, before the upper bound {upper}");
        double Slope(int piece) => (points[piece + 1].Earns - points[piece].Earns) / (points[piece + 1].Size - points[piece].Size);
        var stretches = new List<(int From, int To)>();
        var start = 0;
        for (var piece = 1; piece < points.Count - 1; piece++)
        {
            if (Slope(piece) <= Slope(piece - 1) + 1e-12 * (1 + Math.Abs(Slope(piece))))
                continue;
            stretches.Add((start, piece));
            start = piece;
        }

        stretches.Add((start, points.Count - 1));
        if (stretches.Count == 1)
        {
            AddCurve(variables, links, variable, name, [.. points], upper);
            return;
        }

        var (sizes, ons) = (new List<Term> { new(variable, -1) }, new List<Term>());
        foreach (var (from, to) in stretches)
        {
            if (points[from].Size >= upper)
                break;
            var (least, slope) = (points[from].Size, Slope(from));
            var atOnce = points[from].Earns - slope * least;
            var size = variables.Count;
            variables.Add(new($"{name} from {least:g6}", 0, Math.Min(points[to].Size, upper)));
            var on = variables.Count;
            variables.Add(new($"{name} is beyond {least:g6}", 0, 1, atOnce, IsBinary: true));
            switches.Add(new(on, size, least));
            sizes.Add(new(size, 1));
            ons.Add(new(on, 1));
            (double, double)[] through = [.. least > 0 ? [(0, 0)] : Array.Empty<(double, double)>(),
                .. points.Skip(from).Take(to - from + 1).Select(p => (p.Size, p.Earns - atOnce))];
            AddCurve(variables, links, size, $"{name} from {least:g6}", through, variables[size].Upper);
        }

        rows.Add(new($"{name} is one size", 0, 0, sizes));
        rows.Add(new($"{name} is on one stretch", double.NegativeInfinity, 1, ons));
    }

    /// <summary>Concave, piecewise linear earnings: the line of each piece is an upper limit.</summary>
    private static void AddCurve(List<Variable> variables, List<Link> links, int argument, string name, (double Size, double Earns)[] points, double upper)
    {
        var largest = points.Max(p => Math.Abs(p.Earns)) + 1;
        links.Add(new(variables.Count, argument, new PolylineFunction(points)));
        variables.Add(new($"{name} earns", -largest * Math.Max(1, upper), largest * Math.Max(1, upper), 1));
    }

    /// <summary>A concave, piecewise linear function.</summary>
    private sealed class PolylineFunction((double Size, double Earns)[] points) : IConcaveFunction
    {
        public double At(double x)
        {
            var p = Piece(x);
            return points[p].Earns + (x - points[p].Size) * SlopeOf(p);
        }

        public double SlopeAt(double x) => SlopeOf(Piece(x));

        public double CurvatureAt(double x) => 0;

        public bool IsSmooth => points.Length <= 2;

        private double SlopeOf(int p) => (points[p + 1].Earns - points[p].Earns) / (points[p + 1].Size - points[p].Size);

        private int Piece(double x)
        {
            var p = 0;
            while (p < points.Length - 2 && x > points[p + 1].Size)
                p++;
            return p;
        }
    }
}

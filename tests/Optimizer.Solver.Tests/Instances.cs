namespace Optimizer.Solver.Tests;

/// <summary>Random problems of the shapes that allocations have.</summary>
internal static class Instances
{
    /// <summary>Budget, caps on overlapping groups, factors, curved carry; switches with minimum and charge if asked.</summary>
    public static Gen<Problem> Portfolio(int most, bool switches, bool curved = true) =>
        Gen.Select(Gen.Int[2, most], Gen.Int[1, 6], Gen.Double[0, 8], Gen.Int[0, int.MaxValue]).Select((n, k, aversion, seed) =>
        {
            var random = new Random(seed);
            var variables = new List<Variable>();
            var rows = new List<Row>();
            var links = new List<Link>();
            var onOff = new List<Switch>();
            for (var i = 0; i < n; i++)
                variables.Add(new($"x{i}", 0, 0.3 + 0.7 * random.NextDouble(), 0.02 + 0.08 * random.NextDouble(), 0.02 * random.NextDouble()));
            rows.Add(new("budget", double.NegativeInfinity, 1, [.. Enumerable.Range(0, n).Select(i => new Term(i, 1))]));
            for (var g = 0; g < 3; g++)
            {
                var group = Enumerable.Range(0, n).Where(_ => random.NextDouble() < 0.5).Select(i => new Term(i, 1)).ToArray();
                if (group.Length > 0)
                    rows.Add(new($"group {g}", double.NegativeInfinity, 0.2 + 0.6 * random.NextDouble(), group));
            }

            for (var i = 0; curved && i < n; i += 2)
            {
                links.Add(new(variables.Count, i, new Saturating(0.1 * random.NextDouble(), 0.2 + random.NextDouble())));
                variables.Add(new($"c{i}", 0, 1, 1));
            }

            for (var i = 0; switches && i < n; i++)
            {
                onOff.Add(new(variables.Count, i, 0.05 + 0.2 * random.NextDouble()));
                variables.Add(new($"z{i}", 0, 1, -0.01 * random.NextDouble(), IsBinary: true));
            }

            if (switches)
                rows.Add(new("count", double.NegativeInfinity, Math.Max(1, n / 2), [.. onOff.Select(s => new Term(s.Binary, 1))]));
            var factors = Enumerable.Range(0, k).Select(f => new Factor($"f{f}",
                [.. Enumerable.Range(0, n).Select(i => new Term(i, 0.3 * (random.NextDouble() - 0.3)))]));
            return new Problem
            {
                Variables = variables,
                Rows = rows,
                Links = links,
                Switches = onOff,
                Factors = [.. factors],
                Goal = new MaximizeUtility(aversion),
            };
        });

    /// <summary>x·L/(L + x): pays less and less.</summary>
    public sealed record Saturating(double Rate, double Size) : IConcaveFunction
    {
        public double At(double x) => Rate * x * Size / (Size + x);

        public double SlopeAt(double x) => Rate * Size * Size / ((Size + x) * (Size + x));
    }
}

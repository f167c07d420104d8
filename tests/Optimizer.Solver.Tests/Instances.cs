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
                links.Add(new(variables.Count, i, new SaturatingFunction(0.1 * random.NextDouble(), 0.2 + random.NextDouble())));
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
                Goal = new MeanVarianceGoal(aversion),
            };
        });

    /// <summary>Every shape that a problem can have: budgets as equality or limit, floors, negative sizes, dense and sparse
    /// factors, curves, some items switched, groups that have to be opened, counts at most and at least; infeasible now
    /// and then.</summary>
    /// <param name="most">The most items.</param>
    /// <param name="switches">Whether items may be switched.</param>
    /// <param name="hasGoals">Whether there are other goals than the greatest utility.</param>
    /// <param name="swaps">Whether some items are bought with others by exact curves, whose results stand in rows; then some pairs of
    /// switches cost more together, and a row may weigh a millionth against one.</param>
    public static Gen<Problem> AnyShape(int most, bool switches, bool hasGoals = true, bool swaps = false) =>
        Gen.Select(Gen.Int[1, most], Gen.Int[0, int.MaxValue]).Select((n, seed) =>
        {
            var random = new Random(seed);
            bool Maybe(double chance) => random.NextDouble() < chance;
            double Between(double low, double high) => low + (high - low) * random.NextDouble();
            var (variables, rows, links, onOff) = (new List<Variable>(), new List<Row>(), new List<Link>(), new List<Switch>());
            var isSwitched = new bool[n];
            for (var i = 0; i < n; i++)
            {
                isSwitched[i] = switches && Maybe(0.7);
                var lower = isSwitched[i] ? 0 : Maybe(0.15) ? -Between(0, 0.5) : Maybe(0.1) ? Between(0, 0.1) : 0;
                var upper = Maybe(0.05) && !isSwitched[i] ? lower : Math.Max(lower, 0) + Between(0.1, 0.9);
                variables.Add(new($"x{i}", lower, upper, Between(-0.01, 0.1), Maybe(0.8) ? Between(0, 0.05) : 0));
            }

            IEnumerable<Term> Members(double share) => Enumerable.Range(0, n).Where(_ => Maybe(share)).Select(i => new Term(i, Maybe(0.9) ? 1 : Between(-1, 2)));
            var all = Enumerable.Range(0, n).Select(i => new Term(i, 1)).ToArray();
            rows.Add(Maybe(0.5) ? new("budget", 1, 1, all) : new("budget", double.NegativeInfinity, Between(0.3, 1.5), all));
            for (var g = 0; g < 4; g++)
            {
                Term[] group = [.. Members(0.4)];
                if (group.Length > 0)
                    rows.Add(Maybe(0.2) ? new($"floor {g}", Between(0, 0.2), double.PositiveInfinity, group) : new($"cap {g}", Maybe(0.1) ? -0.5 : double.NegativeInfinity, Between(0.2, 0.9), group));
            }

            var binaryOf = new Dictionary<int, int>();
            foreach (var i in Enumerable.Range(0, n).Where(i => isSwitched[i]))
            {
                binaryOf[i] = variables.Count;
                onOff.Add(new(variables.Count, i, Maybe(0.7) ? Between(0, 0.25) : 0));
                variables.Add(new($"z{i}", 0, 1, Maybe(0.8) ? -Between(0, 0.02) : Between(0, 0.003), IsBinary: true));
            }

            if (binaryOf.Count > 1)
            {
                Term[] counted = [.. binaryOf.Values.Select(z => new Term(z, 1))];
                rows.Add(Maybe(0.7)
                    ? new("count", double.NegativeInfinity, random.Next(1, counted.Length + 1), counted)
                    : new("count", random.Next(0, counted.Length), double.PositiveInfinity, counted));
                var openers = Maybe(0.6) ? random.Next(1, 4) : 0;
                for (var g = 0; g < openers; g++)
                {
                    var opener = variables.Count;
                    variables.Add(new($"open {g}", 0, 1, Maybe(0.8) ? -Between(0, 0.02) : Between(0, 0.003), IsBinary: true));
                    foreach (var (i, z) in binaryOf.Where(b => b.Key % openers == g))
                        rows.Add(new($"x{i} needs {g}", double.NegativeInfinity, 0, [new(z, 1), new(opener, -1)]));
                }
            }

            for (var i = 0; i < n; i++)
            {
                if (!Maybe(0.25) || variables[i].Lower < 0)
                    continue;
                links.Add(new(variables.Count, i, new SaturatingFunction(0.1 * random.NextDouble(), 0.2 + random.NextDouble())));
                variables.Add(new($"c{i}", 0, 1, 1));
            }

            for (var i = 0; swaps && i + 1 < n; i += 2)
            {
                if (!Maybe(0.7) || variables[i].Lower < 0 || variables[i].Upper == variables[i].Lower || links.Exists(link => link.Argument == i))
                    continue;
                var bought = variables.Count;
                links.Add(new(bought, i, new SaturatingFunction(Between(0.9, 1), Between(1, 20)), IsExact: true));
                variables.Add(new($"bought {i}", 0, 2));
                rows.Add(new($"x{i + 1} bought", double.NegativeInfinity, 0, [new(i + 1, 1), new(bought, -1)]));
                if (!binaryOf.TryGetValue(i, out var one) || !binaryOf.TryGetValue(i + 1, out var two) || !Maybe(0.5))
                    continue;
                rows.Add(new($"both {i}", double.NegativeInfinity, 1, [new(one, 1), new(two, 1), new(variables.Count, -1)]));
                variables.Add(new($"both {i}", 0, 1, -Between(0, 0.02), IsBinary: true));
                rows.Add(new($"gas {i}", double.NegativeInfinity, Between(0, 1), [new(i, 1), new(one, 3e-9), new(two, 2e-8)]));
            }

            var factors = Enumerable.Range(0, random.Next(0, 6)).Select(f => new Factor($"f{f}",
                [.. Enumerable.Range(0, n).Where(_ => f % 2 == 0 || Maybe(0.15)).Select(i => new Term(i, Between(-0.1, 0.25)))]));
            Goal goal = !hasGoals ? new MeanVarianceGoal(Between(0, 6))
                : random.Next(4) switch
                {
                    0 when links.Count == 0 || swaps => new MinimumRiskGoal(Between(-0.02, 0.06), []),
                    1 when binaryOf.Count == 0 || swaps => new MaximumReturnGoal(Between(0.0005, 0.02)),
                    _ => new MeanVarianceGoal(Maybe(0.1) ? 0 : Between(0, 6)),
                };
            return new Problem { Variables = variables, Rows = rows, Links = links, Switches = onOff, Factors = [.. factors], Goal = goal };
        });
}

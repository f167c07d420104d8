using Optimizer.Solver;

namespace Optimizer.Benchmarks;

/// <summary>Random portfolios of the shape that cross-chain books have: a market factor and 39 others, 20 chains and 100
/// protocols of unequal popularity, yields that pay for risk.</summary>
/// <remarks>The same seed gives the same instance. Weights are fractions of the book.</remarks>
internal static class Portfolios
{
    private const int Chains = 20;
    private const int Protocols = 100;

    /// <summary>Fully invested, at most 10 % a position, 20 % a chain, 10 % a protocol.</summary>
    /// <param name="n">Opportunities.</param>
    /// <param name="seed">Of the generator.</param>
    /// <param name="factors">k.</param>
    public static Problem Continuous(int n, int seed, int factors = 40)
    {
        var draw = new Draw(n, seed, factors, 1);
        return new()
        {
            Variables = [.. Enumerable.Range(0, n).Select(i => new Variable($"x{i}", 0, 0.10, draw.Yield[i], draw.Variance[i]))],
            Rows = draw.Rows(0.20, 0.10),
            Factors = draw.Factors,
            Goal = new MeanVarianceGoal(3),
        };
    }

    /// <summary>At most 25 positions of 2 % to 25 % each, with a charge for every position and every chain; at most 40 % a
    /// chain and 25 % a protocol.</summary>
    /// <param name="n">Opportunities.</param>
    /// <param name="seed">Of the generator.</param>
    /// <param name="idiosyncratic">Multiplies every opportunity's own volatility.</param>
    /// <param name="count">The most positions.</param>
    public static Problem MixedInteger(int n, int seed, double idiosyncratic = 1, int count = 25)
    {
        var draw = new Draw(n, seed, 40, idiosyncratic);
        var variables = new List<Variable>(2 * n + Chains);
        for (var i = 0; i < n; i++)
            variables.Add(new($"x{i}", 0, 0.25, draw.Yield[i], draw.Variance[i]));
        for (var i = 0; i < n; i++)
            variables.Add(new($"z{i}", 0, 1, -(0.0002 + 0.0018 * draw.Random.NextDouble()), IsBinary: true));
        for (var c = 0; c < Chains; c++)
            variables.Add(new($"chain {c}", 0, 1, -(0.0005 + 0.0025 * draw.Random.NextDouble()), IsBinary: true));
        var rows = draw.Rows(0.40, 0.25);
        rows.Add(new("count", double.NegativeInfinity, count, [.. Enumerable.Range(0, n).Select(i => new Term(n + i, 1))]));
        for (var i = 0; i < n; i++)
            rows.Add(new("chain is open", double.NegativeInfinity, 0, [new(n + i, 1), new(2 * n + draw.Chain[i], -1)]));
        return new()
        {
            Variables = variables,
            Rows = rows,
            Switches = [.. Enumerable.Range(0, n).Select(i => new Switch(n + i, i, 0.02))],
            Factors = draw.Factors,
            Goal = new MeanVarianceGoal(3),
        };
    }

    /// <summary>The random numbers of an instance.</summary>
    private sealed class Draw
    {
        public Draw(int n, int seed, int k, double idiosyncratic)
        {
            Random = new Random(seed * 7919 + n * 31 + k);
            (Yield, Variance, Chain, Protocol) = (new double[n], new double[n], new int[n], new int[n]);
            var loadings = new Term[k][];
            for (var f = 0; f < k; f++)
                loadings[f] = new Term[n];
            for (var i = 0; i < n; i++)
            {
                Chain[i] = (int)(Chains * Math.Pow(Random.NextDouble(), 1.5));
                Protocol[i] = (int)(Protocols * Math.Pow(Random.NextDouble(), 1.3));
                var beta = 0.15 + 0.25 * Random.NextDouble();
                var volatility = 0.3 + 0.7 * Random.NextDouble();
                loadings[0][i] = new(i, beta);
                for (var f = 1; f < k; f++)
                    loadings[f][i] = new(i, Normal() * 0.25 * volatility / Math.Sqrt(k));
                var own = idiosyncratic * (0.08 + 0.25 * Random.NextDouble()) * volatility;
                Variance[i] = own * own;
                Yield[i] = 0.02 + 0.25 * beta + 0.05 * volatility + 0.03 * Normal();
            }

            Factors = [.. loadings.Select((terms, f) => new Factor($"factor {f}", terms))];
        }

        public Random Random { get; }

        public double[] Yield { get; }

        public double[] Variance { get; }

        public int[] Chain { get; }

        public int[] Protocol { get; }

        public IReadOnlyList<Factor> Factors { get; }

        public List<Row> Rows(double chainCap, double protocolCap)
        {
            var n = Yield.Length;
            var rows = new List<Row> { new("budget", 1, 1, [.. Enumerable.Range(0, n).Select(i => new Term(i, 1))]) };
            rows.AddRange(Groups("chain", Chain, Chains, chainCap));
            rows.AddRange(Groups("protocol", Protocol, Protocols, protocolCap));
            return rows;
        }

        private static IEnumerable<Row> Groups(string name, int[] groupOf, int groups, double cap) => Enumerable.Range(0, groups)
            .Select(g => new Row($"{name} {g}", double.NegativeInfinity, cap,
                [.. Enumerable.Range(0, groupOf.Length).Where(i => groupOf[i] == g).Select(i => new Term(i, 1))]))
            .Where(row => row.Terms.Count > 0);

        private double Normal() =>
            Math.Sqrt(-2 * Math.Log(1 - Random.NextDouble())) * Math.Cos(2 * Math.PI * Random.NextDouble());
    }
}

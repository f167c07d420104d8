using Optimizer.Solver;

namespace Optimizer.Benchmarks;

/// <summary>The joint problem of where capital sits and how it gets there, of any size: 20 chains, 100 tokens, 600 routes
/// with fixed charges, tiers and limits, and 150 event factors.</summary>
/// <remarks>Figures are fractions of the book over half a year; the same seed gives the same
/// instance.</remarks>
internal static class JointProblem
{
    private const int Chains = 20;
    private const int Assets = 5;
    private const int Protocols = 100;
    private const int Routes = 600;
    private const int Bridges = 25;
    private const double Years = 0.5;

    /// <summary>An instance.</summary>
    /// <param name="opportunities">Opportunities.</param>
    /// <param name="seed">Of the generator.</param>
    /// <param name="bookUsd">Value of the book: the larger, the less a charge weighs.</param>
    public static Problem Of(int opportunities, int seed, double bookUsd = 50e6)
    {
        var random = new Random(seed * 104_729 + opportunities);
        double Between(double low, double high) => low + (high - low) * random.NextDouble();
        var variables = new List<Variable>();
        var (rows, switches, links) = (new List<Row>(), new List<Switch>(), new List<Link>());
        int Add(string name, double lower, double upper, double value = 0, double variance = 0, bool isBinary = false)
        {
            variables.Add(new(name, lower, upper, value, variance, isBinary));
            return variables.Count - 1;
        }

        // Gas from a third of a cent to five dollars, and five dollars for the work of signing.
        double Charge() => (Math.Pow(10, Between(-2.5, 0.7)) + 5) / bookUsd;

        int Token(int asset, int chain) => asset * Chains + chain;
        var balance = Enumerable.Range(0, Assets * Chains).Select(_ => new List<Term>()).ToArray();
        var before = new double[balance.Length];
        foreach (var t in Enumerable.Range(0, 8))
            before[Token(t % 3, t * 5 % Chains)] += 0.7 / 8;

        // Everything that one event hits: chains, issuers, protocols, bridges.
        var events = Enumerable.Range(0, Chains + Assets + Protocols + Bridges).Select(_ => (Size: Math.Sqrt(Between(0.001, 0.03)), Hits: new List<Term>())).ToArray();
        var caps = Enumerable.Range(0, Chains + Protocols).Select(_ => new List<Term>()).ToArray();
        for (var i = 0; i < opportunities; i++)
        {
            var (chain, asset, protocol) = ((int)(Chains * Math.Pow(random.NextDouble(), 1.5)), random.Next(Assets), (int)(Protocols * Math.Pow(random.NextDouble(), 1.3)));
            var isHeld = i < 30;
            var (held, upper) = (isHeld ? 0.01 : 0, Between(0.01, 0.3));
            var volatility = Between(0.001, 0.02);
            var gas = Charge();
            var deposit = Add($"deposit {i}", 0, upper, isHeld ? 0 : -Years * Between(0.0005, 0.004), isHeld ? 0 : volatility * volatility);
            switches.Add(new(Add($"enter {i}", 0, 1, -gas, isBinary: true), deposit, Math.Min(0.0005, upper)));
            balance[Token(asset, chain)].Add(new(deposit, -1));
            var position = deposit;
            if (isHeld)
            {
                position = Add($"position {i}", 0, held + upper, -Years * Between(0.0005, 0.004), volatility * volatility);
                var withdrawal = Add($"withdrawal {i}", 0, held);
                switches.Add(new(Add($"leave {i}", 0, 1, -gas, isBinary: true), withdrawal, 0.0005));
                balance[Token(asset, chain)].Add(new(withdrawal, 1));
                rows.Add(new($"position {i} balance", held, held, [new(position, 1), new(deposit, -1), new(withdrawal, 1)]));
            }

            // A pool's yield falls as one deposits; a third pay the same to all.
            var rate = Years * (0.02 + 0.03 * random.NextDouble() + 0.02 * volatility / 0.02);
            if (i % 3 == 0)
                variables[position] = variables[position] with { Value = variables[position].Value + rate };
            else
                links.Add(new(Add($"carry {i}", 0, 1, 1), position, new SaturatingFunction(rate, Between(0.2, 5))));
            caps[chain].Add(new(position, 1));
            caps[Chains + protocol].Add(new(position, 1));
            events[chain].Hits.Add(new(position, Between(0.3, 1)));
            events[Chains + asset].Hits.Add(new(position, Between(0.05, 0.3)));
            events[Chains + Assets + protocol].Hits.Add(new(position, Between(0.2, 1)));
        }

        for (var r = 0; r < Routes; r++)
        {
            // A third swap within a chain, the rest bridge an asset.
            var (asset, chain) = (random.Next(Assets), random.Next(Chains));
            var (from, to) = r % 3 == 0
                ? (Token(asset, chain), Token((asset + random.Next(1, Assets)) % Assets, chain))
                : (Token(asset, chain), Token(asset, (chain + random.Next(1, Chains)) % Chains));
            var (charge, fee, limit) = (Charge(), Between(0, 0.001), Between(0.05, 0.5));
            var hasTiers = r % 4 == 0;
            var zones = new List<Term>();
            for (var zone = 0; zone < (hasTiers ? 2 : 1); zone++)
            {
                var (least, most) = hasTiers ? zone == 0 ? (0.0005, limit / 3) : (limit / 3, limit) : (0.0005, limit);
                var flow = Add($"route {r}.{zone}", 0, most);
                var used = Add($"route {r}.{zone} used", 0, 1, -charge, isBinary: true);
                switches.Add(new(used, flow, Math.Min(least, most)));
                zones.Add(new(used, 1));
                balance[from].Add(new(flow, -1));
                balance[to].Add(new(flow, 1 - fee * (zone == 0 ? 1 : 0.5)));
            }

            if (hasTiers)
                rows.Add(new($"route {r} one zone", double.NegativeInfinity, 1, zones));
        }

        for (var t = 0; t < balance.Length; t++)
        {
            var idle = Add($"idle {t}", 0, 1, -Years * 0.0003);
            events[t % Chains].Hits.Add(new(idle, 0.2));
            events[Chains + t / Chains].Hits.Add(new(idle, 0.2));
            rows.Add(new($"token {t} balance", before[t], before[t], [new(idle, 1), .. balance[t].Select(term => term with { Coefficient = -term.Coefficient })]));
        }

        for (var c = 0; c < caps.Length; c++)
        {
            if (caps[c].Count > 0)
                rows.Add(new(c < Chains ? $"chain {c}" : $"protocol {c - Chains}", double.NegativeInfinity, c < Chains ? 0.4 : 0.2, caps[c]));
        }

        return new()
        {
            Variables = variables,
            Rows = rows,
            Switches = switches,
            Links = links,
            Factors = [.. events.Where(e => e.Hits.Count > 0).Select((e, f) => new Factor($"event {f}", [.. e.Hits.Select(h => h with { Coefficient = h.Coefficient * e.Size })]))],
            Goal = new MeanVarianceGoal(2 * Years),
        };
    }
}

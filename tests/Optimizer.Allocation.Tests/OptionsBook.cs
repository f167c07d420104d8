using Optimizer.Derivatives;
using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation.Tests;

/// <summary>An invented options book: least tail loss for a given premium, under portfolio margin and with bands of delta and vega.</summary>
internal sealed class OptionsBook
{
    private const double Spot = 2_222;

    /// <summary>USD in which the problem counts.</summary>
    private const double Unit = 100_000;

    /// <summary>Contracts in which it counts.</summary>
    private const double Lot = 100;

    private readonly MarginRows _rows;
    private readonly (double Delta, double Vega)[] _greeks;
    private readonly double[] _premiums;
    private readonly double[][] _gains;

    /// <param name="options">Number of options, over four expiries.</param>
    /// <param name="scenarios">Number of scenarios of a week.</param>
    public OptionsBook(int options, int scenarios)
    {
        var parameters = Optimizer.Scenarios.MarginFiles.Read(Optimizer.Tests.Repository.Path("scenarios", "derivatives", "accounts.yaml")).OfType<DerivePortfolioMarginAccount>().First().Parameters!;
        double[] years = [0.05, 0.13, 0.22, 0.47];
        Account = new() { Name = "book", Asset = "ETH", Spot = Spot, Cash = 100_000, Parameters = parameters with { Scenarios = [.. parameters.Scenarios.Where(scenario => scenario.Volatility is not (VolatilityShock.Linear or VolatilityShock.Absolute))] }, Expiries = [.. years.Select((time, e) => Expiry(time, options / 4 + (e < options % 4 ? 1 : 0)))] };
        _rows = MarginEngine.Rows(Account);
        var random = new Random(1);
        var normals = Enumerable.Range(0, scenarios).Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())).ToArray();
        // Volatility rises where the price falls.
        var moves = new MarketMoves([.. normals.Select(z => Math.Exp(0.6 * Math.Sqrt(7.0 / 365) * z - 0.5 * 0.36 * 7 / 365))], [.. normals.Select(z => Math.Exp(-0.08 * z + 0.05 * (random.NextDouble() - 0.5)))]);
        var all = Account.Expiries.SelectMany(expiry => expiry.Options.Select(option => (Expiry: expiry, Option: option))).ToArray();
        var greeks = all.Select(one => Black76.Greeks(one.Option.Side, one.Expiry.Forward, one.Option.Strike, one.Expiry.Years, one.Option.Volatility, Math.Exp(-one.Expiry.Rate * one.Expiry.Years))).ToArray();
        _greeks = [.. greeks.Select(greek => (greek.Delta, greek.Vega / 100))];
        _premiums = [.. greeks.Select(greek => greek.Value)];
        var later = OptionRevaluation.Values([.. all.Select(one => new OptionTerms(one.Option.Side, one.Expiry.Forward, one.Option.Strike, one.Expiry.Years - 7.0 / 365, one.Option.Volatility, Math.Exp(-one.Expiry.Rate * (one.Expiry.Years - 7.0 / 365))))], moves);
        _gains = [.. later.Select((values, j) => values.Select(value => value - _premiums[j]).ToArray())];
    }

    /// <summary>The account without positions.</summary>
    public DerivePortfolioMarginAccount Account { get; }

    /// <summary>The problem: long and short columns per option, in <see cref="Lot"/> contracts and <see cref="Unit"/> USD.</summary>
    /// <param name="premiumUsd">The premium that has to be earned, after half a spread of 1 % on each trade.</param>
    /// <param name="excessUsd">The initial excess that has to be left.</param>
    public Problem ToProblem(double premiumUsd, double excessUsd)
    {
        const double HalfSpread = 0.005;
        var (variables, rows) = (new List<Variable>(), new List<Row>());
        for (var j = 0; j < _premiums.Length; j++)
        {
            // Shorts earn a tenth of their premium on average, longs lose it.
            variables.Add(new($"long {_rows.Names[j]}", 0, 2, -(0.1 + HalfSpread) * _premiums[j] * Lot / Unit));
            variables.Add(new($"short {_rows.Names[j]}", 0, 2, (0.1 - HalfSpread) * _premiums[j] * Lot / Unit));
        }

        Solver.Term[] Net(int j, double factor) => [new(2 * j, factor), new(2 * j + 1, -factor)];
        var cash = _rows.Amounts[^1];
        (double Constant, IEnumerable<Solver.Term> Terms) In(ConcaveExcess.Sum sum) =>
            (sum.Constant + sum.Positions.Where(term => term.Index == _premiums.Length).Sum(term => term.Factor * cash),
             sum.Positions.Where(term => term.Index < _premiums.Length).SelectMany(term => Net(term.Index, term.Factor * Lot / Unit)).Concat(sum.Auxiliaries.Select(term => new Solver.Term(2 * _premiums.Length + term.Index, term.Factor))));
        var ranges = _rows.Initial.Ranges([.. _premiums.Select(_ => -2 * Lot), cash], [.. _premiums.Select(_ => 2 * Lot), cash]);
        foreach (var (a, sums) in _rows.Initial.Auxiliaries.Index())
        {
            variables.Add(new($"auxiliary {a}", ranges[a].Low / Unit, ranges[a].High / Unit));
            foreach (var (s, sum) in sums.Index())
            {
                var (constant, terms) = In(sum);
                rows.Add(new($"auxiliary {a}, {s}", double.NegativeInfinity, constant / Unit, [new(2 * _premiums.Length + a, 1), .. terms.Select(term => term with { Coefficient = -term.Coefficient })]));
            }
        }

        var (total, excess) = In(_rows.Initial.Total);
        rows.Add(new("margin", (excessUsd - total) / Unit, double.PositiveInfinity, [.. excess]));
        rows.Add(new("delta", -0.02, 0.02, [.. _greeks.SelectMany((greek, j) => Net(j, greek.Delta * Lot * Spot / Unit))]));
        rows.Add(new("vega", -0.015, 0.015, [.. _greeks.SelectMany((greek, j) => Net(j, greek.Vega * Lot / Unit))]));
        // A short gains what a long loses; both columns have their own gains.
        var gains = Enumerable.Range(0, _gains[0].Length).SelectMany(s => _gains.SelectMany(values => new[] { values[s] * Lot / Unit, -values[s] * Lot / Unit })).ToArray();
        return new() { Variables = variables, Rows = rows, Scenarios = new([.. Enumerable.Range(0, 2 * _premiums.Length)], gains), Goal = new MinimumCvarGoal(0.95, premiumUsd / Unit) };
    }

    /// <summary>The account with the positions of an answer.</summary>
    public DerivePortfolioMarginAccount With(IReadOnlyList<double> values)
    {
        var at = 0;
        return Account with { Expiries = [.. Account.Expiries.Select(expiry => expiry with { Options = [.. expiry.Options.Select(option => option with { Amount = (values[2 * at] - values[2 * at++ + 1]) * Lot })] })] };
    }

    private static MarginExpiry Expiry(double years, int count)
    {
        var (forward, deviation) = (Spot * Math.Exp(0.05 * years), 0.6 * Math.Sqrt(years));
        return new()
        {
            Years = years,
            Forward = forward,
            Rate = 0.05,
            Options = [.. Enumerable.Range(0, count).Select(i =>
            {
                var moneyness = deviation * (4.0 * i / Math.Max(count - 1, 1) - 2);
                return new MarginOption { Side = moneyness > 0 ? OptionSide.Call : OptionSide.Put, Strike = Math.Round(forward * Math.Exp(moneyness)), Amount = 0, Volatility = 0.6 + 0.08 * moneyness * moneyness / (deviation * deviation) / 4 };
            })],
        };
    }
}

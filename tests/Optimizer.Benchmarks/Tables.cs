using System.Diagnostics;
using System.Numerics;
using Nethereum.ABI.FunctionEncoding;
using Optimizer.Allocation;
using Optimizer.Allocation.Tests;
using Optimizer.Contracts.Abi;
using Optimizer.Contracts.Protocols.AaveV3;
using Optimizer.Contracts.Protocols.Multicall3;
using Optimizer.Derivatives;
using Optimizer.Model;
using Optimizer.Solver;
using Optimizer.Solver.Dispatch;
using Optimizer.Solver.Native;

namespace Optimizer.Benchmarks;

/// <summary>Prints the tables of docs/benchmarks.md: medians of a few runs in one process, after warming up.</summary>
internal static class Tables
{
    public static void Print(string which)
    {
        Dictionary<string, Action> tables = new()
        {
            ["continuous"] = Continuous,
            ["mixed"] = Mixed,
            ["joint"] = Joint,
            ["scenarios"] = Scenarios,
            ["contracts"] = Contracts,
            ["served-chains"] = ServedChainsTable,
            ["options"] = Options,
            ["book"] = Book,
            ["frontier"] = Frontier,
            ["tail"] = Tail,
        };
        foreach (var (name, print) in tables)
        {
            if (which is not "all" && which != name)
                continue;
            print();
            Console.WriteLine();
        }
    }

    private static void Continuous()
    {
        Console.WriteLine("| n | PDLP 1e-9 | PDLP sifted | interior point, whole | sifted | whole solve | PDLP / sifted | gap | allocated by a solve |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var n in (int[])[1_000, 5_000, 20_000])
        {
            var problem = Portfolios.Continuous(n, 1);
            var program = CompiledProblem.Of(problem).Program;
            var options = new SolveOptions { Gap = 1e-9, Engine = Engine.Native };
            var pdlp = Median(n > 5_000 ? 3 : 7, () => Engines.PdlpWhole(program));
            var pdlpSifted = Median(5, () => new Sifting(program, new PdlpEngine(new Deadline(60, default))).Solve(1e-9));
            var whole = Median(15, () =>
            {
                using var interior = new InteriorPoint(program);
                interior.Solve(1e-9);
            });
            var sifted = Median(25, () => new Sifting(program, InteriorPointEngine.Instance).Solve(1e-9));
            var solve = Median(25, () => MeanVarianceSolver.Solve(problem, options));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var answer = MeanVarianceSolver.Solve(problem, options);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Console.WriteLine($"| {n:#,0} | {Ms(pdlp)} | {Ms(pdlpSifted)} | {Ms(whole)} | {Ms(sifted)} | {Ms(solve)} | {pdlp / sifted:0}× | {answer.Gap:0.0e+0} | {allocated / 1e6:0.00} MB |");
        }
    }

    private static void Mixed()
    {
        const int Seeds = 10;
        Console.WriteLine("| n | own volatility | median of ten | slowest | unproven | nodes | SCIP on perspective cuts, median of three | ratio |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|");
        MeanVarianceSolver.Solve(Portfolios.MixedInteger(1_000, 99), new SolveOptions { Gap = 1e-4 });
        foreach (var (n, own) in ((int, double)[])[(1_000, 1), (5_000, 1), (20_000, 1), (1_000, 0.5), (5_000, 0.5)])
        {
            var (seconds, nodes, unproven) = (new List<double>(), new List<int>(), 0);
            for (var seed = 1; seed <= Seeds; seed++)
            {
                var problem = Portfolios.MixedInteger(n, seed, own);
                var answer = MeanVarianceSolver.Solve(problem, new SolveOptions { Gap = 1e-4, TimeLimitSeconds = 20, Engine = Engine.Native });
                seconds.Add(answer.Seconds);
                unproven += answer.Status == SolveStatus.Optimal ? 0 : 1;
                nodes.Add(int.Parse(answer.Engine.Split(", ")[1].Split(' ')[0]));
            }

            seconds.Sort();
            nodes.Sort();
            var median = (seconds[4] + seconds[5]) / 2;
            var scip = double.NaN;
            if (n == 1_000 && own == 1)
            {
                double[] times = [.. Enumerable.Range(1, 3).Select(seed => MeanVarianceSolver.Solve(Portfolios.MixedInteger(n, seed),
                    new SolveOptions { Gap = 1e-4, TimeLimitSeconds = 60, Engine = Engine.OrTools }).Seconds).Order()];
                scip = times[1];
            }

            Console.WriteLine($"| {n:#,0} | ×{own} | {median:0.000} s | {seconds[^1]:0.000} s | {unproven} | {nodes[0]}–{nodes[^1]} | {(double.IsNaN(scip) ? "" : $"{scip:0.0} s")} | {(double.IsNaN(scip) ? "" : $"{scip / median:0}×")} |");
        }
    }

    private static void Joint()
    {
        Console.WriteLine("| opportunities | book | variables | seconds | gap | moves | OR-Tools after 20 s |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        MeanVarianceSolver.Solve(JointProblem.Of(200, 9), new SolveOptions { Gap = 1e-3, TimeLimitSeconds = 5, Engine = Engine.Native });
        foreach (var (n, book) in ((int, double)[])[(100, 50e6), (500, 50e6), (1_000, 50e6), (2_000, 50e6), (5_000, 50e6), (2_000, 10e6)])
        {
            var problem = JointProblem.Of(n, 1, book);
            var answer = MeanVarianceSolver.Solve(problem, new SolveOptions { Gap = 1e-3, TimeLimitSeconds = 20, Engine = Engine.Native });
            var other = n == 2_000 && book > 10e6
                ? MeanVarianceSolver.Solve(problem, new SolveOptions { Gap = 1e-3, TimeLimitSeconds = 20, Engine = Engine.OrTools }) : null;
            Console.WriteLine($"| {n:#,0} | {book / 1e6:0} M USD | {problem.Variables.Count:#,0} | {answer.Seconds:0.00} | {answer.Gap:0.0e+0} | {problem.Switches.Count(s => answer.Values[s.Binary] > 0.5)} | {(other is null ? "" : $"gap {other.Gap:0.0e+0}")} |");
        }
    }

    private static void Scenarios()
    {
        Console.WriteLine("| opportunities | binaries | seconds | gap | status |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var copies in (int[])[1, 5, 11, 22, 54])
        {
            var large = LargeMarket.Of(copies);
            var problem = new AllocationProblem(large.Market, large.Scenario, large.Settings).ToProblem();
            var answer = MeanVarianceSolver.Solve(problem, Allocator.Options(large.Settings));
            Console.WriteLine($"| {large.Market.Snapshot.Opportunities.Count:#,0} | {problem.Variables.Count(v => v.IsBinary):#,0} | {answer.Seconds:0.0} | {answer.Gap:0.0e+0} | {answer.Status} |");
        }
    }

    private static void ServedChainsTable()
    {
        Console.WriteLine("| chains × reserves | opportunities | seconds | requests per chain | peak memory so far |");
        Console.WriteLine("|---|---|---|---|---|");
        // The first line is cold: nothing has been compiled yet.
        foreach (var (chains, reserves) in ((int, int)[])[(20, 250), (20, 250), (5, 250), (10, 250), (40, 250)])
        {
            var (seconds, opportunities, requests) = ServedChains.Read(chains, reserves);
            Console.WriteLine($"| {chains} × {reserves:#,0} | {opportunities:#,0} | {seconds:0.00} | {requests / chains} | {Process.GetCurrentProcess().PeakWorkingSet64 / 1e6:0} MB |");
        }
    }

    private static void Contracts()
    {
        const int Reads = 35_000;
        const int Calls = 250;
        var words = Enumerable.Range(1, 12).SelectMany(i => Hex.Word(new BigInteger(i))).ToArray();
        var function = new GetReserveData();
        var aggregate = new Aggregate3 { Calls = [.. Enumerable.Range(0, Calls).Select(_ => new Call3 { Target = Aggregate3.Contract, AllowFailure = true, CallData = words[..36] })] };
        (EvmAddress, byte[])[] calls = [.. aggregate.Calls.Select(call => (call.Target, call.CallData))];
        var results = AbiFunction.Parse("f((bool,bytes)[])").Inputs.Encode([Enumerable.Repeat((object)new object[] { true, words }, Calls).ToArray()]);
        Console.WriteLine("| | Nethereum by attributes | with parameters read once | by spans |");
        Console.WriteLine("|---|---|---|---|");
        Console.WriteLine($"| decode {Reads:#,0} results of 12 words | {Ms(Median(3, () => Repeat(() => new ParameterDecoder().DecodeAttributes(words, typeof(ReserveData)))))} | | {Ms(Median(5, () => Repeat(() => function.Decode(words))))} |");
        Console.WriteLine($"| encode aggregate3 of {Calls} calls | | {Ms(Median(15, () => aggregate.Encode()))} | {Ms(Median(15, () => Aggregate3.WriteCalls(calls)))} |");
        Console.WriteLine($"| decode its results | | | {Ms(Median(15, () => aggregate.Decode(results)))} |");

        static void Repeat(Action read)
        {
            for (var i = 0; i < Reads; i++)
                read();
        }
    }

    private static void Book()
    {
        Console.WriteLine("| options × scenarios | columns, rows | seconds | gap | gain in the worst 5 %, USD | excess, USD | rows less engine, USD |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var (options, scenarios) in ((int, int)[])[(60, 1_000), (114, 5_000)])
        {
            var book = new OptionsBook(options, scenarios);
            var problem = book.ToProblem(premiumUsd: 400, excessUsd: 80_000);
            Answer? answer = null;
            var milliseconds = Median(5, () => answer = MeanVarianceSolver.Solve(problem, new SolveOptions { Gap = 1e-9 }));
            var account = book.With(answer!.Values);
            var rows = MarginEngine.Rows(account);
            Console.WriteLine($"| {options} × {scenarios:#,0} | {problem.Variables.Count:#,0}, {problem.Rows.Count:#,0} | {milliseconds / 1_000:0.00} | {answer.Gap:0.0e+0} | {answer.Objective * 100_000:#,0.0} | {PortfolioMargin.Of(account).InitialExcessUsd:#,0.0} | {rows.Initial.Value(rows.Amounts) - PortfolioMargin.Of(account).InitialExcessUsd:0.0e+0} |");
        }
    }

    private static void Options()
    {
        const int Count = 200_000;
        var random = new Random(1);
        var options = Enumerable.Range(0, 10_000).Select(_ => new OptionTerms(random.Next(2) == 0 ? OptionSide.Call : OptionSide.Put, 2_000, 1_000 + 2_000 * random.NextDouble(), 0.02 + random.NextDouble(), 0.3 + random.NextDouble())).ToArray();
        MarketMoves Moves(int scenarios) => new([.. Enumerable.Range(0, scenarios).Select(_ => Math.Exp(0.6 * (random.NextDouble() - 0.5)))], [.. Enumerable.Range(0, scenarios).Select(_ => 0.5 + random.NextDouble())]);
        var thousand = Moves(1_000);
        var (values, sum) = (new double[1_000], 0.0);
        void Each(Func<OptionTerms, double> value)
        {
            for (var i = 0; i < Count; i++)
                sum += value(options[i % options.Length]);
        }

        // Milliseconds to millions a second, once the compiler is done with it.
        double Rate(Action run)
        {
            Median(25, run);
            Thread.Sleep(500);
            return Count / Median(25, run) / 1e3;
        }

        var vectors = Rate(() =>
        {
            for (var i = 0; i < Count / 1_000; i++)
                OptionRevaluation.Values(options[i], thousand, values);
        });
        var prices = options.Select(option => Black76.Value(option.Side, option.Forward, option.Strike, option.Years, option.Volatility)).ToArray();
        var qlnet = Rate(() => Each(option => QLNet.Utils.blackFormula(option.Side == OptionSide.Call ? QLNet.Option.Type.Call : QLNet.Option.Type.Put, option.Strike, option.Forward, option.Volatility * Math.Sqrt(option.Years), 1.0, 0.0)));
        Console.WriteLine("| | million a second, one thread | against QLNet |");
        Console.WriteLine("|---|---|---|");
        void Row(string name, double rate) => Console.WriteLine($"| {name} | {rate:0.00} | {rate / qlnet:0.0}× |");
        Row("QLNet 1.13.2, blackFormula", qlnet);
        Row("values, 1,000 scenarios of each option", vectors);
        Row("values, one by one", Rate(() => Each(option => Black76.Value(option.Side, option.Forward, option.Strike, option.Years, option.Volatility))));
        Row("value and seven derivatives", Rate(() => Each(option => Black76.Greeks(option.Side, option.Forward, option.Strike, option.Years, option.Volatility).Vega)));
        var at = 0;
        Row("implied volatilities", Rate(() => Each(option => prices[at = (at + 1) % prices.Length] > Black76.Intrinsic(options[at].Side, options[at].Forward, options[at].Strike) + 1e-6
            ? ImpliedVolatility.Of(options[at].Side, prices[at], options[at].Forward, options[at].Strike, options[at].Years) : 0)));
        Console.WriteLine();
        Console.WriteLine($"10,000 options × 1,000 scenarios on {Environment.ProcessorCount} processors: {Ms(Median(9, () => sum += OptionRevaluation.Values(options, thousand)[0][0]))}");
    }

    private static void Frontier()
    {
        var problem = Portfolios.Continuous(1_000, 1);
        var one = Median(25, () => MeanVarianceSolver.Solve(problem, new SolveOptions { Gap = 1e-9 }));
        var corners = 0;
        var all = Median(15, () =>
        {
            var frontier = EfficientFrontier.Of(problem);
            corners = frontier.Corners.Count;
            var (first, last) = (frontier.Corners[0].Value, frontier.Corners[^1].Value);
            for (var point = 0; point < 100; point++)
                frontier.At(first + (last - first) * point / 99);
        });
        Console.WriteLine("| n | corners | one solve | whole frontier and 100 points | ratio |");
        Console.WriteLine("|---|---|---|---|---|");
        Console.WriteLine($"| 1,000 | {corners} | {Ms(one)} | {Ms(all)} | {all / one:0.0}× |");
    }

    private static void Tail()
    {
        var problem = TailProblem.Of(500, 10_000, 1);
        var answer = MeanVarianceSolver.Solve(problem, new SolveOptions { Gap = 1e-6 });
        var own = Median(5, () => answer = MeanVarianceSolver.Solve(problem, new SolveOptions { Gap = 1e-6 }));
        var watch = Stopwatch.StartNew();
        var plain = TailProblem.PlainGlop(problem, seconds: 120);
        Console.WriteLine("| opportunities × scenarios | rows for those that matter | gap | plain LP in GLOP | ratio |");
        Console.WriteLine("|---|---|---|---|---|");
        Console.WriteLine($"| 500 × 10,000 | {own / 1e3:0.00} s | {answer.Gap:0.0e+0} | {watch.Elapsed.TotalSeconds:0.0} s{(double.IsNaN(plain) ? " (not ended)" : $", same to {Math.Abs(plain - answer.Objective) / Math.Abs(plain):0.0e+0}")} | {watch.Elapsed.TotalMilliseconds / own:0}× |");
    }

    private static string Ms(double milliseconds) => milliseconds < 0.1 ? $"{milliseconds * 1e3:0} µs" : milliseconds < 10 ? $"{milliseconds:0.0} ms" : milliseconds < 1_000 ? $"{milliseconds:0} ms" : $"{milliseconds / 1e3:0.0} s";

    private static double Median(int runs, Action run)
    {
        run();
        run();
        var times = new double[runs];
        for (var i = 0; i < runs; i++)
        {
            var watch = Stopwatch.StartNew();
            run();
            times[i] = watch.Elapsed.TotalMilliseconds;
        }

        Array.Sort(times);
        return times[runs / 2];
    }
}

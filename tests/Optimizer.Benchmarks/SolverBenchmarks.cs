using BenchmarkDotNet.Attributes;
using Optimizer.Solver;
using Optimizer.Solver.Dispatch;
using Optimizer.Solver.Native;

namespace Optimizer.Benchmarks;

/// <summary>Continuous mean-variance at a gap of 1e-9: the own kernels against PDLP on the whole problem.</summary>
[MemoryDiagnoser]
[ShortRunJob]
public class ContinuousBenchmarks
{
    private Problem _problem = null!;
    private FactorProgram _program = null!;

    /// <summary>Opportunities.</summary>
    [Params(1_000, 5_000, 20_000)]
    public int N { get; set; }

    /// <summary>Makes the instance.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _problem = Portfolios.Continuous(N, seed: 1);
        _program = CompiledProblem.Of(_problem).Program;
    }

    /// <summary>OR-Tools' PDLP at 1e-9 over all columns and rows.</summary>
    [Benchmark(Baseline = true)]
    public double Pdlp() => Engines.PdlpWhole(_program);

    /// <summary>OR-Tools' PDLP under sifting: the path that <c>--engine ortools</c> takes.</summary>
    [Benchmark]
    public double PdlpSifted() => new Sifting(_program, new PdlpEngine(new Deadline(60, default))).Solve(1e-9).Objective;

    /// <summary>The own interior point over all columns and rows.</summary>
    [Benchmark]
    public double InteriorPointWhole()
    {
        using var interior = new InteriorPoint(_program);
        interior.Solve(1e-9);
        return interior.X[0];
    }

    /// <summary>The own interior point under sifting, kernels alone.</summary>
    [Benchmark]
    public double InteriorPointSifted() => new Sifting(_program, InteriorPointEngine.Instance).Solve(1e-9).Objective;

    /// <summary>From a problem to a certified answer.</summary>
    [Benchmark]
    public double WholeSolve() => MeanVarianceSolver.Solve(_problem, new SolveOptions { Gap = 1e-9, Engine = Engine.Native }).Objective;
}

/// <summary>At most 25 positions with minimum and charges, to a gap of 1e-4.</summary>
[ShortRunJob]
public class MixedIntegerBenchmarks
{
    private Problem _problem = null!;

    /// <summary>Opportunities.</summary>
    [Params(1_000, 5_000, 20_000)]
    public int N { get; set; }

    /// <summary>Of the instance.</summary>
    [Params(1, 4, 7)]
    public int Seed { get; set; }

    /// <summary>Makes the instance.</summary>
    [GlobalSetup]
    public void Setup() => _problem = Portfolios.MixedInteger(N, Seed);

    /// <summary>The own branch and bound.</summary>
    [Benchmark]
    public double Native() => MeanVarianceSolver.Solve(_problem, new SolveOptions { Gap = 1e-4, Engine = Engine.Native }).Objective;
}

/// <summary>Engines as they are compared with.</summary>
internal static class Engines
{
    /// <summary>PDLP at 1e-9 over the whole program.</summary>
    public static double PdlpWhole(FactorProgram program) => new PdlpEngine(new Deadline(120, default), 1e-9).Solve(program, 1e-9, default).X[0];
}

using Optimizer.Solver.Dispatch;
namespace Optimizer.Solver.Tests;

/// <summary>The own kernels and OR-Tools on the same random problems of every shape: what one proves, the other finds.</summary>
public sealed class EngineAgreementTests
{
    private static readonly SolveOptions Native = new() { Gap = 1e-6, Engine = Engine.Native };
    private static readonly SolveOptions OrTools = new() { Gap = 1e-6, Engine = Engine.OrTools, Continuous = ContinuousEngine.Glop };

    [Fact]
    public void Without_switches() => ForEach(Instances.AnyShape(10, switches: false), 1_500);

    [Fact]
    public void With_switches() => ForEach(Instances.AnyShape(8, switches: true), 600);

    [Fact]
    public void With_curves_in_rows() => ForEach(Instances.AnyShape(8, switches: false, swaps: true), 150);

    [Fact]
    public void With_switches_and_curves_in_rows() => ForEach(Instances.AnyShape(8, switches: true, swaps: true), 150);

    [Fact]
    public void With_many_switches_and_a_count() => Instances.Portfolio(16, switches: true).Sample(Agree, iter: 60);

    [Fact]
    public void Sifted_pdlp_with_every_factor_dense() => Instances.Portfolio(40, switches: false, curved: false).Sample(problem =>
    {
        var native = MeanVarianceSolver.Solve(problem, Native);
        var pdlp = MeanVarianceSolver.Solve(problem, OrTools with { Continuous = ContinuousEngine.Pdlp });
        AssertSame(native, pdlp);
    }, iter: 60);

    [Fact]
    public void Verification_says_that_both_agree() => Instances.Portfolio(8, switches: true).Sample(problem =>
        MeanVarianceSolver.Solve(problem, new SolveOptions { Verify = true }).Verification is { Agrees: true }, iter: 20);

    /// <summary>The same problems in every run: engines also differ in what they manage to prove, now and then.</summary>
    private static void ForEach(Gen<Problem> problems, int count)
    {
        var numbers = new PCG(1, 1);
        for (var i = 0; i < count; i++)
            Agree(problems.Generate(numbers, null, out _));
    }

    private static void Agree(Problem problem)
    {
        var native = MeanVarianceSolver.Solve(problem, Native);
        // Some shapes are OR-Tools' alone; the own kernels say so.
        if (native.Message.StartsWith("the built-in kernels cannot solve", StringComparison.Ordinal))
            return;
        // What the own kernels leave open now and then, they say, and the automatic choice closes it.
        if (native.Status == SolveStatus.Failed)
            native = MeanVarianceSolver.Solve(problem, Native with { Engine = Engine.Auto });
        AssertSame(native, MeanVarianceSolver.Solve(problem, OrTools));
    }

    private static void AssertSame(Answer native, Answer other)
    {
        if (other.Status == SolveStatus.Infeasible)
        {
            Assert.Equal(SolveStatus.Infeasible, native.Status);
            return;
        }

        Assert.True(native.Status == SolveStatus.Optimal, $"native {native.Status} {native.Message}, gap {native.Gap}; other {other.Status} {other.Objective} {other.Message} {System.Text.Json.JsonSerializer.Serialize(native)}");
        Assert.InRange(native.MaxViolation, 0, native.Engine.Contains("GLOP", StringComparison.Ordinal) ? 1e-8 : 1e-9);
        Assert.Equal(other.Objective, native.Objective, 3e-6 * Math.Max(Math.Abs(other.Objective), 1e-2));
    }
}

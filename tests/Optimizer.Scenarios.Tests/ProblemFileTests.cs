using System.Text.RegularExpressions;
using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Scenarios.Tests;

/// <summary>Problems as files: what is written is what is solved.</summary>
public sealed partial class ProblemFileTests
{
    [Theory]
    [InlineData("treasury-usdc")]
    [InlineData("eth-book")]
    [InlineData("sol-book")]
    public void A_scenario_written_out_has_the_scenarios_answer(string name)
    {
        var loaded = new ScenarioFiles().Load(Repository.Path("scenarios", $"{name}.yaml"));
        var answer = Solve(Formats.Serialize(ProblemFiles.Of(loaded)));
        var direct = ScenarioRunner.Run(loaded);
        Assert.Equal("optimal", answer.Status);
        Assert.Equal(direct.Objective!.Value / direct.BookUsd, answer.Objective!.Value, 2e-4 * Math.Abs(answer.Objective.Value));
    }

    [Fact]
    public void The_examples_of_the_documentation_are_solved()
    {
        var text = File.ReadAllText(Repository.Path("docs", "problem-format.md"));
        var examples = Example().Matches(text).Select(m => m.Groups[1].Value).ToArray();
        Assert.Equal(3, examples.Length);
        Assert.All(examples, example => Assert.Equal("optimal", Solve(example).Status));
    }

    [Fact]
    public void A_problem_of_every_part_comes_back_as_it_was()
    {
        var problem = new Problem
        {
            Variables = [new("x", 0, 1, 0.05, 0.01, Lot: 0.25), new("x", 0, 2), new("on", 0, 1, -0.1, IsBinary: true), new("earned", -1, 1, 1)],
            Rows = [new("budget", 1, 1, [new(0, 1), new(1, 1)]), new("cap", 0.1, 0.9, [new(1, 1)])],
            Switches = [new(2, 1, 0.2)],
            Links = [new(3, 1, new SaturatingFunction(0.1, 2))],
            Factors = [new("market", [new(0, 0.2)])],
            Scenarios = new([0, 1], [0.1, 0.2, -0.1, 0.3]),
            Goal = new MinimumCvarGoal(0.5, -1),
        };
        var file = ProblemFiles.ToFile("all", problem);
        var path = Path.Combine(Directory.CreateTempSubdirectory("optimizer-").FullName, "all.json");
        File.WriteAllText(path, Formats.Serialize(file));
        var back = ProblemFiles.Read(path).Problem;
        Assert.Equal(["x", "x #2", "on", "earned"], back.Variables.Select(v => v.Name));
        Assert.Equal(problem.Variables.Select(v => v with { Name = "" }), back.Variables.Select(v => v with { Name = "" }));
        Assert.Equal(problem.Rows.Select(r => (r.Lower, r.Upper, r.Terms.Count)), back.Rows.Select(r => (r.Lower, r.Upper, r.Terms.Count)));
        Assert.Equal((problem.Switches[0], problem.Links[0], problem.Goal), (back.Switches[0], back.Links[0], back.Goal));
        Assert.Equal(problem.Scenarios!.Gains, back.Scenarios!.Gains);
    }

    [Theory]
    [InlineData("""{ "name": "p", "variables": [ { "name": "a" } ], "rows": [ { "name": "r", "atMost": 1, "sum": { "b": 1 } } ], "goal": { "meanVariance": { "riskWeight": 1 } } }""", "there is no variable 'b'")]
    [InlineData("""{ "name": "p", "variables": [ { "name": "a" } ], "covariance": { "matrix": [[-1]] }, "goal": { "meanVariance": { "riskWeight": 1 } } }""", "eigenvalue")]
    [InlineData("""{ "name": "p", "variables": [ { "name": "a", "upper": NaN } ], "goal": { "meanVariance": { "riskWeight": 1 } } }""", "1:")]
    [InlineData("""{ "name": "p", "variables": [ { "name": "a" } ], "rows": [ { "name": "r", "sum": { "a": 1 } } ], "goal": { "meanVariance": { "riskWeight": 1 } } }""", "has no limit")]
    [InlineData("""{ "name": "p", "variables": [ { "name": "a" } ], "goal": { "minimumCvar": { "confidence": 0.9 } } }""", "needs scenarios")]
    public void What_is_wrong_is_said_with_its_place(string text, string expected) =>
        Assert.Contains(expected, string.Join('\n', Assert.Throws<InputException>(() => Solve(text)).Diagnostics));

    [Fact]
    public void Rows_that_contradict_each_other_are_named()
    {
        var answer = Solve("""
            { "name": "p", "variables": [ { "name": "a" }, { "name": "b" } ],
              "rows": [ { "name": "half", "atLeast": 0.6, "sum": { "a": 1 } }, { "name": "harmless", "atMost": 2, "sum": { "a": 1, "b": 1 } }, { "name": "little", "atMost": 0.5, "sum": { "a": 1 }, "priority": 1 } ],
              "goal": { "meanVariance": { "riskWeight": 1 } } }
            """);
        Assert.Equal("infeasible", answer.Status);
        Assert.Equal(["half", "little"], answer.Conflict);
        Assert.Equal(0.1, Assert.Single(answer.Relaxation!, r => r.Key == "little").Value, 1e-6);
    }

    [Fact]
    public void A_problem_that_scip_s_presolving_takes_for_infeasible_is_solved()
    {
        // To leave everything where it is satisfies every row.
        var answer = ProblemAnswer.Solve(ProblemFiles.Read(Repository.Path("tests", "Optimizer.Scenarios.Tests", "Problems", "presolved-away.json")), new SolverSettings(), default);
        Assert.Equal("optimal", answer.Status);
    }

    private static ProblemAnswer Solve(string text)
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("optimizer-").FullName, "problem.json");
        File.WriteAllText(path, text);
        return ProblemAnswer.Solve(ProblemFiles.Read(path), new SolverSettings(), default);
    }

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}

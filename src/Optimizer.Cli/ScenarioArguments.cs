using System.CommandLine;
using System.CommandLine.Parsing;
using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.Cli;

/// <summary>The argument and options of every command on one scenario.</summary>
internal sealed class ScenarioArguments
{
    private readonly Argument<string> _scenario = new("SCENARIO") { Description = "A scenario file (YAML)." };

    private readonly Option<Percentage?> _gap = Textual<Percentage>("--gap", "Relative MIP gap at which an answer counts as optimal, such as '0.01 %'.");

    private readonly Option<Duration?> _timeLimit = Textual<Duration>("--time-limit", "Time limit; after it, the best answer so far is used, such as '10 s'.");

    private readonly Option<int?> _seed = new("--seed") { Description = "Random seed of the solver." };

    private readonly Option<SolverEngine?> _engine = new("--engine") { Description = "Solver engine: auto (default), ortools, or native (built-in)." };

    private readonly Option<bool> _verify = new("--verify") { Description = "Also solve with the other engine, and compare." };

    /// <summary>Adds the argument and options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="isOptional">True if the command also works without a scenario.</param>
    public ScenarioArguments(Command command, bool isOptional = false)
    {
        _engine.AcceptOnlyFromAmong("auto", "ortools", "native");
        if (isOptional)
            _scenario.Arity = ArgumentArity.ZeroOrOne;
        command.Options.Add(_engine);
        command.Options.Add(_verify);
        command.Arguments.Add(_scenario);
        command.Options.Add(_gap);
        command.Options.Add(_timeLimit);
        command.Options.Add(_seed);
    }

    /// <summary>Loads the scenario; options override its settings.</summary>
    /// <exception cref="InputException">A file has an error.</exception>
    public LoadedScenario Load(ParseResult parsed)
    {
        var loaded = new ScenarioFiles().Load(parsed.GetValue(_scenario)!);
        return loaded with { Settings = loaded.Settings with { Solver = Over(parsed, loaded.Settings.Solver) } };
    }

    /// <summary>True if a scenario was given.</summary>
    public bool IsGiven(SymbolResult parsed) => parsed.GetValue(_scenario) is not null;

    /// <summary>Solver settings, overridden by the options given.</summary>
    public SolverSettings Over(ParseResult parsed, SolverSettings solver) => solver with
    {
        Gap = parsed.GetValue(_gap) ?? solver.Gap,
        TimeLimit = parsed.GetValue(_timeLimit) ?? solver.TimeLimit,
        Seed = parsed.GetValue(_seed) ?? solver.Seed,
        Engine = parsed.GetValue(_engine) ?? solver.Engine,
        Verify = parsed.GetValue(_verify) || solver.Verify,
    };

    /// <summary>An option whose value is written as in files, such as a duration with its unit.</summary>
    public static Option<T?> Textual<T>(string name, string description)
        where T : struct, ITextual<T> => new(name)
        {
            Description = description,
            CustomParser = result =>
            {
                try
                {
                    return T.Parse(string.Join(' ', result.Tokens.Select(token => token.Value)));
                }
                catch (FormatException wrong)
                {
                    result.AddError($"{name}: {wrong.Message}");
                    return null;
                }
            },
        };
}

/// <summary>How a result is printed.</summary>
internal enum OutputFormat
{
    /// <summary>Tables for people.</summary>
    Table,

    /// <summary>One JSON object.</summary>
    Json,

    /// <summary>Comma-separated rows.</summary>
    Csv,
}

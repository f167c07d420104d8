using System.CommandLine;
using Optimizer.Model;
using Optimizer.Scenarios;

namespace Optimizer.Cli;

/// <summary>The argument and flags that every command on one scenario has.</summary>
internal sealed class ScenarioArguments
{
    private readonly Argument<string> _scenario = new("SCENARIO") { Description = "A scenario file (YAML)." };

    private readonly Option<Percentage?> _gap = Textual<Percentage>("--gap", "Relative gap to the bound at which an answer counts as optimal, such as '0.01 %'.");

    private readonly Option<Duration?> _timeLimit = Textual<Duration>("--time-limit", "Time after which the best answer so far is taken, such as '10 s'.");

    private readonly Option<int?> _seed = new("--seed") { Description = "Seed of the solver's random choices." };

    /// <summary>Adds them to a command.</summary>
    public ScenarioArguments(Command command)
    {
        command.Arguments.Add(_scenario);
        command.Options.Add(_gap);
        command.Options.Add(_timeLimit);
        command.Options.Add(_seed);
    }

    /// <summary>Reads the scenario and lays the flags over its settings.</summary>
    /// <exception cref="InputException">Something in the files is wrong.</exception>
    public LoadedScenario Load(ParseResult parsed)
    {
        var loaded = new ScenarioFiles().Load(parsed.GetValue(_scenario)!);
        var solver = loaded.Settings.Solver;
        return loaded with
        {
            Settings = loaded.Settings with
            {
                Solver = solver with
                {
                    Gap = parsed.GetValue(_gap) ?? solver.Gap,
                    TimeLimit = parsed.GetValue(_timeLimit) ?? solver.TimeLimit,
                    Seed = parsed.GetValue(_seed) ?? solver.Seed,
                },
            },
        };
    }

    private static Option<T?> Textual<T>(string name, string description)
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

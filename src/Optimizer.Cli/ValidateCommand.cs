using System.CommandLine;
using Optimizer.Scenarios;

namespace Optimizer.Cli;

/// <summary><c>optimizer validate FILE…</c>: errors as file:line:column.</summary>
internal static class ValidateCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("validate", """
            Checks scenarios, chains, snapshots and settings: every error as file:line:column, what was expected.

            Examples:
              optimizer validate scenarios/*.yaml
              optimizer validate chains/base.yaml optimizer.yaml
            """);
        var files = new Argument<string[]>("FILE") { Description = "Files to check.", Arity = ArgumentArity.OneOrMore };
        command.Arguments.Add(files);
        command.SetAction(parsed =>
        {
            var reader = new ScenarioFiles();
            var wrong = 0;
            foreach (var file in parsed.GetValue(files)!)
            {
                try
                {
                    terminal.Output.WriteLine($"{file}: a valid {reader.Validate(file)}");
                }
                catch (InputException errors)
                {
                    wrong++;
                    foreach (var diagnostic in errors.Diagnostics)
                        terminal.Error.WriteLine(diagnostic.ToString());
                }
            }

            return wrong == 0 ? 0 : 2;
        });
        return command;
    }
}

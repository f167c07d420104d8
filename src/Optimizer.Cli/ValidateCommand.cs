using System.CommandLine;
using Optimizer.Application;
using Optimizer.Scenarios;

namespace Optimizer.Cli;

/// <summary><c>optimizer validate FILE…</c>: checks files and prints errors as file:line:column.</summary>
internal static class ValidateCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("validate", """
            Checks scenario, chain, snapshot and settings files. Prints each error as file:line:column with what was expected.

            Examples:
              optimizer validate scenarios/*.yaml
              optimizer validate chains/base.yaml optimizer.yaml
            """);
        var files = new Argument<string[]>("FILE") { Description = "Files to check.", Arity = ArgumentArity.OneOrMore };
        command.Arguments.Add(files);
        command.SetAction(parsed =>
        {
            var (wrong, bugs) = (0, 0);
            foreach (var file in parsed.GetValue(files)!)
            {
                try
                {
                    var valid = FileCheck.Of(file);
                    terminal.Output.WriteLine($"{file}: valid {valid.Kind}");
                    foreach (var note in valid.Notes)
                        terminal.Error.WriteLine($"{note.Location}: note: {note.Message}");
                }
                catch (InputException errors)
                {
                    wrong++;
                    foreach (var diagnostic in errors.Diagnostics)
                        terminal.Error.WriteLine(diagnostic.ToString());
                }
                // An error of any kind in one file does not stop the check of the others.
                catch (Exception bug) when (bug is not OperationCanceledException)
                {
                    bugs++;
                    terminal.Error.WriteLine($"{file}: this is a bug; please report it with the file: {bug.GetType().Name}: {bug.Message}");
                }
            }

            return (int)(bugs > 0 ? Outcome.Failed : wrong > 0 ? Outcome.BadInput : Outcome.Done);
        });
        return command;
    }
}

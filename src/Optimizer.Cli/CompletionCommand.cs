using System.CommandLine;

namespace Optimizer.Cli;

/// <summary><c>optimizer completion SHELL</c>: prints a script that completes commands and options.</summary>
internal static class CompletionCommand
{
    /// <summary>Completion scripts by shell. They ask this program for suggestions, through System.CommandLine's <c>[suggest]</c>
    /// directive.</summary>
    private static readonly Dictionary<string, string> Scripts = new()
    {
        ["bash"] = """
            _optimizer() {
              local words; words=$(optimizer "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)
              COMPREPLY=( $(compgen -W "${words}" -- "${COMP_WORDS[COMP_CWORD]}") $(compgen -f -- "${COMP_WORDS[COMP_CWORD]}") )
            }
            complete -o filenames -F _optimizer optimizer
            """,
        ["zsh"] = """
            _optimizer() {
              local -a words; words=("${(@f)$(optimizer "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
              compadd -a words; _files
            }
            compdef _optimizer optimizer
            """,
        ["fish"] = """
            complete -c optimizer -a '(optimizer "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
            """,
    };

    public static Command Create(Terminal terminal)
    {
        var command = new Command("completion", """
            Prints a script that completes commands and options in a shell.

            Examples:
              optimizer completion bash >> ~/.bashrc
              optimizer completion fish > ~/.config/fish/completions/optimizer.fish
            """);
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong([.. Scripts.Keys]);
        command.Arguments.Add(shell);
        command.SetAction(parsed => terminal.Output.WriteLine(Scripts[parsed.GetValue(shell)!]));
        return command;
    }
}

using Spectre.Console;

namespace Optimizer.Cli;

/// <summary>The streams of a command: results on one, everything else on the other.</summary>
public sealed class Terminal
{
    private const int WidthWhenRedirected = 140;

    /// <summary>The process's own output and error streams.</summary>
    public Terminal()
        : this(Console.Out, Console.Error, Console.IsOutputRedirected, Console.IsErrorRedirected)
    {
    }

    /// <summary>Uses the given writers; for tests.</summary>
    public Terminal(TextWriter output, TextWriter error, bool isOutputRedirected = true, bool isErrorRedirected = true, int width = WidthWhenRedirected)
    {
        (Output, Error) = (output, error);
        Result = Create(output, isOutputRedirected, width);
        Notes = Create(error, isErrorRedirected, width);
        ShowsProgress = !isErrorRedirected;
    }

    /// <summary>Plain results: JSON, CSV.</summary>
    public TextWriter Output { get; }

    /// <summary>Plain messages.</summary>
    public TextWriter Error { get; }

    /// <summary>Results as tables.</summary>
    public IAnsiConsole Result { get; }

    /// <summary>Progress and notes.</summary>
    public IAnsiConsole Notes { get; }

    /// <summary>True if progress is shown: the error stream is an interactive terminal.</summary>
    public bool ShowsProgress { get; }

    private static IAnsiConsole Create(TextWriter writer, bool isRedirected, int width)
    {
        var noColor = isRedirected || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = noColor ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isRedirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (isRedirected)
            console.Profile.Width = width;
        return console;
    }
}

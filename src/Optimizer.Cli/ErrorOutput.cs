using System.CommandLine;
using Optimizer.Scenarios;

namespace Optimizer.Cli;

/// <summary>Writes errors: as lines on standard error, or with <c>--format json</c> as one JSON object on standard output, in place of the
/// result.</summary>
internal sealed class ErrorOutput(Terminal terminal, ParseResult parsed)
{
    private readonly bool _isJson = parsed.Tokens.Select(token => token.Value).SkipWhile(token => token != "--format").Skip(1).FirstOrDefault() == "json";

    /// <summary>Writes errors.</summary>
    /// <param name="errors">The errors.</param>
    /// <param name="advice">A hint for people; not written as JSON.</param>
    public void Write(IReadOnlyList<ErrorLine> errors, string? advice = null)
    {
        if (_isJson)
        {
            terminal.Output.WriteLine(Formats.Serialize(new ErrorResult(errors)));
            return;
        }

        foreach (var error in errors)
            terminal.Error.WriteLine(error.ToString());
        if (advice is not null)
            terminal.Error.WriteLine(advice);
    }
}

/// <summary>The errors, as written with <c>--format json</c>.</summary>
/// <param name="Errors">At least one.</param>
internal sealed record ErrorResult(IReadOnlyList<ErrorLine> Errors);

/// <summary>One error.</summary>
/// <param name="Message">What is wrong, and what was expected.</param>
/// <param name="File">The file; absent if the error is not in a file.</param>
/// <param name="Line">Line number, starting at 1.</param>
/// <param name="Column">Column number, starting at 1.</param>
internal sealed record ErrorLine(string Message, string? File = null, int? Line = null, int? Column = null)
{
    public static ErrorLine Of(Diagnostic diagnostic) =>
        new(diagnostic.Message, diagnostic.Location.File, diagnostic.Location.Line, diagnostic.Location.Column);

    public override string ToString() => File is null ? Message : $"{File}:{Line}:{Column}: {Message}";
}

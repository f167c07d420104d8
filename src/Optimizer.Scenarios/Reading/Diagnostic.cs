using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>An error in a file: position, problem and expectation.</summary>
/// <param name="Location">Its position.</param>
/// <param name="Message">The problem, and what was expected.</param>
public sealed record Diagnostic(SourceLocation Location, string Message)
{
    /// <summary>The message with its position in the form that editors and terminals turn into a link.</summary>
    public override string ToString() => $"{Location}: {Message}";
}

/// <summary>Thrown when files contain errors; all of them are listed.</summary>
public sealed class InputException(IReadOnlyList<Diagnostic> diagnostics)
    : Exception(string.Join(Environment.NewLine, diagnostics))
{
    /// <summary>The errors, in the order of the files.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; } = diagnostics;
}

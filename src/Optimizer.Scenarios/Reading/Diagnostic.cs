using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Something wrong in a file: where, what, and what was expected.</summary>
/// <param name="Location">Where it is.</param>
/// <param name="Message">What is wrong and what was expected.</param>
public sealed record Diagnostic(SourceLocation Location, string Message)
{
    /// <summary>The message as editors and terminals link it.</summary>
    public override string ToString() => $"{Location}: {Message}";
}

/// <summary>Files are wrong; all that is wrong in them is listed.</summary>
public sealed class InputException(IReadOnlyList<Diagnostic> diagnostics)
    : Exception(string.Join(Environment.NewLine, diagnostics))
{
    /// <summary>What is wrong, in the order of the files.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; } = diagnostics;
}

using Optimizer.Application;
using Spectre.Console;

namespace Optimizer.Cli;

/// <summary>Shows progress on an interactive terminal; silent elsewhere.</summary>
internal static class Progress
{
    public static T Show<T>(Terminal terminal, string what, Func<T> work) =>
        terminal.ShowsProgress ? terminal.Notes.Status().Start(Markup.Escape(what), _ => work()) : work();

    /// <param name="terminal">The terminal.</param>
    /// <param name="what">Name of the work.</param>
    /// <param name="work">The work; calls its argument to report progress.</param>
    public static T Show<T>(Terminal terminal, string what, Func<Action<string>, T> work) => terminal.ShowsProgress
        ? terminal.Notes.Status().Start(Markup.Escape(what), status => work(more => status.Status(Markup.Escape($"{what}: {more}"))))
        : work(_ => { });

    public static Task<T> ShowAsync<T>(Terminal terminal, string what, Func<Task<T>> work) =>
        terminal.ShowsProgress ? terminal.Notes.Status().StartAsync(Markup.Escape(what), _ => work()) : work();
}

/// <summary>Shows what is being done on an interactive terminal.</summary>
internal sealed class TerminalActivity(Terminal terminal) : IActivity
{
    /// <inheritdoc/>
    public T During<T>(string what, Func<T> work) => Progress.Show(terminal, what, work);

    /// <inheritdoc/>
    public Task<T> DuringAsync<T>(string what, Func<Task<T>> work) => Progress.ShowAsync(terminal, what, work);
}

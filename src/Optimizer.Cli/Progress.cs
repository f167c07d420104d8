using Spectre.Console;

namespace Optimizer.Cli;

/// <summary>Shows on a terminal that something is being done; silent elsewhere.</summary>
internal static class Progress
{
    public static T Show<T>(Terminal terminal, string what, Func<T> work) =>
        terminal.ShowsProgress ? terminal.Notes.Status().Start(Markup.Escape(what), _ => work()) : work();

    /// <param name="terminal">Where.</param>
    /// <param name="what">What is being done.</param>
    /// <param name="work">Does it, and says in more words how far it is.</param>
    public static T Show<T>(Terminal terminal, string what, Func<Action<string>, T> work) => terminal.ShowsProgress
        ? terminal.Notes.Status().Start(Markup.Escape(what), status => work(more => status.Status(Markup.Escape($"{what}: {more}"))))
        : work(_ => { });

    public static Task<T> ShowAsync<T>(Terminal terminal, string what, Func<Task<T>> work) =>
        terminal.ShowsProgress ? terminal.Notes.Status().StartAsync(Markup.Escape(what), _ => work()) : work();
}

using Spectre.Console;

namespace Optimizer.Cli;

/// <summary>Shows on a terminal that something is being done; silent elsewhere.</summary>
internal static class Progress
{
    public static T Show<T>(Terminal terminal, string what, Func<T> work) =>
        terminal.ShowsProgress ? terminal.Notes.Status().Start(Markup.Escape(what), _ => work()) : work();

    public static Task<T> ShowAsync<T>(Terminal terminal, string what, Func<Task<T>> work) =>
        terminal.ShowsProgress ? terminal.Notes.Status().StartAsync(Markup.Escape(what), _ => work()) : work();
}

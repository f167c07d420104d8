namespace Optimizer.Application;

/// <summary>Tells whoever waits what is being done.</summary>
public interface IActivity
{
    /// <summary>Does some work, and tells what while it takes.</summary>
    T During<T>(string what, Func<T> work);

    /// <summary>Does some work, and tells what while it takes.</summary>
    Task<T> DuringAsync<T>(string what, Func<Task<T>> work);
}

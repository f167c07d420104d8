namespace Optimizer.Contracts.Abi;

/// <summary>Thrown when bytes do not encode the expected types, or values do not have them.</summary>
public sealed class AbiException : Exception
{
    private readonly string _path;
    private readonly string _what;

    /// <param name="what">The problem.</param>
    /// <param name="cause">What the codec threw.</param>
    public AbiException(string what, Exception? cause = null)
        : this("", what, cause)
    {
    }

    private AbiException(string path, string what, Exception? cause)
        : base(path.Length == 0 ? what : $"value {path}: {what}", cause) => (_path, _what) = (path, what);

    /// <summary>The same error inside the value at an index: <c>[1][0]</c>.</summary>
    internal AbiException In(int index) => new($"[{index}]{_path}", _what, InnerException);
}

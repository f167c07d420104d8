namespace Optimizer.Contracts.Abi;

/// <summary>Bytes are not the encoding of what was expected, or values not of the types that they are encoded as.</summary>
public sealed class AbiException : Exception
{
    private readonly string _path;
    private readonly string _what;

    /// <param name="what">What is wrong.</param>
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

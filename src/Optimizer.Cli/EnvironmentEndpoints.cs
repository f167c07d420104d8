using Optimizer.Application;
using Optimizer.Chains.Quotes;
using Optimizer.Model;

namespace Optimizer.Cli;

/// <summary>Endpoints from environment variables. Addresses may contain API keys, so they are never in files or messages.</summary>
internal sealed class EnvironmentEndpoints : IEndpoints
{
    public static EnvironmentEndpoints Instance { get; } = new();

    /// <inheritdoc/>
    public string? Of(Chain chain) => Environment.GetEnvironmentVariable(chain.RpcEnvironmentVariable);

    /// <inheritdoc/>
    public (Uri? Address, string? Key) WebOf(string source)
    {
        var (address, key) = (Environment.GetEnvironmentVariable(Variable("API", source)), Environment.GetEnvironmentVariable(Variable("KEY", source)));
        return (string.IsNullOrEmpty(address) ? null : new(address), string.IsNullOrEmpty(key) ? null : key);
    }

    /// <inheritdoc/>
    public string? Wrong() => QuoteReader.Sources.Select(source => Variable("API", source)).FirstOrDefault(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text && !Nodes.IsAddress(text));

    private static string Variable(string what, string source) => $"OPTIMIZER_{what}_{source.ToUpperInvariant().Replace('-', '_')}";
}

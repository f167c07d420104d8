using Optimizer.Chains;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Quotes;
using Optimizer.Chains.Rpc;
using Optimizer.Model;

namespace Optimizer.Cli;

/// <summary>Endpoints from environment variables. Addresses may contain API keys, so they are never in files or messages.</summary>
internal static class Endpoints
{
    /// <summary>The content of a chain's endpoint variable; null if not set.</summary>
    public static string? Of(Chain chain) => Environment.GetEnvironmentVariable(chain.RpcEnvironmentVariable);

    /// <summary>Clients of an EVM chain's nodes.</summary>
    /// <exception cref="ChainDataException">The environment variable has no address.</exception>
    public static IReadOnlyList<JsonRpcClient> NodesOf(Chain chain, HttpClient http, EndpointLimits limits)
    {
        JsonRpcClient[] nodes = [.. (Of(chain) ?? "").Split([' ', ',', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries).Where(IsAddress).Select((text, i) => new JsonRpcClient(new(text), $"{chain.Id} #{i + 1}", http, limits))];
        return nodes.Length > 0 ? nodes : throw new ChainDataException(ChainFault.NoEndpoint, $"{chain.RpcEnvironmentVariable} holds no http or https address of a node of {chain.Name}");
    }

    /// <summary>One client for all nodes of an EVM chain.</summary>
    /// <exception cref="ChainDataException">The environment variable has no address, or the chain is not an EVM chain.</exception>
    public static EvmClient ClientOf(Chain chain, HttpClient http, EndpointLimits limits, bool agreement) => chain.ChainId is { } id
        ? new(chain.Id, id, NodesOf(chain, http, limits), agreement)
        : throw new ChainDataException(ChainFault.NoEndpoint, $"{chain.Name} is no EVM network");

    /// <summary>Address and API key of a web source from the environment; an address of null means the source's public one, a key of null
    /// means no key.</summary>
    public static (Uri? Address, string? Key) WebOf(string source)
    {
        var (address, key) = (Environment.GetEnvironmentVariable(Variable("API", source)), Environment.GetEnvironmentVariable(Variable("KEY", source)));
        return (string.IsNullOrEmpty(address) ? null : new(address), string.IsNullOrEmpty(key) ? null : key);
    }

    /// <summary>Name of the first source variable that does not contain an address; null if there is none.</summary>
    public static string? WrongVariable() => QuoteReader.Sources.Select(source => Variable("API", source)).FirstOrDefault(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text && !IsAddress(text));

    private static string Variable(string what, string source) => $"OPTIMIZER_{what}_{source.ToUpperInvariant().Replace('-', '_')}";

    private static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
}

using Optimizer.Chains;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Quotes;
using Optimizer.Chains.Rpc;
using Optimizer.Model;

namespace Optimizer.Application;

/// <summary>Where nodes and web sources are. Addresses may contain API keys, so they are never in files or messages.</summary>
public interface IEndpoints
{
    /// <summary>A chain's addresses, separated by spaces; null if there are none.</summary>
    string? Of(Chain chain);

    /// <summary>Address and API key of a web source; an address of null means the source's public one, a key of null means no key.</summary>
    (Uri? Address, string? Key) WebOf(string source);

    /// <summary>The name of a setting that should be an address and is none; null if there is none.</summary>
    string? Wrong();
}

/// <summary>Clients of the nodes of chains, over one HTTP client.</summary>
/// <param name="endpoints">The addresses.</param>
/// <param name="limits">How patient the clients are.</param>
public sealed class Nodes(IEndpoints endpoints, EndpointLimits limits) : IDisposable
{
    private readonly HttpClient _http = EndpointClient.Create(limits);

    /// <summary>Clients of a chain's nodes.</summary>
    /// <exception cref="ChainDataException">The chain has no address.</exception>
    public IReadOnlyList<JsonRpcClient> Of(Chain chain)
    {
        JsonRpcClient[] nodes = [.. (endpoints.Of(chain) ?? "").Split([' ', ',', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries).Where(IsAddress).Select((text, i) => new JsonRpcClient(new(text), $"{chain.Id} #{i + 1}", _http, limits))];
        return nodes.Length > 0 ? nodes : throw new ChainDataException(ChainFault.NoEndpoint, $"{chain.RpcEnvironmentVariable} has no http or https address of a {chain.Name} node");
    }

    /// <summary>One client for all nodes of an EVM chain.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="agreement">Whether two endpoints have to give the same answer.</param>
    /// <exception cref="ChainDataException">The chain has no address, or is not an EVM chain.</exception>
    public EvmClient ClientOf(Chain chain, bool agreement) => chain.ChainId is { } id
        ? new(chain.Id, id, Of(chain), agreement)
        : throw new ChainDataException(ChainFault.NoEndpoint, $"{chain.Name} is not an EVM chain");

    /// <summary>A client of a web source.</summary>
    public JsonEndpoint Source(WebSource source) => new(endpoints.WebOf(source.Name).Address ?? source.Address, source.Name, _http, limits);

    /// <summary>Whether a text is an http or https address.</summary>
    public static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();
}

using Optimizer.Chains;
using Optimizer.Chains.Evm;
using Optimizer.Chains.Quotes;
using Optimizer.Chains.Rpc;
using Optimizer.Model;

namespace Optimizer.Cli;

/// <summary>Whom to ask, as the environment says: addresses may hold keys, so that they are in no file and in no message.</summary>
internal static class Endpoints
{
    /// <summary>The endpoints of a chain; empty where there is none.</summary>
    public static string? Of(Chain chain) => Environment.GetEnvironmentVariable(chain.RpcEnvironmentVariable);

    /// <summary>The nodes of an EVM network.</summary>
    /// <exception cref="ChainDataException">The environment names none.</exception>
    public static IReadOnlyList<JsonRpcClient> NodesOf(Chain chain, HttpClient http, EndpointLimits limits)
    {
        JsonRpcClient[] nodes = [.. (Of(chain) ?? "").Split([' ', ',', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries).Where(IsAddress).Select((text, i) => new JsonRpcClient(new(text), $"{chain.Id} #{i + 1}", http, limits))];
        return nodes.Length > 0 ? nodes : throw new ChainDataException(ChainFault.NoEndpoint, $"{chain.RpcEnvironmentVariable} holds no http or https address of a node of {chain.Name}");
    }

    /// <summary>A client of an EVM network's nodes.</summary>
    /// <exception cref="ChainDataException">The environment names none, or the chain is of another family.</exception>
    public static EvmClient ClientOf(Chain chain, HttpClient http, EndpointLimits limits, bool agreement) => chain.ChainId is { } id
        ? new(chain.Id, id, NodesOf(chain, http, limits), agreement)
        : throw new ChainDataException(ChainFault.NoEndpoint, $"{chain.Name} is no EVM network");

    /// <summary>Where a source on the web is asked, and with which key; null for its own address and for none.</summary>
    public static (Uri? Address, string? Key) WebOf(string source)
    {
        var (address, key) = (Environment.GetEnvironmentVariable(Variable("API", source)), Environment.GetEnvironmentVariable(Variable("KEY", source)));
        return (string.IsNullOrEmpty(address) ? null : new(address), string.IsNullOrEmpty(key) ? null : key);
    }

    /// <summary>The variable of a source whose content is no address; null where all are.</summary>
    public static string? WrongVariable() => QuoteReader.Sources.Select(source => Variable("API", source)).FirstOrDefault(name => Environment.GetEnvironmentVariable(name) is { Length: > 0 } text && !IsAddress(text));

    private static string Variable(string what, string source) => $"OPTIMIZER_{what}_{source.ToUpperInvariant().Replace('-', '_')}";

    private static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https";
}

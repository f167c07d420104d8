using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Optimizer.Chains.Evm.Protocols;
using Optimizer.Chains.Markets;
using Optimizer.Chains.Rpc;
using Optimizer.Contracts.Abi;
using Optimizer.Model;
using SimpleBase;

namespace Optimizer.Chains.Quotes;

/// <summary>A web service.</summary>
/// <param name="Name">Its name in messages and environment variables: for <c>lifi</c>, the address is in <c>OPTIMIZER_API_LIFI</c> and the
/// key in <c>OPTIMIZER_KEY_LIFI</c>.</param>
/// <param name="Address">Its default address.</param>
/// <param name="KeyHeader">The header for the key; null if it takes no key.</param>
public sealed record WebSource(string Name, Uri Address, string? KeyHeader = null);

/// <summary>Reads the present costs of one provider's routes from a web service.</summary>
/// <remarks>An adapter is one file and one line in <see cref="QuoteReader"/>.</remarks>
public interface IQuoteAdapter
{
    /// <summary>The name that chain files use: <c>across</c>.</summary>
    string Name { get; }

    /// <summary>The web service.</summary>
    WebSource Source { get; }

    /// <summary>Reads the present cost of a route from an earlier snapshot.</summary>
    /// <exception cref="ChainDataException">There is no quote.</exception>
    Task<Route> ReadAsync(QuoteRequest request, CancellationToken cancellation);
}

/// <summary>A route, with everything needed to quote it.</summary>
/// <param name="Reading">The reading of the route's source chain.</param>
/// <param name="Entry">The provider's entry in that chain's file.</param>
/// <param name="Destination">The destination chain.</param>
/// <param name="Judged">The earlier route; figures that are not measured are kept: gas and events.</param>
/// <param name="Endpoint">The endpoint.</param>
/// <param name="PriceOf">An asset's price in USD; null if unknown.</param>
/// <param name="Now">The present time.</param>
public sealed record QuoteRequest(ChainReading Reading, Protocol Entry, Chain Destination, Route Judged, JsonEndpoint Endpoint, Func<string, double?> PriceOf, DateTimeOffset Now)
{
    private static readonly string AnyoneOnSolana = Base58.Bitcoin.Encode(Hex.Keccak("anyone"u8));

    /// <summary>The source chain.</summary>
    public Chain Origin => Reading.Chain;

    /// <summary>The input token.</summary>
    public Token From => Origin.Tokens.Single(token => token.Symbol == Judged.From.Symbol);

    /// <summary>The output token.</summary>
    public Token To => Destination.Tokens.Single(token => token.Symbol == Judged.To.Symbol);

    /// <summary>Converts USD to base units of the input token.</summary>
    /// <exception cref="ChainDataException">It has no price.</exception>
    public BigInteger Amount(double usd) => new(usd / Price(From) * Math.Pow(10, From.Decimals));

    /// <summary>Price of the input token in USD.</summary>
    /// <exception cref="ChainDataException">It has none.</exception>
    public double PriceIn => Price(From);

    /// <summary>Converts base units of the input token to USD.</summary>
    public double UsdIn(BigInteger amount) => EvmProtocol.Usd(amount, From, Price(From));

    /// <summary>Converts base units of the output token to USD.</summary>
    public double UsdOut(BigInteger amount) => EvmProtocol.Usd(amount, To, Price(To));

    /// <summary>A dummy account on a chain.</summary>
    public static string Anyone(Chain chain) => chain.ChainId is null ? AnyoneOnSolana : EvmProtocol.Anyone.ToString();

    /// <summary>A parameter of the provider's entry in a chain's file.</summary>
    /// <exception cref="ChainDataException">It is missing.</exception>
    public string Parameter(Chain chain, string name) => chain.Protocols.FirstOrDefault(entry => entry.Id == Entry.Id)?.Parameters.GetValueOrDefault(name)
        ?? throw new ChainDataException(ChainFault.UnexpectedContract, $"the chain file of {chain.Id} has no '{name}' for {Entry.Id}");

    /// <summary>The input token, with the wrapped form for a native token.</summary>
    /// <exception cref="ChainDataException">The chain file has no wrapped form.</exception>
    public Token FromContract => Contract(Origin, Judged.From);

    /// <summary>The output token, with the wrapped form for a native token.</summary>
    /// <exception cref="ChainDataException">The chain file has no wrapped form.</exception>
    public Token ToContract => Contract(Destination, Judged.To);

    /// <summary>Records the source of a quote.</summary>
    /// <returns>The key.</returns>
    public string FromSource()
    {
        var key = $"{Entry.Id}-{Origin.Id}-quote";
        Reading.Provenances[key] = new() { Source = $"{Entry.Name}, quotes of {Endpoint.Name}", AsOf = Now };
        return key;
    }

    /// <summary>The route with a cost fitted to quotes at several sizes.</summary>
    /// <param name="sizesUsd">The sizes in USD, ascending.</param>
    /// <param name="lossOf">The fraction of value lost at a size; fails if there is no quote.</param>
    /// <param name="hasFixedPart">Whether the cost can have a fixed part.</param>
    /// <exception cref="ChainDataException">There is no quote even for the smallest size.</exception>
    public async Task<Route> FitAsync(IReadOnlyList<double> sizesUsd, Func<double, Task<double>> lossOf, bool hasFixedPart)
    {
        var asked = sizesUsd.Select(async usd =>
        {
            try
            {
                return (Usd: usd, Loss: (double?)await lossOf(usd).ConfigureAwait(false), Wrong: (ChainDataException?)null);
            }
            catch (ChainDataException wrong)
            {
                return (usd, null, wrong);
            }
        });
        var quotes = await Task.WhenAll(asked).ConfigureAwait(false);
        if (quotes[0].Wrong is { } none)
            throw none;
        var cost = RouteCost.Of([.. quotes.TakeWhile(quote => quote.Loss is not null).Select(quote => (quote.Usd, quote.Loss!.Value))], hasFixedPart);
        var from = FromSource();
        return cost.InTokens(PriceIn).Over(Judged, from, hasFixedPart);
    }

    /// <summary>Base units in an answer, as a string or a number.</summary>
    /// <exception cref="ChainDataException">It is missing or not a number.</exception>
    public BigInteger BaseUnits(JsonElement parent, string field) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(field, out var value)
        && BigInteger.TryParse(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ChainDataException(ChainFault.Malformed, $"{Endpoint.Name} sent no '{field}'");

    /// <summary>A number in an answer, as a string or a number.</summary>
    /// <exception cref="ChainDataException">It is missing or not a number.</exception>
    public static double Number(JsonEndpoint endpoint, JsonElement parent, string field) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(field, out var value)
        && double.TryParse(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw new ChainDataException(ChainFault.Malformed, $"{endpoint.Name} sent no '{field}'");

    private static Token Contract(Chain chain, TokenId id) => chain.ContractToken(id.Symbol)
        ?? throw new ChainDataException(ChainFault.UnexpectedContract, $"the chain file of {chain.Id} has no wrapped {id.Symbol}");

    private double Price(Token token) => PriceOf(token.AssetId()) ?? throw new ChainDataException(ChainFault.UnexpectedContract, $"{token.AssetId()} has no price, so quotes cannot be converted to USD");
}

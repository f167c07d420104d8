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

/// <summary>A source on the web.</summary>
/// <param name="Name">Its name in messages and in environment variables: <c>lifi</c> is asked at <c>OPTIMIZER_API_LIFI</c>, with
/// the key in <c>OPTIMIZER_KEY_LIFI</c>.</param>
/// <param name="Address">Where it is asked if no variable says otherwise.</param>
/// <param name="KeyHeader">The header that a key goes into; null where it takes none.</param>
public sealed record WebSource(string Name, Uri Address, string? KeyHeader = null);

/// <summary>Asks the web what the routes of one provider cost.</summary>
/// <remarks>One adapter is one file and one line in <see cref="QuoteReader"/>.</remarks>
public interface IQuoteAdapter
{
    /// <summary>The name that chain files use: <c>across</c>.</summary>
    string Name { get; }

    /// <summary>Whom it asks.</summary>
    WebSource Source { get; }

    /// <summary>Asks what a route that a former snapshot names costs now.</summary>
    /// <exception cref="ChainDataException">It gives no quote.</exception>
    Task<Route> ReadAsync(QuoteRequest request, CancellationToken cancellation);
}

/// <summary>A route, and the means to ask about it.</summary>
/// <param name="Reading">The reading of the route's source chain.</param>
/// <param name="Entry">The provider's entry in that chain's file.</param>
/// <param name="Destination">The chain that it leads to.</param>
/// <param name="Judged">The route as it was; what nobody measures is kept: gas and events.</param>
/// <param name="Endpoint">Whom to ask.</param>
/// <param name="PriceOf">An asset's price in USD; null where nobody knows it.</param>
/// <param name="Now">The present.</param>
public sealed record QuoteRequest(ChainReading Reading, Protocol Entry, Chain Destination, Route Judged, JsonEndpoint Endpoint, Func<string, double?> PriceOf, DateTimeOffset Now)
{
    private static readonly string AnyoneOnSolana = Base58.Bitcoin.Encode(Hex.Keccak("anyone"u8));

    /// <summary>The chain that it leads from.</summary>
    public Chain Origin => Reading.Chain;

    /// <summary>The token that goes in.</summary>
    public Token From => Origin.Tokens.Single(token => token.Symbol == Judged.From.Symbol);

    /// <summary>The token that comes out.</summary>
    public Token To => Destination.Tokens.Single(token => token.Symbol == Judged.To.Symbol);

    /// <summary>Base units of the token that goes in.</summary>
    /// <exception cref="ChainDataException">It has no price.</exception>
    public BigInteger Amount(double usd) => new(usd / Price(From) * Math.Pow(10, From.Decimals));

    /// <summary>Price of the token that goes in, in USD.</summary>
    /// <exception cref="ChainDataException">It has none.</exception>
    public double PriceIn => Price(From);

    /// <summary>Base units of the token that goes in, in USD.</summary>
    public double UsdIn(BigInteger amount) => EvmProtocol.Usd(amount, From, Price(From));

    /// <summary>Base units of the token that comes out, in USD.</summary>
    public double UsdOut(BigInteger amount) => EvmProtocol.Usd(amount, To, Price(To));

    /// <summary>Somebody who is nobody in particular on a chain.</summary>
    public static string Anyone(Chain chain) => chain.ChainId is null ? AnyoneOnSolana : EvmProtocol.Anyone.ToString();

    /// <summary>A parameter of the provider's entry in a chain's file.</summary>
    /// <exception cref="ChainDataException">It is not there.</exception>
    public string Parameter(Chain chain, string name) => chain.Protocols.FirstOrDefault(entry => entry.Id == Entry.Id)?.Parameters.GetValueOrDefault(name)
        ?? throw new ChainDataException(ChainFault.UnexpectedContract, $"the chain file of {chain.Id} gives no '{name}' for {Entry.Id}");

    /// <summary>The token that goes in, as contracts know it.</summary>
    /// <exception cref="ChainDataException">The chain file names none.</exception>
    public Token FromContract => Contract(Origin, Judged.From);

    /// <summary>The token that comes out, as contracts know it.</summary>
    /// <exception cref="ChainDataException">The chain file names none.</exception>
    public Token ToContract => Contract(Destination, Judged.To);

    /// <summary>Notes where a quote comes from.</summary>
    /// <returns>The key.</returns>
    public string FromSource()
    {
        var key = $"{Entry.Id}-{Origin.Id}-quote";
        Reading.Provenances[key] = new() { Source = $"{Entry.Name}, quotes of {Endpoint.Name}", AsOf = Now };
        return key;
    }

    /// <summary>The route at the cost that quotes at several sizes show.</summary>
    /// <param name="sizesUsd">Sizes, rising.</param>
    /// <param name="lossOf">The share of the value that a size loses; fails where there is no quote of it.</param>
    /// <param name="hasFixedPart">Whether the cost can have a fixed part.</param>
    /// <exception cref="ChainDataException">Not even the smallest size is quoted.</exception>
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

    /// <summary>A number of base units in an answer, written as text or as a number.</summary>
    /// <exception cref="ChainDataException">It is none.</exception>
    public BigInteger BaseUnits(JsonElement parent, string field) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(field, out var value)
        && BigInteger.TryParse(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ChainDataException(ChainFault.Malformed, $"{Endpoint.Name} sent no '{field}'");

    /// <summary>A number in an answer, written as text or as a number.</summary>
    /// <exception cref="ChainDataException">It is none.</exception>
    public static double Number(JsonEndpoint endpoint, JsonElement parent, string field) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(field, out var value)
        && double.TryParse(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw new ChainDataException(ChainFault.Malformed, $"{endpoint.Name} sent no '{field}'");

    private static Token Contract(Chain chain, TokenId id) => chain.ContractToken(id.Symbol)
        ?? throw new ChainDataException(ChainFault.UnexpectedContract, $"the chain file of {chain.Id} names no wrapped {id.Symbol}");

    private double Price(Token token) => PriceOf(token.AssetId()) ?? throw new ChainDataException(ChainFault.UnexpectedContract, $"{token.AssetId()} has no price, so that quotes cannot be told in USD");
}

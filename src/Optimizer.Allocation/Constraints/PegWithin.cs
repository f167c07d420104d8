using System.Text.Json.Serialization;
using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>Forbids adding to tokens that are off their peg by more than a limit: a token against its asset, a dollar token against one
/// dollar.</summary>
/// <param name="Max">The largest deviation from the peg.</param>
[JsonConverter(typeof(TextualConverter<PegWithin>))]
public sealed record PegWithin(Percentage Max) : AllocationConstraint, ITextual<PegWithin>
{
    /// <inheritdoc/>
    public static string Expected => "the largest deviation from a peg, such as '1 %'";

    /// <inheritdoc/>
    public static string Pattern => Percentage.Pattern;

    /// <inheritdoc/>
    public static PegWithin Parse(string text) => Percentage.Parse(text) is { Fraction: >= 0 } max ? new(max)
        : throw new FormatException($"'{text}' is negative; expected {Expected}");

    /// <summary>The limit as it is written.</summary>
    public override string ToString() => Max.ToString();

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem) => problem.Positions
        .Where(position => position.Opportunity.Inputs.Any(input => Off(problem.Market, input.Token) > Max.Fraction))
        .Select(position => new Requirement($"{Title()}: {position.Opportunity.Id}", position.Deposit <= 0, IsReported: false))
        .Concat(problem.Flows.Where(flow => Off(problem.Market, flow.Route.To) > Max.Fraction)
            .Select(flow => new Requirement($"{Title()}: {flow.Route.Id}", flow.In <= 0, IsReported: false)));

    /// <inheritdoc/>
    protected override string Describe() => $"no token off its peg by more than {Max}";

    /// <summary>Deviation of a token from its peg: against its asset's price, or for a dollar asset against one dollar.</summary>
    private static double Off(Market market, TokenId token)
    {
        var asset = market.AssetOf(token);
        var isDollar = market.UnitOfAccount(asset) == "USD" && asset.Claims.Count == 0;
        return Math.Abs((isDollar ? market.PriceUsd(token) : market.PriceUsd(token) / asset.PriceUsd) - 1);
    }
}

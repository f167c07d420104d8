using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>A minimum or maximum share of the book that stays idle: in a token, in an asset or on a chain. Without one of these, tokens in
/// the numeraire's unit of account count: for a book in dollars, idle ether does not.</summary>
[FormerName("idleCash")]
public sealed record Idle : AllocationConstraint
{
    /// <summary>The token that counts.</summary>
    public TokenId? Token { get; init; }

    /// <summary>The asset that counts.</summary>
    public string? Asset { get; init; }

    /// <summary>The chain on which it counts.</summary>
    public string? Chain { get; init; }

    /// <summary>The minimum.</summary>
    public Model.Limit? Min { get; init; }

    /// <summary>The maximum.</summary>
    public Model.Limit? Max { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem)
    {
        var idle = LinearExpression.Sum(problem.Idles.Where(i => Counts(problem.Market, problem.Scenario, i.Token)).Select(i => i.After));
        if (Min is { } least)
            yield return new($"{Title(problem.Scenario)} ≥ {least}", idle >= least.InUsd(problem.BookUsd) / problem.BookUsd);
        if (Max is { } most)
            yield return new($"{Title(problem.Scenario)} ≤ {most}", idle <= most.InUsd(problem.BookUsd) / problem.BookUsd);
    }

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() =>
        new[] { ("token", "token", Token?.ToString()), ("asset", "asset", Asset), ("chain", "chain", Chain) }
            .Where(part => part.Item3 is not null).Select(part => new Reference(part.Item1, part.Item2, part.Item3!));

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions()
    {
        if (Min is null && Max is null)
            yield return ("", "limits nothing; expected min, max or both");
        if (Token is not null && (Asset is not null || Chain is not null))
            yield return ("token", "already implies an asset and a chain; remove 'asset' and 'chain'");
        if (Min is { } least && Max is { } most && least.IsShareOfBook == most.IsShareOfBook && least.Amount > most.Amount)
            yield return ("max", $"a cap of {most} is under the floor of {least}; expected a cap at or above the floor");
    }

    /// <inheritdoc/>
    protected override string Describe() =>
        $"{What("")}{(Min is null ? "" : $" ≥ {Min}")}{(Max is null ? "" : $" ≤ {Max}")}";

    private string Title(Scenario scenario) => Name ?? What(scenario.Numeraire);

    private string What(string numeraire) => Token is { } token ? $"idle {token}"
        : $"idle{(Asset is not null ? $" {Asset}" : Chain is null && numeraire.Length > 0 ? $" {numeraire}" : "")}{(Chain is null ? "" : $" on {Chain}")}";

    private bool Counts(Market market, Scenario scenario, TokenId token)
    {
        if (Token is { } only)
            return token == only;
        if (Chain is not null && token.Chain != Chain)
            return false;
        var asset = market.AssetOf(token);
        return Asset is not null ? asset.Id == Asset
            : market.UnitOfAccount(asset) == (scenario.Numeraire == "USD" ? "USD" : market.UnitOfAccount(market.Asset(scenario.Numeraire)));
    }
}

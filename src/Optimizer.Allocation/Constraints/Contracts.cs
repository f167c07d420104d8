using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>Money is put only into contracts, and sent only through contracts, that a list allows.</summary>
/// <remarks>The contracts are those of the chain files: an opportunity's or a route's own for its token where the entry has one,
/// else the entry's that is called (its pool, its router), and where none is known to be, all of the entry's; a wrapped token's for
/// wrapping. What has none in the chain files is not allowed.</remarks>
public sealed record Contracts : AllocationConstraint
{
    /// <summary>Addresses of contracts, or of programs on Solana.</summary>
    public required IReadOnlyList<string> Allow { get; init; }

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem)
    {
        foreach (var position in problem.Positions)
        {
            var place = position.Opportunity;
            if (!place.Inputs.All(input => IsAllowed(problem.Market.Chain(place.Chain), place.Id, place.Protocol, input.Token)))
                yield return new Requirement($"{Title()}: {place.Id}", position.Deposit <= 0, IsReported: false);
        }

        foreach (var flow in problem.Flows)
        {
            var (route, chain) = (flow.Route, problem.Market.Chain(flow.Route.From.Chain));
            var wrapped = chain.ContractToken(chain.NativeToken)?.Address;
            var isWrapping = route.Kind == RouteKind.Wrap && (route.From.Symbol == chain.NativeToken || route.To.Symbol == chain.NativeToken) && wrapped is not null;
            if (!(isWrapping ? IsListed(wrapped!) : IsAllowed(chain, route.Id, route.Provider, route.From)))
                yield return new Requirement($"{Title()}: {route.Id}", flow.In <= 0, IsReported: false);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<Reference> References() => Allow.Select(address => new Reference("allow", "contract", address));

    /// <inheritdoc/>
    public override IEnumerable<(string Field, string Problem)> Contradictions()
    {
        if (Allow.Count == 0)
            yield return ("allow", "allows nothing; expected at least one address");
    }

    /// <inheritdoc/>
    protected override string Describe() => $"only {Allow.Count} contracts";

    private bool IsAllowed(Chain chain, string id, string protocol, TokenId token) => chain.Entry(id, protocol) is { } entry
        && (entry.AddressFor(token.Symbol) is { } own ? IsListed(own)
            : entry.Called() is { Count: > 0 } called ? called.All(IsListed)
            : entry.Addresses.Count > 0 && entry.Addresses.Values.All(IsListed));

    private bool IsListed(string address) => Allow.Any(allowed => string.Equals(allowed, address, address.StartsWith("0x", StringComparison.Ordinal) ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal));
}

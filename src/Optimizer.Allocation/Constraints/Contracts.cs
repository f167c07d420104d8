using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>Allowed contracts: money is deposited only into, and sent only through, the listed contracts.</summary>
/// <remarks>The contracts come from the chain files. For an opportunity or a route: the address for its token if the entry has one; else
/// the entry's called contracts (pool, router); else all addresses of the entry. For wrapping: the wrapped token's contract. Without an
/// address in the chain files, nothing is allowed.</remarks>
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

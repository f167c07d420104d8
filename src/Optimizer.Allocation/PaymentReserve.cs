using Optimizer.Model;

namespace Optimizer.Allocation;

/// <summary>Constraint: the exact amount of a payment is idle in its token by its due date.</summary>
internal sealed record PaymentReserve(Payment Payment) : AllocationConstraint
{
    /// <summary>Amount kept beyond the payment, in fractions of the book: more than the solver's tolerance.</summary>
    private const double Margin = 1e-8;

    /// <inheritdoc/>
    public override IEnumerable<Requirement> Rows(AllocationProblem problem)
    {
        var market = problem.Market;
        var usd = market.Usd(Payment.Token, Payment.Amount.Of(market.Token(Payment.Token).Decimals).BaseUnits);
        var lockedUsd = Book.HeldUsd(market, problem.Scenario, Payment.Token).Locked;
        var idle = LinearExpression.Sum(problem.Idles.Where(idle => idle.Token == Payment.Token).Select(idle => idle.After));
        // Payments in one token add up; each row includes the earlier ones.
        var earlier = problem.Scenario.Payments.TakeWhile(other => !ReferenceEquals(other, Payment)).Where(other => other.Token == Payment.Token)
            .Sum(other => market.Usd(Payment.Token, other.Amount.Of(market.Token(Payment.Token).Decimals).BaseUnits));
        yield return new(Title(), idle >= (usd + earlier + lockedUsd + 0.01) / problem.BookUsd + Margin);
        foreach (var row in Arrivals.Within(problem, Title(), Payment.By, Payment.Token))
            yield return row;
    }

    /// <inheritdoc/>
    protected override string Describe() => $"payment of {Payment.Amount} {Payment.Token} within {Payment.By}";
}

using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>All market figures that affect a scenario's holdings. If a shock changes none of them, it has no effect on what is
/// held.</summary>
internal static class HoldingFigures
{
    /// <summary>The figures, in a fixed order.</summary>
    public static IEnumerable<double> Of(Market market, Scenario scenario)
    {
        foreach (var holding in scenario.Holdings)
        {
            yield return Book.ValueUsd(market, holding);
            var chain = holding.Token?.Chain ?? market.Opportunity(holding.Opportunity!).Chain;
            yield return (double)market.State(chain).Gas.Cost(1e6, 1);
            foreach (var loss in holding.Token is { } token ? market.EventsOf(token) : market.EventsOf(market.Opportunity(holding.Opportunity!)))
            {
                yield return loss.Loss;
                yield return market.Event(loss.Event).IntensityPerYear?.Value ?? -1;
            }

            var held = holding.Token is { } idle ? [idle] : market.Opportunity(holding.Opportunity!).Inputs.Select(input => input.Token).ToArray();
            yield return market.Snapshot.Routes.Count(route => held.Contains(route.From));
            // Idle money is affected by the opportunities that accept it.
            foreach (var place in market.Snapshot.Opportunities.Where(o => o.Id == holding.Opportunity || o.Inputs.Any(input => held.Contains(input.Token))))
            {
                yield return market.CarryRate(place, 0);
                yield return market.CarryRate(place, 0.01 * market.TotalUsd(place));
                yield return market.WithdrawableNowUsd(place);
                yield return place.Repayment?.AfterDays.Value ?? 0;
                yield return market.CapacityUsd(place);
                yield return place.ExitDelayDays?.Value ?? 0;
            }
        }
    }
}

using Optimizer.Model;
using Optimizer.Risk;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>Carry over the horizon as a function of the position, both in fractions of the book: size × growth.</summary>
/// <remarks>Concave while the position is at most what others supply; positions are limited to that.</remarks>
internal sealed class CarryFunction(RateForecast rates, Opportunity opportunity, double heldUsd, double bookUsd) : IConcaveFunction
{
    /// <inheritdoc/>
    public double At(double x) => x * rates.Growth(opportunity, Added(x));

    /// <inheritdoc/>
    public double SlopeAt(double x) => rates.Growth(opportunity, Added(x)) + x * bookUsd * rates.GrowthSlope(opportunity, Added(x));

    private double Added(double x) => x * bookUsd - heldUsd;
}

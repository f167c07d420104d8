using Optimizer.Model;
using Optimizer.Solver;

namespace Optimizer.Allocation;

/// <summary>Yearly carry as a function of the position, both in fractions of the book: size × credited rate.</summary>
/// <remarks>Concave while the position is at most twice what others supply; positions are kept far below.</remarks>
internal sealed class CarryFunction(Carry carry, double heldUsd, double bookUsd) : IConcaveFunction
{
    /// <inheritdoc/>
    public double At(double x) => x * carry.Rate(Added(x));

    /// <inheritdoc/>
    public double SlopeAt(double x) => carry.Rate(Added(x)) + x * bookUsd * carry.Slope(Added(x));

    private double Added(double x) => x * bookUsd - heldUsd;
}

/// <summary>What a route with price impact delivers, in fractions of the book: f·(1 − fee) − impact·f².</summary>
internal sealed class ImpactFunction(double fee, double impact) : IConcaveFunction
{
    /// <inheritdoc/>
    public double At(double x) => x * (1 - fee) - impact * x * x;

    /// <inheritdoc/>
    public double SlopeAt(double x) => 1 - fee - 2 * impact * x;
}

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

using System.Text.Json.Serialization;

namespace Optimizer.Derivatives;

/// <summary>What a price move, time and volatility do to the value of one unit, in the units that venues and desks use.</summary>
/// <remarks>Deribit and py_vollib use the same units. QuantLib and textbooks give theta and rho per year and per 1.00, vega per 1.00:
/// <see cref="Raw"/>.</remarks>
/// <param name="Delta">USD per USD of the underlying's move: units of the underlying.</param>
/// <param name="GammaPerUsd">Change of delta per USD of the underlying's move.</param>
/// <param name="ThetaPerDay">USD per day that passes, a day being 1/365 of a year.</param>
/// <param name="VegaPerPoint">USD per point of volatility (0.01).</param>
/// <param name="RhoPerPercent">USD per percent of the interest rate (0.01); of yield tokens, of their yield.</param>
/// <param name="VannaPerPoint">Change of delta per point of volatility.</param>
/// <param name="VolgaPerPoint">Change of vega per point of volatility, both per point.</param>
public readonly record struct Greeks(double Delta, double GammaPerUsd, double ThetaPerDay, double VegaPerPoint, double RhoPerPercent, double VannaPerPoint, double VolgaPerPoint)
{
    private const double DaysPerYear = Model.Duration.DaysPerYear;
    private const double PointsPerOne = 100;

    /// <summary>From derivatives per year and per 1.00.</summary>
    /// <param name="raw">The derivatives by the forward.</param>
    /// <param name="years">Time to expiry; 0 where there is none.</param>
    /// <param name="spot">The price today in USD; null to state them by the forward.</param>
    /// <param name="forward">The forward in USD.</param>
    /// <remarks>With a spot price the cost of carry b = ln(F/S)/T stays for delta, gamma and theta, and the rate moves the forward: dF/dS =
    /// F/S, dF/dT = bF, dF/dr = TF.</remarks>
    public static Greeks Of(in ForwardGreeks raw, double years, double? spot, double forward)
    {
        var (slope, drift, byRate) = spot is { } today && years > 0 ? (forward / today, Math.Log(forward / today) / years * forward, years * forward) : (1, 0, 0);
        return new(raw.Delta * slope, raw.Gamma * slope * slope, (raw.Theta - raw.Delta * drift) / DaysPerYear, raw.Vega / PointsPerOne,
            (raw.Rho + raw.Delta * byRate) / PointsPerOne, raw.Vanna * slope / PointsPerOne, raw.Volga / (PointsPerOne * PointsPerOne));
    }

    /// <summary>The same per year, per 1.00 of volatility and per 1.00 of rate.</summary>
    [JsonIgnore]
    public (double Delta, double Gamma, double Theta, double Vega, double Rho, double Vanna, double Volga) Raw =>
        (Delta, GammaPerUsd, ThetaPerDay * DaysPerYear, VegaPerPoint * PointsPerOne, RhoPerPercent * PointsPerOne, VannaPerPoint * PointsPerOne, VolgaPerPoint * PointsPerOne * PointsPerOne);
}

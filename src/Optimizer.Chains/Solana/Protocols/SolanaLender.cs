using Optimizer.Chains.Markets;
using Optimizer.Model;

namespace Optimizer.Chains.Solana.Protocols;

/// <summary>Data of a lending market, common to all lenders.</summary>
/// <param name="Mint">The mint of the token.</param>
/// <param name="Supplied">Total supplied, in base units.</param>
/// <param name="Borrowed">Total borrowed, in base units.</param>
/// <param name="Available">Amount that can be withdrawn, in base units.</param>
/// <param name="TakeRate">Share of the interest that the protocol keeps, a fraction.</param>
/// <param name="Points">Borrow rate per year by utilisation, both fractions; ascending from 0 to 1, linear in between.</param>
public sealed record SolanaReserve(string Mint, double Supplied, double Borrowed, double Available, double TakeRate, IReadOnlyList<(double Utilisation, double Rate)> Points)
{
    /// <summary>The optimal utilisation, above which rates rise steeply; null if the protocol states none: the sharpest kink is then
    /// used.</summary>
    public double? Optimal { get; init; }

    /// <summary>Maximum total supply, in base units; null without a limit.</summary>
    public double? Limit { get; init; }

    /// <summary>Whether the protocol accepts deposits.</summary>
    public bool IsOpen { get; init; } = true;

    /// <summary>The slot of the last interest accrual; null if unknown.</summary>
    public ulong? UpdatedSlot { get; init; }

    /// <summary>The protocol's own price in USD, and the time at which it was set; null if unknown.</summary>
    public (double Usd, DateTimeOffset AsOf)? Price { get; init; }

    /// <summary>Borrowed / supplied; 0 if nothing is supplied.</summary>
    public double Utilisation => Supplied > 0 ? Borrowed / Supplied : 0;

    /// <summary>The rate curve of the market.</summary>
    /// <param name="unit">Whole tokens per base unit.</param>
    /// <param name="from">Key of the provenance.</param>
    public PointsCurve Curve(double unit, string from) => new()
    {
        Basis = RateBasis.PerSecond,
        Supplied = new(Supplied * unit, from),
        Borrowed = new(Borrowed * unit, from),
        Points = [.. Points.Select(point => new RatePoint { Utilisation = new(point.Utilisation, from), BorrowRate = new(point.Rate, from) })],
        OptimalUtilisation = new(Optimal ?? PointsCurve.SharpestKink(Points), from),
        ReserveFactor = new(TakeRate, from),
    };

    /// <summary>Makes a valid curve: points without an ascending utilisation are dropped, and the ends are added.</summary>
    public static IReadOnlyList<(double Utilisation, double Rate)> Rising(IEnumerable<(double Utilisation, double Rate)> points)
    {
        var rising = new List<(double Utilisation, double Rate)>();
        foreach (var point in points.Where(point => point.Utilisation is >= 0 and <= 1 && (rising.Count == 0 || point.Utilisation > rising[^1].Utilisation)))
            rising.Add(point);
        if (rising.Count == 0 || rising[0].Utilisation > 0)
            rising.Insert(0, (0, rising.Count == 0 ? 0 : rising[0].Rate));
        if (rising[^1].Utilisation < 1)
            rising.Add((1, rising[^1].Rate));
        return rising;
    }
}

/// <summary>Lenders: every address of the entry whose role ends in <c>Reserve</c> or <c>Bank</c> is a market.</summary>
public abstract class SolanaLender : ISolanaAdapter
{
    /// <summary>If interest was last added more than this many days ago, the amounts are out of date.</summary>
    private const double MostIdleDays = 1;

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract int Length { get; }

    /// <summary>Reads an account.</summary>
    /// <param name="account">The account.</param>
    /// <param name="slotSeconds">The measured slot time, in seconds.</param>
    /// <exception cref="ChainDataException">The account is of another kind.</exception>
    public abstract SolanaReserve Decode(AccountData account, double slotSeconds);

    /// <inheritdoc/>
    public bool Reads(string role) => role.EndsWith("Reserve", StringComparison.OrdinalIgnoreCase) || role.EndsWith("Bank", StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public SolanaQuote? Quote(AccountData account) =>
        Decode(account, 1) is { Price: { } price } reserve ? new(reserve.Mint, price.Usd, InNativeToken: false, price.AsOf) : null;

    /// <inheritdoc/>
    public OpportunityReading? Read(SolanaProtocol protocol, AccountData account)
    {
        var reserve = Decode(account, protocol.Head.SlotSeconds);
        if (protocol.TokenOf(reserve.Mint, account) is not { } token)
            return null;
        var id = protocol.IdOf(token.Symbol);
        if (reserve.Points.Any(point => !double.IsFinite(point.Rate) || point.Rate is < 0 or > 100) || reserve.TakeRate is not (>= 0 and <= 1) || reserve.Optimal is < 0.01 or > 1
            || !double.IsFinite(reserve.Supplied + reserve.Borrowed) || reserve.Borrowed < 0)
        {
            protocol.Reading.Refuse(FindingRules.AbsurdAmount, id, $"account {account.Address} has an invalid curve or invalid amounts");
            return null;
        }

        if (protocol.Prices.Of(token) is null)
            return null;
        if (reserve.UpdatedSlot is { } slot && ((double)protocol.Clock.Slot - slot) * protocol.Head.SlotSeconds / 86_400 is > MostIdleDays and var days)
            protocol.Reading.Flag(FindingRules.StaleAccount, id, $"interest was last added in slot {slot}, {new Duration(days)} ago; amounts are from that time");
        if (!reserve.IsOpen)
            protocol.Reading.Flag(FindingRules.UnknownRevision, id, "the protocol accepts no deposits now; nothing is added to it");
        var from = protocol.From("reserve", account);
        var unit = Math.Pow(10, -token.Decimals);
        return new()
        {
            Id = id,
            Protocol = protocol.Entry.Id,
            Kind = OpportunityKind.Lending,
            Inputs = [new(new(token.Symbol, protocol.Chain.Id), 1)],
            Carry = new() { Base = reserve.Curve(unit, from) },
            Total = new(reserve.Supplied * unit, from),
            Capacity = !reserve.IsOpen ? new Figure(0, from) : reserve.Limit is { } limit ? new Figure(Math.Max(0, limit - reserve.Supplied) * unit, from) : null,
            Withdrawable = new(reserve.Available * unit, from),
        };
    }
}

namespace Optimizer.Solver.Native;

/// <summary>What the own kernels found for a program.</summary>
/// <param name="X">Sizes.</param>
/// <param name="Z">On; empty where no item is switched.</param>
/// <param name="Y">Openers.</param>
/// <param name="Prices">Prices of factors and rows, evaluated.</param>
/// <param name="Objective">The objective at the point.</param>
/// <param name="Violation">The largest amount by which the point breaks a row.</param>
/// <param name="IsProvenInfeasible">Whether prices prove that no point satisfies the rows.</param>
internal sealed record Relaxed(
    double[] X, double[] Z, double[] Y, Prices Prices, double Objective, double Violation, bool IsProvenInfeasible)
{
    /// <summary>No point is better than this.</summary>
    public double Bound => Prices.Bound;
}

/// <summary>Solves a program over a few of its items and rows, and takes in those that prices or the point ask for.</summary>
/// <remarks>
/// An item that is left out is zero; the prices of the rows and factors tell exactly whether it should be
/// (<see cref="Prices"/>), and the bound counts every item, taken in or not. A row that is left out costs nothing until the
/// point breaks it. A round costs one small interior point and one pass over all items, O(n·k) (Bixby et al., Very
/// large-scale linear programming, 1992, call it sifting).
/// </remarks>
internal sealed class Sifting(FactorProgram program, IPartEngine engine)
{
    private const int MaximumRounds = 40;

    /// <summary>Below this many items a round over all of them costs no more than two over some.</summary>
    private const int Small = 160;

    private readonly bool[] _isDead = program.FindDead();
    private readonly bool[] _isIn = new bool[program.Count];
    private readonly bool[] _isRowIn = new bool[program.Rows];
    private readonly double[] _scores = new double[program.Count];
    private readonly int[] _order = new int[program.Count];
    private bool _isWarm;

    /// <summary>Rounds of the last solve.</summary>
    public int Rounds { get; private set; }

    /// <summary>Starts with rows that are known to matter, and with every item where these are few.</summary>
    /// <param name="rows">Per row of the whole that the program is a part of, whether to start with it.</param>
    /// <param name="items">Per item, whether to start with it; null to choose.</param>
    public void Warm(bool[] rows, bool[]? items = null)
    {
        const int Few = 1_000;
        Choose();
        for (var i = 0; i < program.Count; i++)
            _isIn[i] = !_isDead[i] && (_isIn[i] || items?[i] == true || (items is null && program.Count <= Few));
        for (var r = 0; r < program.Rows; r++)
            _isRowIn[r] |= rows[program.RowOrigin?[r] ?? r];
        _isWarm = true;
    }

    /// <summary>Adds the rows that were needed to those of the whole.</summary>
    public void MergeRows(bool[] rows)
    {
        for (var r = 0; r < program.Rows; r++)
            rows[program.RowOrigin?[r] ?? r] |= _isRowIn[r];
    }

    /// <summary>Solves; the items and rows taken in stay for the next solve.</summary>
    /// <param name="tolerance">Relative gap at which to stop.</param>
    /// <param name="cancellation">Cancels.</param>
    public Relaxed Solve(double tolerance, CancellationToken cancellation = default)
    {
        var n = program.Count;
        if (!_isWarm)
            Choose();
        _isWarm = true;
        var prices = new Prices(program, _isDead);
        var (x, z, y) = (new double[n], new double[program.IsSwitched is null ? 0 : n], new double[program.Openers]);
        var previous = double.NegativeInfinity;
        for (Rounds = 1; ; Rounds++)
        {
            cancellation.ThrowIfCancellationRequested();
            var items = Indices(_isIn);
            var rows = Indices(_isRowIn);
            var part = program.Select(items, rows);
            var converged = SolvePart(part, items, rows, tolerance, prices, x, z, y, cancellation);
            part.GiveBack();
            prices.Evaluate();
            var objective = program.Objective(x, z, y);
            var added = AddRows(x, z, y) + AddItems(prices, items.Length);
            var violation = program.Violation(x, z, y);
            var gap = (objective - prices.Bound) / Math.Max(Math.Abs(objective), 1e-9);
            var isDone = converged && violation <= 1e-10 && gap <= tolerance;
            if (isDone || Rounds == MaximumRounds || (added == 0 && (!converged || prices.Bound <= previous || Rounds > 3)))
                return new(x, z, y, prices, objective, violation, violation > 1e-7 && ProvesInfeasible(prices, cancellation));
            previous = added == 0 ? prices.Bound : previous;
        }
    }

    /// <summary>The items that pay best of themselves, and all that cannot be zero.</summary>
    private void Choose()
    {
        var n = program.Count;
        for (var i = 0; i < n; i++)
        {
            _order[i] = i;
            var size = 0.2 * program.Upper[i] + 0.8 * program.Lower[i];
            _scores[i] = program.Psi(i, size) + (program.Switches(i) ? program.Charge![i] : 0);
            // Beside switched items, those without a switch are few and carry what the others do.
            var mustBeIn = !program.Switches(i) && (program.IsSwitched is not null || program.Lower[i] > 0 || program.Upper[i] < 0);
            _isIn[i] = !_isDead[i] && (mustBeIn || n <= Small);
        }

        for (var r = 0; r < program.Rows; r++)
            _isRowIn[r] = program.IsEquality[r] || n <= Small / 2;
        if (n <= Small)
            return;
        Array.Sort(_scores, _order);
        for (var i = 0; i < Small; i++)
            _isIn[_order[i]] |= !_isDead[_order[i]];
    }

    private bool SolvePart(
        FactorProgram part, int[] items, int[] rows, double tolerance, Prices prices, double[] x, double[] z, double[] y, CancellationToken cancellation)
    {
        var answer = engine.Solve(part, tolerance, cancellation);
        Array.Clear(x);
        Array.Clear(z);
        for (var i = 0; i < items.Length; i++)
            x[items[i]] = Math.Clamp(answer.X[i], part.Switches(i) ? Math.Min(0, part.Lower[i]) : part.Lower[i], part.Upper[i]);
        for (var i = 0; i < items.Length && z.Length > 0; i++)
            z[items[i]] = part.Switches(i) ? answer.Z[i] : 1;
        answer.Y.CopyTo(y, 0);
        prices.Rows.Clear();
        for (var r = 0; r < rows.Length; r++)
            prices.Rows[rows[r]] = answer.RowPrices[r];
        prices.PriceFactors(x);
        return answer.HasConverged;
    }

    private int AddRows(double[] x, double[] z, double[] y)
    {
        var added = 0;
        var activity = program.Activity(x, z, y);
        for (var r = 0; r < program.Rows; r++)
        {
            if (_isRowIn[r] || activity[r] <= program.RightSide[r] + 1e-11)
                continue;
            _isRowIn[r] = true;
            added++;
        }

        return added;
    }

    /// <summary>Takes in the items that lower the bound most: half as many as the set is large, at most.</summary>
    private int AddItems(Prices prices, int size)
    {
        var (count, most) = (0, Math.Max(Small / 2, size / 2));
        for (var i = 0; i < program.Count; i++)
        {
            // An item whose opener stays shut is not missed, however cheap it would be behind it.
            var isShut = program.Switches(i) && program.Opener![i] is var g and >= 0 && prices.OpenScore[g] >= 0;
            if (_isIn[i] || _isDead[i] || isShut || prices.Score[i] >= 0)
                continue;
            (_scores[count], _order[count]) = (prices.Score[i], i);
            count++;
        }

        if (count > most)
            Array.Sort(_scores, _order, 0, count);
        for (var c = 0; c < Math.Min(count, most); c++)
            _isIn[_order[c]] = true;
        return Math.Min(count, most);
    }

    private static int[] Indices(bool[] isIn)
    {
        var indices = new int[isIn.AsSpan().Count(true)];
        var count = 0;
        for (var i = 0; i < isIn.Length; i++)
        {
            if (isIn[i])
                indices[count++] = i;
        }

        return indices;
    }

    /// <summary>Whether it is proven that no point satisfies the rows: by the prices at hand, or by those of the program
    /// that breaks rows as little as it can.</summary>
    private bool ProvesInfeasible(Prices prices, CancellationToken cancellation)
    {
        if (InfeasibilityProof.IsProvenBy(program, prices.Rows))
            return true;
        using var interior = new InteriorPoint(InfeasibilityProof.Elastic(program));
        interior.Solve(1e-9, cancellation);
        return InfeasibilityProof.IsProvenBy(program, interior.RowMultipliers);
    }
}

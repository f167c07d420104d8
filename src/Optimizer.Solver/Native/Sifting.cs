namespace Optimizer.Solver.Native;

/// <summary>The built-in kernels' answer to a program.</summary>
/// <param name="X">Sizes.</param>
/// <param name="Z">Switch values; empty if no item is switched.</param>
/// <param name="Y">Openers.</param>
/// <param name="Prices">Prices of factors and rows, with reduced costs computed.</param>
/// <param name="Objective">The objective at the point.</param>
/// <param name="Violation">The largest violation of a row.</param>
/// <param name="IsProvenInfeasible">Whether prices prove infeasibility.</param>
internal sealed record Relaxed(
    double[] X, double[] Z, double[] Y, Prices Prices, double Objective, double Violation, bool IsProvenInfeasible)
{
    /// <summary>The proven bound: no point has a better objective.</summary>
    public double Bound => Prices.Bound;
}

/// <summary>Sifting: solves a program over few items and rows, and adds items by reduced cost and rows by violation.</summary>
/// <remarks>
/// An item that is left out is zero; its reduced cost shows exactly whether it should be added (<see cref="Prices"/>). The bound covers
/// every item,
/// included or not. A row that is left out costs nothing until the point violates it. A round costs one small interior point and one pass
/// over all
/// items, O(n·k) (Bixby et al., Very large-scale linear programming, 1992).
/// </remarks>
internal sealed class Sifting(FactorProgram program, IPartEngine engine)
{
    private const int MaximumRounds = 40;

    /// <summary>Below this many items, all are included: one round over all costs no more than two over some.</summary>
    private const int Small = 160;

    private readonly bool[] _isDead = program.FindDead();
    private readonly bool[] _isIn = new bool[program.Count];
    private readonly bool[] _isRowIn = new bool[program.Rows];
    private readonly double[] _scores = new double[program.Count];
    private readonly int[] _order = new int[program.Count];
    private bool _isWarm;

    /// <summary>Rounds of the last solve.</summary>
    public int Rounds { get; private set; }

    /// <summary>Sets the initial rows, and the initial items; all items if there are few.</summary>
    /// <param name="rows">Per row of the whole program, whether to include it at the start.</param>
    /// <param name="items">Per item, whether to include it at the start; null to choose automatically.</param>
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

    /// <summary>Marks the rows that were included, in the list of the whole program's rows.</summary>
    public void MergeRows(bool[] rows)
    {
        for (var r = 0; r < program.Rows; r++)
            rows[program.RowOrigin?[r] ?? r] |= _isRowIn[r];
    }

    /// <summary>Solves; included items and rows are kept for the next solve.</summary>
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

    /// <summary>Chooses the initial items: the most profitable ones, and all that cannot be zero.</summary>
    private void Choose()
    {
        var n = program.Count;
        for (var i = 0; i < n; i++)
        {
            _order[i] = i;
            var size = 0.2 * program.Upper[i] + 0.8 * program.Lower[i];
            _scores[i] = program.Psi(i, size) + (program.Switches(i) ? program.Charge![i] : 0);
            // In a program with switched items, items without a switch are few, and rows connect them with the others: include them.
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

    /// <summary>Adds the items that lower the bound most: at most half as many as are already included.</summary>
    private int AddItems(Prices prices, int size)
    {
        var (count, most) = (0, Math.Max(Small / 2, size / 2));
        for (var i = 0; i < program.Count; i++)
        {
            // An item whose opener stays closed is not needed, however low its reduced cost.
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

    /// <summary>Whether infeasibility is proven, by the current prices or by those of the elastic program.</summary>
    private bool ProvesInfeasible(Prices prices, CancellationToken cancellation)
    {
        if (InfeasibilityProof.IsProvenBy(program, prices.Rows))
            return true;
        using var interior = new InteriorPoint(InfeasibilityProof.Elastic(program));
        interior.Solve(1e-9, cancellation);
        return InfeasibilityProof.IsProvenBy(program, interior.RowMultipliers);
    }
}

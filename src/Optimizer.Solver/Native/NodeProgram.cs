namespace Optimizer.Solver.Native;

/// <summary>A node's subprogram: a program in which some switches are fixed.</summary>
/// <param name="Program">The reduced program.</param>
/// <param name="Items">Index in the whole program of each item: first the items that are on, then the undecided ones.</param>
/// <param name="Openers">Index in the whole program of each opener.</param>
internal sealed record NodeProgram(FactorProgram Program, int[] Items, int[] Openers)
{
    /// <summary>The subprogram in which some items are on, some are undecided, and the rest are off.</summary>
    /// <param name="whole">The whole program.</param>
    /// <param name="on">Items that are on, or that have no switch.</param>
    /// <param name="free">Items that may be on or off.</param>
    /// <param name="openers">State of every opener.</param>
    /// <param name="withoutMinima">Whether items that are on may have size zero.</param>
    /// <returns>Null if the fixed switches alone violate a row.</returns>
    public static NodeProgram? Of(FactorProgram whole, ReadOnlySpan<int> on, ReadOnlySpan<int> free, ReadOnlySpan<Decision> openers,
        bool withoutMinima = false)
    {
        var items = new int[on.Length + free.Length];
        on.CopyTo(items);
        free.CopyTo(items.AsSpan(on.Length));
        var openerItems = Undecided(openers, out var openerMap);
        var (constant, shift) = Fixed(whole, on, openers);
        var n = items.Length;
        var isSwitched = free.Length > 0 ? new bool[n] : null;
        var opener = free.Length > 0 ? new int[n] : null;
        if (isSwitched is not null)
        {
            Array.Fill(opener!, -1);
            for (var q = on.Length; q < n; q++)
            {
                isSwitched[q] = whole.Switches(items[q]);
                opener![q] = isSwitched[q] && whole.Opener![items[q]] is var g and >= 0 ? openerMap[g] : -1;
            }
        }

        var lower = FactorProgram.Pick(whole.Lower, items);
        for (var q = 0; withoutMinima && q < on.Length; q++)
            lower[q] = whole.Switches(items[q]) ? 0 : lower[q];

        // Rows with fixed switches only either hold or make the subprogram infeasible.
        var rows = RowsThatMatter(whole, items, lower, on.Length, openerItems, shift, out var isBroken);
        if (isBroken)
            return null;
        var map = new int[whole.SparseFactors + whole.Rows];
        for (var s = 0; s < whole.SparseFactors; s++)
            map[s] = s;
        map.AsSpan(whole.SparseFactors).Fill(-1);
        for (var r = 0; r < rows.Length; r++)
            map[whole.SparseFactors + rows[r]] = whole.SparseFactors + r;
        var loadings = new double[n * whole.Stride];
        for (var q = 0; q < n; q++)
            whole.LoadingsOf(items[q]).CopyTo(loadings.AsSpan(q * whole.Stride));
        var part = whole with
        {
            Count = n,
            Cost = FactorProgram.Pick(whole.Cost, items),
            Variance = FactorProgram.Pick(whole.Variance, items),
            Lower = lower,
            Upper = FactorProgram.Pick(whole.Upper, items),
            Curve = whole.Curve is null ? null : FactorProgram.Pick(whole.Curve, items),
            CurveWeight = whole.CurveWeight is null ? null : FactorProgram.Pick(whole.CurveWeight, items),
            IsSwitched = isSwitched,
            Charge = isSwitched is null ? null : FactorProgram.Pick(whole.Charge!, items),
            Opener = opener,
            Loadings = loadings,
            RightSide = [.. rows.Select(r => whole.RightSide[r] - shift[whole.SparseFactors + r])],
            IsEquality = FactorProgram.Pick(whole.IsEquality, rows),
            OfX = whole.OfX.Select(items, map),
            OfZ = isSwitched is null ? SparseRows.Of(n) : whole.OfZ.Select(items, map),
            OfY = whole.OfY.Select(openerItems, map),
            OpenCost = FactorProgram.Pick(whole.OpenCost, openerItems),
            Constant = constant,
            RowOrigin = rows,
        };
        return new(part, items, openerItems);
    }

    /// <summary>The openers that stay open questions, and their new indices; −1 for the others.</summary>
    private static int[] Undecided(ReadOnlySpan<Decision> openers, out int[] map)
    {
        map = new int[openers.Length];
        var kept = new List<int>();
        for (var g = 0; g < openers.Length; g++)
        {
            map[g] = openers[g] == Decision.Undecided ? kept.Count : -1;
            if (map[g] >= 0)
                kept.Add(g);
        }

        return [.. kept];
    }

    /// <summary>What switches and openers that are on add to the objective and to the rows.</summary>
    private static (double Constant, double[] Shift) Fixed(FactorProgram whole, ReadOnlySpan<int> on, ReadOnlySpan<Decision> openers)
    {
        var (constant, shift) = (whole.Constant, new double[whole.SparseFactors + whole.Rows]);
        foreach (var i in on)
        {
            if (!whole.Switches(i))
                continue;
            constant += whole.Charge![i];
            whole.OfZ[i].AddTo(shift, 1);
        }

        for (var g = 0; g < whole.Openers; g++)
        {
            if (openers[g] != Decision.On)
                continue;
            constant += whole.OpenCost[g];
            whole.OfY[g].AddTo(shift, 1);
        }

        return (constant, shift);
    }

    /// <summary>The rows that the bounds of the subprogram do not already imply.</summary>
    private static int[] RowsThatMatter(
        FactorProgram whole, int[] items, double[] lower, int on, int[] openers, double[] shift, out bool isBroken)
    {
        var (least, most) = (new double[shift.Length], new double[shift.Length]);
        for (var q = 0; q < items.Length; q++)
        {
            var i = items[q];
            var isFree = q >= on && whole.Switches(i);
            foreach (var (index, c) in whole.OfX[i])
            {
                var (a, b) = (c * (isFree ? 0 : lower[q]), c * whole.Upper[i]);
                least[index] += Math.Min(a, b);
                most[index] += Math.Max(a, b);
            }

            if (!isFree)
                continue;
            foreach (var (index, c) in whole.OfZ[i])
            {
                least[index] += Math.Min(0, c);
                most[index] += Math.Max(0, c);
            }
        }

        foreach (var g in openers)
        {
            foreach (var (index, c) in whole.OfY[g])
            {
                least[index] += Math.Min(0, c);
                most[index] += Math.Max(0, c);
            }
        }

        isBroken = false;
        var rows = new List<int>();
        for (var r = 0; r < whole.Rows; r++)
        {
            var at = whole.SparseFactors + r;
            var right = whole.RightSide[r] - shift[at];
            isBroken |= least[at] > right + 1e-9 || (whole.IsEquality[r] && most[at] < right - 1e-9);
            if (whole.IsEquality[r] || most[at] > right + 1e-12)
                rows.Add(r);
        }

        return [.. rows];
    }
}

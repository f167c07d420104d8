namespace Optimizer.Solver.Native;

/// <summary>A support (set of items that are on), solved exactly.</summary>
/// <param name="Items">The items that are on, ascending, including those without a switch.</param>
/// <param name="X">Sizes, per item of the whole program.</param>
/// <param name="Z">0 or 1, per item of the whole program.</param>
/// <param name="Y">0 or 1, per opener of the whole program.</param>
/// <param name="Objective">Objective at the point.</param>
/// <param name="Prices">Prices of factors and rows with the switches fixed, for the whole program.</param>
internal sealed record Supported(int[] Items, double[] X, double[] Z, double[] Y, double Objective, Prices Prices);

/// <summary>Solves programs with all switches fixed, remembers the best point, and improves it by exchanges.</summary>
internal sealed class SupportSearch(FactorProgram program)
{
    /// <summary>Sizes of an interior point below this count as zero.</summary>
    private const double Tiny = 1e-7;

    private readonly Dictionary<int, List<int>> _itemsOfSwitchRow = SwitchRows(program);
    private readonly OpenerRows _openerRows = new(program);
    private readonly Dictionary<string, bool> _isCertain = [];
    private readonly int[] _always = [.. Enumerable.Range(0, program.Count).Where(i => !program.Switches(i))];

    /// <summary>The incumbent: the best point so far.</summary>
    public Supported? Best { get; private set; }

    /// <summary>Solves with exactly these items on.</summary>
    /// <param name="items">Items that are on; those without a switch may be left out.</param>
    /// <param name="openers">State of every opener; an undecided opener is opened if an item needs it or if it is profitable. Null if all
    /// are undecided.</param>
    /// <returns>Null if no point satisfies the rows, or if this support was solved before and is not the best.</returns>
    public Supported? Evaluate(IEnumerable<int> items, Decision[]? openers = null)
    {
        var on = items.Concat(_always).Distinct().Order().ToArray();
        if (Openers(on, openers) is not { } state)
            return null;
        var key = Key(on, state);
        if (_isCertain.ContainsKey(key))
            return Best?.Items.AsSpan().SequenceEqual(on) == true ? Best : null;
        _isCertain[key] = true;
        var found = NodeProgram.Of(program, on, [], state) is { } part ? Solve(part, on, state, key) : null;
        if (found is not null && (Best is null || found.Objective < Best.Objective - 1e-14))
            Best = found;
        return found;
    }

    /// <summary>Solves with exactly these items on; returns whether that was solved, or proven infeasible.</summary>
    public bool Decides(int[] items, Decision[] openers)
    {
        Evaluate(items, openers);
        var on = items.Concat(_always).Distinct().Order().ToArray();
        return Openers(on, openers) is not { } state || _isCertain[Key(on, state)];
    }

    private static string Key(int[] on, Decision[] openers) => string.Join(',', on) + '|' + string.Join(',', openers.Select(o => (int)o));

    private Decision[]? Openers(int[] on, Decision[]? openers)
    {
        var state = new Decision[program.Openers];
        for (var g = 0; g < state.Length; g++)
            state[g] = openers?[g] == Decision.On || (program.OpenCost[g] < 0 && openers?[g] != Decision.Off) ? Decision.On : Decision.Off;
        foreach (var i in on)
        {
            if (!program.Switches(i) || program.Opener![i] is not (var g and >= 0))
                continue;
            if (openers?[g] == Decision.Off)
                return null;
            state[g] = Decision.On;
        }

        _openerRows.Open(on, openers, state);
        return state;
    }

    /// <summary>Improves the incumbent by removing, adding and exchanging single items until nothing helps.</summary>
    /// <remarks>The prices of a support bound the effect of adding an item (<see cref="Native.Prices"/>), so most additions are ruled out
    /// without solving.</remarks>
    public void Improve(int[] candidates, Deadline deadline)
    {
        const int Tries = 3;
        for (var round = 0; round < 50; round++)
        {
            var start = Best!;
            var switched = start.Items.Where(program.Switches).ToArray();
            var isBetter = TryAdditions(start, candidates, Tries);
            foreach (var left in switched)
            {
                if (deadline.HasPassed)
                    return;
                var rest = start.Items.Where(i => i != left).ToArray();
                if (Evaluate(rest) is not { } without)
                {
                    // The remaining items cannot take the whole book: try an exchange with an item of similar size.
                    isBetter |= TryReplacements(start, rest, candidates, Tries);
                    continue;
                }

                isBetter |= Best!.Objective < start.Objective - 1e-14;
                isBetter |= TryAdditions(without, candidates, Tries);
            }

            if (!isBetter || Best!.Objective >= start.Objective - 1e-13)
                return;
        }
    }

    /// <summary>Slope scaling: finds supports of programs with flows, where items depend on each other.</summary>
    /// <remarks>
    /// Each fixed charge is spread over the item's last size, so that small sizes become expensive and flows concentrate (Kim and Pardalos,
    /// A solution
    /// approach to the fixed charge network flow problem using a dynamic slope scaling procedure, 1999). The support of each round is
    /// thinned until
    /// no size is below its minimum, made exact, and kept if it is the best. Finally, the items with the highest cost per size are removed.
    /// </remarks>
    /// <param name="start">Sizes in the relaxation.</param>
    /// <param name="target">An objective that is good enough to stop.</param>
    /// <param name="deadline">When to stop.</param>
    public void Dive(ReadOnlySpan<double> start, double target, Deadline deadline)
    {
        const int Rounds = 6;
        var size = new double[program.Count];
        var matters = new bool[program.Count];
        for (var i = 0; i < size.Length; i++)
        {
            size[i] = start[i] > Tiny ? Math.Max(start[i], program.Lower[i]) : program.Upper[i];
            matters[i] = start[i] > Tiny || !program.Switches(i);
        }

        var rows = new bool[program.Rows];
        for (var round = 0; round < Rounds && !deadline.HasPassed && !(Best?.Objective <= target); round++)
        {
            var sifting = new Sifting(Spread(size), InteriorPointEngine.Instance);
            sifting.Warm(rows, matters);
            var x = sifting.Solve(1e-5, deadline.Cancellation).X;
            sifting.MergeRows(rows);
            for (var i = 0; i < size.Length; i++)
            {
                size[i] = x[i] > Tiny ? Math.Max(x[i], program.Lower[i]) : size[i];
                matters[i] |= x[i] > Tiny;
            }

            var before = Best;
            EvaluateThinned([.. Enumerable.Range(0, program.Count).Where(i => program.Switches(i) && x[i] > Tiny)], x, deadline);
            if (!ReferenceEquals(Best, before) && Best!.Objective > target)
                Prune(deadline);
        }
    }

    /// <summary>The program without switches: every charge and every row coefficient of z is spread over a size.</summary>
    private FactorProgram Spread(double[] size)
    {
        var cost = (double[])program.Cost.Clone();
        var lower = (double[])program.Lower.Clone();
        var ofX = new SparseEntries();
        for (var i = 0; i < program.Count; i++)
        {
            foreach (var (index, c) in program.OfX[i])
                ofX.Add(i, index, c);
            if (!program.Switches(i))
                continue;
            cost[i] += program.Charge![i] / size[i];
            lower[i] = 0;
            foreach (var (index, c) in program.OfZ[i])
                ofX.Add(i, index, c / size[i]);
        }

        return program with
        {
            Cost = cost,
            Lower = lower,
            OfX = ofX.ToRows(program.Count),
            OfZ = SparseRows.Of(program.Count),
            IsSwitched = null,
            Charge = null,
            Opener = null,
        };
    }

    /// <summary>Solves a support without minima, removes items that end below their minimum (in the first rounds: below half of it), and
    /// repeats.</summary>
    private void EvaluateThinned(int[] items, ReadOnlySpan<double> sizes, Deadline deadline)
    {
        const int Rounds = 8;
        const int Lenient = 2;
        items = KeepRowsOfSwitches(items, sizes);
        for (var round = 0; round < Rounds && !deadline.HasPassed; round++)
        {
            var on = items.Concat(_always).Distinct().Order().ToArray();
            if (Openers(on, null) is not { } state || NodeProgram.Of(program, on, [], state, withoutMinima: true) is not { } part)
                return;
            var x = new Sifting(part.Program, InteriorPointEngine.Instance).Solve(1e-5, deadline.Cancellation).X;
            var kept = new List<int>();
            for (var q = 0; q < on.Length; q++)
            {
                if (!program.Switches(on[q]) || x[q] <= Tiny)
                    continue;
                if (x[q] >= (round < Lenient ? 0.5 : 1 - 1e-9) * program.Lower[on[q]])
                    kept.Add(on[q]);
                else if (Smaller(on[q]) is { } smaller)
                    kept.Add(smaller);
            }

            if (round >= Lenient && kept.Count == items.Length && kept.TrueForAll(items.Contains))
                break;
            items = [.. kept.Distinct()];
        }

        Evaluate(items);
    }

    /// <summary>If a row allows only one of several items to be on, such as the fee tiers of a route: another of them with a smaller
    /// minimum.</summary>
    private int? Smaller(int item)
    {
        foreach (var (index, _) in program.OfZ[item])
        {
            if (!_itemsOfSwitchRow.TryGetValue(index, out var others) || others.Count > 8)
                continue;
            foreach (var other in others)
            {
                if (program.Lower[other] < program.Lower[item])
                    return other;
            }
        }

        return null;
    }

    /// <summary>Removes the smallest items of rows over switches until these rows hold.</summary>
    private int[] KeepRowsOfSwitches(int[] items, ReadOnlySpan<double> sizes)
    {
        var left = program.RightSide.ToArray();
        var order = (int[])items.Clone();
        var keys = new double[order.Length];
        for (var q = 0; q < order.Length; q++)
            keys[q] = -sizes[order[q]];
        Array.Sort(keys, order);
        var kept = new List<int>();
        foreach (var i in order)
        {
            var fits = true;
            foreach (var (index, c) in program.OfZ[i])
                fits &= !_itemsOfSwitchRow.ContainsKey(index) || c <= left[index - program.SparseFactors] + 1e-12;
            if (!fits)
                continue;
            kept.Add(i);
            foreach (var (index, c) in program.OfZ[i])
                left[index - program.SparseFactors] -= c;
        }

        return [.. kept];
    }

    /// <summary>Rows over switches alone with coefficients above zero, with their items.</summary>
    private static Dictionary<int, List<int>> SwitchRows(FactorProgram program)
    {
        var rows = new Dictionary<int, List<int>>();
        var isOther = new bool[program.SparseFactors + program.Rows];
        for (var i = 0; i < program.Count; i++)
        {
            foreach (var (index, _) in program.OfX[i])
                isOther[index] = true;
            if (!program.Switches(i))
                continue;
            foreach (var (index, c) in program.OfZ[i])
            {
                isOther[index] |= c < 0;
                (rows.TryGetValue(index, out var items) ? items : rows[index] = []).Add(i);
            }
        }

        for (var g = 0; g < program.Openers; g++)
        {
            foreach (var (index, _) in program.OfY[g])
                isOther[index] = true;
        }

        return rows.Where(row => !isOther[row.Key]).ToDictionary();
    }

    /// <summary>Removes the items with the highest cost per size, in batches; a batch that makes things worse is halved.</summary>
    private void Prune(Deadline deadline)
    {
        var batch = Math.Max(1, Best!.Items.Count(program.Switches) / 8);
        while (batch > 0 && !deadline.HasPassed)
        {
            var before = Best;
            var dearest = before.Items.Where(program.Switches).OrderByDescending(i => program.Charge![i] / Math.Max(before.X[i], Tiny)).Take(batch).ToHashSet();
            EvaluateThinned([.. before.Items.Where(i => program.Switches(i) && !dearest.Contains(i))], before.X, deadline);
            if (ReferenceEquals(Best, before))
                batch /= 2;
        }
    }

    private bool TryAdditions(Supported from, int[] candidates, int tries)
    {
        var before = Best!.Objective;
        var promising = new List<(double Bound, int Item)>();
        foreach (var j in candidates)
        {
            if (from.Z[j] > 0)
                continue;
            var bound = from.Objective + ScoreOf(from, j);
            if (bound < before - 1e-13)
                promising.Add((bound, j));
        }

        promising.Sort();
        foreach (var (_, j) in promising.Take(tries))
            Evaluate([.. from.Items, j]);
        return Best!.Objective < before - 1e-14;
    }

    private bool TryReplacements(Supported from, int[] rest, int[] candidates, int tries)
    {
        var before = Best!.Objective;
        foreach (var j in candidates.Where(j => from.Z[j] == 0).OrderBy(j => ScoreOf(from, j)).Take(tries))
            Evaluate([.. rest, j]);
        return Best!.Objective < before - 1e-14;
    }

    private double ScoreOf(Supported from, int item)
    {
        var score = from.Prices.ScoreOf(item);
        return program.Opener![item] is var g and >= 0 && from.Y[g] == 0 ? score + program.OpenCost[g] : score;
    }

    private Supported? Solve(NodeProgram part, int[] on, Decision[] state, string key)
    {
        var p = part.Program;
        var exact = new ActiveSet(p);
        for (var r = 0; r < p.Rows; r++)
            exact.GuessRow(r, false, 0);
        for (var q = 0; q < on.Length; q++)
            exact.X[q] = Best?.X[on[q]] ?? 0;
        double[] x, rowPrices;
        if (exact.Solve(corrections: 12, largest: 200))
        {
            (x, rowPrices) = (exact.X, exact.Prices.Rows.ToArray());
        }
        else
        {
            var relaxed = new Sifting(p, InteriorPointEngine.Instance).Solve(1e-9);
            if (relaxed.Violation > 1e-9)
            {
                _isCertain[key] = relaxed.IsProvenInfeasible;
                return null;
            }

            // An inexact point is still feasible, but does not show how good the support can be.
            _isCertain[key] = relaxed.Objective - relaxed.Bound <= 1e-7 * Math.Max(Math.Abs(relaxed.Objective), 1e-3);
            (x, rowPrices) = (relaxed.X, relaxed.Prices.Rows.ToArray());
        }

        var (sizes, z, y) = (new double[program.Count], new double[program.Count], new double[program.Openers]);
        for (var q = 0; q < on.Length; q++)
            (sizes[on[q]], z[on[q]]) = (x[q], 1);
        for (var g = 0; g < y.Length; g++)
            y[g] = state[g] == Decision.On ? 1 : 0;
        var prices = new Prices(program);
        prices.PriceFactors(sizes);
        for (var r = 0; r < p.Rows; r++)
            prices.Rows[p.RowOrigin![r]] = rowPrices[r];
        return new([.. on], sizes, z, y, p.Objective(x, [], []), prices);
    }
}

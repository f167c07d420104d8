namespace Optimizer.Solver.Native;

/// <summary>A set of items that are on, solved exactly.</summary>
/// <param name="Items">The items that are on, in order; those without a switch included.</param>
/// <param name="X">Sizes, per item of the whole program.</param>
/// <param name="Z">0 or 1, per item of the whole program.</param>
/// <param name="Y">0 or 1, per opener of the whole program.</param>
/// <param name="Objective">Objective at the point.</param>
/// <param name="Prices">Prices of factors and rows with the switches as they are, for the whole program.</param>
internal sealed record Supported(int[] Items, double[] X, double[] Z, double[] Y, double Objective, Prices Prices);

/// <summary>Solves programs with all switches settled, remembers the best, and improves it by exchanges.</summary>
internal sealed class SupportSearch(FactorProgram program)
{
    private readonly Dictionary<string, bool> _isCertain = [];
    private readonly int[] _always = [.. Enumerable.Range(0, program.Count).Where(i => !program.Switches(i))];

    /// <summary>The best point so far.</summary>
    public Supported? Best { get; private set; }

    /// <summary>Solves with exactly these items on.</summary>
    /// <param name="items">Items that are on; those without a switch may be left out.</param>
    /// <param name="openers">What is decided of every opener; an undecided one is opened where an item needs it or it
    /// pays of itself. Null: all are undecided.</param>
    /// <returns>Null where no point satisfies the rows, or where this was solved before and is not the best.</returns>
    public Supported? Evaluate(IEnumerable<int> items, Decision[]? openers = null)
    {
        var on = items.Concat(_always).Distinct().Order().ToArray();
        if (Openers(on, openers) is not { } state)
            return null;
        var key = Key(on, state);
        if (_isCertain.ContainsKey(key))
            return Best?.Items.AsSpan().SequenceEqual(on) == true ? Best : null;
        _isCertain[key] = true;
        var found = Restriction.Of(program, on, [], state) is { } part ? Solve(part, on, state, key) : null;
        if (found is not null && (Best is null || found.Objective < Best.Objective - 1e-14))
            Best = found;
        return found;
    }

    /// <summary>Solves with exactly these items on, and says whether that was solved, or proven to have no point.</summary>
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

        return state;
    }

    /// <summary>Improves the best point by leaving out, adding and exchanging single items until none of it helps.</summary>
    /// <remarks>The prices of a support bound what an addition can bring from below (<see cref="Native.Prices"/>), so most
    /// are ruled out without being solved.</remarks>
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
                    // What is left cannot carry the book: exchange for what carries as much.
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

    private Supported? Solve(Restriction part, int[] on, Decision[] state, string key)
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

namespace Optimizer.Solver.Native;

/// <summary>The best point of a mixed-integer program that was found, and what is proven.</summary>
/// <param name="Best">The best point, all switches at zero or one; null where none was found.</param>
/// <param name="Bound">No point is better than this.</param>
/// <param name="IsProvenInfeasible">Whether it is proven that there is no point.</param>
/// <param name="Nodes">Relaxations solved.</param>
internal sealed record MixedResult(Supported? Best, double Bound, bool IsProvenInfeasible, int Nodes);

/// <summary>Branch and bound on switches over perspective relaxations.</summary>
/// <remarks>
/// At every node: the relaxation by interior point; the bound from its prices; every switch that, forced, would lift the
/// bound above the best point is settled for good (reduced-cost fixing); supports rounded from the relaxation are made
/// exact and improved by exchanges. Nodes are taken best bound first, so the bound only rises, and at any moment the best
/// point and the bound are valid.
/// </remarks>
/// <param name="program">The program.</param>
/// <param name="gap">Relative gap at which to stop.</param>
/// <param name="least">Objectives below this are measured against this.</param>
/// <param name="deadline">When to stop all the same.</param>
internal sealed class BranchAndBound(FactorProgram program, double gap, double least, Deadline deadline)
{
    /// <summary>Relaxations of the root: each settles switches, which makes the next one tighter.</summary>
    private const int RootPasses = 4;

    private readonly SupportSearch _search = new(program);
    /// <summary>The program with bounds drawn in; the search keeps to the original.</summary>
    private readonly FactorProgram _program = program with { Lower = [.. program.Lower], Upper = [.. program.Upper] };

    private readonly bool[] _needsRow = new bool[program.Rows];
    private readonly BranchingCosts _costs = new(program.Count + program.Openers);
    private readonly PriorityQueue<Node, (double, int)> _open = new();
    private double _closedBound = double.PositiveInfinity;
    private readonly bool _hasFlows = HasFlows(program);
    private int _created;
    private int _nodes;

    /// <summary>What has to be beaten for a node to matter.</summary>
    private double Cutoff => _search.Best is { } best
        ? best.Objective - gap * Math.Max(Math.Abs(best.Objective), least)
        : double.PositiveInfinity;

    /// <summary>Solves.</summary>
    public MixedResult Solve()
    {
        for (var r = 0; r < program.Rows; r++)
            _needsRow[r] = program.IsEquality[r];
        Push(Root());
        while (_open.TryPeek(out _, out var first))
        {
            deadline.Cancellation.ThrowIfCancellationRequested();
            if (deadline.HasPassed)
                return new(_search.Best, Math.Min(_closedBound, first.Item1), false, _nodes);
            var node = _open.Dequeue();
            if (node.Bound < Cutoff)
                Process(node);
            else
                Close(node.Bound);
        }

        var bound = Math.Min(_closedBound, _search.Best?.Objective ?? double.PositiveInfinity);
        return new(_search.Best, bound, double.IsPositiveInfinity(bound), _nodes);
    }

    /// <summary>Whether rows carry from some items to others: then a support is more than the sum of its items.</summary>
    private static bool HasFlows(FactorProgram program)
    {
        var signs = new int[program.SparseFactors + program.Rows];
        for (var i = 0; i < program.Count; i++)
        {
            foreach (var (index, c) in program.OfX[i])
                signs[index] |= c > 0 ? 1 : 2;
        }

        return signs.AsSpan(program.SparseFactors).Contains(3);
    }

    private Node Root()
    {
        var (on, free) = (new List<int>(), new List<int>());
        for (var i = 0; i < program.Count; i++)
            (program.Switches(i) ? free : on).Add(i);
        var openers = new Decision[program.Openers];
        Array.Fill(openers, Decision.Undecided);
        return new Node([.. on], [.. free], openers, double.NegativeInfinity);
    }

    private void Push(Node node) => _open.Enqueue(node, (node.Bound, _created++));

    private void Close(double bound) => _closedBound = Math.Min(_closedBound, bound);

    private void Process(Node node)
    {
        var isRoot = _nodes == 0;
        for (var pass = 1; ; pass++)
        {
            if (Propagate(node) is not { } next)
                return;
            node = next;
            if (node.IsDecided)
            {
                // Solved, nothing here is better than the search's best; unsolved, the node's bound is all that is known.
                if (!_search.Decides(node.On, node.Openers))
                    Close(node.Bound);
                return;
            }

            if (Restriction.Of(_program, node.On, node.Undecided, node.Openers) is not { } part)
                return;
            _nodes++;
            var relaxed = Relax(part, isRoot);
            if (relaxed.IsProvenInfeasible)
                return;
            if (pass == 1)
                _costs.Learn(node.Branch, relaxed.Bound);
            node = node with { Bound = Math.Max(node.Bound, relaxed.Bound) };
            if (node.Bound < Cutoff)
                Round(node, part, relaxed, isRoot && pass == 1);
            if (node.Bound >= Cutoff)
            {
                Close(node.Bound);
                return;
            }

            var before = node.Undecided.Length;
            node = Settle(node, part, relaxed);
            var isTighter = isRoot && Tighten(part, relaxed);
            if (!isRoot || pass == RootPasses || (node.Undecided.Length > 0.8 * before && !isTighter))
            {
                Branch(node, part, relaxed);
                return;
            }
        }
    }

    /// <summary>Draws what follows at once: an item that is on needs its opener, and behind a shut one all are off.</summary>
    /// <returns>Null where the decisions contradict each other.</returns>
    private Node? Propagate(Node node)
    {
        if (program.Openers == 0)
            return node;
        var openers = (Decision[])node.Openers.Clone();
        foreach (var i in node.On)
        {
            if (!program.Switches(i) || program.Opener![i] is not (var g and >= 0))
                continue;
            if (openers[g] == Decision.Off)
                return null;
            openers[g] = Decision.On;
        }

        bool IsShut(int item) => program.Opener![item] is var g and >= 0 && openers[g] == Decision.Off;
        return node with { Openers = openers, Undecided = [.. node.Undecided.Where(i => !IsShut(i))] };
    }

    private Relaxed Relax(Restriction part, bool isRoot)
    {
        var sifting = new Sifting(part.Program, InteriorPointEngine.Instance);
        sifting.Warm(_needsRow);
        // The bound is exact for any prices; prices a twentieth of the gap from the best cost it hardly anything.
        var relaxed = sifting.Solve(isRoot ? Math.Min(1e-6, gap * 0.01) : Math.Max(1e-9, gap * 0.05), deadline.Cancellation);
        sifting.MergeRows(_needsRow);
        return relaxed;
    }

    /// <summary>Tries supports that the relaxation suggests.</summary>
    private void Round(Node node, Restriction part, Relaxed relaxed, bool isFirst)
    {
        const int Neighbours = 400;
        var order = new (double Off, int Item)[node.Undecided.Length];
        for (var q = 0; q < order.Length; q++)
            order[q] = (-relaxed.Z[node.On.Length + q], part.Items[node.On.Length + q]);
        Array.Sort(order);
        var before = _search.Best?.Objective ?? double.PositiveInfinity;
        var last = -1;
        foreach (var threshold in isFirst ? (double[])[0.9, 0.6, 0.4, 0.25, 0.12, 0.05, 0.02, 0.005] : [0.5, 0.2])
        {
            var count = order.Count(o => -o.Off > threshold);
            if (count != last)
                _search.Evaluate([.. node.On, .. order.Take(count).Select(o => o.Item)], node.Openers);
            last = count;
        }

        if (isFirst && _hasFlows)
        {
            var x = new double[program.Count];
            for (var q = 0; q < part.Items.Length; q++)
                x[part.Items[q]] = relaxed.X[q];
            _search.Dive(x, relaxed.Bound + gap * Math.Max(Math.Abs(relaxed.Bound), least), deadline);
            return;
        }

        if (_search.Best is { } found && (found.Objective < before || isFirst))
            _search.Improve([.. order.Take(Neighbours).Select(o => o.Item)], deadline);
    }

    /// <summary>Settles every item and opener that can only be one way in anything better than the best point.</summary>
    private Node Settle(Node node, Restriction part, Relaxed relaxed)
    {
        var room = Cutoff - relaxed.Bound;
        if (double.IsPositiveInfinity(room))
            return node;
        var (on, undecided) = (new List<int>(node.On), new List<int>());
        var openers = (Decision[])node.Openers.Clone();
        var prices = relaxed.Prices;
        for (var q = node.On.Length; q < part.Items.Length; q++)
        {
            if (prices.CostOfOn(q) < room)
                (prices.CostOfOff(q) >= room ? on : undecided).Add(part.Items[q]);
        }

        for (var g = 0; g < part.Openers.Length; g++)
        {
            if (prices.OpenScore[g] >= room)
                openers[part.Openers[g]] = Decision.Off;
            else if (-prices.OpenScore[g] >= room)
                openers[part.Openers[g]] = Decision.On;
        }

        return node with { On = [.. on], Undecided = [.. undecided], Openers = openers };
    }

    /// <summary>Draws the bounds of items in to the sizes that something better than the best point could have.</summary>
    /// <remarks>With the prices of a relaxation, an item of size x costs the bound what its reduced cost at x lies above its
    /// least; where that exceeds the room below the best point, x is ruled out. A smaller upper bound makes the charge of a
    /// small size count for more in the next relaxation.</remarks>
    /// <returns>Whether some bound moved by much.</returns>
    private bool Tighten(Restriction part, Relaxed relaxed)
    {
        var room = Cutoff - relaxed.Bound;
        if (double.IsPositiveInfinity(room))
            return false;
        var moved = 0;
        for (var q = 0; q < part.Items.Length; q++)
        {
            var i = part.Items[q];
            if (!part.Program.Switches(q))
                continue;
            var (low, high) = relaxed.Prices.SizesWithin(q, room);
            if (low > high)
                continue;
            moved += high < 0.8 * _program.Upper[i] ? 1 : 0;
            _program.Upper[i] = Math.Min(_program.Upper[i], Math.Max(high, _program.Lower[i]));
            _program.Lower[i] = Math.Max(_program.Lower[i], Math.Min(low, _program.Upper[i]));
        }

        return moved > part.Items.Length / 20;
    }

    /// <summary>Splits a node at the switch or opener that is likely to lift the bounds of both halves most.</summary>
    private void Branch(Node node, Restriction part, Relaxed relaxed)
    {
        if (node.IsDecided)
        {
            Push(node);
            return;
        }

        var shares = new double[program.Count + program.Openers];
        for (var q = 0; q < relaxed.Z.Length; q++)
            shares[part.Items[q]] = relaxed.Z[q];
        for (var g = 0; g < part.Openers.Length; g++)
            shares[program.Count + part.Openers[g]] = relaxed.Y[g];
        var open = part.Openers.Where(g => node.Openers[g] == Decision.Undecided).Select(g => program.Count + g);
        var candidates = node.Undecided.Concat(open).OrderByDescending(binary => Promise(binary, shares[binary])).ToArray();
        if (!_hasFlows)
            LookAhead(node, relaxed, candidates, shares);
        var best = candidates.MaxBy(binary => Promise(binary, shares[binary]));
        foreach (var isOn in (bool[])[true, false])
            Push(Child(node, best, isOn, shares[best], relaxed.Bound));
    }

    /// <summary>How promising a split is. With flows, what decisions have added tells little, since one makes others follow: the least decided is
    /// taken, openers before items, because one decides for many.</summary>
    private double Promise(int binary, double share) => _hasFlows
        ? Math.Min(share, 1 - share) * (binary < program.Count ? 1 : 2) + 1e-6 * share
        : _costs.Score(binary, share);

    /// <summary>Solves both halves of the most promising splits that have not been tried before.</summary>
    private void LookAhead(Node node, Relaxed relaxed, int[] candidates, double[] shares)
    {
        const int Looks = 8;
        const double Fraction = 1e-4;
        foreach (var binary in candidates.Where(b => !_costs.IsKnown(b) && Math.Min(shares[b], 1 - shares[b]) > Fraction).Take(Looks))
        {
            foreach (var isOn in (bool[])[true, false])
            {
                var child = Child(node, binary, isOn, shares[binary], relaxed.Bound);
                if (deadline.HasPassed || Propagate(child) is not { } sound || Restriction.Of(_program, sound.On, sound.Undecided, sound.Openers) is not { } part)
                    continue;
                _nodes++;
                var half = Relax(part, isRoot: false);
                var most = Math.Max(relaxed.Bound, Cutoff);
                _costs.Learn(child.Branch, half.IsProvenInfeasible ? most : Math.Min(most, half.Bound));
            }
        }
    }

    /// <summary>The part of a node in which one more item or, after the last of them, opener is decided.</summary>
    private Node Child(Node node, int binary, bool isOn, double share, double bound)
    {
        var branch = new Branching(binary, isOn ? 1 - share : share, isOn, bound);
        if (binary < program.Count)
            return node with { On = isOn ? [.. node.On, binary] : node.On, Undecided = [.. node.Undecided.Where(i => i != binary)], Branch = branch };
        var openers = (Decision[])node.Openers.Clone();
        openers[binary - program.Count] = isOn ? Decision.On : Decision.Off;
        return node with { Openers = openers, Branch = branch };
    }

    /// <summary>A part of the search; items that are neither on nor undecided are off.</summary>
    /// <param name="On">Items that are on, those without a switch included.</param>
    /// <param name="Undecided">Items that are undecided.</param>
    /// <param name="Openers">Per opener: off, on or undecided.</param>
    /// <param name="Bound">No point of this part is better.</param>
    /// <param name="Branch">The decision that made it; null at the root.</param>
    private sealed record Node(int[] On, int[] Undecided, Decision[] Openers, double Bound, Branching? Branch = null)
    {
        public bool IsDecided => Undecided.Length == 0 && !Openers.Contains(Decision.Undecided);
    }
}

/// <summary>What is decided of an opener.</summary>
internal enum Decision
{
    /// <summary>Shut: none of its items is on.</summary>
    Off,

    /// <summary>Open, and paid for.</summary>
    On,

    /// <summary>Not yet.</summary>
    Undecided,
}

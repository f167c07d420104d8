namespace Optimizer.Solver.Native;

/// <summary>Result of branch and bound: the best point and what is proven.</summary>
/// <param name="Best">The incumbent, with all switches at zero or one; null if none was found.</param>
/// <param name="Bound">The proven bound: no point has a better objective.</param>
/// <param name="IsProvenInfeasible">Whether infeasibility is proven.</param>
/// <param name="Nodes">Number of relaxations solved.</param>
internal sealed record MixedResult(Supported? Best, double Bound, bool IsProvenInfeasible, int Nodes);

/// <summary>Branch and bound on switches over perspective relaxations.</summary>
/// <remarks>
/// At every node: solve the relaxation by interior point; take the bound from its prices; fix every switch that, if forced the other way,
/// would
/// lift the bound above the incumbent (reduced-cost fixing); round the relaxation to supports, make them exact and improve them by
/// exchanges.
/// Nodes are processed best bound first, so the bound only rises. The incumbent and the bound are valid at any time.
/// </remarks>
/// <param name="program">The program.</param>
/// <param name="gap">Relative gap at which to stop.</param>
/// <param name="least">Smallest denominator of the relative gap.</param>
/// <param name="deadline">The time limit.</param>
internal sealed class BranchAndBound(FactorProgram program, double gap, double least, Deadline deadline)
{
    /// <summary>Number of relaxations at the root: each fixes switches, which makes the next one tighter.</summary>
    private const int RootPasses = 4;

    private readonly SupportSearch _search = new(program);
    /// <summary>The program with tightened bounds; the support search uses the original.</summary>
    private readonly FactorProgram _program = program with { Lower = [.. program.Lower], Upper = [.. program.Upper] };

    private readonly bool[] _needsRow = new bool[program.Rows];
    private readonly BranchingCosts _costs = new(program.Count + program.Openers);
    private readonly PriorityQueue<Node, (double, int)> _open = new();
    private double _closedBound = double.PositiveInfinity;
    private readonly bool _hasFlows = HasFlows(program);
    private int _created;
    private int _nodes;

    /// <summary>The objective that a node must beat to matter.</summary>
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

    /// <summary>Whether rows link items as flows: a support is then more than the sum of its items.</summary>
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
                // If the support was solved, nothing here beats the incumbent; otherwise only the node's bound is known.
                if (!_search.Decides(node.On, node.Openers))
                    Close(node.Bound);
                return;
            }

            if (NodeProgram.Of(_program, node.On, node.Undecided, node.Openers) is not { } part)
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

    /// <summary>Propagates decisions: an item that is on needs its opener, and all items of a closed opener are off.</summary>
    /// <returns>Null if the decisions contradict each other.</returns>
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

    private Relaxed Relax(NodeProgram part, bool isRoot)
    {
        var sifting = new Sifting(part.Program, InteriorPointEngine.Instance);
        sifting.Warm(_needsRow);
        // The bound is valid for any prices; prices solved to a twentieth of the gap weaken it hardly at all.
        var relaxed = sifting.Solve(isRoot ? Math.Min(1e-6, gap * 0.01) : Math.Max(1e-9, gap * 0.05), deadline.Cancellation);
        sifting.MergeRows(_needsRow);
        return relaxed;
    }

    /// <summary>Tries supports rounded from the relaxation.</summary>
    private void Round(Node node, NodeProgram part, Relaxed relaxed, bool isFirst)
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

    /// <summary>Fixes every item and opener that has the same state in all points better than the incumbent.</summary>
    private Node Settle(Node node, NodeProgram part, Relaxed relaxed)
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

    /// <summary>Tightens the bounds of items to sizes that a point better than the incumbent could have.</summary>
    /// <remarks>Setting an item to size x raises the bound by its reduced cost at x less the minimum of that over all sizes. If this
    /// exceeds the gap to the incumbent, x is ruled out. With a smaller upper bound, the fixed charge of a small size weighs more in the
    /// next relaxation.</remarks>
    /// <returns>Whether a bound changed substantially.</returns>
    private bool Tighten(NodeProgram part, Relaxed relaxed)
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

    /// <summary>Branches on the switch or opener that is likely to lift the bounds of both children most.</summary>
    private void Branch(Node node, NodeProgram part, Relaxed relaxed)
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

    /// <summary>Branching score. With flows, pseudo-costs say little, because one decision forces others: the most fractional binary is
    /// taken, openers before items, because an opener decides for many items.</summary>
    private double Promise(int binary, double share) => _hasFlows
        ? Math.Min(share, 1 - share) * (binary < program.Count ? 1 : 2) + 1e-6 * share
        : _costs.Score(binary, share);

    /// <summary>Strong branching: solves both children of the most promising candidates without pseudo-costs.</summary>
    private void LookAhead(Node node, Relaxed relaxed, int[] candidates, double[] shares)
    {
        const int Looks = 8;
        const double Fraction = 1e-4;
        foreach (var binary in candidates.Where(b => !_costs.IsKnown(b) && Math.Min(shares[b], 1 - shares[b]) > Fraction).Take(Looks))
        {
            foreach (var isOn in (bool[])[true, false])
            {
                var child = Child(node, binary, isOn, shares[binary], relaxed.Bound);
                if (deadline.HasPassed || Propagate(child) is not { } sound || NodeProgram.Of(_program, sound.On, sound.Undecided, sound.Openers) is not { } part)
                    continue;
                _nodes++;
                var half = Relax(part, isRoot: false);
                var most = Math.Max(relaxed.Bound, Cutoff);
                _costs.Learn(child.Branch, half.IsProvenInfeasible ? most : Math.Min(most, half.Bound));
            }
        }
    }

    /// <summary>The child node in which one more item, or opener (numbered after the items), is decided.</summary>
    private Node Child(Node node, int binary, bool isOn, double share, double bound)
    {
        var branch = new Branching(binary, isOn ? 1 - share : share, isOn, bound);
        if (binary < program.Count)
            return node with { On = isOn ? [.. node.On, binary] : node.On, Undecided = [.. node.Undecided.Where(i => i != binary)], Branch = branch };
        var openers = (Decision[])node.Openers.Clone();
        openers[binary - program.Count] = isOn ? Decision.On : Decision.Off;
        return node with { Openers = openers, Branch = branch };
    }

    /// <summary>A node; items that are neither on nor undecided are off.</summary>
    /// <param name="On">Items that are on, including those without a switch.</param>
    /// <param name="Undecided">Undecided items.</param>
    /// <param name="Openers">Per opener: off, on or undecided.</param>
    /// <param name="Bound">Bound of this node.</param>
    /// <param name="Branch">The decision that created the node; null at the root.</param>
    private sealed record Node(int[] On, int[] Undecided, Decision[] Openers, double Bound, Branching? Branch = null)
    {
        public bool IsDecided => Undecided.Length == 0 && !Openers.Contains(Decision.Undecided);
    }
}

/// <summary>State of an opener in a node.</summary>
internal enum Decision
{
    /// <summary>Closed: all of its items are off.</summary>
    Off,

    /// <summary>Open, and paid for.</summary>
    On,

    /// <summary>Not decided yet.</summary>
    Undecided,
}

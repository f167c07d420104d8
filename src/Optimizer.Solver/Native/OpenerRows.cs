namespace Optimizer.Solver.Native;

/// <summary>Rows over switches and openers only, such as a row that requires a third binary when two others are on.</summary>
internal sealed class OpenerRows
{
    /// <summary>Feasibility tolerance of rows.</summary>
    private const double Kept = 1e-9;

    private readonly FactorProgram _program;
    private readonly int[] _rows;

    /// <param name="program">The program.</param>
    public OpenerRows(FactorProgram program)
    {
        _program = program;
        var hasSizes = new bool[program.SparseFactors + program.Rows];
        for (var i = 0; i < program.Count; i++)
        {
            foreach (var (index, _) in program.OfX[i])
                hasSizes[index] = true;
        }

        var rows = new SortedSet<int>();
        for (var g = 0; g < program.Openers; g++)
        {
            foreach (var (index, c) in program.OfY[g])
            {
                if (c < 0 && !hasSizes[index])
                    rows.Add(index);
            }
        }

        _rows = [.. rows];
    }

    /// <summary>Opens the openers that such rows require, until all of these rows hold.</summary>
    /// <param name="on">Items that are on.</param>
    /// <param name="decided">Decided state of each opener; null if all are undecided.</param>
    /// <param name="state">Current state of each opener; updated.</param>
    public void Open(int[] on, Decision[]? decided, Decision[] state)
    {
        if (_rows.Length == 0)
            return;
        var left = _rows.ToDictionary(row => row, row => _program.RightSide[row - _program.SparseFactors]);
        void Take(SparseRow entries)
        {
            foreach (var (index, c) in entries)
            {
                if (left.ContainsKey(index))
                    left[index] -= c;
            }
        }

        bool IsMissed(SparseRow entries)
        {
            foreach (var (index, c) in entries)
            {
                if (c < 0 && left.TryGetValue(index, out var rest) && rest < -Kept)
                    return true;
            }

            return false;
        }

        foreach (var i in on.Where(_program.Switches))
            Take(_program.OfZ[i]);
        for (var g = 0; g < state.Length; g++)
        {
            if (state[g] == Decision.On)
                Take(_program.OfY[g]);
        }

        for (var hasChanged = true; hasChanged;)
        {
            hasChanged = false;
            for (var g = 0; g < state.Length; g++)
            {
                if (state[g] == Decision.On || decided?[g] == Decision.Off || !IsMissed(_program.OfY[g]))
                    continue;
                state[g] = Decision.On;
                Take(_program.OfY[g]);
                hasChanged = true;
            }
        }
    }
}

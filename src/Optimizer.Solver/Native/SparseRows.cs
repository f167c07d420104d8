namespace Optimizer.Solver.Native;

/// <summary>Sparse rows in one array.</summary>
internal sealed class SparseRows(int[] start, int[] index, double[] coefficient)
{
    public static readonly SparseRows Empty = new([0], [], []);

    public SparseRow this[int row] =>
        new(index.AsSpan(start[row], start[row + 1] - start[row]), coefficient.AsSpan(start[row], start[row + 1] - start[row]));

    /// <summary>The given number of empty rows.</summary>
    public static SparseRows Of(int rows) => new(new int[rows + 1], [], []);

    /// <summary>The chosen rows; entries keep the index that they are mapped to, and are dropped if it is negative.</summary>
    public SparseRows Select(ReadOnlySpan<int> rows, ReadOnlySpan<int> map)
    {
        var newStart = new int[rows.Length + 1];
        var count = 0;
        foreach (var row in rows)
            count += start[row + 1] - start[row];
        var newIndex = new int[count];
        var newCoefficient = new double[count];
        count = 0;
        for (var r = 0; r < rows.Length; r++)
        {
            for (var e = start[rows[r]]; e < start[rows[r] + 1]; e++)
            {
                if (map[index[e]] < 0)
                    continue;
                newIndex[count] = map[index[e]];
                newCoefficient[count++] = coefficient[e];
            }

            newStart[r + 1] = count;
        }

        return new(newStart, newIndex, newCoefficient);
    }
}

/// <summary>The entries of a sparse row.</summary>
internal readonly ref struct SparseRow(ReadOnlySpan<int> index, ReadOnlySpan<double> coefficient)
{
    private readonly ReadOnlySpan<int> _index = index;
    private readonly ReadOnlySpan<double> _coefficient = coefficient;

    public Enumerator GetEnumerator() => new(this);

    /// <summary>Σ coefficient·values[index].</summary>
    public double Dot(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        for (var e = 0; e < _index.Length; e++)
            sum += _coefficient[e] * values[_index[e]];
        return sum;
    }

    /// <summary>values[index] += factor·coefficient.</summary>
    public void AddTo(Span<double> values, double factor)
    {
        for (var e = 0; e < _index.Length; e++)
            values[_index[e]] += factor * _coefficient[e];
    }

    public ref struct Enumerator(SparseRow row)
    {
        private readonly SparseRow _row = row;
        private int _at = -1;

        public readonly (int Index, double Coefficient) Current => (_row._index[_at], _row._coefficient[_at]);

        public bool MoveNext() => ++_at < _row._index.Length;
    }
}

/// <summary>Collects entries of sparse rows in any order.</summary>
/// <param name="capacity">Expected number of entries.</param>
internal sealed class SparseEntries(int capacity = 0)
{
    private readonly List<int> _row = new(capacity);
    private readonly List<int> _index = new(capacity);
    private readonly List<double> _coefficient = new(capacity);

    public void Add(int row, int index, double coefficient)
    {
        _row.Add(row);
        _index.Add(index);
        _coefficient.Add(coefficient);
    }

    /// <summary>The rows; entries of a row keep the order in which they were added.</summary>
    public SparseRows ToRows(int rows)
    {
        var start = new int[rows + 1];
        foreach (var row in _row)
            start[row + 1]++;
        for (var r = 0; r < rows; r++)
            start[r + 1] += start[r];
        var next = start.AsSpan(0, rows).ToArray();
        var (index, coefficient) = (new int[_row.Count], new double[_row.Count]);
        for (var e = 0; e < _row.Count; e++)
        {
            var at = next[_row[e]]++;
            (index[at], coefficient[at]) = (_index[e], _coefficient[e]);
        }

        return new(start, index, coefficient);
    }
}

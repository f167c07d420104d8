using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Optimizer.Solver;

/// <summary>Dense linear algebra on rows of doubles whose lengths are multiples of <see cref="Width"/>.</summary>
/// <remarks>Sums run in one fixed order, so the same input gives the same bits on the same machine.</remarks>
internal static class Kernels
{
    /// <summary>Doubles in one vector register; rows are padded to a multiple of it.</summary>
    public const int Width = 4;

    /// <summary>Rows of F that <see cref="AddWeightedGram"/> processes together: two copies of them fit the L1 cache.</summary>
    private const int Panel = 48;

    /// <summary>The smallest multiple of <see cref="Width"/> that is at least <paramref name="count"/>.</summary>
    public static int Pad(int count) => (count + Width - 1) / Width * Width;

    /// <summary>Σ aᵢ·bᵢ over any length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        ref var x = ref MemoryMarshal.GetReference(a);
        ref var y = ref MemoryMarshal.GetReference(b);
        var (first, second) = (Vector256<double>.Zero, Vector256<double>.Zero);
        nuint i = 0, length = (nuint)a.Length;
        for (; i + 8 <= length; i += 8)
        {
            first = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref x, i), Vector256.LoadUnsafe(ref y, i), first);
            second = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref x, i + 4), Vector256.LoadUnsafe(ref y, i + 4), second);
        }

        if (i + 4 <= length)
        {
            first = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref x, i), Vector256.LoadUnsafe(ref y, i), first);
            i += 4;
        }

        var sum = Vector256.Sum(first + second);
        for (; i < length; i++)
            sum += Unsafe.Add(ref x, i) * Unsafe.Add(ref y, i);
        return sum;
    }

    /// <summary>y += factor·x over any length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddScaled(double factor, ReadOnlySpan<double> x, Span<double> y)
    {
        ref var from = ref MemoryMarshal.GetReference(x);
        ref var to = ref MemoryMarshal.GetReference(y);
        var scale = Vector256.Create(factor);
        nuint i = 0, length = (nuint)x.Length;
        for (; i + 4 <= length; i += 4)
            Vector256.FusedMultiplyAdd(scale, Vector256.LoadUnsafe(ref from, i), Vector256.LoadUnsafe(ref to, i)).StoreUnsafe(ref to, i);
        for (; i < length; i++)
            Unsafe.Add(ref to, i) += factor * Unsafe.Add(ref from, i);
    }

    /// <summary>Upper triangle of C += Σᵢ weightᵢ·fᵢ·fᵢᵀ for the rows fᵢ of F; O(n·k²).</summary>
    /// <param name="f">n rows of <paramref name="stride"/> doubles.</param>
    /// <param name="stride">Length of a row, a multiple of <see cref="Width"/>.</param>
    /// <param name="weights">One per row.</param>
    /// <param name="c">stride × stride; entries below the diagonal blocks are not touched.</param>
    public static void AddWeightedGram(ReadOnlySpan<double> f, int stride, ReadOnlySpan<double> weights, Span<double> c)
    {
        if (stride == 0)
            return;
        Span<double> scaled = stackalloc double[Panel * stride <= 8192 ? Panel * stride : 0];
        if (scaled.IsEmpty)
            scaled = new double[Panel * stride];
        for (var start = 0; start < weights.Length; start += Panel)
        {
            var rows = Math.Min(Panel, weights.Length - start);
            var panel = f.Slice(start * stride, rows * stride);
            for (var i = 0; i < rows; i++)
                Scale(weights[start + i], panel.Slice(i * stride, stride), scaled.Slice(i * stride, stride));
            for (var a = 0; a < stride; a += 4)
            {
                var b = a;
                for (; b + 8 <= stride; b += 8)
                    AddTile8(panel, scaled, stride, rows, a, b, c);
                if (b < stride)
                    AddTile4(panel, scaled, stride, rows, a, b, c);
            }
        }
    }

    /// <summary>Factors S = L·D·Lᵀ in place: L (unit) below the diagonal, D on it. No pivoting: S is quasi-definite
    /// (Vanderbei, Symmetric quasidefinite matrices, 1995).</summary>
    /// <param name="s">size rows of <paramref name="stride"/> doubles; the lower triangle is read and overwritten.</param>
    /// <param name="size">Rows.</param>
    /// <param name="stride">Length of a row, a multiple of <see cref="Width"/>.</param>
    /// <remarks>A pivot that has lost all its digits belongs to a row that the other rows imply. It is made huge, which removes the row
    /// from the system.</remarks>
    public static void FactorLdl(Span<double> s, int size, int stride)
    {
        const double Lost = 1e-14;
        for (var i = 0; i < size; i++)
        {
            var row = s.Slice(i * stride, stride);
            var original = Math.Abs(row[i]);
            var j = 0;
            for (; j + 4 <= i; j += 4)
                Eliminate4(s, stride, row, j);
            for (; j < i; j++)
                row[j] -= Dot(s.Slice(j * stride, j), row[..j]);
            var pivot = row[i];
            for (var q = 0; q < i; q++)
            {
                var y = row[q];
                var l = y / s[q * stride + q];
                pivot -= l * y;
                row[q] = l;
            }

            row[i] = Math.Abs(pivot) <= Lost * original || !double.IsFinite(pivot) ? 1e128 : pivot;
        }
    }

    /// <summary>Solves L·D·Lᵀ·x = b in place.</summary>
    public static void SolveLdl(ReadOnlySpan<double> s, int size, int stride, Span<double> b)
    {
        for (var i = 0; i < size; i++)
            b[i] -= Dot(s.Slice(i * stride, i), b[..i]);
        for (var i = 0; i < size; i++)
            b[i] /= s[i * stride + i];
        for (var i = size - 1; i > 0; i--)
            AddScaled(-b[i], s.Slice(i * stride, i), b[..i]);
    }

    /// <summary>Four steps of forward substitution of one row against rows j to j+3.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eliminate4(ReadOnlySpan<double> s, int stride, Span<double> row, int j)
    {
        ref var r = ref MemoryMarshal.GetReference(row);
        ref var l0 = ref Unsafe.Add(ref MemoryMarshal.GetReference(s), j * stride);
        ref var l1 = ref Unsafe.Add(ref l0, stride);
        ref var l2 = ref Unsafe.Add(ref l1, stride);
        ref var l3 = ref Unsafe.Add(ref l2, stride);
        Vector256<double> v0 = default, v1 = default, v2 = default, v3 = default;
        for (nuint q = 0; q < (nuint)j; q += 4)
        {
            var x = Vector256.LoadUnsafe(ref r, q);
            v0 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref l0, q), x, v0);
            v1 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref l1, q), x, v1);
            v2 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref l2, q), x, v2);
            v3 = Vector256.FusedMultiplyAdd(Vector256.LoadUnsafe(ref l3, q), x, v3);
        }

        row[j] -= Vector256.Sum(v0);
        row[j + 1] -= Vector256.Sum(v1) + Unsafe.Add(ref l1, j) * row[j];
        row[j + 2] -= Vector256.Sum(v2) + Unsafe.Add(ref l2, j) * row[j] + Unsafe.Add(ref l2, j + 1) * row[j + 1];
        row[j + 3] -= Vector256.Sum(v3) + Unsafe.Add(ref l3, j) * row[j] + Unsafe.Add(ref l3, j + 1) * row[j + 1]
            + Unsafe.Add(ref l3, j + 2) * row[j + 2];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Scale(double factor, ReadOnlySpan<double> x, Span<double> y)
    {
        ref var from = ref MemoryMarshal.GetReference(x);
        ref var to = ref MemoryMarshal.GetReference(y);
        var scale = Vector256.Create(factor);
        for (nuint i = 0; i < (nuint)x.Length; i += 4)
            (scale * Vector256.LoadUnsafe(ref from, i)).StoreUnsafe(ref to, i);
    }

    /// <summary>A 4 × 8 tile of the weighted Gram matrix, held in registers over the panel.</summary>
    private static void AddTile8(ReadOnlySpan<double> f, ReadOnlySpan<double> scaled, int stride, int rows, int a, int b, Span<double> c)
    {
        ref var left = ref Unsafe.Add(ref MemoryMarshal.GetReference(f), a);
        ref var right = ref Unsafe.Add(ref MemoryMarshal.GetReference(scaled), b);
        Vector256<double> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default, c30 = default, c31 = default;
        for (var i = 0; i < rows; i++)
        {
            var x = Vector256.LoadUnsafe(ref right);
            var y = Vector256.LoadUnsafe(ref right, 4);
            var v = Vector256.Create(left);
            c00 = Vector256.FusedMultiplyAdd(v, x, c00);
            c01 = Vector256.FusedMultiplyAdd(v, y, c01);
            v = Vector256.Create(Unsafe.Add(ref left, 1));
            c10 = Vector256.FusedMultiplyAdd(v, x, c10);
            c11 = Vector256.FusedMultiplyAdd(v, y, c11);
            v = Vector256.Create(Unsafe.Add(ref left, 2));
            c20 = Vector256.FusedMultiplyAdd(v, x, c20);
            c21 = Vector256.FusedMultiplyAdd(v, y, c21);
            v = Vector256.Create(Unsafe.Add(ref left, 3));
            c30 = Vector256.FusedMultiplyAdd(v, x, c30);
            c31 = Vector256.FusedMultiplyAdd(v, y, c31);
            left = ref Unsafe.Add(ref left, stride);
            right = ref Unsafe.Add(ref right, stride);
        }

        ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(c), a * stride + b);
        Add(ref to, c00, c01);
        Add(ref Unsafe.Add(ref to, stride), c10, c11);
        Add(ref Unsafe.Add(ref to, 2 * stride), c20, c21);
        Add(ref Unsafe.Add(ref to, 3 * stride), c30, c31);
    }

    private static void AddTile4(ReadOnlySpan<double> f, ReadOnlySpan<double> scaled, int stride, int rows, int a, int b, Span<double> c)
    {
        ref var left = ref Unsafe.Add(ref MemoryMarshal.GetReference(f), a);
        ref var right = ref Unsafe.Add(ref MemoryMarshal.GetReference(scaled), b);
        Vector256<double> c0 = default, c1 = default, c2 = default, c3 = default;
        for (var i = 0; i < rows; i++)
        {
            var x = Vector256.LoadUnsafe(ref right);
            c0 = Vector256.FusedMultiplyAdd(Vector256.Create(left), x, c0);
            c1 = Vector256.FusedMultiplyAdd(Vector256.Create(Unsafe.Add(ref left, 1)), x, c1);
            c2 = Vector256.FusedMultiplyAdd(Vector256.Create(Unsafe.Add(ref left, 2)), x, c2);
            c3 = Vector256.FusedMultiplyAdd(Vector256.Create(Unsafe.Add(ref left, 3)), x, c3);
            left = ref Unsafe.Add(ref left, stride);
            right = ref Unsafe.Add(ref right, stride);
        }

        ref var to = ref Unsafe.Add(ref MemoryMarshal.GetReference(c), a * stride + b);
        (Vector256.LoadUnsafe(ref to) + c0).StoreUnsafe(ref to);
        to = ref Unsafe.Add(ref to, stride);
        (Vector256.LoadUnsafe(ref to) + c1).StoreUnsafe(ref to);
        to = ref Unsafe.Add(ref to, stride);
        (Vector256.LoadUnsafe(ref to) + c2).StoreUnsafe(ref to);
        to = ref Unsafe.Add(ref to, stride);
        (Vector256.LoadUnsafe(ref to) + c3).StoreUnsafe(ref to);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref double to, Vector256<double> low, Vector256<double> high)
    {
        (Vector256.LoadUnsafe(ref to) + low).StoreUnsafe(ref to);
        (Vector256.LoadUnsafe(ref to, 4) + high).StoreUnsafe(ref to, 4);
    }
}

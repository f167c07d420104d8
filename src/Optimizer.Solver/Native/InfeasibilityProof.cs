namespace Optimizer.Solver.Native;

/// <summary>Proofs that a program is infeasible.</summary>
internal static class InfeasibilityProof
{
    /// <summary>Whether prices of the rows prove infeasibility (Farkas): within the bounds, the minimum of the weighted left-hand sides
    /// exceeds the weighted right-hand sides.</summary>
    public static bool IsProvenBy(FactorProgram program, ReadOnlySpan<double> prices)
    {
        var largest = 0.0;
        foreach (var price in prices)
            largest = Math.Max(largest, Math.Abs(price));
        if (largest == 0 || !double.IsFinite(largest))
            return false;
        var (sum, magnitude) = (0.0, 0.0);
        var ray = new double[program.SparseFactors + program.Rows];
        for (var r = 0; r < program.Rows; r++)
        {
            var weight = (program.IsEquality[r] ? prices[r] : Math.Max(0, prices[r])) / largest;
            ray[program.SparseFactors + r] = weight;
            sum -= weight * program.RightSide[r];
            magnitude += Math.Abs(weight * program.RightSide[r]);
        }

        var opened = new double[program.Openers];
        for (var g = 0; g < opened.Length; g++)
            opened[g] = program.OfY[g].Dot(ray);
        for (var i = 0; i < program.Count; i++)
        {
            var c = program.OfX[i].Dot(ray);
            var least = Math.Min(c * program.Lower[i], c * program.Upper[i]);
            magnitude += Math.Abs(least);
            if (!program.Switches(i))
                sum += least;
            else if (program.Opener![i] is var g and >= 0)
                opened[g] += Math.Min(0, least + program.OfZ[i].Dot(ray));
            else
                sum += Math.Min(0, least + program.OfZ[i].Dot(ray));
        }

        foreach (var score in opened)
            sum += Math.Min(0, score);
        return sum > 1e-9 * (1 + magnitude);
    }

    /// <summary>The program that minimises the total violation of the rows. If the minimum is positive, its prices prove
    /// infeasibility.</summary>
    public static FactorProgram Elastic(FactorProgram program)
    {
        var slacks = new List<(int Row, double Sign)>();
        var activity = program.Activity(program.Lower, [], []);
        var reach = 1.0;
        for (var i = 0; i < program.Count; i++)
            reach = Math.Max(reach, Math.Max(Math.Abs(program.Lower[i]), Math.Abs(program.Upper[i])));
        for (var r = 0; r < program.Rows; r++)
        {
            slacks.Add((r, -1));
            if (program.IsEquality[r])
                slacks.Add((r, 1));
            reach = Math.Max(reach, 2 * Math.Abs(activity[r] - program.RightSide[r]));
        }

        var (n, all) = (program.Count, program.Count + slacks.Count);
        var (ofX, ofZ, ofY) = (new SparseEntries(), new SparseEntries(), new SparseEntries());
        for (var i = 0; i < n; i++)
        {
            foreach (var (index, c) in program.OfX[i])
            {
                if (index >= program.SparseFactors)
                    ofX.Add(i, index - program.SparseFactors, c);
            }

            if (!program.Switches(i))
                continue;
            foreach (var (index, c) in program.OfZ[i])
                ofZ.Add(i, index - program.SparseFactors, c);
        }

        for (var s = 0; s < slacks.Count; s++)
            ofX.Add(n + s, slacks[s].Row, slacks[s].Sign);
        for (var g = 0; g < program.Openers; g++)
        {
            foreach (var (index, c) in program.OfY[g])
                ofY.Add(g, index - program.SparseFactors, c);
        }

        double[] Extended(double[] values, double rest) => [.. values.AsSpan(0, n), .. Enumerable.Repeat(rest, slacks.Count)];
        return new()
        {
            Count = all,
            Cost = [.. new double[n], .. Enumerable.Repeat(1.0, slacks.Count)],
            Variance = new double[all],
            Lower = Extended(program.Lower, 0),
            Upper = Extended(program.Upper, 10 * reach),
            IsSwitched = program.IsSwitched is null ? null : [.. program.IsSwitched.AsSpan(0, n), .. new bool[slacks.Count]],
            Charge = program.IsSwitched is null ? null : new double[all],
            Opener = program.IsSwitched is null ? null : [.. program.Opener!.AsSpan(0, n), .. Enumerable.Repeat(-1, slacks.Count)],
            Factors = 0,
            Loadings = [],
            FactorOffset = [],
            SparseFactors = 0,
            SparseOffset = [],
            RightSide = program.RightSide,
            IsEquality = program.IsEquality,
            OfX = ofX.ToRows(all),
            OfZ = ofZ.ToRows(all),
            OfY = ofY.ToRows(program.Openers),
            OpenCost = new double[program.Openers],
            RiskWeight = 0,
        };
    }
}

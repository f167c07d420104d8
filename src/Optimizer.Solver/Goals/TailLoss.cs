using Optimizer.Solver.Engines;

namespace Optimizer.Solver.Goals;

/// <summary>Minimises CVaR (the mean loss of the worst scenarios) with OR-Tools; scenario rows are added as needed.</summary>
/// <remarks>
/// min η + Σ max(0, lossₛ − η) / (tail size) is the CVaR; η becomes the value at risk (Rockafellar and Uryasev, Optimization of conditional
/// value-at-risk, 2000). The full linear program has a row per scenario. Here only scenarios whose loss exceeded η at some point have a row
/// (Künzi-Bay and Mayer, Computational aspects of minimizing conditional value-at-risk, 2006), and without binaries only the columns that
/// reduced
/// costs ask for are included. The scenario multipliers, projected to [0, 1/(tail size)] with sum one, are weights that turn the losses
/// into a
/// linear function below the CVaR. This gives a bound that covers all columns and scenarios.
/// </remarks>
internal static class TailLoss
{
    private const int MaximumRounds = 200;

    /// <summary>Feasibility tolerance during the search.</summary>
    private const double Kept = 1e-9;

    /// <summary>The mean loss of the worst scenarios; the last scenario may count in part.</summary>
    public static double Of(ScenarioMatrix scenarios, double confidence, IReadOnlyList<double> values) =>
        new Tail(scenarios, confidence).At(values, null);

    public static Answer Solve(Problem problem, MinimizeTailLoss goal, SolveOptions options, Deadline deadline)
    {
        var tail = new Tail(problem.Scenarios!, goal.Confidence);
        var isMixed = problem.Variables.Any(v => v.IsBinary);
        var formulation = new Formulation(problem with { Factors = [], Variables = [.. problem.Variables.Select(v => v with { Variance = 0 })] }, linear: true);
        var isIn = Start(problem, tail, isMixed);
        var name = $"{(isMixed ? "SCIP" : "GLOP")} with rows for the scenarios that matter";
        var (best, bestLoss, bound) = ((double[]?)null, double.PositiveInfinity, double.NegativeInfinity);
        var multipliers = new double[problem.Rows.Count + 1];
        var rounds = 0;
        for (var isNew = true; isNew && rounds < MaximumRounds && !deadline.HasPassed;)
        {
            deadline.Cancellation.ThrowIfCancellationRequested();
            rounds++;
            var whole = isMixed ? formulation.MixedInteger(goal) : formulation.Continuous(goal, null);
            var (program, edge) = WithTail(whole, tail, isIn, problem);
            var scaling = new Scaling(program);
            var answer = scaling.Restore(OrTools.Solve(scaling.Program, isMixed ? OrToolsEngine.Scip : OrToolsEngine.Glop, Math.Max(deadline.SecondsLeft, 0.01),
                isMixed ? $"limits/gap = {options.Gap / 10}\nmisc/catchctrlc = FALSE" : OrTools.GlopParameters(hasTangents: problem.Links.Count > 0), 100, deadline.Cancellation));
            if (answer.Values.Length == 0)
            {
                // Too few columns may be infeasible although all columns together are feasible.
                if (answer.Status == EngineStatus.Infeasible && isIn.Columns.Contains(false))
                {
                    Array.Fill(isIn.Columns, true);
                    continue;
                }

                if (answer.Status == EngineStatus.Infeasible)
                    return new Answer { Status = SolveStatus.Infeasible, Engine = name };
                if (best is not null)
                    break;
                return new Answer { Status = deadline.HasPassed ? SolveStatus.TimedOut : SolveStatus.Failed, Engine = name, Message = $"{answer.Status} {answer.Message}".TrimEnd() };
            }

            var point = Settle(problem, answer.Values[..problem.Variables.Count]);
            var loss = tail.At(point, null);
            // A point that violates a curve is no answer, however small its loss.
            if (loss < bestLoss && Check.Violation(problem, point) <= Kept)
                (best, bestLoss) = (point, loss);
            isNew = formulation.Refine(answer.Values, 1e-10) > 1e-10;
            if (isMixed)
            {
                bound = Math.Max(bound, answer.Bound);
            }
            else
            {
                var weights = tail.Weights(isIn.Scenarios, answer.Multipliers.AsSpan(whole.Rows.Count));
                tail.Weigh(weights, whole);
                var proven = whole.LowerBound(answer.Multipliers);
                if (proven > bound)
                {
                    bound = proven;
                    answer.Multipliers.AsSpan(0, problem.Rows.Count).CopyTo(multipliers);
                }

                isNew |= AddColumns(whole, answer.Multipliers, isIn.Columns);
            }

            isNew |= tail.AddBeyond(answer.Values[edge], isIn.Scenarios);
            if (best is not null && bestLoss - bound <= 0.5 * options.Gap * Math.Max(Math.Abs(bestLoss), Answer.LeastValue))
                break;
        }

        if (best is null)
            return new Answer { Status = deadline.HasPassed ? SolveStatus.TimedOut : SolveStatus.Failed, Engine = name, Message = "no point was found" };
        return Certificate.Of(problem, options, new Point(best, multipliers, bound), isMixed ? "SCIP branch and bound" : "weak duality, recomputed",
            $"{name}, {rounds} round{(rounds == 1 ? "" : "s")}");
    }

    /// <summary>The initial columns and scenarios: those that matter for equal weights.</summary>
    private static (bool[] Columns, bool[] Scenarios) Start(Problem problem, Tail tail, bool isMixed)
    {
        const int Few = 60;
        var columns = new bool[problem.Variables.Count];
        var even = problem.Variables.Select(v => v.Lower + (v.Upper - v.Lower) / problem.Variables.Count).ToArray();
        var gradient = new double[tail.Columns.Count];
        tail.At(even, gradient);
        var scenarios = new bool[tail.Count];
        tail.AddBeyond(double.PositiveInfinity, scenarios);
        if (isMixed)
        {
            Array.Fill(columns, true);
            return (columns, scenarios);
        }

        // Only columns that may be zero and occur in no link can be left out.
        Array.Fill(columns, true);
        var order = Enumerable.Range(0, tail.Columns.Count)
            .Where(c => problem.Variables[tail.Columns[c]].Lower == 0 && problem.Links.All(l => l.Argument != tail.Columns[c] && l.Result != tail.Columns[c]))
            .OrderBy(c => gradient[c]).Skip(Few);
        foreach (var c in order)
            columns[tail.Columns[c]] = false;
        return (columns, scenarios);
    }

    /// <summary>The program with η, and with a row and an excess variable for every included scenario.</summary>
    private static (QuadraticProgram Program, int Edge) WithTail(QuadraticProgram whole, Tail tail, (bool[] Columns, bool[] Scenarios) isIn, Problem problem)
    {
        var program = new QuadraticProgram();
        for (var v = 0; v < whole.Count; v++)
        {
            var isOut = v < isIn.Columns.Length && !isIn.Columns[v];
            program.Add(isOut ? 0 : whole.Lower[v], isOut ? 0 : whole.Upper[v], whole.Cost[v], 0, whole.Integer[v]);
        }

        program.Rows.AddRange(whole.Rows);
        var largest = tail.Largest(problem);
        var edge = program.Add(-largest, largest, 1);
        for (var s = 0; s < isIn.Scenarios.Length; s++)
        {
            if (!isIn.Scenarios[s])
                continue;
            var excess = program.Add(0, 2 * largest, 1 / tail.Size);
            var terms = new List<Term> { new(excess, 1), new(edge, 1) };
            for (var c = 0; c < tail.Columns.Count; c++)
            {
                if (isIn.Columns[tail.Columns[c]] && tail.Gain(s, c) is not 0 and var gain)
                    terms.Add(new(tail.Columns[c], gain));
            }

            program.Rows.Add(new("scenario", 0, double.PositiveInfinity, terms));
        }

        return (program, edge);
    }

    /// <summary>Includes the columns that would lower the weighted loss most.</summary>
    private static bool AddColumns(QuadraticProgram whole, double[] multipliers, bool[] isIn)
    {
        const int Most = 40;
        var reduced = whole.Cost.ToArray();
        for (var r = 0; r < whole.Rows.Count; r++)
        {
            foreach (var (v, c) in whole.Rows[r].Terms)
                reduced[v] -= multipliers[r] * c;
        }

        var missing = Enumerable.Range(0, isIn.Length).Where(v => !isIn[v] && reduced[v] < -1e-12).OrderBy(v => reduced[v]).Take(Most).ToArray();
        foreach (var v in missing)
            isIn[v] = true;
        return missing.Length > 0;
    }

    /// <summary>Sets link results to their functions, sizes within their bounds, and tiny values to zero.</summary>
    private static double[] Settle(Problem problem, double[] values)
    {
        for (var v = 0; v < values.Length; v++)
        {
            values[v] = Math.Clamp(values[v], problem.Variables[v].Lower, problem.Variables[v].Upper);
            values[v] = problem.Variables[v].IsBinary ? Math.Round(values[v]) : Math.Abs(values[v]) < 1e-11 ? Math.Clamp(0, problem.Variables[v].Lower, problem.Variables[v].Upper) : values[v];
        }

        foreach (var link in problem.Links)
            values[link.Result] = Math.Min(values[link.Result], link.Function.At(values[link.Argument]));
        return values;
    }

    /// <summary>Finds the worst scenarios for given sizes.</summary>
    private sealed class Tail
    {
        private readonly ScenarioMatrix _scenarios;
        private readonly double[] _gains;
        private readonly int[] _order;
        private double? _largest;

        public Tail(ScenarioMatrix scenarios, double confidence)
        {
            _scenarios = scenarios;
            // At least the single worst.
            Size = Math.Max(1, (1 - confidence) * scenarios.Count);
            _gains = new double[scenarios.Count];
            _order = new int[scenarios.Count];
        }

        public IReadOnlyList<int> Columns => _scenarios.Columns;

        public int Count => _scenarios.Count;

        /// <summary>The number of scenarios in the tail; the last may count in part.</summary>
        public double Size { get; }

        public double Gain(int scenario, int column) => _scenarios.Gains[(scenario * Columns.Count) + column];

        /// <summary>The mean tail loss and its gradient by column.</summary>
        public double At(IReadOnlyList<double> values, double[]? gradient)
        {
            var k = Columns.Count;
            var sizes = new double[k];
            for (var c = 0; c < k; c++)
                sizes[c] = values[Columns[c]];
            for (var s = 0; s < _gains.Length; s++)
                (_gains[s], _order[s]) = (Native.Kernels.Dot(_scenarios.Gains.AsSpan(s * k, k), sizes), s);
            // Ascending order: the worst scenarios come first.
            Array.Sort(_gains, _order);
            var (sum, left) = (0.0, Size);
            for (var s = 0; left > 0 && s < _gains.Length; s++)
            {
                var part = Math.Min(1, left);
                left -= part;
                sum -= part * _gains[s];
                if (gradient is not null)
                    Native.Kernels.AddScaled(-part / Size, _scenarios.Gains.AsSpan(_order[s] * k, k), gradient);
            }

            return sum / Size;
        }

        /// <summary>Includes the scenarios of the last point whose loss exceeds an edge: worst first, at most 4/3 of the tail
        /// size.</summary>
        /// <returns>Whether a scenario was added.</returns>
        public bool AddBeyond(double edge, bool[] isIn)
        {
            var most = Math.Min(_gains.Length, (int)Math.Ceiling(Size * 4 / 3) + 1);
            var isNew = false;
            for (var s = 0; s < most; s++)
            {
                if (isIn[_order[s]] || (!double.IsPositiveInfinity(edge) && -_gains[s] <= edge + 1e-10))
                    continue;
                isNew = isIn[_order[s]] = true;
            }

            return isNew;
        }

        /// <summary>The scenario multipliers, projected to [0, 1/size] with sum one.</summary>
        public double[] Weights(bool[] isIn, ReadOnlySpan<double> multipliers)
        {
            var weights = new double[Count];
            var (row, sum) = (0, 0.0);
            for (var s = 0; s < Count; s++)
            {
                if (isIn[s])
                    sum += weights[s] = Math.Clamp(multipliers[row++], 0, 1 / Size);
            }

            for (var s = 0; s < Count && sum < 1; s++)
            {
                var more = Math.Min(1 / Size - weights[s], 1 - sum);
                weights[s] += more;
                sum += more;
            }

            for (var s = 0; s < Count && sum > 1; s++)
                weights[s] /= sum;
            return weights;
        }

        /// <summary>Adds the weighted loss to a program's costs.</summary>
        public void Weigh(double[] weights, QuadraticProgram program)
        {
            var cost = new double[Columns.Count];
            for (var s = 0; s < Count; s++)
            {
                if (weights[s] > 0)
                    Native.Kernels.AddScaled(-weights[s], _scenarios.Gains.AsSpan(s * cost.Length, cost.Length), cost);
            }

            for (var c = 0; c < cost.Length; c++)
                program.Cost[Columns[c]] += cost[c];
        }

        /// <summary>An upper bound of all losses and gains.</summary>
        public double Largest(Problem problem)
        {
            if (_largest is { } known)
                return known;
            var (k, largest) = (Columns.Count, 0.0);
            var reach = Columns.Select(v => Math.Max(Math.Abs(problem.Variables[v].Lower), Math.Abs(problem.Variables[v].Upper))).ToArray();
            for (var s = 0; s < Count; s++)
            {
                var sum = 0.0;
                for (var c = 0; c < k; c++)
                    sum += Math.Abs(Gain(s, c)) * reach[c];
                largest = Math.Max(largest, sum);
            }

            _largest = largest;
            return largest;
        }
    }
}

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
internal static class CvarSolver
{
    private const int MaximumRounds = 200;

    /// <summary>Feasibility tolerance during the search.</summary>
    private const double Kept = 1e-9;

    public static Answer Solve(Problem problem, MinimumCvarGoal goal, SolveOptions options, Deadline deadline)
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
                return new Answer { Status = answer.Status == EngineStatus.TimedOut || deadline.HasPassed ? SolveStatus.TimedOut : SolveStatus.Failed, Engine = name, Message = $"{answer.Status} {answer.Message}".TrimEnd() };
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
                tail.Weigh(weights, whole.Cost);
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
}

namespace Optimizer.Solver.Goals;

/// <summary>Models whole lots with binaries: size = lot · Σ 2^b · digit_b.</summary>
internal static class LotEncoding
{
    /// <summary>The problem with each lot replaced by binaries; existing variables and rows keep their indices.</summary>
    /// <exception cref="ArgumentException">More than 2³⁰ lots fit a variable's bounds.</exception>
    public static Problem WrittenOut(Problem problem)
    {
        var variables = problem.Variables.ToList();
        var rows = problem.Rows.ToList();
        for (var v = 0; v < problem.Variables.Count; v++)
        {
            var variable = problem.Variables[v];
            if (variable.Lot <= 0)
                continue;
            var most = Math.Floor(variable.Upper / variable.Lot + 1e-9);
            if (most > 1 << 30)
                throw new ArgumentException($"{variable.Name}: {most:g3} lots of {variable.Lot} fit its bounds; at most 2^30 are supported");
            // The last digit is smaller, so that no number of lots above the bound can be expressed.
            var terms = new List<Term> { new(v, 1) };
            for (var left = (long)most; left > 0;)
            {
                var digit = Math.Min((long)1 << terms.Count - 1, left);
                left -= digit;
                terms.Add(new(variables.Count, -variable.Lot * digit));
                variables.Add(new($"{variable.Name}, {digit} lots", 0, 1, IsBinary: true));
            }

            // Use bounds that are multiples of the lot: the product of lot and count may miss the original bound by one rounding unit.
            var least = Math.Ceiling(variable.Lower / variable.Lot - 1e-9);
            variables[v] = variable with { Lot = 0, Lower = Math.Min(least, most) * variable.Lot, Upper = most * variable.Lot };
            rows.Add(new($"{variable.Name} in lots", 0, 0, terms));
        }

        return problem with { Variables = variables, Rows = rows };
    }

    /// <summary>The answer for the original variables and rows, with sizes at exact multiples.</summary>
    public static Answer Read(Problem problem, Answer answer, SolveOptions options)
    {
        if (answer.Values.Count == 0)
            return answer;
        double[] values = [.. answer.Values.Take(problem.Variables.Count)];
        for (var v = 0; v < values.Length; v++)
        {
            if (problem.Variables[v].Lot is > 0 and var lot)
                values[v] = lot * Math.Round(values[v] / lot);
        }

        double[] multipliers = [.. answer.ShadowPrices.Take(problem.Rows.Count), answer.GoalShadowPrice];
        return Certificate.Of(problem, options, new Point(values, multipliers, answer.Bound), answer.BoundBy, answer.Engine)
            with
        { EngineReason = answer.EngineReason };
    }
}

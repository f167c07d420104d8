using Optimizer.Solver;

namespace Optimizer.Scenarios;

/// <summary>A problem read from a file.</summary>
/// <param name="Path">The file's path.</param>
/// <param name="File">The file's content.</param>
/// <param name="Problem">The problem in the solver's form.</param>
/// <param name="Notes">Changes made when reading, such as a repaired covariance.</param>
public sealed record LoadedProblem(string Path, ProblemFile File, Problem Problem, IReadOnlyList<string> Notes);

/// <summary>Reads and writes problems as files.</summary>
public static class ProblemFiles
{
    /// <summary>Number of points at which an unknown kind of curve is tabulated; the error is about a millionth.</summary>
    private const int TabulatedPoints = 129;

    /// <summary>Reads a problem.</summary>
    /// <exception cref="InputException">The file contains errors; all of them are listed.</exception>
    public static LoadedProblem Read(string path)
    {
        var source = SourceFile.Read(path);
        var reader = new ContractReader();
        var file = reader.Read<ProblemFile>(source);
        if (reader.Diagnostics.Count > 0)
            throw new InputException(reader.Diagnostics);
        return new Builder(path, file!, source, reader).Build();
    }

    /// <summary>A scenario's problem as a file's content.</summary>
    /// <exception cref="InputException">A constraint or the objective needs rows that are added during the solve.</exception>
    public static ProblemFile Of(LoadedScenario loaded)
    {
        static string Name(object kind) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(kind.GetType().Name);
        var added = loaded.Scenario.Constraints.OfType<Allocation.AllocationConstraint>().FirstOrDefault(constraint => constraint.IsOneLimit());
        if (added is not null || ((Allocation.AllocationObjective)loaded.Scenario.Objective).AddsRows())
            throw new InputException([new(added?.Location ?? new(loaded.File, 1, 1), $"{Name(added is null ? loaded.Scenario.Objective : added)} needs rows that are added during the solve, which a problem file cannot contain: remove it, or write a problem file with scenarios yourself")]);
        return ToFile(loaded.Scenario.Name, new Allocation.AllocationProblem(loaded.Market, loaded.Scenario, loaded.Settings).ToProblem());
    }

    /// <summary>A problem as a file's content.</summary>
    /// <param name="name">The name for display.</param>
    /// <param name="problem">The problem; names that appear twice get a number.</param>
    public static ProblemFile ToFile(string name, Problem problem)
    {
        var names = Unique(problem.Variables.Select(v => v.Name));
        IReadOnlyDictionary<string, double> Sum(IReadOnlyList<Term> terms) => terms.ToDictionary(t => names[t.Variable], t => t.Coefficient);
        return new()
        {
            Name = name,
            Variables = [.. problem.Variables.Select((v, i) => new ProblemVariable
            {
                Name = names[i], Lower = v.Lower, Upper = v.Upper, Value = v.Value, Variance = v.Variance, Binary = v.IsBinary, Lot = v.Lot,
            })],
            Rows = [.. problem.Rows.Zip(Unique(problem.Rows.Select(r => r.Name)), (row, rowName) => new ProblemRow
            {
                Name = rowName,
                Exactly = row.Lower == row.Upper ? row.Lower : null,
                AtLeast = row.Lower != row.Upper && double.IsFinite(row.Lower) ? row.Lower : null,
                AtMost = row.Lower != row.Upper && double.IsFinite(row.Upper) ? row.Upper : null,
                Sum = Sum(row.Terms),
            })],
            Switches = [.. problem.Switches.Select(s => new ProblemSwitch(names[s.Binary], names[s.Variable], s.Minimum))],
            Links = [.. problem.Links.Select(l => new ProblemLink
            {
                Result = names[l.Result], Argument = names[l.Argument], Exact = l.IsExact, Curve = ToCurve(l.Function, problem.Variables[l.Argument]),
            })],
            Factors = [.. problem.Factors.Zip(Unique(problem.Factors.Select(f => f.Name)), (factor, factorName) => new ProblemFactor { Name = factorName, Loadings = Sum(factor.Loadings) })],
            Scenarios = problem.Scenarios is not { } scenarios ? null : new()
            {
                Of = [.. scenarios.Columns.Select(c => names[c])],
                Gains = [.. scenarios.Gains.Chunk(scenarios.Columns.Count)],
            },
            Goal = problem.Goal switch
            {
                MeanVarianceGoal utility => new Goals.MeanVariance { RiskWeight = utility.RiskWeight },
                MinimumRiskGoal least => new Goals.MinimumRisk { ValueAtLeast = least.ValueAtLeast, Toll = Sum(least.Toll) },
                MaximumReturnGoal most => new Goals.MaximumReturn { RiskAtMost = most.RiskAtMost },
                MaximumSharpeRatioGoal ratio => new Goals.MaximumSharpeRatio { Threshold = ratio.Threshold },
                RiskParityGoal shares => new Goals.RiskParity { Shares = names.Zip(shares.Shares).ToDictionary(p => p.First, p => p.Second) },
                MinimumCvarGoal tail => new Goals.MinimumCvar { Confidence = tail.Confidence, ValueAtLeast = tail.ValueAtLeast },
                var other => throw new NotSupportedException($"goal {other.GetType().Name}"),
            },
        };
    }

    private static ProblemCurve ToCurve(IConcaveFunction function, Variable argument)
    {
        if (function is SaturatingFunction saturating)
            return new Saturating { Rate = saturating.Rate, Size = saturating.Size };
        if (function is QuadraticFunction quadratic)
            return new Quadratic { Slope = quadratic.Slope, Square = quadratic.Square };
        var table = function as TabulatedFunction
            ?? TabulatedFunction.Of(function, argument.Lower, Math.Max(argument.Upper, argument.Lower + 1e-9), TabulatedPoints);
        return new Points { X = table.X, Values = table.Values, Slopes = table.Slopes };
    }

    private static string[] Unique(IEnumerable<string> names)
    {
        var seen = new HashSet<string>();
        return [.. names.Select(name =>
        {
            var unique = name;
            for (var number = 2; !seen.Add(unique); number++)
                unique = $"{name} #{number}";
            return unique;
        })];
    }

    /// <summary>Builds the solver's problem from a file, and reports errors with their position.</summary>
    private sealed class Builder(string path, ProblemFile file, MappingNode source, ContractReader reader)
    {
        private readonly List<Variable> _variables = [];
        private readonly List<Row> _rows = [];
        private readonly List<Switch> _switches = [];
        private readonly List<Link> _links = [];
        private readonly List<string> _notes = [];
        private readonly Dictionary<string, int> _index = [];

        /// <summary>The binary of each semi-continuous variable.</summary>
        private readonly Dictionary<int, int> _onOf = [];

        public LoadedProblem Build()
        {
            for (var v = 0; v < file.Variables.Count; v++)
            {
                var variable = file.Variables[v];
                if (!_index.TryAdd(variable.Name, v))
                    Report($"variable '{variable.Name}' appears twice; expected it once", "variables", v, "name");
                _variables.Add(new(variable.Name, variable.Lower, variable.Upper, variable.Value, variable.Variance, variable.Binary, variable.Lot));
            }

            for (var s = 0; s < file.Switches.Count; s++)
            {
                var (binary, variable) = (Find(file.Switches[s].Binary, "switches", s, "binary"), Find(file.Switches[s].Variable, "switches", s, "variable"));
                _switches.Add(new(binary, variable, file.Switches[s].Minimum));
                _onOf[variable] = binary;
            }

            for (var v = 0; v < file.Variables.Count; v++)
                AddOwnSwitch(v);
            for (var v = 0; v < file.Variables.Count; v++)
            {
                if (file.Variables[v].Carry is { } carry)
                    AddCarry(v, carry);
            }

            for (var l = 0; l < file.Links.Count; l++)
            {
                var link = file.Links[l];
                if (ToFunction(link.Curve, "links", l, "curve") is { } function)
                    _links.Add(new(Find(link.Result, "links", l, "result"), Find(link.Argument, "links", l, "argument"), function, link.Exact));
            }

            for (var r = 0; r < file.Rows.Count; r++)
                AddRow(r);
            for (var c = 0; c < file.Counts.Count; c++)
                AddCount(c);
            List<Factor> factors = [.. file.Factors.Select((factor, f) => new Factor(factor.Name, Sum(factor.Loadings, "factors", f, "loadings")))];
            if (file.Covariance is { } covariance)
                factors.AddRange(FromCovariance(covariance));
            var scenarios = FromScenarios();
            var goal = ToGoal();
            if (reader.Diagnostics.Count > 0)
                throw new InputException(reader.Diagnostics);
            return new(path, file, new Problem
            {
                Variables = _variables,
                Rows = _rows,
                Switches = _switches,
                Links = _links,
                Factors = factors,
                Scenarios = scenarios,
                Goal = goal,
            }, _notes);
        }

        private void AddOwnSwitch(int v)
        {
            var variable = file.Variables[v];
            if (variable.Minimum is null && variable.Charge is null)
                return;
            if (variable.Lower != 0 || variable.Binary)
            {
                Report($"'{variable.Name}' has a minimum or a charge, so it can be zero; expected a lower bound of 0 and no binary", "variables", v);
                return;
            }

            _onOf[v] = _variables.Count;
            // With lots, the smallest positive size is one lot.
            _switches.Add(new(_variables.Count, v, Math.Max(variable.Minimum ?? 0, variable.Lot)));
            _variables.Add(new($"{variable.Name} is on", 0, 1, -(variable.Charge ?? 0), IsBinary: true));
        }

        private void AddCarry(int v, ProblemCurve carry)
        {
            if (carry is Points { Slopes: null } straight)
            {
                try
                {
                    PiecewiseCarry.Add(_variables, _rows, _switches, _links, v, [.. straight.X.Zip(straight.Values)]);
                }
                catch (ArgumentException wrong)
                {
                    Report(wrong.Message, "variables", v, "carry");
                }

                return;
            }

            if (ToFunction(carry, "variables", v, "carry") is not { } function)
                return;
            var (lower, upper) = (file.Variables[v].Lower, file.Variables[v].Upper);
            var reach = 1 + 2 * Math.Max(Math.Abs(function.At(lower)), Math.Abs(function.At(upper))) + Math.Abs(function.SlopeAt(lower)) * (upper - lower);
            _links.Add(new(_variables.Count, v, function));
            _variables.Add(new($"{file.Variables[v].Name} earns", -reach, reach, 1));
        }

        private IConcaveFunction? ToFunction(ProblemCurve curve, params object[] place)
        {
            switch (curve)
            {
                case Saturating saturating:
                    return new SaturatingFunction(saturating.Rate, saturating.Size);
                case Quadratic quadratic:
                    return new QuadraticFunction(quadratic.Slope, quadratic.Square);
                case Points { Slopes: { } slopes } points:
                    try
                    {
                        return new TabulatedFunction(points.X, points.Values, slopes);
                    }
                    catch (ArgumentException wrong)
                    {
                        Report(wrong.Message, place);
                        return null;
                    }

                default:
                    Report("points without slopes are allowed only in a variable's carry; expected slopes", place);
                    return null;
            }
        }

        private void AddRow(int r)
        {
            var row = file.Rows[r];
            if (row.Exactly is null && row.AtLeast is null && row.AtMost is null)
                Report($"row '{row.Name}' has no limit; expected exactly, atLeast or atMost", "rows", r);
            if (row.Exactly is not null && (row.AtLeast ?? row.AtMost) is not null)
                Report($"row '{row.Name}' has exactly and a limit; expected one of them", "rows", r);
            _rows.Add(new(row.Name, row.Exactly ?? row.AtLeast ?? double.NegativeInfinity, row.Exactly ?? row.AtMost ?? double.PositiveInfinity, Sum(row.Sum, "rows", r, "sum")));
        }

        private void AddCount(int c)
        {
            var count = file.Counts[c];
            var terms = new List<Term>();
            foreach (var v in count.Of.Count == 0 ? _onOf.Keys.Order().ToArray() : [.. count.Of.Select((name, i) => Find(name, "counts", c, "of", i))])
            {
                if (_variables[v].IsBinary)
                    terms.Add(new(v, 1));
                else if (_onOf.TryGetValue(v, out var on))
                    terms.Add(new(on, 1));
                else
                    Report($"'{_variables[v].Name}' cannot be counted; give it a minimum or a charge (0 is allowed)", "counts", c);
            }

            if (count.AtLeast is null && count.AtMost is null)
                Report($"count '{count.Name}' has no limit; expected atLeast or atMost", "counts", c);
            _rows.Add(new(count.Name, count.AtLeast ?? double.NegativeInfinity, count.AtMost ?? double.PositiveInfinity, terms));
        }

        private IReadOnlyList<Factor> FromCovariance(ProblemCovariance covariance)
        {
            var columns = Columns(covariance.Of, "covariance");
            for (var i = 0; i < covariance.Matrix.Count; i++)
            {
                if (covariance.Matrix[i].Count == columns.Count && covariance.Matrix.Count == columns.Count)
                    continue;
                Report($"{covariance.Matrix.Count} rows, of which row {i + 1} has {covariance.Matrix[i].Count} figures; expected {columns.Count} of {columns.Count}", "covariance", "matrix");
                return [];
            }

            try
            {
                var matrix = new double[columns.Count, columns.Count];
                for (var i = 0; i < columns.Count; i++)
                {
                    for (var j = 0; j < columns.Count; j++)
                        matrix[i, j] = covariance.Matrix[i][j];
                }

                var split = Covariance.Split(matrix, columns, covariance.Repair);
                if (split.Change > 0)
                    _notes.Add($"the covariance was not symmetric, or indefinite, and was replaced by the nearest valid matrix; entries changed by at most {split.Change:g3}");
                for (var i = 0; i < columns.Count; i++)
                    _variables[columns[i]] = _variables[columns[i]] with { Variance = _variables[columns[i]].Variance + split.Variances[i] };
                return split.Factors;
            }
            catch (ArgumentException wrong)
            {
                Report(wrong.Message, "covariance", "matrix");
                return [];
            }
        }

        private ScenarioMatrix? FromScenarios()
        {
            if (file.Scenarios is not { } scenarios)
                return null;
            var columns = Columns(scenarios.Of, "scenarios");
            for (var s = 0; s < scenarios.Gains.Count; s++)
            {
                if (scenarios.Gains[s].Count != columns.Count)
                    Report($"scenario {s + 1} has {scenarios.Gains[s].Count} gains; expected {columns.Count}", "scenarios", "gains", s);
            }

            return new(columns, [.. scenarios.Gains.SelectMany(g => g)]);
        }

        private IReadOnlyList<int> Columns(IReadOnlyList<string> names, string part) => names.Count > 0
            ? [.. names.Select((name, i) => Find(name, part, "of", i))]
            : [.. Enumerable.Range(0, file.Variables.Count).Where(v => !file.Variables[v].Binary)];

        private Goal ToGoal()
        {
            // Below every value that the bounds allow.
            double Least() => -1 - _variables.Sum(v => Math.Abs(v.Value) * Math.Max(Math.Abs(v.Lower), Math.Abs(v.Upper)));
            switch (file.Goal)
            {
                case Goals.MeanVariance utility:
                    return new MeanVarianceGoal(utility.RiskWeight);
                case Goals.MinimumRisk least:
                    return new MinimumRiskGoal(least.ValueAtLeast ?? Least(), Sum(least.Toll, "goal", "minimumRisk", "toll"));
                case Goals.MaximumReturn most:
                    return new MaximumReturnGoal(most.RiskAtMost);
                case Goals.MaximumSharpeRatio ratio:
                    return new MaximumSharpeRatioGoal(ratio.Threshold);
                case Goals.RiskParity shares:
                    var all = new double[_variables.Count];
                    for (var v = 0; v < file.Variables.Count && shares.Shares.Count == 0; v++)
                        all[v] = file.Variables[v].Binary ? 0 : 1;
                    foreach (var (name, share) in shares.Shares)
                        all[Find(name, "goal", "riskParity", "shares", name)] = share;
                    return new RiskParityGoal(all);
                case Goals.MinimumCvar tail:
                    if (file.Scenarios is null)
                        Report("minimumCvar needs scenarios", "goal");
                    return new MinimumCvarGoal(tail.Confidence, tail.ValueAtLeast ?? Least());
                default:
                    throw new NotSupportedException($"goal {file.Goal.GetType().Name}");
            }
        }

        private List<Term> Sum(IReadOnlyDictionary<string, double> sum, params object[] place)
        {
            var terms = new List<Term>();
            foreach (var (name, coefficient) in sum)
                terms.Add(new(Find(name, [.. place, name]), coefficient));
            return terms;
        }

        private int Find(string name, params object[] place)
        {
            if (_index.TryGetValue(name, out var v))
                return v;
            Report($"there is no variable '{name}'{NearMatch.Hint(name, _index.Keys)}", place);
            return 0;
        }

        private void Report(string message, params object[] place) => reader.Report(source.Find(place).Location, message);
    }
}

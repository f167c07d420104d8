using Google.OrTools.ModelBuilder;
using Google.Protobuf;
using OperationsResearch;

namespace Optimizer.Solver.Engines;

/// <summary>Passes a program to an OR-Tools engine and returns its answer, unchecked.</summary>
/// <remarks>
/// OR-Tools' C# classes have no quadratic objective, but its protocol buffer format does; a file passes it to the native library. GLOP,
/// HiGHS
/// and CP-SAT silently ignore a quadratic part, so only PDLP is given one.
/// </remarks>
internal static class OrTools
{
    private static readonly string Folder = Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath();

    /// <summary>GLOP's parameters: tolerances of 1e-9, and the choice of primal or dual simplex.</summary>
    /// <remarks>With a row for each of a thousand scenarios, the dual simplex takes a sixth of the time. With many nearly equal tangents it
    /// sometimes stops short of the optimum.</remarks>
    /// <param name="hasTangents">Whether rows are tangents of curves.</param>
    public static string GlopParameters(bool hasTangents) =>
        $"{(hasTangents ? "" : "use_dual_simplex: true ")}primal_feasibility_tolerance: 1e-9 dual_feasibility_tolerance: 1e-9";

    public static EngineAnswer Solve(
        QuadraticProgram program, OrToolsEngine engine, double seconds, string parameters, double scale = 1,
        CancellationToken cancellation = default)
    {
        if (engine != OrToolsEngine.Pdlp && !program.IsLinear)
            throw new ArgumentException($"{engine} accepts linear programs only", nameof(engine));
        cancellation.ThrowIfCancellationRequested();
        var file = Path.Combine(Folder, $"optimizer-{Guid.NewGuid():N}.pb");
        try
        {
            using (var stream = File.Create(file))
                ToProto(program, scale).WriteTo(stream);
            using var model = new ModelBuilderHelper();
            if (!model.ReadModelFromProtoFile(file))
                throw new InvalidOperationException("OR-Tools could not read the model");
            File.Delete(file);
            using var solver = new ModelSolverHelper(engine.ToString().ToLowerInvariant());
            if (!solver.SolverIsSupported())
                throw new InvalidOperationException($"this build of OR-Tools has no {engine}");
            solver.SetTimeLimitInSeconds(Math.Max(seconds, 0.001));
            if (parameters.Length > 0)
                solver.SetSolverSpecificParameters(parameters);
            using var stop = cancellation.Register(() => solver.InterruptSolve());
            solver.Solve(model);
            cancellation.ThrowIfCancellationRequested();
            return Read(program, solver, scale);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static EngineAnswer Read(QuadraticProgram program, ModelSolverHelper solver, double scale)
    {
        if (!solver.HasResponse())
            return new(EngineStatus.Failed, "no response", [], [], double.NegativeInfinity);
        var status = solver.Status() switch
        {
            Google.OrTools.ModelBuilder.SolveStatus.OPTIMAL => EngineStatus.Optimal,
            Google.OrTools.ModelBuilder.SolveStatus.FEASIBLE => EngineStatus.Feasible,
            Google.OrTools.ModelBuilder.SolveStatus.INFEASIBLE => EngineStatus.Infeasible,
            Google.OrTools.ModelBuilder.SolveStatus.NOT_SOLVED => EngineStatus.TimedOut,
            _ => EngineStatus.Failed,
        };
        if (!solver.HasSolution())
            return new(status, $"{solver.Status()} {solver.StatusString()}".Trim(), [], [], double.NegativeInfinity);
        var values = Enumerable.Range(0, program.Count).Select(solver.VariableValue).ToArray();
        if (!Array.TrueForAll(values, double.IsFinite))
            return new(EngineStatus.Failed, "values that are not finite", [], [], double.NegativeInfinity);
        var multipliers = Enumerable.Range(0, program.Rows.Count).Select(r => solver.DualValue(r) / scale).ToArray();
        return new(status, solver.StatusString(), values, multipliers, solver.BestObjectiveBound() / scale);
    }

    private static MPModelProto ToProto(QuadraticProgram program, double scale)
    {
        var proto = new MPModelProto();
        for (var v = 0; v < program.Count; v++)
        {
            proto.Variable.Add(new MPVariableProto
            {
                LowerBound = program.Lower[v],
                UpperBound = program.Upper[v],
                ObjectiveCoefficient = program.Cost[v] * scale,
                IsInteger = program.Integer[v],
            });
            if (program.Curvature[v] == 0)
                continue;
            proto.QuadraticObjective ??= new MPQuadraticObjective();
            proto.QuadraticObjective.Qvar1Index.Add(v);
            proto.QuadraticObjective.Qvar2Index.Add(v);
            proto.QuadraticObjective.Coefficient.Add(0.5 * program.Curvature[v] * scale);
        }

        foreach (var row in program.Rows)
        {
            var constraint = new MPConstraintProto { LowerBound = row.Lower, UpperBound = row.Upper };
            foreach (var term in row.Terms)
            {
                constraint.VarIndex.Add(term.Variable);
                constraint.Coefficient.Add(term.Coefficient);
            }

            proto.Constraint.Add(constraint);
        }

        return proto;
    }
}

/// <summary>An engine of OR-Tools.</summary>
internal enum OrToolsEngine
{
    Pdlp,
    Glop,
    Scip,
    Highs,
}

/// <summary>The status that an engine reports.</summary>
internal enum EngineStatus
{
    Optimal,
    Feasible,
    Infeasible,
    TimedOut,
    Failed,
}

/// <summary>An engine's answer, unchecked.</summary>
internal sealed record EngineAnswer(
    EngineStatus Status, string Message, double[] Values, double[] Multipliers, double Bound);

/// <summary>Thrown when an engine fails.</summary>
/// <param name="message">What it said.</param>
/// <param name="isTimedOut">Whether its share of the time was over: that may be a moment before the deadline.</param>
internal sealed class EngineException(string message, bool isTimedOut) : Exception(message)
{
    public bool IsTimedOut => isTimedOut;
}

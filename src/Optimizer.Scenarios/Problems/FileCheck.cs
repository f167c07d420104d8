using Optimizer.Model;

namespace Optimizer.Scenarios;

/// <summary>Checks project files of every kind.</summary>
public static class FileCheck
{
    /// <summary>Detects the kind of any project file, and checks it.</summary>
    /// <returns>The kind of file, and warnings.</returns>
    /// <exception cref="InputException">The file contains errors.</exception>
    public static (string Kind, IReadOnlyList<Diagnostic> Notes) Of(string file)
    {
        var (source, files) = (SourceFile.Read(file), new ScenarioFiles());
        var reader = new ContractReader();
        IReadOnlyList<Diagnostic> notes = [];
        var kind = ScenarioFiles.KindOf(source);
        switch (kind)
        {
            case "policy":
                ScenarioFiles.LoadPolicy(file);
                break;
            case "plan":
                ScenarioFiles.LoadPlan(file);
                break;
            case "scenario":
                notes = files.Load(file).Notes;
                break;
            case "snapshot":
                files.MarketOf(ScenarioFiles.FindRoot(file), file);
                break;
            case "problem":
                ProblemFiles.Read(file);
                break;
            case "pricing":
                PricingFiles.Read(file);
                break;
            case "margin":
                MarginFiles.Read(file);
                break;
            case "margin-parameters":
                reader.Read<PortfolioMarginParameters>(source);
                break;
            case "chain":
                if (reader.Read<Chain>(source) is { } chain)
                    MarketChecks.Check(chain, source, reader);
                break;
            case "settings":
                ScenarioFiles.CheckSettings(reader.Read<Settings>(source), source, reader);
                break;
            default:
                throw new InputException([new(source.Location,
                    "is not a known file kind; expected the keys of a scenario (holdings, objective), a chain (family, nativeToken), a snapshot (provenances), settings (risk, moves, solver), rows to price (rows) or margin accounts (accounts)")]);
        }

        ScenarioFiles.ThrowIfWrong(reader);
        return (kind, notes);
    }
}

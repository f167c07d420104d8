using Optimizer.History;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions;

namespace Optimizer.Application;

/// <summary>The folder of a plan's files.</summary>
public static class PlanFolder
{
    /// <summary>Name of the plan file.</summary>
    public const string PlanFile = "plan.json";

    /// <summary>All files of a plan.</summary>
    public static IEnumerable<(string Name, string Text)> Files(TransactionPlan plan, Market market) => new PlanExport(plan, market).Files().Append((PlanFile, Formats.Serialize(plan) + "\n"));

    /// <summary>True if the file name is that of a plan file.</summary>
    public static bool IsOurs(string name) => name is PlanFile or "checklist.md" or "transactions.json" or "accounting.csv" || name.EndsWith(".safe.json", StringComparison.Ordinal) || name.EndsWith(".solana.json", StringComparison.Ordinal);

    /// <summary>The reason why the files of a folder must not be replaced; null if they may.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="isWhole">True to write a whole plan; false to write the remaining steps of one.</param>
    public static string? Foreign(DirectoryInfo folder, bool isWhole)
    {
        var entries = folder.Exists ? folder.GetFileSystemInfos() : [];
        if (entries.Any(entry => entry is DirectoryInfo { Name: PlanJournal.FolderName }))
            return $"{folder} contains a plan in progress; expected another folder";
        if (Array.Find(entries, entry => entry is DirectoryInfo || !IsOurs(entry.Name)) is { } foreign)
            return $"{folder} contains {foreign.Name}, which is not a plan file; expected a new folder, or one with only an earlier plan";
        // The remaining steps of one plan must not be replaced by a whole plan, nor the other way round.
        return entries.Length == 0 || entries.Any(entry => entry.Name == PlanFile) == isWhole ? null
            : isWhole ? $"{folder} contains the remaining steps of a plan; expected a new folder, or one with an earlier plan"
            : $"{folder} contains a whole plan; expected a new folder, or one with the remaining steps of a plan";
    }

    /// <summary>Replaces a folder in one step: writes a new folder beside it, then renames.</summary>
    public static void Write(DirectoryInfo folder, IEnumerable<(string Name, string Text)> files)
    {
        var target = folder.FullName.TrimEnd(Path.DirectorySeparatorChar);
        var (draft, former) = ($"{target}.{Guid.NewGuid():N}.draft", $"{target}.{Guid.NewGuid():N}.former");
        foreach (var (name, text) in files)
            AtomicFile.Write(Path.Combine(draft, name), text);
        if (folder.Exists)
            Directory.Move(target, former);
        Directory.Move(draft, target);
        if (Directory.Exists(former))
            Directory.Delete(former, recursive: true);
    }
}

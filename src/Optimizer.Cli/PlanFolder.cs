using Optimizer.History;
using Optimizer.Model;
using Optimizer.Scenarios;
using Optimizer.Transactions;

namespace Optimizer.Cli;

/// <summary>The folder that a plan's files lie in.</summary>
internal static class PlanFolder
{
    /// <summary>The plan itself, among its files.</summary>
    public const string PlanFile = "plan.json";

    /// <summary>All files of a plan.</summary>
    public static IEnumerable<(string Name, string Text)> Files(TransactionPlan plan, Market market) => new PlanExport(plan, market).Files().Append((PlanFile, Formats.Serialize(plan) + "\n"));

    /// <summary>Whether a file is one of a plan's, by its name.</summary>
    public static bool IsOurs(string name) => name is PlanFile or "checklist.md" or "transactions.json" or "accounting.csv" || name.EndsWith(".safe.json", StringComparison.Ordinal) || name.EndsWith(".solana.json", StringComparison.Ordinal);

    /// <summary>Why a folder must not make place for new files; null where it may.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="isWhole">Whether a whole plan is to be written, or what remains of one.</param>
    public static string? Foreign(DirectoryInfo folder, bool isWhole)
    {
        var entries = folder.Exists ? folder.GetFileSystemInfos() : [];
        if (entries.Any(entry => entry is DirectoryInfo { Name: PlanJournal.FolderName }))
            return $"{folder} holds a plan that is followed; expected another folder";
        if (Array.Find(entries, entry => entry is DirectoryInfo || !IsOurs(entry.Name)) is { } foreign)
            return $"{folder} holds {foreign.Name}, which is no file of a plan; expected a new folder, or one with a former plan and nothing else";
        // What remains to be signed of one plan must not be covered by another that is whole, nor the other way round.
        return entries.Length == 0 || entries.Any(entry => entry.Name == PlanFile) == isWhole ? null
            : isWhole ? $"{folder} holds what remained of a plan; expected a new folder, or one with a former plan"
            : $"{folder} holds a whole plan; expected a new folder, or one with what remained of a plan";
    }

    /// <summary>Writes a folder whole or not at all: beside, then in the place of the former one.</summary>
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

using Optimizer.Model;

namespace Optimizer.History;

/// <summary>On-chain findings about a plan that is being executed, in a folder of Parquet files beside the plan.</summary>
/// <remarks>Every addition is one file, written atomically. If the process stops, earlier findings are kept, and those not yet written are
/// found again on the chains.</remarks>
/// <param name="folder">The folder of the files; may not exist yet.</param>
/// <param name="plan">An identifier of the plan, such as a hash of its file.</param>
public sealed class PlanJournal(string folder, string plan)
{
    private const string Columns = "found TIMESTAMP, plan VARCHAR, event VARCHAR, chain VARCHAR, block UBIGINT, hash VARCHAR, step INTEGER, count UBIGINT";

    /// <summary>Name of the journal folder beside a plan.</summary>
    public const string FolderName = "journal";

    /// <summary>All findings so far.</summary>
    /// <exception cref="HistoryException">The journal belongs to another plan, or cannot be read.</exception>
    public IReadOnlyList<PlanJournalEntry> Read()
    {
        if (!ParquetFolder.HasFiles(folder))
            return [];
        using var connection = ParquetFolder.Open();
        try
        {
            var rows = ParquetFolder.Query(connection, $"SELECT DISTINCT plan, event, chain, block, hash, step, count FROM {ParquetFolder.All(folder)} ORDER BY chain, block, hash, event, step",
                row => (Plan: row.GetString(0), Entry: new PlanJournalEntry(Enum.Parse<PlanEvent>(row.GetString(1)), row.GetString(2), (ulong)row.GetValue(3), row.GetString(4), row.GetInt32(5), (ulong)row.GetValue(6)))).ToArray();
            return rows.All(row => row.Plan == plan) ? [.. rows.Select(row => row.Entry)]
                : throw new HistoryException($"the journal in {folder} belongs to another plan; a plan under way must not change");
        }
        catch (Exception broken) when (broken is DuckDB.NET.Data.DuckDBException or ArgumentException or InvalidCastException)
        {
            throw new HistoryException($"the journal in {folder} cannot be read ({ParquetFolder.FirstLine(broken)}); if you move it away, everything is looked up on the chains again", broken);
        }
    }

    /// <summary>Adds findings.</summary>
    /// <param name="entries">The findings.</param>
    /// <param name="now">Current time.</param>
    public void Add(IReadOnlyList<PlanJournalEntry> entries, DateTimeOffset now)
    {
        if (entries.Count == 0)
            return;
        ParquetFolder.Add(folder, $"{now.UtcDateTime:yyyyMMddTHHmmssfff}-{Guid.NewGuid():N}", Columns, entries, (row, entry) => row.AppendValue(now.UtcDateTime).AppendValue(plan).AppendValue($"{entry.Event}")
            .AppendValue(entry.Chain).AppendValue(entry.Block).AppendValue(entry.Transaction).AppendValue(entry.Step).AppendValue(entry.Count));
    }
}

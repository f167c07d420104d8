using Optimizer.Model;

namespace Optimizer.History.Tests;

public sealed class PlanJournalTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 1, 0, 0, TimeSpan.Zero);
    private readonly string _folder = Directory.CreateTempSubdirectory("optimizer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_found_is_there_again()
    {
        var journal = new PlanJournal(Path.Combine(_folder, "a [b]'s"), "plan");
        Assert.Empty(journal.Read());
        PlanJournalEntry[] first = [new(PlanEvent.Transaction, "base", 17, "0xab"), new(PlanEvent.Searched, "base", ulong.MaxValue / 2)];
        PlanJournalEntry[] second = [new(PlanEvent.Arrival, "base", 18, "0xcd", 4), first[0]];
        journal.Add(first, Now);
        journal.Add([], Now);
        journal.Add(second, Now);
        Assert.Equal(first.Union(second).ToHashSet(), journal.Read().ToHashSet());
        Assert.Equal(2, Directory.EnumerateFiles(Path.Combine(_folder, "a [b]'s")).Count());
    }

    [Fact]
    public void What_a_killed_process_left_half_written_is_not_read()
    {
        new PlanJournal(_folder, "plan").Add([new(PlanEvent.Transaction, "base", 17, "0xab")], Now);
        File.WriteAllText(Path.Combine(_folder, "20261126T010000000-0.parquet.17.draft"), "PAR1");
        Assert.Single(new PlanJournal(_folder, "plan").Read());
    }

    [Fact]
    public void The_journal_of_another_plan_and_a_broken_one_are_refused()
    {
        new PlanJournal(_folder, "plan").Add([new(PlanEvent.Transaction, "base", 17, "0xab")], Now);
        Assert.Contains("belongs to another plan", Assert.Throws<HistoryException>(() => new PlanJournal(_folder, "other").Read()).Message, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder, "foreign.parquet"), "nothing of the kind");
        Assert.Contains("cannot be read", Assert.Throws<HistoryException>(() => new PlanJournal(_folder, "plan").Read()).Message, StringComparison.Ordinal);
    }
}

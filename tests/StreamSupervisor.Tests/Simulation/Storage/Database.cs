using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Simulation.Storage;

/// <summary>One row of the journal: what one command brought.</summary>
/// <param name="WrittenAt">When it was stored.</param>
internal sealed record JournalRow(string Key, long Sequence, EventBatch Batch, string Writer, TimeSpan WrittenAt = default);

/// <summary>A row on its way into the journal.</summary>
/// <param name="Before">The state that it was decided on.</param>
/// <param name="Done">Told whether it is known to be stored. No is "nobody knows".</param>
internal sealed record JournalWrite(JournalRow Row, LiveStreamState Before, Action<bool> Done);

/// <summary>What a recovery reads.</summary>
internal sealed record Recovered(LiveStreamState State, long Sequence);

/// <summary>
/// The database that all members share: the journal with one row for each (key, sequence), snapshots, and the index of streams. It outlives
/// everything.
/// </summary>
internal sealed class Database(World world)
{
    private readonly Dictionary<string, SortedList<long, JournalRow>> _journal = [];
    private readonly Dictionary<string, List<(TimeSpan At, Recovered What)>> _snapshots = [];
    private bool _isDown;

    /// <summary>What the members wrote of each stream, as late as they wrote it.</summary>
    public StreamIndexTable Index { get; } = new();
    public Rollbacks Rollbacks { get; } = new(world);

    public bool IsDown
    {
        get => _isDown || FailsOver;
        set => _isDown = value;
    }

    /// <summary>It is down, and another follows that lags.</summary>
    public bool FailsOver { get; set; }

    /// <summary>One transaction: all rows or none.</summary>
    /// <returns>Whether they are stored.</returns>
    public bool Commit(IReadOnlyList<JournalWrite> batch)
    {
        if (world.Rules.ChecksUniqueness && batch.Any(write => _journal.TryGetValue(write.Row.Key, out var rows)
            && rows.ContainsKey(write.Row.Sequence)))
        {
            return false;
        }

        if (world.RollsBack && (batch.Any(write => !Follows(write.Row, batch))
            || batch.DistinctBy(write => (write.Row.Key, write.Row.Sequence)).Count() < batch.Count))
        {
            return false;
        }

        foreach (var write in batch)
        {
            if (!_journal.TryGetValue(write.Row.Key, out var rows))
            {
                _journal[write.Row.Key] = rows = [];
            }

            rows[write.Row.Sequence] = write.Row with { WrittenAt = world.Age };
            world.History.Durable(write);
        }

        return true;
    }

    public void Save(string key, Recovered snapshot)
    {
        if (!_snapshots.TryGetValue(key, out var all))
        {
            _snapshots[key] = all = [];
        }

        if (all.Count == 0 || all[^1].What.Sequence < snapshot.Sequence)
        {
            all.Add((world.Age, snapshot));
        }
    }

    public Recovered Recover(string key)
    {
        var (state, sequence) = SnapshotOf(key) ?? new Recovered(world.Empty(key), 0);
        if (_journal.TryGetValue(key, out var rows))
        {
            foreach (var row in world.Rules.Replayed([.. rows.Values.Where(row => row.Sequence > sequence)]))
            {
                foreach (var happened in row.Batch.Events)
                {
                    state = LiveStream.Evolve(state, happened);
                }
            }

            sequence = Math.Max(sequence, rows.Keys.LastOrDefault());
        }

        return new Recovered(state, sequence);
    }

    /// <summary>
    /// Deletes what lies behind the newest snapshot. The newest row of a key stays, else its numbers would begin anew; and so do rows that
    /// are younger than
    /// the longest time that a write may be on its way, for a row that is gone keeps no late one out.
    /// </summary>
    public void Retain()
    {
        var until = world.Age - world.Rules.RetainsFor;
        foreach (var (key, rows) in _journal)
        {
            if (SnapshotOf(key) is { } snapshot)
            {
                while (rows.Count > 1 && rows.Keys[0] <= snapshot.Sequence && rows.Values[0].WrittenAt < until)
                {
                    rows.RemoveAt(0);
                }
            }
        }
    }

    /// <summary>It is as it was at that time: what was written since has never been.</summary>
    public void RollBack(TimeSpan to, bool isPromoted)
    {
        foreach (var all in _snapshots.Values)
        {
            all.RemoveAll(one => one.At > to);
        }

        foreach (var (key, rows) in _journal)
        {
            var lost = rows.Values.Where(row => row.WrittenAt > to).ToList();
            lost.ForEach(row => rows.Remove(row.Sequence));
            if (lost.Count > 0)
            {
                world.Note("database", "loses", key, $"{lost.Count} rows from {lost[0].Sequence}");
                Index.Forget(key);
                world.History.RolledBack(key, Recover(key), lost);
            }
        }

        Rollbacks.RollBack(to, isPromoted);
    }

    /// <summary>Rows of the index that came from records that are gone.</summary>
    public void ForgetWhatIsGone()
    {
        foreach (var (key, all) in _snapshots)
        {
            all.RemoveAll(one => !_journal.TryGetValue(key, out var rows) || rows.Keys.LastOrDefault() < one.What.Sequence);
        }

        foreach (var row in Index.Rows.ToList())
        {
            if (!_journal.TryGetValue(row.Key, out var rows) || rows.Keys.LastOrDefault() < row.Sequence)
            {
                Index.Forget(row.Key);
            }
        }
    }

    private Recovered? SnapshotOf(string key) => _snapshots.GetValueOrDefault(key) is { Count: > 0 } all ? all[^1].What : null;

    /// <summary>The database refuses a row that does not follow the one before.</summary>
    private bool Follows(JournalRow row, IReadOnlyList<JournalWrite> batch) => row.Sequence == 1
        || (_journal.TryGetValue(row.Key, out var rows) && rows.ContainsKey(row.Sequence - 1))
        || batch.TakeWhile(other => other.Row != row).Any(other => other.Row.Key == row.Key && other.Row.Sequence == row.Sequence - 1);
}

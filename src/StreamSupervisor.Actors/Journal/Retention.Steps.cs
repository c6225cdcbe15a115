using System.Data.Common;
using StreamSupervisor.Domain.Notices;

namespace StreamSupervisor.Actors.Journal;

public sealed partial class Retention
{
    /// <summary>Keys that one step looks at.</summary>
    private const int KeysOfAStep = 100;

    /// <summary>The kinds of notices behind which nothing comes that their subject was in before.</summary>
    private static readonly string Endings = string.Join(", ", new[]
    {
        NoticeKind.MemberLeft, NoticeKind.MemberDead, NoticeKind.StreamQuarantineOver,
    }.Select(kind => $"'{NoticeKinds.NameOf(kind)}'"));

    /// <summary>Through all keys that have a snapshot, in their order; a page of keys is left when nothing is left to clear in
    /// it.</summary>
    private async Task<(int Events, int Snapshots)> ClearBehindSnapshotsAsync(
        DateTimeOffset eventsBefore, DateTimeOffset snapshotsBefore, CancellationToken cancellation)
    {
        var (events, snapshots, after) = (0, 0, "");
        while (await LastOfPageAsync(after, cancellation) is { } last)
        {
            var (oldEvents, oldSnapshots) = await StepAsync(
                "clearing old events",
                async (transaction, stop) => (
                    await RunAsync(transaction, DeleteEvents, Page(after, last, eventsBefore), stop),
                    await RunAsync(transaction, DeleteSnapshots, Page(after, last, snapshotsBefore), stop)),
                cancellation);
            (events, snapshots) = (events + oldEvents, snapshots + oldSnapshots);
            if (oldEvents < settings.Step && oldSnapshots < settings.Step)
            {
                after = last;
            }
        }

        return (events, snapshots);
    }

    private static (string, object?)[] Page(string after, string last, DateTimeOffset before) =>
        [("@after", after), ("@last", last), ("@before", before.UtcTicks)];

    private async Task<int> ClearIdleKeysAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var (cleared, changedAt, key) = (0, 0L, "");
        while (true)
        {
            var candidates = await CandidatesAsync(changedAt, key, before, cancellation);
            foreach (var candidate in candidates)
            {
                cleared += await StepAsync(
                    "clearing an idle key",
                    (transaction, stop) => ClearKeyAsync(transaction, candidate, before.UtcTicks, stop),
                    cancellation,
                    pause: false);
            }

            if (candidates.Count < KeysOfAStep)
            {
                return cleared;
            }

            (changedAt, key) = (candidates[^1].ChangedAt, candidates[^1].Key);
            await Task.Delay(settings.Pause, time, cancellation);
        }
    }

    /// <summary>The newest notice of a server, of a member that runs or of a key in quarantine says what was told last: without it the
    /// same would be told again. Of a member that has ended, which never comes back under its incarnation, and of a quarantine that is over
    /// nothing stays; the oldest go first, so that the one before never becomes the newest.</summary>
    private async Task ClearNoticesAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var sql =
            $"""
            DELETE FROM {store.Schema}notice WHERE ordering IN (
              SELECT o.ordering FROM {store.Schema}notice o
              WHERE o.created < @before AND (o.kind IN ({Endings}) OR EXISTS (
                SELECT 1 FROM {store.Schema}notice n WHERE n.subject = o.subject AND n.number > o.number))
              ORDER BY o.ordering LIMIT {settings.Step})
            """;
        while (await StepAsync(
            "clearing old notices",
            (transaction, stop) => RunAsync(transaction, sql, [("@before", before.UtcTicks)], stop), cancellation) >= settings.Step)
        {
        }
    }

    /// <summary>
    /// Events first: a recovery that reads between the statements sees either all or nothing, for they are one transaction. A row that is
    /// written at this very moment stays, alone; it carries every number that it sets, and of an idle key nothing else counts.
    /// </summary>
    private async Task<int> ClearKeyAsync(DbTransaction transaction, Candidate candidate, long before, CancellationToken cancellation)
    {
        (string, object?)[] values =
            [("@id", Timeline.IdPrefix + candidate.Key), ("@key", candidate.Key), ("@sequence", candidate.Sequence)];
        var newest = await FirstAsync(
            transaction,
            $"""
            SELECT sequence_number, created FROM {store.Schema}event_journal
            WHERE persistence_id = @id ORDER BY sequence_number DESC LIMIT 1
            """,
            values[..1],
            row => (Sequence: row.GetInt64(0), Created: row.GetInt64(1)),
            cancellation);
        if (newest.Sequence > candidate.Sequence || newest.Created >= before)
        {
            // The index lags or the key is in use.
            return 0;
        }

        if (newest.Sequence == candidate.Sequence)
        {
            _ = await RunAsync(
                transaction,
                $"DELETE FROM {store.Schema}event_journal WHERE persistence_id = @id AND sequence_number <= @sequence",
                [values[0], values[2]],
                cancellation);
            _ = await RunAsync(
                transaction, $"DELETE FROM {store.Schema}event_snapshot WHERE persistence_id = @id", values[..1], cancellation);
        }

        // Where the journal ends before the row of the index, the key was deleted and began anew: the row stands for nothing.
        _ = await RunAsync(
            transaction, $"DELETE FROM {store.Schema}stream_index WHERE key = @key AND sequence = @sequence", values[1..3], cancellation);
        return newest.Sequence == candidate.Sequence ? 1 : 0;
    }

    private string DeleteEvents =>
        $"""
        DELETE FROM {store.Schema}event_journal WHERE ordering IN (
          SELECT j.ordering FROM (
            SELECT persistence_id, max(sequence_number) AS upto FROM {store.Schema}event_snapshot
            WHERE persistence_id > @after AND persistence_id <= @last GROUP BY persistence_id) s
          CROSS JOIN {store.Schema}event_journal j
          WHERE j.persistence_id = s.persistence_id AND j.sequence_number < s.upto AND j.created < @before LIMIT {settings.Step})
        """;

    private string DeleteSnapshots =>
        $"""
        DELETE FROM {store.Schema}event_snapshot WHERE (persistence_id, sequence_number) IN (
          SELECT o.persistence_id, o.sequence_number FROM {store.Schema}event_snapshot o
          WHERE o.persistence_id > @after AND o.persistence_id <= @last AND o.created < @before AND EXISTS (
            SELECT 1 FROM {store.Schema}event_snapshot n
            WHERE n.persistence_id = o.persistence_id AND n.sequence_number > o.sequence_number)
          LIMIT {settings.Step})
        """;

    private Task<string?> LastOfPageAsync(string after, CancellationToken cancellation) => store.ReadAsync(
        "the keys with snapshots",
        async (connection, stop) =>
        {
            await using var command = connection.Command(
                $"""
                SELECT max(persistence_id) FROM (
                  SELECT DISTINCT persistence_id FROM {store.Schema}event_snapshot
                  WHERE persistence_id > @after ORDER BY persistence_id LIMIT @limit) page
                """,
                ("@after", after),
                ("@limit", KeysOfAStep));
            return await command.ExecuteScalarAsync(stop) as string;
        },
        cancellation);

    private Task<IReadOnlyList<Candidate>> CandidatesAsync(
        long changedAt, string key, DateTimeOffset before, CancellationToken cancellation) =>
        store.ReadAsync(
            "the keys that are idle",
            async (connection, stop) =>
            {
                await using var command = connection.Command(
                    $"""
                    SELECT key, sequence, changed_at FROM {store.Schema}stream_index
                    WHERE idle AND changed_at < @before AND (changed_at, key) > (@changed, @key) ORDER BY changed_at, key LIMIT @limit
                    """,
                    ("@before", before.ToUnixTimeMilliseconds()),
                    ("@changed", changedAt),
                    ("@key", key),
                    ("@limit", KeysOfAStep));
                return await command.RowsAsync(row => new Candidate(row.GetString(0), row.GetInt64(1), row.GetInt64(2)), stop);
            },
            cancellation);

    /// <summary>A short transaction, and the pause behind it. Nothing when another member is at it.</summary>
    private async Task<T> StepAsync<T>(
        string what, Func<DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellation, bool pause = true)
        where T : struct
    {
        var done = await store.WriteAsync(
            what,
            async (transaction, stop) => await IsOursAsync(transaction, stop) ? await work(transaction, stop) : default,
            cancellation);
        if (pause)
        {
            await Task.Delay(settings.Pause, time, cancellation);
        }

        return done;
    }

    private async Task<bool> IsOursAsync(DbTransaction transaction, CancellationToken cancellation)
    {
        if (store.Location is not StoreLocation.Postgres)
        {
            return true;
        }

        await using var command = transaction.Command($"SELECT pg_try_advisory_xact_lock({PostgresConnections.LockClass}, {Lock})");
        return await command.ExecuteScalarAsync(cancellation) is true;
    }

    private static async Task<int> RunAsync(
        DbTransaction transaction, string sql, (string Name, object? Value)[] values, CancellationToken cancellation)
    {
        await using var command = transaction.Command(sql, values);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<T> FirstAsync<T>(
        DbTransaction transaction,
        string sql,
        (string Name, object? Value)[] values,
        Func<DbDataReader, T> read,
        CancellationToken cancellation)
        where T : struct
    {
        await using var command = transaction.Command(sql, values);
        var rows = await command.RowsAsync(read, cancellation);
        return rows.Count > 0 ? rows[0] : default;
    }

    private readonly record struct Candidate(string Key, long Sequence, long ChangedAt);
}

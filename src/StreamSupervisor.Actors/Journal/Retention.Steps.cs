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

    /// <summary>A short transaction, and the pause behind it. Nothing when another member is at it.</summary>
    private async Task<T> StepAsync<T>(
        string what, Func<DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellation)
        where T : struct
    {
        var done = await store.WriteAsync(
            what,
            async (transaction, stop) => await IsOursAsync(transaction, stop) ? await work(transaction, stop) : default,
            cancellation);
        await Task.Delay(settings.Pause, time, cancellation);
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
}

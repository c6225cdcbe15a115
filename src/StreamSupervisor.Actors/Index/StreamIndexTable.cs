using System.Data.Common;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.Actors.Index;

/// <summary>
/// Writes rows of the index, the newest of each key wins: a member that is behind, or one that is paused and goes on as a zombie, cannot
/// put an older state over a newer one. On PostgreSQL one statement for a batch, in the order of the keys, so that two members do not wait
/// for each other.
/// </summary>
internal static class StreamIndexTable
{
    private const string Columns =
        "key, sequence, state, origin, origins, since, generation, idle, open_work, wake_at, changed_at, summary";

    private const string NewestWins =
        "ON CONFLICT (key) DO UPDATE SET sequence = excluded.sequence, state = excluded.state, origin = excluded.origin, "
        + "origins = excluded.origins, since = excluded.since, generation = excluded.generation, idle = excluded.idle, "
        + "open_work = excluded.open_work, wake_at = excluded.wake_at, changed_at = excluded.changed_at, "
        + "summary = excluded.summary WHERE excluded.sequence > stream_index.sequence";

    /// <param name="store">Where.</param>
    /// <param name="rows">At most one of each key.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer; writing the same rows again is safe.</exception>
    public static Task WriteAsync(JournalStore store, IReadOnlyList<StreamIndexRow> rows, CancellationToken cancellation)
    {
        var ordered = rows.OrderBy(row => row.Key, StringComparer.Ordinal).ToList();
        return store.Location is StoreLocation.Postgres
            ? store.ReadAsync("the stream index", (connection, stop) => UnnestAsync(connection, ordered, stop), cancellation)
            : store.WriteAsync("the stream index", (transaction, stop) => OneByOneAsync(transaction, ordered, stop), cancellation);
    }

    private static async Task<int> UnnestAsync(DbConnection connection, List<StreamIndexRow> rows, CancellationToken cancellation)
    {
        await using var command = connection.Command(
            $"""
            INSERT INTO streamsupervisor.stream_index({Columns})
            SELECT * FROM unnest(@key, @sequence, @state, @origin, @origins, @since, @generation, @idle, @open, @wake, @changed, @summary)
            {NewestWins}
            """,
            ("@key", rows.ConvertAll(row => row.Key).ToArray()),
            ("@sequence", rows.ConvertAll(row => row.Sequence).ToArray()),
            ("@state", rows.ConvertAll(row => row.State).ToArray()),
            ("@origin", rows.ConvertAll(row => row.Origin).ToArray()),
            ("@origins", rows.ConvertAll(row => row.Origins).ToArray()),
            ("@since", rows.ConvertAll(row => row.Since?.ToUnixTimeMilliseconds()).ToArray()),
            ("@generation", rows.ConvertAll(row => row.Generation).ToArray()),
            ("@idle", rows.ConvertAll(row => row.Idle).ToArray()),
            ("@open", rows.ConvertAll(row => row.HasOpenWork).ToArray()),
            ("@wake", rows.ConvertAll(row => row.WakeAt?.ToUnixTimeMilliseconds()).ToArray()),
            ("@changed", rows.ConvertAll(row => row.ChangedAt.ToUnixTimeMilliseconds()).ToArray()),
            ("@summary", rows.ConvertAll(row => row.Summary!.Encode()).ToArray()));
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<int> OneByOneAsync(DbTransaction transaction, List<StreamIndexRow> rows, CancellationToken cancellation)
    {
        await using var command = transaction.Command(
            $"""
            INSERT INTO stream_index({Columns})
            VALUES(@key, @sequence, @state, @origin, @origins, @since, @generation, @idle, @open, @wake, @changed, @summary)
            {NewestWins}
            """,
            ("@key", ""), ("@sequence", 0L), ("@state", ""), ("@origin", ""), ("@origins", ""), ("@since", null), ("@generation", 0L),
            ("@idle", false), ("@open", false), ("@wake", null), ("@changed", 0L), ("@summary", Array.Empty<byte>()));
        await command.PrepareAsync(cancellation);
        var written = 0;
        foreach (var row in rows)
        {
            var values = new object?[]
            {
                row.Key, row.Sequence, row.State, row.Origin, row.Origins, row.Since?.ToUnixTimeMilliseconds(), row.Generation, row.Idle,
                row.HasOpenWork, row.WakeAt?.ToUnixTimeMilliseconds(), row.ChangedAt.ToUnixTimeMilliseconds(), row.Summary!.Encode(),
            };
            for (var i = 0; i < values.Length; i++)
            {
                command.Parameters[i].Value = values[i] ?? DBNull.Value;
            }

            written += await command.ExecuteNonQueryAsync(cancellation);
        }

        return written;
    }
}

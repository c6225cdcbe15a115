namespace StreamSupervisor.Actors.Journal;

/// <summary>What happened to one stream key, straight from the journal: it asks no actor, so it can be read while the key is in
/// quarantine.</summary>
public sealed class Timeline(JournalStore store)
{
    /// <summary>What stands before the key in the id of its actor's journal.</summary>
    internal const string IdPrefix = "live-stream/";

    /// <summary>The key of a journal's id; an id of another kind as it is.</summary>
    internal static string KeyOf(string id) => id.StartsWith(IdPrefix, StringComparison.Ordinal) ? id[IdPrefix.Length..] : id;

    /// <summary>The newest events of a key that are older than a cursor, newest first.</summary>
    /// <param name="key">The stream key as text, <c>vhost/app/stream</c>.</param>
    /// <param name="beforeSequence">Events with a smaller <see cref="JournaledEvent.Sequence"/>; <see cref="long.MaxValue"/> for the
    /// newest.</param>
    /// <param name="limit">At most so many events, from 1. Fewer means that nothing older is kept.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task<IReadOnlyList<JournaledEvent>> ReadBackwardsAsync(
        string key, long beforeSequence, int limit, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        if (key.Contains('\0', StringComparison.Ordinal))
        {
            // No stored key holds one, and PostgreSQL refuses to be asked for it.
            return [];
        }

        // Every row holds at least one event. The row of the cursor itself may hold events before it and none.
        var rows = await store.ReadAsync(
            "the timeline of a stream",
            async (connection, stop) =>
            {
                await using var command = connection.Command(
                    $"""
                    SELECT sequence_number, manifest, message FROM {store.Schema}event_journal
                    WHERE persistence_id = @id AND sequence_number <= @row AND NOT deleted ORDER BY sequence_number DESC LIMIT @limit
                    """,
                    ("@id", IdPrefix + key),
                    ("@row", EventSequence.RowOf(beforeSequence)),
                    ("@limit", limit + 1));
                return await command.RowsAsync(
                    row => JournaledEvent.OfRow(row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2)), stop);
            },
            cancellation);
        return [.. rows.SelectMany(row => row.Reverse()).Where(one => one.Sequence < beforeSequence).Take(limit)];
    }
}

namespace StreamSupervisor.Actors.Journal;

/// <summary>One row of the feed: the events of one command of one key, or several refusals.</summary>
/// <param name="Ordering">Its place among all rows; grows, with gaps.</param>
/// <param name="Key">The stream key as text.</param>
/// <param name="WrittenAt">When its member wrote it, by that member's clock.</param>
/// <param name="Events">Its events, oldest first.</param>
public sealed record FeedRow(long Ordering, string Key, DateTimeOffset WrittenAt, IReadOnlyList<JournaledEvent> Events);

/// <summary>What happened to all keys, in the order of the journal. Each call looks at no more rows than its limit, whatever the journal
/// holds.</summary>
public sealed class EventFeed(JournalStore store, TimeProvider time)
{
    /// <summary>A number below which a write that is still under way may yet appear. The server ends a transaction after 5 s.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(10);

    private const string Columns = "ordering, persistence_id, created, sequence_number, manifest, message";

    /// <summary>The newest rows below a cursor, newest first.</summary>
    /// <param name="before">Rows with a smaller <see cref="FeedRow.Ordering"/>; <see cref="long.MaxValue"/> for the newest.</param>
    /// <param name="limit">At most so many rows, from 1.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<IReadOnlyList<FeedRow>> ReadBackwardsAsync(long before, int limit, CancellationToken cancellation = default) =>
        ReadAsync("WHERE ordering < @cursor ORDER BY ordering DESC", before, limit, cancellation);

    /// <summary>
    /// The oldest rows above a cursor, oldest first. Two members write side by side and may finish in the other order, so a number that is
    /// missing is waited for until it is certain that it stays away: the feed leaves nothing out.
    /// </summary>
    /// <param name="after">Rows with a greater <see cref="FeedRow.Ordering"/>; 0 for the oldest that is kept.</param>
    /// <param name="limit">At most so many rows, from 1.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task<IReadOnlyList<FeedRow>> ReadForwardsAsync(long after, int limit, CancellationToken cancellation = default)
    {
        var rows = await ReadAsync("WHERE ordering > @cursor ORDER BY ordering", after, limit, cancellation);
        return Whole(rows, row => (row.Ordering, row.WrittenAt), after, time.GetUtcNow());
    }

    /// <summary>A place before which nothing can appear any more, near the end: the numbers just below the newest may belong to writes
    /// that are under way.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task<long> EndAsync(CancellationToken cancellation = default)
    {
        const int back = 500;
        var newest = await NewestAsync(cancellation);
        var settled = await ReadForwardsAsync(Math.Max(0, newest - back), back, cancellation);
        return settled is [.., var last] ? last.Ordering : newest;
    }

    /// <summary>The rows up to the first number that is missing and may yet come.</summary>
    internal static IReadOnlyList<T> Whole<T>(
        IReadOnlyList<T> rows, Func<T, (long Ordering, DateTimeOffset WrittenAt)> placeOf, long after, DateTimeOffset now)
    {
        var expected = after;
        var whole = 0;
        foreach (var (ordering, writtenAt) in rows.Select(placeOf))
        {
            if (ordering != ++expected && expected > 1 && writtenAt > now - Settled)
            {
                break;
            }

            expected = ordering;
            whole++;
        }

        return whole == rows.Count ? rows : [.. rows.Take(whole)];
    }

    /// <summary>The number of the newest row; 0 in an empty journal. One that is smaller than before tells of a restored backup.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<long> NewestAsync(CancellationToken cancellation = default) => store.ReadAsync(
        "the newest event",
        async (connection, stop) =>
        {
            await using var command = connection.Command($"SELECT coalesce(max(ordering), 0) FROM {store.Schema}event_journal");
            return (long)(await command.ExecuteScalarAsync(stop))!;
        },
        cancellation);

    private Task<IReadOnlyList<FeedRow>> ReadAsync(string which, long cursor, int limit, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        return store.ReadAsync(
            "the feed of events",
            async (connection, stop) =>
            {
                await using var command = connection.Command(
                    $"SELECT {Columns} FROM {store.Schema}event_journal {which} LIMIT @limit", ("@cursor", cursor), ("@limit", limit));
                var rows = await command.RowsAsync(
                    row => new FeedRow(
                        row.GetInt64(0),
                        Timeline.KeyOf(row.GetString(1)),
                        new DateTimeOffset(row.GetInt64(2), TimeSpan.Zero),
                        JournaledEvent.OfRow(row.GetInt64(3), row.GetString(4), row.GetFieldValue<byte[]>(5))),
                    stop);
                return rows;
            },
            cancellation);
    }
}

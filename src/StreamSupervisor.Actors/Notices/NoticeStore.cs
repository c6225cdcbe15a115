using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain.Notices;

namespace StreamSupervisor.Actors.Notices;

/// <summary>One thing that happened to a server, to a member, or to a key's journal as a whole.</summary>
/// <param name="Ordering">Its place among all of these; grows, with gaps.</param>
/// <param name="WrittenAt">When it was seen.</param>
/// <param name="Kind">What it is; <see cref="NoticeKind.None"/> for what nobody is told.</param>
/// <param name="Subject">What it is about, for programs: <c>origin/srs-1</c>.</param>
/// <param name="Name">The same for people.</param>
/// <param name="Why">A sentence; may be empty.</param>
public sealed record NoticeRow(long Ordering, DateTimeOffset WrittenAt, NoticeKind Kind, string Subject, string Name, string Why);

/// <summary>
/// What others are told that no stream's journal holds. A row is a change: noting what was noted last does nothing, so whoever sees a
/// state may note it as often as it likes, and a change is told once however many members see it.
/// </summary>
public sealed class NoticeStore(JournalStore store, TimeProvider time)
{
    /// <summary>The kind of a row that ends a state and tells nobody.</summary>
    public const string Over = "over";

    /// <summary>Notes what a subject is in now.</summary>
    /// <param name="subject">What it is about.</param>
    /// <param name="kind">One of <see cref="NoticeKinds.Names"/>, or <see cref="Over"/>.</param>
    /// <param name="name">What people call it.</param>
    /// <param name="why">A sentence; may be empty.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer; note it again.</exception>
    public Task NoteAsync(string subject, string kind, string name, string why, CancellationToken cancellation = default) =>
        store.WriteAsync(
            "a notice",
            async (transaction, stop) =>
            {
                // Ending what never began is nothing to keep.
                await using var command = transaction.Command(
                    $"""
                    INSERT INTO {store.Schema}notice(created, subject, number, kind, name, why)
                    SELECT @created, @subject, newest.number + 1, @kind, @name, @why FROM (
                      SELECT number, kind FROM {store.Schema}notice WHERE subject = @subject
                      UNION ALL SELECT 0, @over ORDER BY 1 DESC LIMIT 1) newest
                    WHERE newest.kind <> @kind
                    ON CONFLICT DO NOTHING
                    """,
                    ("@created", time.GetUtcNow().UtcTicks), ("@subject", subject), ("@kind", kind), ("@name", name), ("@why", why),
                    ("@over", Over));
                return await command.ExecuteNonQueryAsync(stop);
            },
            cancellation);

    /// <summary>The oldest rows above a cursor, oldest first, without leaving one out that is still being written.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task<IReadOnlyList<NoticeRow>> ReadForwardsAsync(long after, int limit, CancellationToken cancellation = default)
    {
        var rows = await store.ReadAsync(
            "the notices",
            async (connection, stop) =>
            {
                await using var command = connection.Command(
                    $"""
                    SELECT ordering, created, kind, subject, name, why FROM {store.Schema}notice
                    WHERE ordering > @after ORDER BY ordering LIMIT @limit
                    """,
                    ("@after", after), ("@limit", limit));
                return await command.RowsAsync(
                    row => new NoticeRow(row.GetInt64(0), new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero),
                        NoticeKinds.Of(row.GetString(2)), row.GetString(3), row.GetString(4), row.GetString(5)),
                    stop);
            },
            cancellation);
        return EventFeed.Whole(rows, row => (row.Ordering, row.WrittenAt), after, time.GetUtcNow());
    }

    /// <summary>The number of the newest row; 0 where there is none.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<long> NewestAsync(CancellationToken cancellation = default) => store.ReadAsync(
        "the newest notice",
        async (connection, stop) =>
        {
            await using var command = connection.Command($"SELECT coalesce(max(ordering), 0) FROM {store.Schema}notice");
            return (long)(await command.ExecuteScalarAsync(stop))!;
        },
        cancellation);
}

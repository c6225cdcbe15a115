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
    /// <summary>What the subjects of stream keys begin with; no other subject is behind it.</summary>
    private const string StreamSubjects = "stream/";

    /// <summary>The subject of a stream key.</summary>
    public static string SubjectOf(string key) => StreamSubjects + key;

    /// <summary>Notes what a subject is in now.</summary>
    /// <param name="subject">What it is about.</param>
    /// <param name="kind">Not <see cref="NoticeKind.None"/>.</param>
    /// <param name="name">What people call it.</param>
    /// <param name="why">A sentence; may be empty.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer; note it again.</exception>
    public Task NoteAsync(string subject, NoticeKind kind, string name, string why, CancellationToken cancellation = default) =>
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
                    ("@created", time.GetUtcNow().UtcTicks), ("@subject", subject), ("@kind", NoticeKinds.NameOf(kind)),
                    ("@name", name), ("@why", why), ("@over", NoticeKinds.NameOf(NoticeKind.StreamQuarantineOver)));
                return await command.ExecuteNonQueryAsync(stop);
            },
            cancellation);

    /// <summary>The oldest rows above a cursor, oldest first, without leaving one out that is still being written.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task<IReadOnlyList<NoticeRow>> ReadForwardsAsync(long after, int limit, CancellationToken cancellation = default)
    {
        var rows = await RowsAsync("WHERE ordering > @after ORDER BY ordering", after, limit, cancellation);
        return EventFeed.Whole(rows, row => (row.Ordering, row.WrittenAt), after, time.GetUtcNow());
    }

    /// <summary>The keys that are in quarantine by the newest notice of each, in the order of their subjects.</summary>
    /// <param name="after">Only behind this subject; empty for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<IReadOnlyList<NoticeRow>> InQuarantineAsync(string after, int limit, CancellationToken cancellation = default) => RowsAsync(
        $"""
        WHERE subject > @after AND kind = '{NoticeKinds.NameOf(NoticeKind.StreamQuarantined)}' AND NOT EXISTS (
          SELECT 1 FROM {store.Schema}notice newer WHERE newer.subject = notice.subject AND newer.number > notice.number)
        ORDER BY subject
        """,
        after.Length > 0 ? after : StreamSubjects, limit, cancellation);

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

    private Task<IReadOnlyList<NoticeRow>> RowsAsync(string which, object after, int limit, CancellationToken cancellation) =>
        store.ReadAsync(
            "the notices",
            async (connection, stop) =>
            {
                await using var command = connection.Command(
                    $"SELECT ordering, created, kind, subject, name, why FROM {store.Schema}notice {which} LIMIT @limit",
                    ("@after", after), ("@limit", limit));
                return await command.RowsAsync(
                    row => new NoticeRow(row.GetInt64(0), new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero),
                        NoticeKinds.Of(row.GetString(2)), row.GetString(3), row.GetString(4), row.GetString(5)),
                    stop);
            },
            cancellation);
}

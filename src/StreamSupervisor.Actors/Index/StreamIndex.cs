using System.Data.Common;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.Index;

/// <summary>
/// Lists of streams that ask no actor. The journal is the truth: a row may lag by the time of a batch, and by more when its member died
/// before it wrote; it heals when the key's actor starts again, and <see cref="LaggingSearch"/> finds those that need it.
/// </summary>
public sealed partial class StreamIndex(JournalStore store)
{
    /// <summary>Keys of a page of <see cref="DueAsync"/>.</summary>
    public const int DuePage = 1000;

    /// <summary>So much may the clocks of members differ without a word: a deadline is late by this at most where its owner died.</summary>
    internal static readonly TimeSpan ClockAhead = TimeSpan.FromSeconds(5);

    private const string Columns =
        "key, sequence, state, origin, since, generation, idle, open_work, wake_at, changed_at, summary";

    /// <summary>What the supervisor keeps for itself is no stream.</summary>
    private const string IsStream = "substr(key, 1, length(@reserved)) <> @reserved";

    private static readonly string Reserved = StreamKey.ReservedVhost + "/";

    /// <summary>One page of a list.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<IReadOnlyList<StreamIndexRow>> ListAsync(StreamIndexQuery query, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (new[] { query.After, query.Origin, query.Contains }.Any(text => text?.Contains('\0', StringComparison.Ordinal) == true))
        {
            return Task.FromResult<IReadOnlyList<StreamIndexRow>>([]);
        }

        // Those that are idle may be a million, so a question that leaves them out says so: it is answered from the index of the others.
        var idleToo = query is { Active: false, Origin: null, With: null, State: null or LiveStreamPhase.Idle };
        var like = store.Location is StoreLocation.Postgres ? "ILIKE" : "LIKE";
        var sql = $"SELECT {Columns} FROM {store.Schema}stream_index WHERE {IsStream} AND "
            + (query.ChangedBefore is null ? "key > @after" : "(changed_at < @changed OR changed_at = @changed AND key > @after)")
            + (idleToo ? "" : " AND NOT idle")
            + (query.State is null ? "" : " AND state = @state")
            + (query.Origin is null ? "" : " AND origin = @origin")
            + (query.Contains is null ? "" : $" AND key {like} @contains ESCAPE '\\'")
            + (query.With is null ? "" : $" AND {Has("@mark")}")
            + (query.ByChange ? " ORDER BY changed_at DESC, key LIMIT @limit" : " ORDER BY key LIMIT @limit");
        return RowsAsync(
            "a list of streams",
            sql,
            [
                ("@after", query.After),
                ("@limit", query.Limit),
                .. query.ChangedBefore is { } changed ? new (string, object?)[] { ("@changed", changed.ToUnixTimeMilliseconds()) } : [],
                ("@reserved", Reserved),
                .. query.State is { } state ? new (string, object?)[] { ("@state", StreamIndexRow.Word(state)) } : [],
                .. query.Origin is { } origin ? new (string, object?)[] { ("@origin", origin) } : [],
                .. query.With is { } mark ? new (string, object?)[] { ("@mark", PartOf(mark)) } : [],
                .. query.Contains is { } part ? new (string, object?)[] { ("@contains", Containing(part)) } : [],
            ],
            cancellation);
    }

    /// <summary>The row of a key; null where there is none (yet).</summary>
    /// <param name="key">The stream key as text.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task<StreamIndexRow?> FindAsync(string key, CancellationToken cancellation = default)
    {
        var sql = $"SELECT {Columns} FROM {store.Schema}stream_index WHERE key = @key";
        return await RowsAsync("a stream", sql, [("@key", key)], cancellation) is [var row, ..] ? row : null;
    }

    /// <summary>
    /// The keys whose actor must run though nobody calls: those with open work, those whose deadline has come, and those whose deadline was
    /// written by a clock that is ahead, by which it may not have come for hours. Where the actor runs, being woken changes nothing.
    /// </summary>
    /// <param name="now">The time of the deadlines; <see cref="DateTimeOffset.MaxValue"/> for all of them.</param>
    /// <param name="after">Keys behind this one; empty for the first page.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<IReadOnlyList<string>> DueAsync(
        DateTimeOffset now, string after = "", int limit = DuePage, CancellationToken cancellation = default) =>
        KeysAsync(
            "the streams that are due",
            $"""
            SELECT key FROM {store.Schema}stream_index
            WHERE (open_work OR wake_at IS NOT NULL) AND (open_work OR wake_at <= @now OR changed_at > @ahead) AND key > @after
            ORDER BY key LIMIT @limit
            """,
            [
                ("@now", now.ToUnixTimeMilliseconds()), ("@ahead", now.ToUnixTimeMilliseconds() + (long)ClockAhead.TotalMilliseconds),
                ("@after", after), ("@limit", limit),
            ],
            cancellation);

    /// <summary>All that touches a server: sessions, challengers, removals, relays and wedges there. For an actor of the server that
    /// starts.</summary>
    /// <param name="origin">The configured name of the server.</param>
    /// <param name="after">Keys behind this one; empty for the first page.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<IReadOnlyList<StreamIndexRow>> OnOriginAsync(
        string origin, string after = "", int limit = 1000, CancellationToken cancellation = default) =>
        RowsAsync(
            "the streams of a server",
            $"{OnOrigin(Columns)} AND key > @after ORDER BY key LIMIT @limit",
            [("@origin", $"\n{origin}\n"), ("@after", after), ("@limit", limit)],
            cancellation);

    /// <summary>The keys of <see cref="OnOriginAsync"/>, all of them, and the number of the journal's row that each stands for.</summary>
    /// <param name="origin">The configured name of the server.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<IReadOnlyList<(StreamKey Key, long Sequence)>> KeysOnOriginAsync(string origin, CancellationToken cancellation = default) =>
        store.ReadAsync(
            "the keys of a server",
            async (connection, stop) =>
            {
                await using var command = connection.Command(OnOrigin("key, sequence"), [("@origin", $"\n{origin}\n")]);
                return await command.RowsAsync(row => (StreamKey.Parse(row.GetString(0)), row.GetInt64(1)), stop);
            },
            cancellation);

    private string OnOrigin(string columns)
    {
        var position = store.Location is StoreLocation.Postgres ? "position(@origin in origins)" : "instr(origins, @origin)";
        return $"SELECT {columns} FROM {store.Schema}stream_index WHERE NOT idle AND {position} > 0";
    }

    /// <summary>
    /// Keys whose journal goes further than their row: their member died, or could not write, before the row was. Whoever wakes them heals
    /// the row. Looks at a part of the journal only, so that the question stays small.
    /// </summary>
    /// <param name="after">Rows of the journal with a greater number.</param>
    /// <param name="upTo">And up to this one.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<IReadOnlyList<string>> LaggingAsync(long after, long upTo, CancellationToken cancellation = default) => KeysAsync(
        "the streams whose row lags",
        $"""
        SELECT t.key FROM (
          SELECT substr(persistence_id, @prefix) AS key, max(sequence_number) AS sequence FROM {store.Schema}event_journal
          WHERE ordering > @after AND ordering <= @upTo GROUP BY persistence_id) t
        LEFT JOIN {store.Schema}stream_index i ON i.key = t.key
        WHERE i.key IS NULL OR i.sequence < t.sequence ORDER BY t.key
        """,
        [("@prefix", Timeline.IdPrefix.Length + 1), ("@after", after), ("@upTo", upTo)],
        cancellation);

    private static StreamIndexRow Row(DbDataReader row) => new(
        row.GetString(0),
        row.GetInt64(1),
        row.GetString(2),
        row.GetString(3),
        TimeAt(row, 4),
        row.GetInt64(5),
        row.GetBoolean(6),
        row.GetBoolean(7),
        TimeAt(row, 8),
        DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(9)),
        StreamSummary.Decode(row.GetFieldValue<byte[]>(10)));

    private static DateTimeOffset? TimeAt(DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    /// <summary>The pattern of a LIKE that finds a text anywhere, with <c>\</c> as its escape.</summary>
    private static string Containing(string text) =>
        $"%{text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%";

    private Task<IReadOnlyList<StreamIndexRow>> RowsAsync(
        string what, string sql, (string Name, object? Value)[] values, CancellationToken cancellation) => store.ReadAsync(
        what,
        async (connection, stop) =>
        {
            await using var command = connection.Command(sql, values);
            return await command.RowsAsync(Row, stop);
        },
        cancellation);

    private Task<IReadOnlyList<string>> KeysAsync(
        string what, string sql, (string Name, object? Value)[] values, CancellationToken cancellation) =>
        store.ReadAsync(
            what,
            async (connection, stop) =>
            {
                await using var command = connection.Command(sql, values);
                return await command.RowsAsync(row => row.GetString(0), stop);
            },
            cancellation);
}

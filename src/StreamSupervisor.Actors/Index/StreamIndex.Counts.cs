using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.Index;

/// <content>Counting. What has no column is found by its place in the summary's JSON, so no row is decoded for it.</content>
public sealed partial class StreamIndex
{
    /// <summary>Fights whose end is looked at, the latest changed first: more at once would be a trouble of another kind.</summary>
    private const int MostFights = 1000;

    // Absent from a summary that has none of it. A quote in a name is written \", so no name can look like one of these.
    private static readonly byte[] HasLock = "\"locked\":{"u8.ToArray();
    private static readonly byte[] HasPin = "\"pinnedTo\":\""u8.ToArray();
    private static readonly byte[] HasWedge = "\"wedges\":[{"u8.ToArray();
    private static readonly byte[] IsStalled = "\"stalled\":true"u8.ToArray();
    private static readonly byte[] HadFight = "\"coolDownUntil\":"u8.ToArray();

    /// <summary>Counts the streams that are not idle. Reads a row of each of them, so its cost grows with them.</summary>
    /// <param name="now">Cool-downs until then are over.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public async Task<StreamCounts> CountAsync(DateTimeOffset now, CancellationToken cancellation = default)
    {
        var rows = await store.ReadAsync(
            "the number of streams",
            async (connection, stop) =>
            {
                await using var command = connection.Command(
                    $"""
                    SELECT state, count(*), {NumberWith("@lock")}, {NumberWith("@pin")}, {NumberWith("@wedge")}, {NumberWith("@stalled")}
                    FROM {store.Schema}stream_index WHERE NOT idle AND {IsStream} GROUP BY state
                    """,
                    ("@lock", HasLock), ("@pin", HasPin), ("@wedge", HasWedge), ("@stalled", IsStalled),
                    ("@reserved", Reserved));
                return await command.RowsAsync(
                    row => (State: row.GetString(0), Of: Enumerable.Range(1, 5).Select(column => (int)row.GetInt64(column)).ToArray()),
                    stop);
            },
            cancellation);
        var fights = await FightsAsync(now, cancellation);
        return new StreamCounts(
            In(LiveStreamPhase.Live), In(LiveStreamPhase.Handover), In(LiveStreamPhase.Interrupted),
            Sum(1), Sum(2), Sum(3), Sum(4), fights);

        int In(LiveStreamPhase phase) => rows.Where(row => row.State == StreamIndexRow.Word(phase)).Sum(row => row.Of[0]);
        int Sum(int column) => rows.Sum(row => row.Of[column]);
    }

    /// <summary>How many streams are remembered and idle: nothing is under way, and nothing was set by an operator. They may be
    /// millions, so this takes its time.</summary>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<long> CountIdleAsync(CancellationToken cancellation = default) => store.ReadAsync(
        "the number of idle streams",
        async (connection, stop) =>
        {
            await using var command = connection.Command($"SELECT count(*) FROM {store.Schema}stream_index WHERE idle");
            return (long)(await command.ExecuteScalarAsync(stop))!;
        },
        cancellation);

    /// <summary>A fight stands in the state until the next one, so what is found has to be looked at.</summary>
    private async Task<int> FightsAsync(DateTimeOffset now, CancellationToken cancellation)
    {
        var summaries = await store.ReadAsync(
            "the fights",
            async (connection, stop) =>
            {
                await using var command = connection.Command(
                    $"""
                    SELECT summary FROM {store.Schema}stream_index WHERE NOT idle AND {Has("@fight")}
                    ORDER BY changed_at DESC LIMIT {MostFights}
                    """,
                    ("@fight", HadFight));
                return await command.RowsAsync(row => StreamSummary.Decode(row.GetFieldValue<byte[]>(0)), stop);
            },
            cancellation);
        return summaries.Count(summary => summary?.CoolDownUntil > now);
    }

    private static byte[] PartOf(StreamMark mark) => mark switch
    {
        StreamMark.Locked => HasLock,
        StreamMark.Wedged => HasWedge,
        _ => HadFight,
    };

    private string NumberWith(string part) => $"sum(CASE WHEN {Has(part)} THEN 1 ELSE 0 END)";

    private string Has(string part) =>
        store.Location is StoreLocation.Postgres ? $"position({part} in summary) > 0" : $"instr(summary, {part}) > 0";
}

using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.Actors.Index;

/// <content>Streams that a person should look at.</content>
public sealed partial class StreamIndex
{
    // Parts of the summary's JSON that are absent where there is no such thing. A quote in a name is written \", so no name looks like one.
    private static readonly byte[] WedgePart = "\"wedges\":[{"u8.ToArray();
    private static readonly byte[] StalledPart = "\"stalled\":true"u8.ToArray();
    private static readonly byte[] CoolDownPart = "\"coolDownUntil\":"u8.ToArray();

    /// <summary>
    /// Streams with a ghost, with a removal that does not get on, or that were fought over; those that changed last come first. Whether a
    /// cool-down is over is for the reader to see.
    /// </summary>
    /// <param name="limit">At most so many, from 1.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    public Task<IReadOnlyList<StreamIndexRow>> TroubledAsync(int limit, CancellationToken cancellation = default)
    {
        return RowsAsync(
            "the streams in trouble",
            $"""
            SELECT {Columns} FROM {store.Schema}stream_index
            WHERE NOT idle AND ({Holds("@wedge")} OR {Holds("@stalled")} OR {Holds("@fight")}) ORDER BY changed_at DESC LIMIT @limit
            """,
            [("@wedge", WedgePart), ("@stalled", StalledPart), ("@fight", CoolDownPart), ("@limit", limit)],
            cancellation);

        string Holds(string part) =>
            store.Location is StoreLocation.Postgres ? $"position({part} in summary) > 0" : $"instr(summary, {part}) > 0";
    }
}

namespace StreamSupervisor.Actors.Index;

/// <content>Streams that a person should look at.</content>
public sealed partial class StreamIndex
{
    /// <summary>
    /// Streams with a ghost, with a removal that does not get on, or that were fought over; those that changed last come first. Whether a
    /// cool-down is over is for the reader to see.
    /// </summary>
    /// <param name="limit">At most so many, from 1.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="Journal.StoreUnavailableException">The store did not answer.</exception>
    public Task<IReadOnlyList<StreamIndexRow>> TroubledAsync(int limit, CancellationToken cancellation = default) => RowsAsync(
        "the streams in trouble",
        $"""
        SELECT {Columns} FROM {store.Schema}stream_index
        WHERE NOT idle AND ({Has("@wedge")} OR {Has("@stalled")} OR {Has("@fight")}) ORDER BY changed_at DESC LIMIT @limit
        """,
        [("@wedge", HasWedge), ("@stalled", IsStalled), ("@fight", HadFight), ("@limit", limit)],
        cancellation);
}

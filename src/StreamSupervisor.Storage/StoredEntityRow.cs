using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Storage;

/// <summary>A row of the query that loads an entity: its snapshot (no kind) or one of the events behind it.</summary>
internal readonly record struct StoredEntityRow(long Sequence, long Epoch, string? Kind, byte[] Bytes)
{
    /// <param name="entityId">For the message.</param>
    /// <param name="rows">In the order of their sequences.</param>
    /// <exception cref="FormatException"> An event is missing. No store of ours leaves a gap; a person or a restore did. Better one key in
    /// quarantine than a stream that believes half of its history.
    /// </exception>
    public static StoredEntity ToEntity(string entityId, List<StoredEntityRow> rows)
    {
        var snapshot = rows.Count > 0 && rows[0].Kind is null ? rows[0] : default(StoredEntityRow?);
        var last = snapshot?.Sequence ?? 0;
        var events = new List<StoredEvent>(rows.Count);
        foreach (var row in rows)
        {
            if (row.Kind is null)
            {
                continue;
            }

            if (row.Sequence != last + 1)
            {
                throw new FormatException($"The journal of {entityId} goes on with event {row.Sequence} behind {last}: events are missing.");
            }

            last = row.Sequence;
            events.Add(new StoredEvent(row.Sequence, row.Epoch, row.Kind, row.Bytes));
        }

        return new StoredEntity(snapshot?.Sequence ?? 0, snapshot is { } found ? found.Bytes : default(ReadOnlyMemory<byte>?), events);
    }
}

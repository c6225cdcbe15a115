using Microsoft.Extensions.Logging;
using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Storage.Sqlite;

/// <summary>
/// The append: one transaction for a batch. Each request is looked at before anything of it is written (epoch, then the last stored
/// sequence), so one that is refused leaves nothing to undo and the others go on. A fault in the middle undoes the whole transaction.
/// </summary>
internal static class SqliteAppend
{
    /// <summary>Outcomes before the commit; the caller turns Appended into Unknown when the commit fails.</summary>
    public static void Run(SqliteConnection connection, IReadOnlyList<AppendRequest> batch, AppendOutcome[] outcomes, long nowMilliseconds, ILogger log)
    {
        var epochs = new Dictionary<int, long>();
        for (var i = 0; i < batch.Count; i++)
        {
            var request = batch[i];
            outcomes[i] = Check(connection, request, epochs, log, out var row);
            if (outcomes[i] == AppendOutcome.Appended)
            {
                Write(connection, request, row, nowMilliseconds);
            }
        }
    }

    /// <param name="row">The entity's row; null when it has none yet.</param>
    private static AppendOutcome Check(SqliteConnection connection, AppendRequest request, Dictionary<int, long> epochs, ILogger log, out Row? row)
    {
        row = null;
        if (!Storable.Accepts(request))
        {
            Storable.Refused(log, request);
            return AppendOutcome.Conflict;
        }

        if (EpochOf(connection, request.Owner.Shard, epochs) != request.Owner.Epoch)
        {
            return AppendOutcome.Fenced;
        }

        if (connection.Prepared("SELECT sequence, open, resident FROM entity WHERE entity_id = ?1").Bind(1, request.EntityId)
            .Rows(entity => new Row(entity.Int64(0), entity.Int64(1) == 1, entity.Int64(2) == 1)) is [var found])
        {
            row = found;
        }

        return (row?.Sequence ?? 0) == request.PreviousSequence ? AppendOutcome.Appended : AppendOutcome.Conflict;
    }

    /// <summary>Read in a transaction that holds the write lock, nobody can raise it before the commit.</summary>
    public static long EpochOf(SqliteConnection connection, int shard, Dictionary<int, long>? known = null)
    {
        if (known is null || !known.TryGetValue(shard, out var epoch))
        {
            epoch = connection.Prepared("SELECT epoch FROM shard WHERE shard = ?1").Bind(1, shard).Number() ?? 0;
            known?.Add(shard, epoch);
        }

        return epoch;
    }

    private static void Write(SqliteConnection connection, AppendRequest request, Row? row, long nowMilliseconds)
    {
        var (shard, epoch) = request.Owner;
        var id = request.EntityId;
        var sequence = request.PreviousSequence;
        foreach (var @event in request.Events)
        {
            connection.Prepared("INSERT INTO journal(shard, entity_id, sequence, epoch, kind, at, payload) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")
                .Bind(1, shard).Bind(2, id).Bind(3, ++sequence).Bind(4, epoch).Bind(5, @event.Kind).Bind(6, nowMilliseconds).Bind(7, @event.Payload.Span).Run();
        }

        if (request.Snapshot is { } snapshot)
        {
            connection.Prepared(
                """
                INSERT INTO snapshot(shard, entity_id, sequence, epoch, state) VALUES(?1, ?2, ?3, ?4, ?5)
                ON CONFLICT(shard, entity_id) DO UPDATE SET sequence = excluded.sequence, epoch = excluded.epoch, state = excluded.state
                """)
                .Bind(1, shard).Bind(2, id).Bind(3, sequence).Bind(4, epoch).Bind(5, snapshot.Span).Run();
        }

        // Ended before started: an effect that one request both ends and starts stays open. Carried out once too often is what effects are
        // made for; forgotten is not.
        foreach (var name in request.EffectsEnded)
        {
            connection.Prepared("DELETE FROM outbox WHERE shard = ?1 AND entity_id = ?2 AND name = ?3").Bind(1, shard).Bind(2, id).Bind(3, name).Run();
        }

        foreach (var effect in request.EffectsStarted)
        {
            connection.Prepared("INSERT INTO outbox(shard, entity_id, name, sequence, body) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING")
                .Bind(1, shard).Bind(2, id).Bind(3, effect.Name).Bind(4, sequence).Bind(5, effect.Body.Span).Run();
        }

        WriteRow(connection, request, row);
    }

    private static void WriteRow(SqliteConnection connection, AppendRequest request, Row? row)
    {
        const string Update =
            "UPDATE entity SET sequence = ?2, wake_at = ?3, status = coalesce(?4, status), place = coalesce(?5, place), resident = ?6, summary = coalesce(?7, summary)";
        const string Of = " WHERE entity_id = ?1";

        var labels = request.Labels;
        var isResident = labels?.Resident ?? row is { Resident: true };
        var isOpen = isResident || request.WakeAt is not null;

        // SQLite writes the entries of an index anew whenever a column of it is named, changed or not.
        var statement = connection.Prepared(
            row is null ? "INSERT INTO entity(entity_id, sequence, wake_at, status, place, resident, summary, open, shard) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
            : row.Value.Open == isOpen ? Update + Of
            : Update + ", open = ?8" + Of);
        _ = statement.Bind(1, request.EntityId).Bind(2, request.LastSequence).Bind(6, isResident ? 1 : 0);
        if (request.WakeAt is { } at)
        {
            _ = statement.Bind(3, at.UtcTicks);
        }

        if (labels is not null)
        {
            _ = statement.Bind(4, labels.Status).Bind(5, labels.Place).Bind(7, labels.Summary.Span);
        }

        if (row is null)
        {
            _ = statement.Bind(9, request.Owner.Shard);
        }

        if (row?.Open != isOpen)
        {
            _ = statement.Bind(8, isOpen ? 1 : 0);
        }

        statement.Run();
    }

    /// <summary>What an append needs to know of the entity's row.</summary>
    private readonly record struct Row(long Sequence, bool Open, bool Resident);
}

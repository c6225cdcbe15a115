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
            outcomes[i] = Check(connection, request, epochs, log);
            if (outcomes[i] == AppendOutcome.Appended)
            {
                Write(connection, request, nowMilliseconds);
            }
        }
    }

    private static AppendOutcome Check(SqliteConnection connection, AppendRequest request, Dictionary<int, long> epochs, ILogger log)
    {
        if (!Storable.Accepts(request))
        {
            Storable.Refused(log, request);
            return AppendOutcome.Conflict;
        }

        if (EpochOf(connection, request.Owner.Shard, epochs) != request.Owner.Epoch)
        {
            return AppendOutcome.Fenced;
        }

        var last = connection.Prepared("SELECT sequence FROM journal WHERE shard = ?1 AND entity_id = ?2 ORDER BY sequence DESC LIMIT 1")
            .Bind(1, request.Owner.Shard).Bind(2, request.EntityId).Number() ?? 0;
        return last == request.PreviousSequence ? AppendOutcome.Appended : AppendOutcome.Conflict;
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

    private static void Write(SqliteConnection connection, AppendRequest request, long nowMilliseconds)
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

        if (request.WakeAt is { } at)
        {
            connection.Prepared(
                """
                INSERT INTO wakeup(shard, entity_id, at) VALUES(?1, ?2, ?3)
                ON CONFLICT(shard, entity_id) DO UPDATE SET at = excluded.at WHERE at <> excluded.at
                """)
                .Bind(1, shard).Bind(2, id).Bind(3, at.UtcTicks).Run();
        }
        else
        {
            connection.Prepared("DELETE FROM wakeup WHERE shard = ?1 AND entity_id = ?2").Bind(1, shard).Bind(2, id).Run();
        }

        if (request.Labels is { } labels)
        {
            connection.Prepared(
                """
                INSERT INTO entity(entity_id, shard, status, place, resident, summary) VALUES(?1, ?2, ?3, ?4, ?5, ?6)
                ON CONFLICT(entity_id) DO UPDATE SET shard = excluded.shard, status = excluded.status, place = excluded.place,
                  resident = excluded.resident, summary = excluded.summary
                """)
                .Bind(1, id).Bind(2, shard).Bind(3, labels.Status).Bind(4, labels.Place).Bind(5, labels.Resident ? 1 : 0).Bind(6, labels.Summary.Span).Run();
        }
    }
}

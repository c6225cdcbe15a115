using Npgsql;
using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Storage.Postgres;

public sealed partial class PostgresStore
{
    public Task<StoredEntity> LoadAsync(int shard, string entityId, CancellationToken cancellation) => ReadAsync(
        "an entity",
        """
        SELECT sequence, epoch, NULL AS kind, state FROM streamsupervisor.snapshot WHERE shard = $1 AND entity_id = $2
        UNION ALL
        SELECT sequence, epoch, kind, payload FROM streamsupervisor.journal WHERE shard = $1 AND entity_id = $2
          AND sequence > coalesce((SELECT sequence FROM streamsupervisor.snapshot WHERE shard = $1 AND entity_id = $2), 0)
        ORDER BY sequence
        """,
        command =>
        {
            Add(command, shard);
            Add(command, entityId);
        },
        async rows =>
        {
            var found = new List<StoredEntityRow>();
            while (await rows.ReadAsync(cancellation))
            {
                found.Add(new StoredEntityRow(rows.GetInt64(0), rows.GetInt64(1), rows.IsDBNull(2) ? null : rows.GetString(2), rows.GetFieldValue<byte[]>(3)));
            }

            return StoredEntityRow.ToEntity(entityId, found);
        },
        cancellation);

    public Task<ShardBacklog> LoadBacklogAsync(int shard, CancellationToken cancellation) => ReadAsync(
        "the backlog of a shard",
        """
        SELECT entity_id, name, body, sequence, NULL AS wake_at, false AS resident FROM streamsupervisor.outbox WHERE shard = $1
        UNION ALL
        SELECT entity_id, NULL, NULL, 0, wake_at, resident FROM streamsupervisor.entity WHERE shard = $1 AND open
        """,
        command => Add(command, shard),
        async rows =>
        {
            List<(OpenEffect Effect, long Sequence)> effects = [];
            List<OpenWakeup> wakeups = [];
            List<string> residents = [];
            while (await rows.ReadAsync(cancellation))
            {
                var id = rows.GetString(0);
                if (!rows.IsDBNull(1))
                {
                    effects.Add((new OpenEffect(id, new EffectData(rows.GetString(1), rows.GetFieldValue<byte[]>(2))), rows.GetInt64(3)));
                }

                if (!rows.IsDBNull(4))
                {
                    wakeups.Add(new OpenWakeup(id, new DateTimeOffset(rows.GetInt64(4), TimeSpan.Zero)));
                }

                if (rows.GetBoolean(5))
                {
                    residents.Add(id);
                }
            }

            return new ShardBacklog(
                [
                    .. effects.OrderBy(e => e.Effect.EntityId, StringComparer.Ordinal).ThenBy(e => e.Sequence)
                        .ThenBy(e => e.Effect.Effect.Name, StringComparer.Ordinal).Select(e => e.Effect),
                ],
                [.. wakeups.OrderBy(w => w.At).ThenBy(w => w.EntityId, StringComparer.Ordinal)],
                [.. residents.Order(StringComparer.Ordinal)]);
        },
        cancellation);

    public Task<IReadOnlyList<StoredEvent>> ReadBackwardsAsync(int shard, string entityId, long beforeSequence, int limit, CancellationToken cancellation) => ReadAsync(
        "the history of an entity",
        """
        SELECT sequence, epoch, kind, payload FROM streamsupervisor.journal
        WHERE shard = $1 AND entity_id = $2 AND sequence < $3 ORDER BY sequence DESC LIMIT $4
        """,
        command =>
        {
            Add(command, shard);
            Add(command, entityId);
            Add(command, beforeSequence);
            Add(command, limit);
        },
        async Task<IReadOnlyList<StoredEvent>> (rows) =>
        {
            var events = new List<StoredEvent>();
            while (await rows.ReadAsync(cancellation))
            {
                events.Add(new StoredEvent(rows.GetInt64(0), rows.GetInt64(1), rows.GetString(2), rows.GetFieldValue<byte[]>(3)));
            }

            return events;
        },
        cancellation);

    /// <summary>Letters of ASCII are alike in upper and lower case; others are compared as they are, like in SQLite.</summary>
    public async Task<IReadOnlyList<EntityListing>> ListAsync(EntityQuery query, CancellationToken cancellation)
    {
        // No stored word holds a NUL, and PostgreSQL refuses to be asked for one.
        if (((string?[])[query.After, query.Status, query.Place, query.Contains]).Any(text => text is not null && !Storable.IsText(text, int.MaxValue)))
        {
            return [];
        }

        var conditions = new List<string> { "entity_id > $1", "status IS NOT NULL" };
        if (query.OnlyOpen)
        {
            conditions.Add("open");
        }

        var values = new List<string> { query.After };
        foreach (var (condition, value) in new[]
        {
            ("status = ", query.Status), ("place = ", query.Place), ("entity_id ILIKE ", query.Contains is null ? null : Storable.Containing(query.Contains)),
        })
        {
            if (value is not null)
            {
                values.Add(value);
                conditions.Add($"{condition}${values.Count}");
            }
        }

        return await ReadAsync(
            "a list of entities",
            $"""
            SELECT entity_id, status, place, resident, summary FROM streamsupervisor.entity
            WHERE {string.Join(" AND ", conditions)} ORDER BY entity_id LIMIT ${values.Count + 1}
            """,
            command =>
            {
                values.ForEach(value => Add(command, value));
                Add(command, query.Limit);
            },
            async Task<IReadOnlyList<EntityListing>> (rows) =>
            {
                var page = new List<EntityListing>();
                while (await rows.ReadAsync(cancellation))
                {
                    page.Add(new EntityListing(
                        rows.GetString(0),
                        new EntityLabels(rows.GetString(1), rows.GetString(2), rows.GetBoolean(3), rows.GetFieldValue<byte[]>(4))));
                }

                return page;
            },
            cancellation);
    }

    private async Task<T> ReadAsync<T>(string what, string sql, Action<NpgsqlCommand> bind, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellation)
    {
        try
        {
            await using var command = _reads.CreateCommand(sql);
            bind(command);
            await using var rows = await command.ExecuteReaderAsync(cancellation);
            return await read(rows);
        }
        catch (Exception e) when (PostgresFault.IsStoreFault(e))
        {
            if (PostgresFault.LeadsElsewhere(e))
            {
                _reads.Clear();
            }

            throw PostgresFault.Unavailable(what, e);
        }
    }
}

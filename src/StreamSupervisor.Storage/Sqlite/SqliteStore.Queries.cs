using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Storage.Sqlite;

public sealed partial class SqliteStore
{
    public Task<StoredEntity> LoadAsync(int shard, string entityId, CancellationToken cancellation) => _readers.ReadAsync(
        "an entity",
        connection =>
        {
            // One statement, so that a compaction or a snapshot between two cannot tear what is read.
            var rows = connection.Prepared(
                """
                SELECT sequence, epoch, NULL AS kind, state FROM snapshot WHERE shard = ?1 AND entity_id = ?2
                UNION ALL
                SELECT sequence, epoch, kind, payload FROM journal WHERE shard = ?1 AND entity_id = ?2
                  AND sequence > coalesce((SELECT sequence FROM snapshot WHERE shard = ?1 AND entity_id = ?2), 0)
                ORDER BY sequence
                """)
                .Bind(1, shard).Bind(2, entityId)
                .Rows(row => new StoredEntityRow(row.Int64(0), row.Int64(1), row.IsNull(2) ? null : row.Text(2), row.Bytes(3)));
            return StoredEntityRow.ToEntity(entityId, rows);
        },
        cancellation);

    public Task<ShardBacklog> LoadBacklogAsync(int shard, CancellationToken cancellation) => _readers.ReadAsync(
        "the backlog of a shard",
        connection => new ShardBacklog(
            connection.Prepared("SELECT entity_id, name, body FROM outbox WHERE shard = ?1 ORDER BY entity_id, sequence, name").Bind(1, shard)
                .Rows(row => new OpenEffect(row.Text(0), new EffectData(row.Text(1), row.Bytes(2)))),
            connection.Prepared("SELECT entity_id, wake_at FROM entity WHERE shard = ?1 AND open = 1 AND wake_at IS NOT NULL ORDER BY wake_at, entity_id").Bind(1, shard)
                .Rows(row => new OpenWakeup(row.Text(0), new DateTimeOffset(row.Int64(1), TimeSpan.Zero))),
            connection.Prepared("SELECT entity_id FROM entity WHERE shard = ?1 AND open = 1 AND resident = 1 ORDER BY entity_id").Bind(1, shard)
                .Rows(row => row.Text(0))),
        cancellation);

    public Task<IReadOnlyList<StoredEvent>> ReadBackwardsAsync(int shard, string entityId, long beforeSequence, int limit, CancellationToken cancellation) =>
        _readers.ReadAsync<IReadOnlyList<StoredEvent>>(
            "the history of an entity",
            connection => connection.Prepared(
                """
                SELECT sequence, epoch, kind, payload FROM journal
                WHERE shard = ?1 AND entity_id = ?2 AND sequence < ?3 ORDER BY sequence DESC LIMIT ?4
                """)
                .Bind(1, shard).Bind(2, entityId).Bind(3, beforeSequence).Bind(4, limit)
                .Rows(row => new StoredEvent(row.Int64(0), row.Int64(1), row.Text(2), row.Bytes(3))),
            cancellation);

    /// <summary>Letters of ASCII are alike in upper and lower case; others are compared as they are, like in PostgreSQL.</summary>
    public Task<IReadOnlyList<EntityListing>> ListAsync(EntityQuery query, CancellationToken cancellation) => _readers.ReadAsync<IReadOnlyList<EntityListing>>(
        "a list of entities",
        connection => connection.Prepared(query.OnlyOpen ? ListOpen : ListAll)
            .Bind(1, query.After).Bind(2, query.Limit).Bind(3, query.Status).Bind(4, query.Place)
            .Bind(5, query.Contains is null ? null : Storable.Containing(query.Contains))
            .Rows(row => new EntityListing(row.Text(0), new EntityLabels(row.Text(1), row.Text(2), row.Int64(3) == 1, row.Bytes(4)))),
        cancellation);

    private const string ListAll =
        """
        SELECT entity_id, status, place, resident, summary FROM entity
        WHERE entity_id > ?1 AND status IS NOT NULL AND (?3 IS NULL OR status = ?3) AND (?4 IS NULL OR place = ?4)
          AND (?5 IS NULL OR entity_id LIKE ?5 ESCAPE '\')
        ORDER BY entity_id LIMIT ?2
        """;

    private const string ListOpen =
        """
        SELECT entity_id, status, place, resident, summary FROM entity INDEXED BY entity_open
        WHERE open = 1 AND entity_id > ?1 AND status IS NOT NULL AND (?3 IS NULL OR status = ?3) AND (?4 IS NULL OR place = ?4)
          AND (?5 IS NULL OR entity_id LIKE ?5 ESCAPE '\')
        ORDER BY entity_id LIMIT ?2
        """;
}

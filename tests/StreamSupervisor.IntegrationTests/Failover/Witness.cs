using System.Collections.Immutable;
using Npgsql;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>One row of the journal.</summary>
/// <param name="StoredAt">By the clock of the database, which is that of this machine.</param>
internal sealed record JournalRow(int Shard, string Entity, long Sequence, long Epoch, DateTimeOffset StoredAt, LiveStreamEvent Event);

/// <summary>One change of a shard's owner or epoch, in the order of their coming.</summary>
internal sealed record OwnershipRow(int Shard, long Epoch, Guid? Owner);

/// <summary>
/// What the database itself saw: triggers of the tests beside the tables of the program note each change of hands, and each commit under an epoch that
/// was not the shard's at that moment. Nobody who writes can keep it from them.
/// </summary>
internal sealed class Witness(string database)
{
    private const string Schema =
        """
        CREATE SCHEMA witness;
        CREATE TABLE witness.ownership(number bigserial PRIMARY KEY, shard int, epoch bigint, owner uuid);
        CREATE TABLE witness.stale(shard int, entity_id text, sequence bigint, epoch bigint, current bigint);
        CREATE FUNCTION witness.owned() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF (NEW.epoch, NEW.owner) IS DISTINCT FROM (OLD.epoch, OLD.owner) THEN
            INSERT INTO witness.ownership(shard, epoch, owner) VALUES (NEW.shard, NEW.epoch, NEW.owner);
          END IF;
          RETURN NULL;
        END $$;
        CREATE FUNCTION witness.written() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          INSERT INTO witness.stale SELECT NEW.shard, NEW.entity_id, NEW.sequence, NEW.epoch, s.epoch
          FROM streamsupervisor.shard s WHERE s.shard = NEW.shard AND s.epoch <> NEW.epoch;
          RETURN NULL;
        END $$;
        CREATE TRIGGER witness AFTER UPDATE ON streamsupervisor.shard FOR EACH ROW EXECUTE FUNCTION witness.owned();
        CREATE TRIGGER witness AFTER INSERT ON streamsupervisor.journal FOR EACH ROW EXECUTE FUNCTION witness.written();
        """;

    /// <summary>Begins to look; the program's schema must be there.</summary>
    public Task BeginAsync() => ReadAsync(Schema, _ => 0);

    /// <summary>Whatever the keys of one storm have in the journal, in the order of its writing within each key.</summary>
    /// <param name="prefix">Of the entity ids.</param>
    public Task<ImmutableArray<JournalRow>> JournalAsync(string prefix) => ReadAsync(
        "SELECT shard, entity_id, sequence, epoch, at, kind, payload FROM streamsupervisor.journal WHERE starts_with(entity_id, $1) ORDER BY entity_id, sequence",
        row => new JournalRow(row.GetInt32(0), row.GetString(1), row.GetInt64(2), row.GetInt64(3), row.GetFieldValue<DateTimeOffset>(4),
            EventCodec.Decode(row.GetString(5), row.GetFieldValue<byte[]>(6))), prefix);

    public Task<ImmutableArray<OwnershipRow>> OwnershipAsync() => ReadAsync(
        "SELECT shard, epoch, owner FROM witness.ownership ORDER BY number",
        row => new OwnershipRow(row.GetInt32(0), row.GetInt64(1), row.IsDBNull(2) ? null : row.GetGuid(2)));

    public Task<ImmutableArray<string>> StaleCommitsAsync() => ReadAsync(
        "SELECT format('%s #%s under epoch %s of shard %s, which was at %s', entity_id, sequence, epoch, shard, current) FROM witness.stale",
        row => row.GetString(0));

    /// <summary>The shards of each member that is not dead: its name, each shard with its epoch, and whether its lease holds.</summary>
    public Task<ImmutableArray<(string Member, int Shard, long Epoch, bool Holds)>> OwnersAsync() => ReadAsync(
        "SELECT m.name, s.shard, s.epoch, m.lease_until > clock_timestamp() FROM streamsupervisor.shard s JOIN streamsupervisor.member m ON m.member_id = s.owner WHERE m.state = 1",
        row => (row.GetString(0), row.GetInt32(1), row.GetInt64(2), row.GetBoolean(3)));

    /// <summary>Ends every connection of the members.</summary>
    public Task TerminateConnectionsAsync() => ReadAsync(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE 'streamsupervisor%'", _ => 0);

    private async Task<ImmutableArray<T>> ReadAsync<T>(string sql, Func<NpgsqlDataReader, T> read, params object[] parameters)
    {
        await using var connection = new NpgsqlConnection($"{database};Pooling=false;Application Name=witness");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = parameter });
        }

        await using var reader = await command.ExecuteReaderAsync();
        var rows = ImmutableArray.CreateBuilder<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows.ToImmutable();
    }
}

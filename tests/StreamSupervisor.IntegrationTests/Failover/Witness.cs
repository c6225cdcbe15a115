using System.Collections.Immutable;
using Npgsql;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>One event of the journal.</summary>
/// <param name="Row">Its row within the key, from 1: the events of one command are one row.</param>
/// <param name="Place">Its place within the row, from 0.</param>
/// <param name="StoredAt">By the clock of the database, which is that of this machine.</param>
/// <param name="Writer">The member that stored it.</param>
internal sealed record JournalRow(string Entity, long Row, int Place, DateTimeOffset StoredAt, string Writer, LiveStreamEvent Event)
{
    public bool IsAfter(JournalRow other) => (Row, Place).CompareTo((other.Row, other.Place)) > 0;
}

/// <summary>
/// What the database itself saw: a trigger of the tests beside the tables of the program notes who stored which row of the journal, and when. Nobody who
/// writes can keep it from them.
/// </summary>
internal sealed class Witness(string database)
{
    /// <summary>The role of the members: it may do what <c>migrate --grant</c> allows, and nothing else.</summary>
    public const string Role = "members";

    /// <summary>The setting of a member's connections that tells its name.</summary>
    public const string MemberSetting = "witness.member";

    private const string Terminate =
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name LIKE 'streamsupervisor%'";

    private const string Schema =
        $$"""
        CREATE ROLE {{Role}} LOGIN;
        CREATE SCHEMA witness;
        CREATE TABLE witness.stored(persistence_id text COLLATE "C", sequence_number bigint, at timestamptz, writer text);
        CREATE INDEX ON witness.stored(persistence_id, sequence_number);
        CREATE FUNCTION witness.written() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
          INSERT INTO witness.stored VALUES (NEW.persistence_id, NEW.sequence_number, clock_timestamp(), coalesce(current_setting('{{MemberSetting}}', true), ''));
          RETURN NULL;
        END $$;
        CREATE TRIGGER witness AFTER INSERT ON streamsupervisor.event_journal FOR EACH ROW EXECUTE FUNCTION witness.written();
        CREATE TABLE witness.disk(is_full boolean);
        INSERT INTO witness.disk VALUES (false);
        CREATE FUNCTION witness.room() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
          IF (SELECT is_full FROM witness.disk) THEN
            RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
          END IF;
          RETURN NULL;
        END $$;
        CREATE TRIGGER room BEFORE INSERT ON streamsupervisor.event_journal FOR EACH STATEMENT EXECUTE FUNCTION witness.room();
        CREATE TRIGGER room BEFORE INSERT ON streamsupervisor.event_snapshot FOR EACH STATEMENT EXECUTE FUNCTION witness.room();
        CREATE TRIGGER room BEFORE INSERT ON streamsupervisor.stream_index FOR EACH STATEMENT EXECUTE FUNCTION witness.room();
        """;

    /// <summary>Begins to look; the program's schema must be there.</summary>
    public Task BeginAsync() => ReadAsync(Schema, _ => 0);

    /// <summary>Whatever the keys of one storm have in the journal, in the order of its writing within each key.</summary>
    /// <param name="prefix">Of the keys.</param>
    public async Task<ImmutableArray<JournalRow>> JournalAsync(string prefix)
    {
        var rows = await ReadAsync(
            """
            SELECT persistence_id, sequence_number, w.at, w.writer, j.manifest, j.message
            FROM streamsupervisor.event_journal j JOIN witness.stored w USING (persistence_id, sequence_number)
            WHERE starts_with(persistence_id, $1) ORDER BY persistence_id, sequence_number
            """,
            row => (Id: row.GetString(0), Row: row.GetInt64(1), At: row.GetFieldValue<DateTimeOffset>(2), Writer: row.GetString(3),
                EventCodec.DecodeBatch(row.GetString(4), row.GetFieldValue<byte[]>(5)).Events),
            Timeline.IdPrefix + prefix);
        return
        [
            .. rows.SelectMany(row => row.Events.Select((happened, place) =>
                new JournalRow(row.Id[Timeline.IdPrefix.Length..], row.Row, place, row.At, row.Writer, happened))),
        ];
    }

    /// <summary>Rows that were stored and are there no more.</summary>
    /// <param name="prefix">Of the keys.</param>
    public Task<ImmutableArray<string>> LostAsync(string prefix) => ReadAsync(
        """
        SELECT format('%s #%s was stored and is gone', persistence_id, sequence_number)
        FROM witness.stored w LEFT JOIN streamsupervisor.event_journal j USING (persistence_id, sequence_number)
        WHERE starts_with(persistence_id, $1) AND j.ordering IS NULL
        """,
        row => row.GetString(0), Timeline.IdPrefix + prefix);

    /// <summary>Who was declared dead, and why: one sentence for each incarnation.</summary>
    public Task<ImmutableArray<string>> CondemnedAsync() => ReadAsync(
        "SELECT format('%s (%s) is dead: %s', name, incarnation, why) FROM streamsupervisor.cluster_member WHERE state = 3 ORDER BY ended_at", row => row.GetString(0));

    /// <summary>Ends every connection of the members.</summary>
    public Task TerminateConnectionsAsync() => ReadAsync(Terminate, _ => 0);

    /// <summary>
    /// While it is, no table grows, as on a disk that is full: each row that is to be added is refused with the error of that. What is changed where it
    /// stands goes on.
    /// </summary>
    public Task FillTheDiskAsync(bool isFull) => ReadAsync("UPDATE witness.disk SET is_full = $1", _ => 0, isFull);

    /// <summary>Whether the members may connect at all. Where not, they hear what one hears whose server has no connection left (53300).</summary>
    /// <remarks>Not by taking all places: members that are quick get one again, and then rightly judge those that have none.</remarks>
    public async Task LetConnectAsync(bool may)
    {
        await ReadAsync($"ALTER ROLE {Role} CONNECTION LIMIT {(may ? -1 : 0)}", _ => 0);
        if (!may)
        {
            await TerminateConnectionsAsync();
        }
    }

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

using Npgsql;
using NpgsqlTypes;

namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// Writes many rows with one prepared statement, which is its own transaction: one trip to the server, where BEGIN and COMMIT take three.
/// </summary>
internal static class JournalBatch
{
    private const string Insert =
        """
        INSERT INTO streamsupervisor.event_journal(created, deleted, persistence_id, sequence_number, identifier, manifest, message)
        SELECT created, false, persistence_id, sequence_number, identifier, manifest, message
        FROM unnest($1, $2, $3, $4, $5, $6) AS rows(created, persistence_id, sequence_number, identifier, manifest, message)
        """;

    /// <exception cref="NpgsqlException">No row is written, or nobody knows whether.</exception>
    public static async Task WriteAsync(string connectionString, IReadOnlyList<JournalWrite> writes)
    {
        var count = writes.Sum(write => write.Rows.Count);
        var (created, ids, numbers) = (new long[count], new string[count], new long[count]);
        var (serializers, manifests, messages) = (new int[count], new string[count], new byte[count][]);
        var at = 0;
        foreach (var write in writes)
        {
            foreach (var row in write.Rows)
            {
                (created[at], ids[at], numbers[at]) = (write.CreatedTicks, row.PersistenceId, row.SequenceNumber);
                (serializers[at], manifests[at], messages[at]) = (row.Serializer, row.Manifest, row.Message);
                at++;
            }
        }

        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(Insert, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<long[]> { TypedValue = created, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new NpgsqlParameter<string[]> { TypedValue = ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new NpgsqlParameter<long[]> { TypedValue = numbers, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint },
                new NpgsqlParameter<int[]> { TypedValue = serializers, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Integer },
                new NpgsqlParameter<string[]> { TypedValue = manifests, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new NpgsqlParameter<byte[][]> { TypedValue = messages, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            },
        };
        _ = await command.ExecuteNonQueryAsync();
    }
}

using System.Collections.Immutable;
using Akka.Persistence;
using Akka.Persistence.Journal;
using Npgsql;
using NpgsqlTypes;

namespace StreamSupervisor.Actors.Journal;

/// <summary>Rows of one actor that are written together or not at all, and who waits for them.</summary>
internal sealed class JournalWrite(long createdTicks)
{
    private readonly TaskCompletionSource<IImmutableList<Exception>?> _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public List<JournalRow> Rows { get; } = [];

    /// <summary>Its time in <c>created</c>, in .NET ticks.</summary>
    public long CreatedTicks => createdTicks;

    /// <summary>Completes with null (nothing was rejected) when all of its rows are durable; fails when none is, or nobody knows.</summary>
    public Task<IImmutableList<Exception>?> Written => _written.Task;

    public void Succeed() => _written.TrySetResult(null);

    public void Fail(Exception why) => _written.TrySetException(why);

    /// <summary>The rows of what an actor persists at once; null where the plugin of Akka.Persistence.Sql must see to it: tags, rejections.</summary>
    public static JournalWrite? Of(IEnumerable<AtomicWrite> messages, Akka.Serialization.Serialization serialization)
    {
        var write = new JournalWrite(TimeProvider.System.GetUtcNow().UtcTicks);
        foreach (var one in messages.SelectMany(message => (IImmutableList<IPersistentRepresentation>)message.Payload))
        {
            if (one.Payload is Tagged || serialization.FindSerializerFor(one.Payload) is not Akka.Serialization.SerializerWithStringManifest serializer)
            {
                return null;
            }

            try
            {
                write.Rows.Add(new JournalRow(one.PersistenceId, one.SequenceNr, serializer.Identifier, serializer.Manifest(one.Payload), serializer.ToBinary(one.Payload)));
            }
            catch (Exception rejected) when (rejected is not OutOfMemoryException)
            {
                return null;
            }
        }

        return write;
    }
}

/// <summary>A row of <c>event_journal</c>.</summary>
internal readonly record struct JournalRow(string PersistenceId, long SequenceNumber, int Serializer, string Manifest, byte[] Message);

/// <summary>
/// Writes many rows with one prepared statement, which is its own transaction: one trip to the server, where a transaction of its own takes three.
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
    public static async Task WriteAsync(string connectionString, IReadOnlyList<JournalWrite> writes, CancellationToken cancellation)
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
        await connection.OpenAsync(cancellation);
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
        _ = await command.ExecuteNonQueryAsync(cancellation);
    }
}

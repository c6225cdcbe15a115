using System.Globalization;
using Npgsql;
using StreamSupervisor.Cluster.Membership;

namespace StreamSupervisor.Storage.Postgres;

/// <summary>
/// A connection of its own that holds the member's advisory lock and listens for hints. PostgreSQL lets go of the lock the moment the
/// process at our end is gone: its kernel closes the connection, however hard it was killed.
/// </summary>
internal sealed class PostgresSession : IMemberSession
{
    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _listening;
    private TaskCompletionSource _hint = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private PostgresSession(NpgsqlDataSource source, NpgsqlConnection connection)
    {
        (_source, _connection) = (source, connection);
        connection.Notification += (_, _) => Hint();
        _listening = ListenAsync();
    }

    public Task Lost => _listening;

    public static async Task<IMemberSession> OpenAsync(string connectionString, Guid member, string channel, CancellationToken cancellation)
    {
        // Without a pool: a connection that went back into one would keep the lock of a member that is gone.
        var source = PostgresDataSource.Create(connectionString + ";Pooling=false", "session", 1);
        NpgsqlConnection? connection = null;
        try
        {
            connection = await source.OpenConnectionAsync(cancellation);

            // Waits up to the lock timeout: the server may not have noticed yet that our connection before this one is gone.
            await using var command = new NpgsqlCommand(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"SELECT pg_advisory_lock({PostgresSchema.LockClass}, number) FROM streamsupervisor.member WHERE member_id = '{member}'; LISTEN {channel}"),
                connection);
            _ = await command.ExecuteNonQueryAsync(cancellation);
            return new PostgresSession(source, connection);
        }
        catch (Exception e)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }

            await source.DisposeAsync();
            if (PostgresFault.IsStoreFault(e))
            {
                throw PostgresFault.Unavailable("the member's session", e);
            }

            throw;
        }
    }

    public async Task NextHintAsync(CancellationToken cancellation)
    {
        _ = await Task.WhenAny(Volatile.Read(ref _hint).Task, Lost).WaitAsync(cancellation);
        if (!Lost.IsCompleted)
        {
            _hint = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _listening;
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
        _closing.Dispose();
    }

    private void Hint() => _ = Volatile.Read(ref _hint).TrySetResult();

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                await _connection.WaitAsync(_closing.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException || PostgresFault.IsStoreFault(e))
        {
            // However it ended: the session is over, and whoever waits for a hint looks by himself.
        }
        finally
        {
            Hint();
        }
    }
}

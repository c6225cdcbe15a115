using System.Globalization;
using Npgsql;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.Actors.Membership;

/// <summary>
/// A connection of the member's own that holds its advisory lock and listens for changed rows. PostgreSQL lets go of the lock the moment
/// the process at our end is gone: the kernel closes the connection, however hard the process was killed.
/// </summary>
internal sealed class MemberSession : IAsyncDisposable
{
    /// <summary>
    /// Between two questions whether this server still takes writes. A switchover may leave the old primary running and read-only: nobody
    /// closes our connection there, and the lock on it is one that the new primary does not know.
    /// </summary>
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(1);

    private readonly NpgsqlDataSource _source;
    private readonly NpgsqlConnection _connection;
    private readonly CancellationTokenSource _closing = new();

    private MemberSession(NpgsqlDataSource source, NpgsqlConnection connection, Action changed)
    {
        (_source, _connection) = (source, connection);
        connection.Notification += (_, _) => changed();
        Lost = ListenAsync();
    }

    /// <summary>Completes when the session is over. Never faults.</summary>
    /// <returns>Why.</returns>
    public Task<string> Lost { get; }

    /// <param name="connectionString">As configured.</param>
    /// <param name="member">Whose row is there already.</param>
    /// <param name="changed">Called, on any thread, when a row may have changed. Must not block.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="MemberTableSilentException">
    /// The database did not answer, takes no writes, or still believes in the session before.
    /// </exception>
    public static async Task<MemberSession> OpenAsync(string connectionString, Guid member, Action changed, CancellationToken cancellation)
    {
        // Without a pool: a connection that went back into one would keep the lock of a member that is gone.
        var source = MemberDatabase.Create(connectionString, "session", 0);
        NpgsqlConnection? connection = null;
        try
        {
            connection = await source.OpenConnectionAsync(cancellation);
            await ThrowIfReadOnlyAsync(connection, cancellation);

            // Waits up to the lock timeout: the server may not have noticed yet that our connection before this one is gone.
            await using var command = new NpgsqlCommand(
                string.Create(CultureInfo.InvariantCulture,
                    $"""
                    SELECT pg_advisory_lock({MemberDatabase.SessionLocks}, number) FROM streamsupervisor.cluster_member
                        WHERE incarnation = '{member}';
                    LISTEN {MemberDatabase.Channel}
                    """),
                connection);
            _ = await command.ExecuteNonQueryAsync(cancellation);
            return new MemberSession(source, connection, changed);
        }
        catch (Exception e)
        {
            await (connection?.DisposeAsync() ?? ValueTask.CompletedTask);
            await source.DisposeAsync();
            if (PostgresFault.IsStoreFault(e))
            {
                throw new MemberTableSilentException($"PostgreSQL did not answer for the member's session: {PostgresFault.WordsOf(e)}", e);
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _ = await Lost;
        await _connection.DisposeAsync();
        await _source.DisposeAsync();
        _closing.Dispose();
    }

    private static async Task ThrowIfReadOnlyAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool",
            connection);
        if (await command.ExecuteScalarAsync(cancellation) is true)
        {
            throw new NpgsqlException("this server takes no writes (any more)");
        }
    }

    private async Task<string> ListenAsync()
    {
        try
        {
            while (true)
            {
                if (!await _connection.WaitAsync(CheckEvery, _closing.Token))
                {
                    await ThrowIfReadOnlyAsync(_connection, _closing.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException || PostgresFault.IsStoreFault(e))
        {
            return e.Message;
        }
    }
}

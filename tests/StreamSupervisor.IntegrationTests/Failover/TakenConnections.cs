using System.Collections.Concurrent;
using Npgsql;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>All connections that a database server has to give; who disposes of them gives them back.</summary>
/// <param name="connectionString">Without pooling, of a user who may have the reserved ones as well.</param>
internal sealed class TakenConnections(string connectionString) : IAsyncDisposable
{
    private const int Takers = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);
    private readonly ConcurrentBag<NpgsqlConnection> _taken = [];

    /// <summary>Takes whatever is free, until there was nothing for a moment.</summary>
    public Task TakeAllAsync() => Task.WhenAll(Enumerable.Range(0, Takers).Select(async _ =>
    {
        for (var last = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(last) < Patience;)
        {
            var connection = new NpgsqlConnection(connectionString);
            try
            {
                await connection.OpenAsync();
                _taken.Add(connection);
                last = TimeProvider.System.GetTimestamp();
            }
            catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                await connection.DisposeAsync();
            }
        }
    }));

    /// <summary>The number that a query gives, asked on one of them: there is no other way in.</summary>
    public async Task<long> CountAsync(string sql)
    {
        _taken.TryPeek(out var connection).ShouldBeTrue("no connection was free");
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _taken)
        {
            await connection.DisposeAsync();
        }
    }
}

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
    public async Task TakeAllAsync()
    {
        var last = TimeProvider.System.GetTimestamp();
        await TakeWhileAsync(() => TimeProvider.System.GetElapsedTime(Volatile.Read(ref last)) < Patience,
            () => Volatile.Write(ref last, TimeProvider.System.GetTimestamp()));
    }

    /// <summary>Takes whatever becomes free, until it is enough.</summary>
    public Task TakeUntilAsync(CancellationToken enough) => TakeWhileAsync(() => !enough.IsCancellationRequested, () => { });

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

    private Task TakeWhileAsync(Func<bool> goesOn, Action taken) => Task.WhenAll(Enumerable.Range(0, Takers).Select(async _ =>
    {
        while (goesOn())
        {
            var connection = new NpgsqlConnection(connectionString);
            try
            {
                await connection.OpenAsync();
                _taken.Add(connection);
                taken();
            }
            catch (PostgresException full) when (full.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                await connection.DisposeAsync();
            }
        }
    }));
}

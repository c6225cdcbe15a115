using System.Data.Common;
using Npgsql;

namespace StreamSupervisor.Actors.Journal;

/// <summary>The store that all members of a cluster share.</summary>
internal sealed class PostgresStore : JournalStore
{
    private readonly NpgsqlDataSource _source;

    private PostgresStore(StoreLocation.Postgres location, NpgsqlDataSource source) => (Location, _source) = (location, source);

    public override StoreLocation Location { get; }

    internal override string Schema => "streamsupervisor.";

    public static async Task<PostgresStore> OpenAsync(StoreLocation.Postgres location, ILogger log, CancellationToken cancellation)
    {
        _ = await PostgresMigrations.MigrateAsync(location.ConnectionString, log, cancellation);

        // Lists of people and the index of this member; the journal has a pool of its own, so that neither waits for the other.
        return new PostgresStore(location, PostgresConnections.Create(location.ConnectionString, "lists", size: 8));
    }

    public override ValueTask DisposeAsync() => _source.DisposeAsync();

    internal override Task<T> ReadAsync<T>(
        string what, Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        GuardedAsync(what, connection => work(connection, cancellation), cancellation);

    internal override Task<T> WriteAsync<T>(
        string what, Func<DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellation) =>
        GuardedAsync(
            what,
            async connection =>
            {
                await using var transaction = await connection.BeginTransactionAsync(cancellation);
                var result = await work(transaction, cancellation);
                await transaction.CommitAsync(cancellation);
                return result;
            },
            cancellation);

    private async Task<T> GuardedAsync<T>(string what, Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await _source.OpenConnectionAsync(cancellation);
            return await work(connection);
        }
        catch (Exception e) when (PostgresFault.IsStoreFault(e))
        {
            if (PostgresFault.LeadsElsewhere(e))
            {
                _source.Clear();
            }

            throw new StoreUnavailableException($"PostgreSQL did not answer for {what}: {e.Message}", e);
        }
    }
}

using System.Data.Common;
using Npgsql;

namespace StreamSupervisor.Actors.Journal;

/// <summary>The store that all members of a cluster share.</summary>
internal sealed class PostgresStore : JournalStore
{
    private readonly StoreLocation.Postgres _location;
    private readonly NpgsqlDataSource _source;

    /// <exception cref="StoreOpenException">The text is not a connection string.</exception>
    public PostgresStore(StoreLocation.Postgres location)
    {
        // Lists of people and the index of this member; the journal has a pool of its own, so that neither waits for the other.
        (_location, _source) = (location, PostgresConnections.Create(location.ConnectionString, "lists", size: 8));
    }

    public override StoreLocation Location => _location;

    internal override string Schema => "streamsupervisor.";

    internal override Task PrepareAsync(ILogger log, CancellationToken cancellation) =>
        PostgresMigrations.MigrateAsync(_location.ConnectionString, log, cancellation);

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

            throw new StoreUnavailableException($"PostgreSQL did not answer for {what}: {PostgresFault.WordsOf(e)}", e);
        }
    }
}

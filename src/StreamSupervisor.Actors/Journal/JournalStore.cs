using System.Data.Common;

namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// The opened store of this member: its schema is of this version, and for as long as it is open nobody else has its file (SQLite). The
/// actors write through Akka.Persistence.Sql, with connections of their own; lists, timelines, the stream index and the retention go
/// through here.
/// </summary>
public abstract class JournalStore : IAsyncDisposable
{
    /// <summary>Where it is.</summary>
    public abstract StoreLocation Location { get; }

    /// <summary>What stands before the name of a table.</summary>
    internal abstract string Schema { get; }

    /// <summary>Opens the store, creates it if need be and brings its schema up to date.</summary>
    /// <exception cref="StoreOpenException">It cannot be used as it is; the message says what to do.</exception>
    /// <exception cref="StoreUnavailableException">The server does not answer; try again.</exception>
    public static async Task<JournalStore> OpenAsync(
        StoreLocation location, TimeProvider time, ILogger log, CancellationToken cancellation = default)
    {
        var store = await CreateAsync(location, time, log, cancellation);
        await store.PrepareAsync(log, cancellation);
        return store;
    }

    /// <summary>
    /// The same without waiting for a server: a file is opened, a database is asked by
    /// <see cref="PrepareAsync(ILogger, CancellationToken)"/>, before which nothing may be read or written. So the program can listen
    /// before its database is there.
    /// </summary>
    /// <exception cref="StoreOpenException">It cannot be used as it is; the message says what to do.</exception>
    internal static async Task<JournalStore> CreateAsync(
        StoreLocation location, TimeProvider time, ILogger log, CancellationToken cancellation) =>
        location switch
        {
            StoreLocation.Postgres postgres => new PostgresStore(postgres),
            StoreLocation.Sqlite sqlite => await SqliteStore.OpenAsync(sqlite, time, log, cancellation),
            _ => throw new ArgumentException($"There is no store for {location?.GetType().Name ?? "nothing"}.", nameof(location)),
        };

    /// <summary>Brings the schema up to date. Doing it again does nothing.</summary>
    /// <exception cref="StoreOpenException">It cannot be used as it is; the message says what to do.</exception>
    /// <exception cref="StoreUnavailableException">The server does not answer; try again.</exception>
    internal virtual Task PrepareAsync(ILogger log, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>The same, as soon as the server answers.</summary>
    /// <exception cref="StoreOpenException">It cannot be used as it is; the message says what to do.</exception>
    internal Task PrepareAsync(TimeProvider time, ILogger log, CancellationToken cancellation) => StoreWait.UntilItAnswersAsync(
        async () =>
        {
            await PrepareAsync(log, cancellation);
            return true;
        },
        time, log, cancellation);

    public abstract ValueTask DisposeAsync();

    /// <summary>Runs one query beside those who write.</summary>
    /// <param name="what">What is read, for the error: <c>PostgreSQL did not answer for {what}</c>.</param>
    /// <param name="work">May be run on another thread; the connection is its own for as long.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer.</exception>
    internal abstract Task<T> ReadAsync<T>(
        string what, Func<DbConnection, CancellationToken, Task<T>> work, CancellationToken cancellation);

    /// <summary>Runs a transaction: all of it is written, or nothing.</summary>
    /// <param name="what">What is written, for the error.</param>
    /// <param name="work">May be run on another thread; the transaction is committed when it returns.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store did not answer; whether it was written is not known.</exception>
    internal abstract Task<T> WriteAsync<T>(
        string what, Func<DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancellation);
}

/// <summary>Commands in one line.</summary>
internal static class StoreCommands
{
    /// <summary>A command with named parameters (<c>@name</c>), which both databases read.</summary>
    public static DbCommand Command(this DbConnection connection, string sql, params (string Name, object? Value)[] values) =>
        With(connection.CreateCommand(), sql, values);

    /// <summary>The same within a transaction.</summary>
    public static DbCommand Command(this DbTransaction transaction, string sql, params (string Name, object? Value)[] values)
    {
        var command = transaction.Connection!.CreateCommand();
        command.Transaction = transaction;
        return With(command, sql, values);
    }

    /// <summary>All rows of a query.</summary>
    public static async Task<IReadOnlyList<T>> RowsAsync<T>(
        this DbCommand command, Func<DbDataReader, T> read, CancellationToken cancellation)
    {
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var all = new List<T>();
        while (await rows.ReadAsync(cancellation))
        {
            all.Add(read(rows));
        }

        return all;
    }

    private static DbCommand With(DbCommand command, string sql, (string Name, object? Value)[] values)
    {
#pragma warning disable CA2100 // Texts are constants of this program; values go as parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            _ = command.Parameters.Add(parameter);
        }

        return command;
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace StreamSupervisor.Storage.Sqlite;

/// <summary>
/// The one connection that writes, on a thread of its own: a commit waits for the disk, and a thread of the pool that waits is one that
/// serves nobody. After any fault the connection is given up and opened anew for the next piece of work: what a connection remembers of a
/// write that failed half-way is not to be trusted.
/// </summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly BlockingCollection<Action> _work = new(boundedCapacity: 1024);
    private readonly string _path;
    private readonly ILogger _log;
    private readonly Thread _thread;
    private SqliteConnection? _connection;

    public SqliteWriter(string path, SqliteConnection connection, ILogger log)
    {
        (_path, _connection, _log) = (path, connection, log);
        _thread = new Thread(Work) { Name = "sqlite-writer", IsBackground = true };
        _thread.Start();
    }

    /// <summary>Runs <paramref name="work"/> after everything that was handed in before.</summary>
    /// <param name="work">May throw <see cref="SqliteFault"/>.</param>
    /// <param name="faulted">The answer when it did, or when the writer has stopped.</param>
    public Task<T> RunAsync<T>(Func<SqliteConnection, T> work, Func<Exception, T> faulted)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _work.Add(() => done.SetResult(Guarded(work, faulted)));
        }
        catch (InvalidOperationException e)
        {
            done.SetResult(faulted(e));
        }

        return done.Task;
    }

    /// <summary>Finishes what was handed in and closes the connection.</summary>
    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }

    private void Work()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }

        _connection?.Dispose();
    }

    private T Guarded<T>(Func<SqliteConnection, T> work, Func<Exception, T> faulted)
    {
        try
        {
            _connection ??= SqliteConnection.Open(_path, readOnly: false);
            return work(_connection);
        }
        catch (Exception e)
        {
            if (e is SqliteFault { IsBroken: true })
            {
                _log.LogCritical(e, "The database {Path} is broken. Stop this member and restore the file from a backup.", _path);
            }
            else
            {
                _log.LogError(e, "A write to {Path} failed; what it was to store is unknown until it is read back.", _path);
            }

            _connection?.Dispose();
            _connection = null;
            return faulted(e);
        }
    }
}

using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Threading.Channels;
using Akka.Configuration;
using Akka.Persistence;
using Akka.Persistence.Sql.Config;
using Akka.Persistence.Sql.Journal;
using Npgsql;

namespace StreamSupervisor.Actors.Journal;

/// <summary>
/// The journal of Akka.Persistence.Sql on PostgreSQL, but for one thing: how rows are added. There each batch is a transaction of three
/// trips around literals or a COPY, neither of which can be prepared, queued through a stream; here it is one prepared statement
/// (<see cref="JournalBatch"/>), queued through a channel. And there a conflict fails everybody in the batch; here those who conflict with
/// nobody are written without the one who does. Everything else, recovery and deletion among it, is the plugin's.
/// </summary>
/// <remarks>
/// An actor has one write under way at a time (Akka.Persistence waits for it), so the two writers never have rows of one key both.
/// </remarks>
public sealed class PostgresJournal : SqlWriteJournal
{
    internal const string PluginId = "akka.persistence.journal.sql";

    private readonly Channel<JournalWrite> _waiting;
    private readonly ConcurrentDictionary<string, Task> _underWay = new(StringComparer.Ordinal);
    private readonly Akka.Serialization.Serialization _serialization = Context.System.Serialization;
    private readonly string _connectionString;
    private readonly int _writers;
    private readonly int _batchSize;
    private readonly int _mostWaiting;

    /// <param name="config">The plugin's settings: <c>parallelism</c> (statements at once), <c>batch-size</c> (rows of one; one more write
    /// goes in while there are fewer) and <c>buffer-size</c> (writes that may wait) are taken from it here too.</param>
    public PostgresJournal(Config config)
        : base(config)
    {
        (_writers, _batchSize, _mostWaiting) = (config.GetInt("parallelism"), config.GetInt("batch-size"), config.GetInt("buffer-size"));
        _waiting = Channel.CreateBounded<JournalWrite>(new BoundedChannelOptions(_mostWaiting) { SingleWriter = true });
        _connectionString = Context.System.Settings.Setup.Get<MultiDataOptionsSetup>() is { HasValue: true, Value: var setup }
            && setup.TryGetDataOptionsFor(PluginId, out var options)
            && options?.ConnectionOptions.ConnectionString is { Length: > 0 } text
                ? text
                : throw new StoreOpenException(
                    "The actor system was made without the connections of the journal (PersistenceSettings.SetupOf).");
    }

    public override async Task<long> ReadHighestSequenceNrAsync(
        string persistenceId, long fromSequenceNr, CancellationToken cancellationToken)
    {
        // What the actor before had under way counts, whether it failed or not.
        if (_underWay.TryGetValue(persistenceId, out var write))
        {
            await write.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }

        return await base.ReadHighestSequenceNrAsync(persistenceId, fromSequenceNr, cancellationToken);
    }

    protected override void PreStart()
    {
        base.PreStart();
        for (var writer = 0; writer < _writers; writer++)
        {
            _ = Task.Run(WriteAllAsync);
        }
    }

    protected override void PostStop()
    {
        // What waits is written still: those who asked are told, or their next incarnation finds it.
        _ = _waiting.Writer.TryComplete();
        base.PostStop();
    }

    protected override Task<IImmutableList<Exception>> WriteMessagesAsync(
        IEnumerable<AtomicWrite> messages, CancellationToken cancellationToken)
    {
        var writes = messages as IReadOnlyList<AtomicWrite> ?? [.. messages];
        if (JournalWrite.Of(writes, _serialization) is not { } write)
        {
            return base.WriteMessagesAsync(writes, cancellationToken);
        }

        if (!_waiting.Writer.TryWrite(write))
        {
            write.Fail(new TimeoutException($"{_mostWaiting} writes wait for PostgreSQL already."));
            return write.Written!;
        }

        var id = writes[0].PersistenceId;
        _underWay[id] = write.Written;
        _ = write.Written.ContinueWith(
            done => _underWay.TryRemove(new KeyValuePair<string, Task>(id, done)),
            CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return write.Written!;
    }

    private async Task WriteAllAsync()
    {
        var batch = new List<JournalWrite>();
        while (await _waiting.Reader.WaitToReadAsync())
        {
            batch.Clear();
            for (var rows = 0; rows < _batchSize && _waiting.Reader.TryRead(out var write); rows += write.Rows.Count)
            {
                batch.Add(write);
            }

            await WriteAsync(batch);
        }
    }

    private async Task WriteAsync(List<JournalWrite> batch)
    {
        try
        {
            await JournalBatch.WriteAsync(_connectionString, batch);
            JournalTelemetry.Batch(batch.Count);
            batch.ForEach(write => write.Succeed());
        }
        catch (PostgresException conflict) when (conflict.SqlState.StartsWith("23", StringComparison.Ordinal) && batch.Count > 1)
        {
            // Somebody else owns one of these keys by now; the others must not pay for it.
            foreach (var write in batch)
            {
                await WriteAsync([write]);
            }
        }
        catch (Exception failed)
        {
            batch.ForEach(write => write.Fail(failed));
        }
    }
}

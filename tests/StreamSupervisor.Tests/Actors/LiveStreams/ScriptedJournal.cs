using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Journal;

namespace StreamSupervisor.Tests.Actors.LiveStreams;

/// <summary>What the journal of one actor system does next.</summary>
public sealed class JournalScript
{
    private static readonly ConcurrentDictionary<string, JournalScript> s_bySystem = new();
    private TaskCompletionSource _open = Opened();

    public Exception? FailWrites { get; set; }

    public Exception? RejectWrites { get; set; }

    /// <summary>Records from this number on cannot be read; 0 for none.</summary>
    public long UnreadableFrom { get; set; }

    /// <summary>Batches that came.</summary>
    public int Writes { get; set; }

    /// <summary>Batches that failed or were rejected.</summary>
    public int Ended { get; set; }

    public Task Gate => _open.Task;

    public static JournalScript Of(ActorSystem system) => s_bySystem.GetOrAdd(system.Name, _ => new JournalScript());

    public void HoldWrites() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void LetWritesGo() => _open.TrySetResult();

    private static TaskCompletionSource Opened()
    {
        var opened = new TaskCompletionSource();
        opened.SetResult();
        return opened;
    }
}

/// <summary>Akka's journal in memory, which can be made to wait, to fail, and to hold records that nobody can read.</summary>
public sealed class ScriptedJournal : MemoryJournal
{
    private readonly JournalScript _script = JournalScript.Of(Context.System);

    protected override async Task<IImmutableList<Exception>> WriteMessagesAsync(IEnumerable<AtomicWrite> messages,
        CancellationToken cancellationToken)
    {
        var batch = messages.ToList();
        _script.Writes++;
        await _script.Gate;
        _script.Ended += _script.FailWrites is null && _script.RejectWrites is null ? 0 : 1;
        if (_script.FailWrites is { } failure)
        {
            throw failure;
        }

        return _script.RejectWrites is { } rejection
            ? [.. batch.Select(_ => rejection)]
            : await base.WriteMessagesAsync(batch, cancellationToken);
    }

    public override Task ReplayMessagesAsync(IActorContext context, string persistenceId, long fromSequenceNr, long toSequenceNr, long max,
        Action<IPersistentRepresentation> recoveryCallback) =>
        base.ReplayMessagesAsync(context, persistenceId, fromSequenceNr, toSequenceNr, max, record =>
        {
            if (_script.UnreadableFrom > 0 && record.SequenceNr >= _script.UnreadableFrom)
            {
                throw new FormatException("The stored event is damaged.");
            }

            recoveryCallback(record);
        });
}

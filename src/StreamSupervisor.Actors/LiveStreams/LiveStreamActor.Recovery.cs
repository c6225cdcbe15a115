using System.Data.Common;
using System.Runtime.Serialization;
using System.Text.Json;
using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using Microsoft.Data.Sqlite;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.LiveStreams;

/// <content>From the journal and back: recovery, snapshots, and what becomes of a write or a recovery that fails.</content>
internal sealed partial class LiveStreamActor
{
    /// <summary>integrity_constraint_violation: what the journal's trigger says of a record that does not follow the one before.</summary>
    private const string GapRefused = "23000";

    private long _snapshotAt;

    protected override void PreStart()
    {
        _services.Gauges.Entities(1);
        base.PreStart();
    }

    protected override void PostStop()
    {
        _services.Gauges.Entities(-1);
        _services.Gauges.CommandsInWork(-_inWork.Count);
        _services.Gauges.Writing(-_inWork.Writing);
        _services.Gauges.Workers(-_workers);
        DropTimer();
        Publish(null);
        base.PostStop();
    }

    protected override void OnRecover(object message)
    {
        switch (message)
        {
            case SnapshotOffer offer:
                _state = (LiveStreamState)offer.Snapshot;
                _snapshotAt = offer.Metadata.SequenceNr;
                break;
            case EventBatch batch:
                foreach (var happened in batch.Events)
                {
                    _state = LiveStream.Evolve(_state, happened);
                }

                break;
            case RecoveryCompleted when _quarantine is not null:
                RecoveredInQuarantine();
                break;
            case RecoveryCompleted:
                _durable = _state;
                _written = LastSequenceNr;
                TellLost();
                _usedAt = Now;
                _services.Gauges.Recovered();
                FitWork(cause: default);
                ArmTimer();
                WakeOnce();
                Publish(_durable);
                break;
            default:
                throw new SerializationException($"The journal of {_key} holds a {message.GetType().Name}.");
        }
    }

    protected override void OnRecoveryFailure(Exception reason, object? message = null)
    {
        if (message is null && !IsUnreadable(reason))
        {
            Doubt();
            LogOnce(StoreFault.Recovery, reason, "{0}: its journal could not be read now. The next message reads it again.");
            return;
        }

        // The record that failed in our hands has moved the number already.
        var lastGood = message is null ? LastSequenceNr : LastSequenceNr - 1;
        _services.Gauges.Faulted();
        _services.Quarantine.Add(_key, new QuarantinedStream(reason.GetBaseException().Message, Now, lastGood));
        Log.Error(reason, "{0}: record {1} of its journal cannot be read, so nobody can publish it. Start the version that wrote it, "
            + "or give the key a new beginning: streamsupervisor streams release {0} --journal", _key, lastGood + 1);
    }

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        Doubt();
        if (IsConflict(cause))
        {
            LogOnce(StoreFault.Conflict, cause, "{0}: another owner wrote first, here or to another key in the same batch. "
                + "Nobody was told of this decision; the key starts again from its journal. Normal after a member was paused or died.");
            return;
        }

        LogOnce(StoreFault.Write, cause, "{0}: a decision could not be written. Nobody was told; the key starts again from its journal.");
    }

    /// <summary>
    /// Akka would go on after a rejected record and leave a gap. A state that holds what is not in the journal must not answer.
    /// </summary>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        LogOnce(StoreFault.Rejected, cause, "{0}: a decision does not fit the journal. Nobody was told; the key starts from its journal.");
        Context.Stop(Self);
    }

    /// <summary>
    /// Whether the bytes are at fault, and reading them again would not help. Everything else is the store's or the network's.
    /// </summary>
    private static bool IsUnreadable(Exception reason) => reason switch
    {
        AggregateException several => several.InnerExceptions.Any(IsUnreadable),
        JsonException or FormatException or SerializationException or InvalidDataException or InvalidCastException
            or NotSupportedException => true,
        { InnerException: { } inner } => IsUnreadable(inner),
        _ => false,
    };

    /// <summary>
    /// Whether the number of the record was taken: PostgreSQL's unique_violation, SQLite's SQLITE_CONSTRAINT; or the row before it is gone.
    /// </summary>
    private static bool IsConflict(Exception cause) => cause switch
    {
        AggregateException several => several.InnerExceptions.Any(IsConflict),
        SqliteException { SqliteErrorCode: 19 } or DbException { SqlState: "23505" or GapRefused } => true,
        { InnerException: { } inner } => IsConflict(inner),
        _ => false,
    };

    /// <summary>The store has gone back in time, so this actor's state may hold what is not there. Its hub asks the next one.</summary>
    private void BeginAgain()
    {
        _services.Lost.Stopped(_key, _written);
        Context.Stop(Self);
    }

    private void TellLost()
    {
        if (_services.Lost.Recovered(_key, LastSequenceNr) is > 0 and var lost)
        {
            Log.Warning("{0}: the database has lost the newest {1} record(s) of its journal. Whoever is on air is taken over by the next "
                + "sweep; look at its lock and its pin.", _key, lost);
        }
    }

    /// <summary>
    /// The next beat looks whether it is still the same store, and does so at once. Until then nobody is admitted: the next incarnation
    /// may begin with what another server holds.
    /// </summary>
    private void Doubt()
    {
        _services.Hold.Doubt();
        Context.System.EventStream.Publish(StoreDoubted.Instance);
    }

    private void LogOnce(StoreFault fault, Exception cause, string sentence)
    {
        _services.Gauges.Faulted();
        if (_services.LogThrottle.MayLog(_key, fault, Now))
        {
            Log.Warning(cause, sentence, _key);
        }
    }

    /// <summary>A command on which the rules threw.</summary>
    private void Faulted(LiveStreamCommand command, Exception fault, IActorRef asker, long askId)
    {
        _services.Gauges.Faulted();
        if (_services.LogThrottle.MayLog(_key, StoreFault.Command, Now))
        {
            Log.Error(fault, "{0}: {1} cannot be decided. The key serves on; please report this with the key's timeline.",
                _key, command.GetType().Name);
        }

        if (askId != 0)
        {
            asker.Tell(new StreamRefusal(askId, AskStatus.Failed, $"{_key} failed on {command.GetType().Name}."), Self);
        }
    }

    /// <summary>
    /// After so many records: the next recovery reads no more than those, and retention deletes only what is behind a snapshot.
    /// </summary>
    private void SnapshotIfDue(int records)
    {
        if (LastSequenceNr - _snapshotAt >= records)
        {
            _snapshotAt = LastSequenceNr;
            SaveSnapshot(_durable);
        }
    }

    private void SnapshotFailed(SaveSnapshotFailure failed)
    {
        if (_services.LogThrottle.MayLog(_key, StoreFault.Snapshot, Now))
        {
            Log.Warning(failed.Cause, "{0}: no snapshot at record {1}. Its next recovery reads more records.",
                _key, failed.Metadata.SequenceNr);
        }

        SnapshotOfNewBeginningFailed();
    }
}

using Akka.Event;
using Akka.Persistence;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.LiveStreams;

/// <content>A key whose journal cannot be read: it says so to all who ask, until a person ends that.</content>
internal sealed partial class LiveStreamActor
{
    /// <summary>More than one command can add to the generation, so that it goes on growing over records that nobody can read.</summary>
    private const int GenerationsPerRecord = 4;

    private readonly QuarantinedStream? _quarantine;
    private bool _beginsAnew;

    /// <summary>
    /// In quarantine nothing is read. For a new beginning the records before the first that cannot be read are: their lock and pin are
    /// kept.
    /// </summary>
    public override Recovery Recovery => _quarantine switch
    {
        null => Recovery.Default,
        { StartsAnew: true, LastGood: > 0 and var last } => new Recovery(SnapshotSelectionCriteria.Latest, last),
        _ => Recovery.None,
    };

    private void RecoveredInQuarantine()
    {
        if (!_quarantine!.StartsAnew)
        {
            return;
        }

        // A snapshot at the newest number: later recoveries begin behind what cannot be read, and new records follow it without a gap.
        var lost = LastSequenceNr - _quarantine.LastGood;
        _beginsAnew = true;
        _durable = _state = new LiveStreamState
        {
            Key = _state.Key,
            Generation = _state.Generation + (lost * GenerationsPerRecord),
            Locked = _state.Locked,
            Pinned = _state.Pinned,
            PinnedTo = _state.PinnedTo,
        };
        SaveSnapshot(_state);
    }

    private void HandleInQuarantine(object message)
    {
        switch (message)
        {
            case Retire:
                Context.Stop(Self);
                break;
            case StreamEnvelope when _beginsAnew:
                Stash.Stash();
                break;
            case StreamEnvelope { Command: ReleaseQuarantine release } envelope:
                Release(envelope, release);
                break;
            case StreamEnvelope envelope:
                Refuse(envelope, AskStatus.Failed, $"The journal of {_key} cannot be read since {_quarantine!.Since:u} "
                    + $"({_quarantine.Why}). "
                    + $"An operator gives the key a new beginning with: streamsupervisor streams release {_key} --journal",
                    RefusalReason.Quarantined);
                break;
        }
    }

    /// <summary>The next incarnation does it: recovery happens at a start only.</summary>
    private void Release(StreamEnvelope envelope, ReleaseQuarantine release)
    {
        Log.Warning("{0}: {1} ends its quarantine ({2}); {3}.", _key, release.By, release.Why,
            release.StartAnew
                ? $"it starts anew behind record {LastSequenceNr}, of its past the lock and the pin remain"
                : "its journal is read again");
        if (release.StartAnew)
        {
            _services.Quarantine.Add(_key, _quarantine! with { StartsAnew = true });
        }
        else
        {
            _services.Quarantine.Remove(_key);
        }

        Sender.Tell(new StreamAnswer(envelope.AskId, new Done(Changed: true, release.StartAnew
            ? $"{_key} starts anew. What its journal held before can't be read and stays in the database."
            : $"The journal of {_key} is read again.")), Self);
        Context.Stop(Self);
    }

    private void SnapshotSaved(SnapshotMetadata saved)
    {
        if (_beginsAnew && saved.SequenceNr == LastSequenceNr)
        {
            // Begin like everybody else: from the snapshot. What waits in the stash is sent again by its hub.
            _services.Quarantine.Remove(_key);
            Context.Stop(Self);
        }
    }

    private void SnapshotOfNewBeginningFailed()
    {
        if (_beginsAnew)
        {
            Context.Stop(Self);
        }
    }
}

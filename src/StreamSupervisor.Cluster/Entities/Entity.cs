using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Cluster.Entities;

/// <summary>
/// One entity in memory: its state, its mailbox, and the turn that works on them.
///
/// Guarantees. Messages are decided one after another, in their order. What waits while a change is on its way to the journal goes together
/// in the next: each is decided on the state that those before it make, all become durable by one request or none does, and nothing of it is
/// told, started or observed before. A message that throws there is put back and goes first in a turn that follows, so that it hurts
/// only itself. Whatever happens, every ask ends: answered, refused, or at its deadline.
///
/// How. The shard's lock guards the phase, the mailbox and the waiters, and is never held over an await or over code of the behavior,
/// the observer or a caller. Whoever moves the phase to Running holds the turn: it alone touches the state, and must end it. A shard that
/// is dropped takes the turn of entities that rest or wait for the journal; a turn that is on a thread right then is asked to drop its
/// entity itself at its end (<see cref="Flags.Drop"/>). So the observer hears of one entity in order, with no lock held.
///
/// <code>
///            message, or a resident of a shard that recovers
///   Cold ------------------------------------------------------> Loading
///    ^                                                            |     \ store down, undecodable
///    | dropped, passivated                               loaded   |      v
///    |                                                            v    Resting --backoff over--> Loading
///    +-- Idle &lt;--mailbox empty-- Running &lt;-----------------------+      ^
///         \ message ------------> |  ^  \ threw ---------------------------+ --third in a row--> Quarantined
///                                 v  |                                                            released --> Loading
///                               Appending
/// </code>
///
/// How it can still fail. A journal that never returns holds the entities of its batch until their shard is dropped: stores have
/// timeouts. An outcome that comes back after its entity was dropped changes nothing here; the epoch was raised first, so whatever it
/// wrote was seen by the recovery.
///
/// Rejected: a bounded channel and a parked reader for each entity (905 B each, measured; this is under 150 B), and an async method per message
/// (three state machines on the path that must be fast).
/// </summary>
internal sealed partial class Entity<TState, TCommand, TEvent, TReply>(string id, Shard<TState, TCommand, TEvent, TReply> shard) : IThreadPoolWorkItem
    where TCommand : notnull
    where TReply : notnull
{
    private TState? _state;
    private long _sequence;

    /// <summary>What the turn works on: the message, the change under way, or the <see cref="Activation"/> or <see cref="Rest"/> that it waits for.</summary>
    private object? _current;
    private MessageList<TState, TCommand, TEvent, TReply> _mailbox;
    private MessageList<TState, TCommand, TEvent, TReply> _waiters;

    /// <summary>The region's sweep after which it became idle.</summary>
    private int _idleSince;
    private ushort _queued;
    private ushort _waiting;
    private ushort _sinceSnapshot;
    private byte _faults;

    /// <summary>Loads in a row that the store did not answer.</summary>
    private byte _misses;

    /// <summary>Whether the observer has seen a state. Belongs to the turn, as the state does.</summary>
    private bool _seen;
    private Flags _flags;
    private EntityPhase _phase;

    [Flags]
    private enum Flags : byte
    {
        None = 0,

        /// <summary>The shard was dropped while a turn was on a thread: it drops the entity at its end.</summary>
        Drop = 1,

        /// <summary>A recovering shard waits for this resident.</summary>
        Resident = 2,

        /// <summary>A wakeup is in the mailbox.</summary>
        WakeQueued = 4,
    }

    public string Id { get; } = id;
    public Shard<TState, TCommand, TEvent, TReply> Shard { get; } = shard;

    private ShardRegion<TState, TCommand, TEvent, TReply> Region => Shard.Region;

    /// <summary>Takes a message or says why not. Under the lock; the caller goes on with the step.</summary>
    public AskResult<TReply>? Enqueue(Message<TState, TCommand, TEvent, TReply> message, out Step step)
    {
        step = Step.None;
        if (_phase == EntityPhase.Quarantined)
        {
            return AskResult<TReply>.Not(AskStatus.Failed, $"{Id} is in quarantine: it failed {_faults} times in a row.");
        }

        if (message.Kind == MessageKind.Wake)
        {
            if (_flags.HasFlag(Flags.WakeQueued))
            {
                return AskResult<TReply>.Not(AskStatus.Overloaded, "A wakeup is waiting already.");
            }

            _flags |= Flags.WakeQueued;
        }
        else if (_queued >= Region.Settings.MailboxSize)
        {
            return AskResult<TReply>.Not(AskStatus.Overloaded, $"{_queued} messages are waiting for {Id} already.");
        }

        message.Entity = this;
        message.Place = MessagePlace.Queued;
        Shard.Open++;
        _mailbox.Add(message);
        _queued++;
        step = Advance();
        return null;
    }

    /// <summary>What is to be done next, if nobody is at it. Under the lock.</summary>
    public Step Advance()
    {
        switch (_phase)
        {
            case EntityPhase.Cold when _flags.HasFlag(Flags.Resident) || (!_mailbox.IsEmpty && Shard.Runs):
                return Activate();

            case EntityPhase.Cold when _mailbox.IsEmpty:
                Shard.Forget(this);
                return Step.None;

            case EntityPhase.Idle when !_mailbox.IsEmpty && Shard.Runs:
                _current = TakeNext();
                _phase = EntityPhase.Running;
                return Step.Turn;

            default:
                return Step.None;
        }
    }

    /// <summary>Takes the next message out of the mailbox. Under the lock.</summary>
    private Message<TState, TCommand, TEvent, TReply> TakeNext()
    {
        var message = _mailbox.Take();
        _queued--;
        message.Place = MessagePlace.Current;
        message.Owner = Shard.Owned;
        return message;
    }

    /// <summary>Does what <see cref="Advance"/> or the end of a turn said, until the entity waits for something. Without the lock.</summary>
    public void Continue(Step step)
    {
        // A thread that came with one message does not work off everybody else's for ever.
        for (var turns = 0; step == Step.Turn; turns++)
        {
            if (turns == 32)
            {
                Region.Dispatcher.Post(this);
                return;
            }

            step = Turn((Message<TState, TCommand, TEvent, TReply>)_current!);
        }

        if (step == Step.Load)
        {
            BeginLoad();
        }
    }

    void IThreadPoolWorkItem.Execute() => Continue(Step.Turn);

    /// <summary>Ends the turn that the caller holds: drops the entity if its shard was dropped meanwhile, else goes to the next message.</summary>
    private Step EndTurn()
    {
        lock (Shard.Gate)
        {
            _current = null;
            if (!_flags.HasFlag(Flags.Drop))
            {
                _phase = EntityPhase.Idle;
                _idleSince = Region.Sweep;
                return Advance();
            }
        }

        return Unload();
    }

    /// <summary>Forgets the state, by the holder of the turn; what is in the mailbox makes it load again where the shard is served.</summary>
    private Step Unload()
    {
        Forget();
        lock (Shard.Gate)
        {
            _current = null;
            _flags &= ~Flags.Drop;
            _phase = EntityPhase.Cold;
            return Advance();
        }
    }

    private void Forget()
    {
        _state = default;
        _sequence = 0;
        _sinceSnapshot = 0;
        if (_seen)
        {
            Observe(default);
            _seen = false;
        }
    }

    private void Observe(TState? state)
    {
        _seen = true;
        try
        {
            Region.Observer?.Changed(Id, state);
        }
#pragma warning disable CA1031 // An observer must not throw; one that does must not stop the entity either.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            Region.Log.ObserverThrew(fault, Id);
        }
    }
}

internal enum EntityPhase : byte
{
    Cold,
    Loading,
    Idle,
    Running,
    Appending,
    Resting,
    Quarantined,
}

/// <summary>What whoever leaves the lock has to do.</summary>
internal enum Step : byte
{
    None,
    Turn,
    Load,
}

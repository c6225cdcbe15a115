using StreamSupervisor.Cluster.Entities;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Wakeups;

namespace StreamSupervisor.Cluster.Sharding;

/// <summary>
/// The entities of one shard on this member, under one epoch, and the lock that guards them.
///
/// <code>
///                own                          backlog loaded
///   NotOwned ------------> Recovering ---------------------------> Serving --disown, gracefully--> Draining
///      ^                    ^  ^   \                               / |  \                            /
///      |        own, higher |  |    \ fenced, given up            /  |   \ fenced                   / mailboxes empty
///      |                    |  |     v                           /   |    v                        /
///      |                    | Lost &lt;----------------------------/----|-- Lost                     /
///      |                    +--------- outcome unknown: raise --+    |                           /
///      |                               the epoch, load anew          | disown, at once          /
///      +-------------------------------------------------------------+-------------------------+
/// </code>
///
/// Every change of state begins a new tenure: work that began in an older one (a recovery, a drain) finds that out after each await and
/// ends without a word. Only <see cref="ChangeState"/> changes the state.
/// </summary>
internal sealed partial class Shard<TState, TCommand, TEvent, TReply>(int id, ShardRegion<TState, TCommand, TEvent, TReply> region)
    where TCommand : notnull
    where TReply : notnull
{
    private readonly Dictionary<string, Entity<TState, TCommand, TEvent, TReply>> _entities = [];
    private readonly Dictionary<string, Wakeup> _wakeups = [];
    private int _tenure;

    /// <summary>Guards everything here and the phases, mailboxes and waiters of the shard's entities. Held for short, never over an await.</summary>
    public Lock Gate { get; } = new();
    public int Id { get; } = id;
    public ShardRegion<TState, TCommand, TEvent, TReply> Region { get; } = region;
    public ShardState State { get; private set; }
    public ShardEpoch Owned { get; private set; } = new(id, 0);

    /// <summary>Messages taken and not yet at their end: see <see cref="MessagePlace"/>.</summary>
    public int Open { get; set; }

    /// <summary>Whether messages that were taken are worked on.</summary>
    public bool Runs => State is ShardState.Serving or ShardState.Draining;

    /// <summary>Puts a message into the mailbox of its entity, and works on it right here if nobody is at it.</summary>
    /// <returns>Why not; null when it was taken.</returns>
    public AskResult<TReply>? Deliver(string entityId, Message<TState, TCommand, TEvent, TReply> message)
    {
        Entity<TState, TCommand, TEvent, TReply>? entity;
        Step step;
        lock (Gate)
        {
            if (State is not (ShardState.Serving or ShardState.Recovering))
            {
                return AskResult<TReply>.Not(AskStatus.Unavailable, State == ShardState.Draining
                    ? $"Shard {Id} is being handed over."
                    : $"Shard {Id} has no owner here.");
            }

            if (!_entities.TryGetValue(entityId, out entity))
            {
                entity = Add(entityId);
                if (entity is null)
                {
                    Region.Metrics.Rejected();
                    return AskResult<TReply>.Not(AskStatus.Overloaded, $"{Region.Settings.MaxEntities} entities are in memory already.");
                }
            }

            var refused = entity.Enqueue(message, out step);
            if (refused is not null)
            {
                if (refused.Value.Status == AskStatus.Overloaded && message.Kind != MessageKind.Wake)
                {
                    Region.Metrics.Rejected();
                }

                return refused;
            }
        }

        entity.Continue(step);
        return null;
    }

    /// <summary>Moves a message to its last place, or to one where the shard does not wait for it. Under the lock.</summary>
    public void Leave(Message<TState, TCommand, TEvent, TReply> message, MessagePlace place)
    {
        if (message.Place is MessagePlace.Queued or MessagePlace.Current or MessagePlace.Verifying)
        {
            Open--;
        }

        message.Place = place;
        if (Open == 0)
        {
            _drained?.TrySetResult();
        }
    }

    /// <summary>
    /// An entity that is out of memory and that nobody wants. Under the lock. One that was forgotten already may come again, with an ask that ends late: by
    /// then another has its place, which must keep it, or there would be two of one id.
    /// </summary>
    public void Forget(Entity<TState, TCommand, TEvent, TReply> entity)
    {
        if (_entities.GetValueOrDefault(entity.Id) == entity && _entities.Remove(entity.Id))
        {
            Region.CountEntities(-1);
        }
    }

    public Entity<TState, TCommand, TEvent, TReply>? Find(string entityId)
    {
        lock (Gate)
        {
            return _entities.GetValueOrDefault(entityId);
        }
    }

    public ShardReport Report(int most)
    {
        string[] names;
        ShardReport report;
        lock (Gate)
        {
            names = most > 0 ? [.. _entities.Keys] : [];
            report = new ShardReport(State, Owned.Epoch, _entities.Count, [], _wakeups.Count, Open);
        }

        // Not under the lock, for which every message of the shard would wait.
        Array.Sort(names, StringComparer.Ordinal);
        return report with { Names = names.Length > most ? names[..most] : names };
    }

    /// <summary>Sets or clears the wakeup of an entity. Under the lock.</summary>
    public void Arm(string entityId, DateTimeOffset? at, TimeSpan notBefore)
    {
        if (!Runs && State != ShardState.Recovering)
        {
            return;
        }

        if (at is null)
        {
            if (_wakeups.Count > 0 && _wakeups.Remove(entityId, out var gone))
            {
                Region.CountWakeups(-1);
                Region.Timers.Remove(gone);
            }

            return;
        }

        if (!_wakeups.TryGetValue(entityId, out var wakeup))
        {
            wakeup = new Wakeup(entityId, Wake);
            _wakeups.Add(entityId, wakeup);
            Region.CountWakeups(1);
        }

        var wait = at.Value - Region.Time.GetUtcNow();
        wakeup.At = at.Value;
        Region.Timers.Set(wakeup, wait > notBefore ? wait : notBefore);
    }

    /// <summary>Sends idle entities out of memory.</summary>
    public void Passivate(int sweep)
    {
        List<Entity<TState, TCommand, TEvent, TReply>>? idle = null;
        lock (Gate)
        {
            if (State != ShardState.Serving)
            {
                return;
            }

            foreach (var entity in _entities.Values)
            {
                if (entity.TryBeginPassivation(sweep))
                {
                    (idle ??= []).Add(entity);
                }
            }
        }

        foreach (var entity in idle ?? [])
        {
            entity.Passivate();
        }
    }

    private void Wake(Wakeup wakeup)
    {
        lock (Gate)
        {
            if (!_wakeups.TryGetValue(wakeup.EntityId, out var armed) || armed != wakeup)
            {
                return;
            }

            if (wakeup.At - Region.Time.GetUtcNow() is var early && early > TimeSpan.Zero)
            {
                // Timers count monotonic time, deadlines stand on the wall clock: it was set back, or the deadline is further than a timer goes.
                Region.Timers.Set(wakeup, early);
                return;
            }
        }

        var message = new Message<TState, TCommand, TEvent, TReply>(Region.Behavior.Wake, MessageKind.Wake, Region.Dispatcher);
        if (Deliver(wakeup.EntityId, message) is { Status: AskStatus.Overloaded })
        {
            lock (Gate)
            {
                if (_wakeups.TryGetValue(wakeup.EntityId, out var armed) && armed == wakeup && wakeup.TimerSlot == 0)
                {
                    Region.Timers.Set(wakeup, Region.Settings.WakeAgainAfter);
                }
            }
        }
    }

    /// <summary>Under the lock.</summary>
    private Entity<TState, TCommand, TEvent, TReply>? Add(string entityId)
    {
        if (!Region.CountEntities(1))
        {
            return null;
        }

        var entity = new Entity<TState, TCommand, TEvent, TReply>(entityId, this);
        _entities.Add(entityId, entity);
        return entity;
    }
}

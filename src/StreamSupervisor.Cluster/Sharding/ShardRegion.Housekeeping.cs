using StreamSupervisor.Cluster.Wakeups;

namespace StreamSupervisor.Cluster.Sharding;

/// <content>Passivation, quarantine, counts and pauses.</content>
public sealed partial class ShardRegion<TState, TCommand, TEvent, TReply>
{
    /// <summary>So many sweeps after its last message an entity is idle: the fifth comes at least four intervals later.</summary>
    internal const int SweepsUntilIdle = 5;

    private readonly Lock _quarantine = new();
    private readonly Dictionary<string, QuarantinedEntity> _quarantined = [];
    private readonly Sweeper _sweeper;
    private int _entities;
    private int _wakeups;
    private int _serving;

    /// <summary>The entities that answer nobody until <see cref="ReleaseFromQuarantine"/>, in the order in which they got there.</summary>
    public IReadOnlyList<QuarantinedEntity> Quarantined
    {
        get
        {
            lock (_quarantine)
            {
                return [.. _quarantined.Values.OrderBy(entity => entity.Since).ThenBy(entity => entity.EntityId, StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>The number of entities in memory.</summary>
    public int EntitiesInMemory => Volatile.Read(ref _entities);

    /// <summary>The sweep that ran last; an entity remembers it instead of a time.</summary>
    internal int Sweep { get; private set; }

    private TimeSpan SweepEvery => Settings.PassivateAfter / (SweepsUntilIdle - 1);

    /// <summary>Starts an entity again from its journal.</summary>
    /// <returns>False when it is not in quarantine.</returns>
    public bool ReleaseFromQuarantine(string entityId)
    {
        ArgumentException.ThrowIfNullOrEmpty(entityId);
        return _shards[ShardMap.ShardOf(entityId)].Find(entityId)?.Release() ?? false;
    }

    internal void EnterQuarantine(QuarantinedEntity entity)
    {
        lock (_quarantine)
        {
            _quarantined[entity.EntityId] = entity;
        }
    }

    internal void LeaveQuarantine(string entityId)
    {
        lock (_quarantine)
        {
            _quarantined.Remove(entityId);
        }
    }

    /// <returns>False when one more is too many.</returns>
    internal bool CountEntities(int change)
    {
        if (Interlocked.Add(ref _entities, change) <= Settings.MaxEntities || change < 0)
        {
            return true;
        }

        Interlocked.Add(ref _entities, -change);
        return false;
    }

    internal void CountWakeups(int change) => Interlocked.Add(ref _wakeups, change);

    internal void CountServing(int change) => Interlocked.Add(ref _serving, change);

    /// <summary>Waits before a store that failed is asked again.</summary>
    internal async Task PauseAsync(int failures)
    {
        try
        {
            await Task.Delay(ShardRegionSettings.Backoff(Settings.StoreBackoff, Settings.StoreBackoffMax, failures), Time, Stopping);
        }
        catch (OperationCanceledException)
        {
            // The region is stopping; who waits looks at that next.
        }
    }

    private sealed class Sweeper(ShardRegion<TState, TCommand, TEvent, TReply> region) : ITimed
    {
        public int TimerSlot { get; set; }

        public void Fire()
        {
            var sweep = ++region.Sweep;
            foreach (var shard in region._shards)
            {
                shard.Passivate(sweep);
            }

            region.Timers.Set(this, region.SweepEvery);
        }
    }
}

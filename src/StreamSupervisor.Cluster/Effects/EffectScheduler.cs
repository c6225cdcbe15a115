using System.Diagnostics;
using StreamSupervisor.Cluster.Entities;
using StreamSupervisor.Cluster.Observability;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Cluster.Wakeups;

namespace StreamSupervisor.Cluster.Effects;

/// <summary>
/// Keeps the effects of the shards that are served going: starts what became durable, restarts what a recovery finds, cancels what a
/// durable event has ended. At most so many run at once, the others wait in their order; one that pauses after a fault gives its place up.
/// A start or an end counts only under the epoch that is served: under an older one the recovery has seen it, or will.
/// </summary>
internal sealed class EffectScheduler(IEffectRunner? runner, ShardRegionSettings settings, TimerQueue timers, Dispatcher dispatcher, KernelLog log)
{
    private readonly Lock _gate = new();
    private readonly Table?[] _tables = new Table?[ShardMap.Shards];
    private readonly Queue<RunningEffect> _ready = new();
    private readonly Queue<RunningEffect> _ended = new();
    private int _running;

    public int Running => Volatile.Read(ref _running);

    /// <summary>Effects that were ordered and have not ended: those that run, wait for a place, or pause after a fault.</summary>
    public int Open
    {
        get
        {
            lock (_gate)
            {
                return _tables.Sum(table => table?.Effects.Count ?? 0);
            }
        }
    }

    /// <param name="cause">The span of the request that ordered it; the default when nobody traced it.</param>
    public void Start(ShardEpoch owner, string entityId, EffectData effect, ActivityContext cause = default)
    {
        lock (_gate)
        {
            if (_tables[owner.Shard] is { } table && table.Epoch == owner.Epoch)
            {
                StartLocked(table, entityId, effect, cause);
            }
        }

        Pump();
    }

    public void End(ShardEpoch owner, string entityId, string name)
    {
        lock (_gate)
        {
            if (_tables[owner.Shard] is { } table && table.Epoch == owner.Epoch && table.Effects.Remove((entityId, name), out var effect))
            {
                _ended.Enqueue(effect);
            }
        }

        Pump();
    }

    /// <summary>Whether the store may hold an effect that has not ended; false only when it certainly does not.</summary>
    public bool MayBeOpen(ShardEpoch owner, string entityId, string name)
    {
        lock (_gate)
        {
            return runner is null || _tables[owner.Shard] is not { } table || table.Epoch != owner.Epoch || table.Effects.ContainsKey((entityId, name));
        }
    }

    /// <summary>What is open in a shard, by its journal. The caller calls <see cref="Pump"/> once it has left its locks.</summary>
    public void Recover(ShardEpoch owner, IReadOnlyList<OpenEffect> open)
    {
        lock (_gate)
        {
            var table = new Table(owner.Epoch);
            var before = _tables[owner.Shard]?.Effects;
            _tables[owner.Shard] = table;
            foreach (var effect in open)
            {
                // One that runs already goes on: starting it anew would carry it out twice for nothing.
                if (before is not null && before.Remove((effect.EntityId, effect.Effect.Name), out var running) && !running.IsDone)
                {
                    table.Effects.Add((effect.EntityId, effect.Effect.Name), running);
                }
                else
                {
                    StartLocked(table, effect.EntityId, effect.Effect, cause: default);
                }
            }

            foreach (var gone in before?.Values ?? (IEnumerable<RunningEffect>)[])
            {
                _ended.Enqueue(gone);
            }
        }
    }

    /// <summary>The shard is not served here any more: its effects are somebody else's, or will be again.</summary>
    public void Abandon(ShardEpoch owner)
    {
        lock (_gate)
        {
            if (_tables[owner.Shard] is not { } table || table.Epoch > owner.Epoch)
            {
                return;
            }

            _tables[owner.Shard] = null;
            foreach (var effect in table.Effects.Values)
            {
                _ended.Enqueue(effect);
            }
        }

        Pump();
    }

    /// <summary>Cancels what has ended and starts what may run. Without a lock.</summary>
    public void Pump()
    {
        while (true)
        {
            RunningEffect? ended;
            RunningEffect? next = null;
            lock (_gate)
            {
                if (!_ended.TryDequeue(out ended))
                {
                    if (_running >= settings.MaxEffects || !_ready.TryDequeue(out next))
                    {
                        return;
                    }

                    if (next.IsCancelled)
                    {
                        continue;
                    }

                    _running++;
                }
            }

            ended?.Cancel();
            if (next is not null)
            {
                // Never on the turn of the entity that asked for it: a runner may take its time before its first await.
                dispatcher.Post(next);
            }
        }
    }

    private void StartLocked(Table table, string entityId, EffectData data, ActivityContext cause)
    {
        if (runner is null || table.Effects.ContainsKey((entityId, data.Name)))
        {
            return;
        }

        var effect = new RunningEffect(this, entityId, data, cause);
        table.Effects.Add((entityId, data.Name), effect);
        _ready.Enqueue(effect);
    }

    private void Again(RunningEffect effect)
    {
        lock (_gate)
        {
            _ready.Enqueue(effect);
        }

        Pump();
    }

    private async Task RunAsync(RunningEffect effect)
    {
        var again = false;
        using var span = EffectTrace.Begin(effect.EntityId, effect.Data.Name, effect.Cause);
        try
        {
            await runner!.RunAsync(effect.EntityId, effect.Data, effect.Token);
        }
        catch (OperationCanceledException) when (effect.IsCancelled)
        {
            again = false;
        }
#pragma warning disable CA1031 // Whatever stopped it, an effect that was decided is carried out in the end.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            again = true;
            effect.Failures++;
            log.EffectThrew(fault, effect.EntityId, effect.Data.Name, effect.Failures);
        }

        lock (_gate)
        {
            _running--;
            effect.IsDone = !again;
            if (again && !effect.IsCancelled)
            {
                timers.Set(effect, ShardRegionSettings.Backoff(settings.EffectBackoff, settings.EffectBackoffMax, effect.Failures));
            }
        }

        Pump();
    }

    private sealed record Table(long Epoch)
    {
        public Dictionary<(string EntityId, string Name), RunningEffect> Effects { get; } = [];
    }

#pragma warning disable CA1001 // Never disposed: its source owns no timer, and a runner may hold its token for longer than it runs.
    private sealed class RunningEffect(EffectScheduler scheduler, string entityId, EffectData data, ActivityContext cause) : IThreadPoolWorkItem, ITimed
#pragma warning restore CA1001
    {
        private readonly CancellationTokenSource _cancellation = new();

        public string EntityId { get; } = entityId;
        public EffectData Data { get; } = data;
        public ActivityContext Cause { get; } = cause;
        public CancellationToken Token => _cancellation.Token;
        public bool IsCancelled => _cancellation.IsCancellationRequested;
        public bool IsDone { get; set; }
        public int Failures { get; set; }
        public int TimerSlot { get; set; }

        public void Execute() => _ = scheduler.RunAsync(this);

        public void Fire() => scheduler.Again(this);

        public void Cancel()
        {
            scheduler.Forget(this);
            try
            {
                _cancellation.Cancel();
            }
            catch (AggregateException fault)
            {
                scheduler.Log(fault, this);
            }
        }
    }

    private void Forget(RunningEffect effect) => timers.Remove(effect);

    private void Log(Exception fault, RunningEffect effect) => log.EffectThrew(fault, effect.EntityId, effect.Data.Name, effect.Failures);
}

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Cluster.Entities;
using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.TestKit.Kernel;

/// <summary>
/// One member with counters on a simulated store: a region and all that it stands on. Everything that its observer and its effects see
/// goes to <see cref="Probe"/>: <c>changed</c>, <c>gone</c>, <c>effect</c>, <c>cancelled</c>, <c>lost</c>.
/// </summary>
public sealed class CounterMember : IEntityObserver<CounterState>, IEffectRunner, IShardOwnership, IDisposable
{
    private readonly MemoryJournal _store;

    public CounterMember(MemoryStore store, SimulationScheduler scheduler, string name = "alone", ShardRegionSettings? settings = null,
        ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(scheduler);
        (Store, Scheduler, Name) = (store, scheduler, name);
        _store = store.Open(name);
        Journal = new FaultyJournal(_store, scheduler.Time);
        Region = scheduler.Inside(() => new ShardRegion<CounterState, CounterCommand, CounterEvent, CounterReply>(new()
        {
            Behavior = Behavior,
            Journal = Journal,
            Ownership = this,
            Time = scheduler.Time,
            Logger = logger ?? NullLogger.Instance,
            Observer = this,
            Effects = this,
            Settings = settings ?? ShardRegionSettings.Default,
        }));
    }

    public MemoryStore Store { get; }
    public SimulationScheduler Scheduler { get; }
    public string Name { get; }
    public CounterBehavior Behavior { get; } = new();
    public FaultyJournal Journal { get; }
    public ShardRegion<CounterState, CounterCommand, CounterEvent, CounterReply> Region { get; }
    public EventProbe Probe { get; } = new();

    /// <summary>What an effect does; by default it runs until it is cancelled.</summary>
    public Func<string, EffectData, CancellationToken, Task>? Work { get; set; }

    /// <summary>While on, the observer tells the probe nothing.</summary>
    public bool Quiet { get; set; }

    /// <summary>While on, raising an epoch is refused, as a store that does not answer would.</summary>
    public bool CannotReacquire { get; set; }

    /// <summary>A member that owns every shard.</summary>
    public static CounterMember Serving(MemoryStore store, SimulationScheduler scheduler, string name = "alone", ShardRegionSettings? settings = null,
        ILogger? logger = null)
    {
        var member = new CounterMember(store, scheduler, name, settings, logger);
        scheduler.Run(member.OwnAllAsync);
        return member;
    }

    public Task OwnAllAsync() => Scheduler.Inside(() =>
    {
        var epoch = _store.TakeAll();
        return Task.WhenAll(Enumerable.Range(0, ShardMap.Shards)
            .Select(shard => Region.OwnAsync(new ShardEpoch(shard, epoch), CancellationToken.None)));
    });

    /// <summary>Takes the shard of an entity from whoever has it, and serves it.</summary>
    public Task OwnShardOfAsync(string entityId) =>
        Scheduler.Inside(() => Region.OwnAsync(_store.Take(ShardMap.ShardOf(entityId)), CancellationToken.None));

    /// <summary>Gives the shard of an entity up.</summary>
    public Task DisownShardOfAsync(string entityId, bool graceful = true, CancellationToken patience = default) =>
        Scheduler.Inside(() => Region.DisownAsync(ShardMap.ShardOf(entityId), graceful, patience));

    public Task<AskResult<CounterReply>> AskAsync(string entityId, CounterCommand command, TimeSpan? patience = null, CancellationToken cancellation = default) =>
        Scheduler.Inside(() => Region.AskAsync(entityId, command, Scheduler.Time.GetUtcNow() + (patience ?? TimeSpan.FromSeconds(5)), cancellation));

    public bool Tell(string entityId, CounterCommand command) => Scheduler.Inside(() => Region.Tell(entityId, command));

    public bool Release(string entityId) => Scheduler.Inside(() => Region.ReleaseFromQuarantine(entityId));

    /// <summary>Asks and runs the simulation until the answer is there.</summary>
    public AskResult<CounterReply> Ask(string entityId, CounterCommand command, TimeSpan? patience = null) =>
        Scheduler.Run(() => AskAsync(entityId, command, patience));

    public void Dispose() => Scheduler.Inside(() =>
    {
        Region.Dispose();
        return true;
    });

    void IEntityObserver<CounterState>.Changed(string entityId, CounterState? state)
    {
        if (!Quiet)
        {
            Probe.Happened(state is null ? "gone" : "changed", (entityId, state));
        }
    }

    async Task IEffectRunner.RunAsync(string entityId, EffectData effect, CancellationToken cancellation)
    {
        Probe.Happened("effect", (entityId, effect.Name));
        try
        {
            await (Work?.Invoke(entityId, effect, cancellation) ?? Task.Delay(Timeout.InfiniteTimeSpan, Scheduler.Time, cancellation));
        }
        catch (OperationCanceledException)
        {
            Probe.Happened("cancelled", (entityId, effect.Name));
        }
    }

    Task<long?> IShardOwnership.ReacquireAsync(int shard, long epoch, CancellationToken cancellation) =>
        CannotReacquire ? Task.FromResult<long?>(null) : _store.ReacquireAsync(shard, epoch, cancellation);

    void IShardOwnership.Lost(ShardEpoch owned) => Probe.Happened("lost", owned);
}

using Microsoft.Extensions.Logging;
using StreamSupervisor.Cluster.Effects;
using StreamSupervisor.Cluster.Entities;
using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Observability;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Wakeups;

namespace StreamSupervisor.Cluster.Sharding;

/// <summary>What a region works with.</summary>
public sealed record ShardRegionParts<TState, TCommand, TEvent, TReply>
    where TCommand : notnull
    where TReply : notnull
{
    public required IEntityBehavior<TState, TCommand, TEvent, TReply> Behavior { get; init; }
    public required IJournal Journal { get; init; }
    public required IShardOwnership Ownership { get; init; }
    public required TimeProvider Time { get; init; }
    public required ILogger Logger { get; init; }

    /// <summary>Null where nobody watches.</summary>
    public IEntityObserver<TState>? Observer { get; init; }

    /// <summary>Null where nobody counts.</summary>
    public IEventWitness<TEvent>? Witness { get; init; }

    /// <summary>Null where the behavior has no effects. Often needs the region itself: then give it a reference that is filled afterwards.</summary>
    public IEffectRunner? Effects { get; init; }
    public ShardRegionSettings Settings { get; init; } = ShardRegionSettings.Default;
}

/// <summary>
/// The entities of one kind on one member, and the door to them. Owns nothing by itself: whoever keeps the leases gives it shards
/// (<see cref="IShardHost"/>) and takes them away. An ask runs on its caller's thread up to the write; nothing here blocks.
/// </summary>
public sealed partial class ShardRegion<TState, TCommand, TEvent, TReply> : IShardRegion<TCommand, TReply>, IShardHost, IDisposable
    where TCommand : notnull
    where TReply : notnull
{
    private readonly Shard<TState, TCommand, TEvent, TReply>[] _shards = new Shard<TState, TCommand, TEvent, TReply>[ShardMap.Shards];
    private readonly CancellationTokenSource _stopping = new();

    public ShardRegion(ShardRegionParts<TState, TCommand, TEvent, TReply> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        (Behavior, Journal, Ownership, Time, Observer, Witness, Settings) =
            (parts.Behavior, parts.Journal, parts.Ownership, parts.Time, parts.Observer, parts.Witness, parts.Settings);
        Stopping = _stopping.Token;
        Log = new KernelLog(parts.Logger);
        Dispatcher = new Dispatcher();
        Timers = new TimerQueue(Time, Dispatcher);
        Metrics = new KernelMetrics(new KernelDepths
        {
            Entities = () => _entities,
            Quarantined = () => Quarantined.Count,
            MailboxOpen = () => _shards.Sum(shard => shard?.Open ?? 0),
            AppendsWaiting = () => Appender?.Waiting ?? 0,
            EffectsOpen = () => Effects?.Open ?? 0,
            EffectsRunning = () => Effects?.Running ?? 0,
            Wakeups = () => _wakeups,
            ShardsServing = () => _serving,
        });
        Effects = new EffectScheduler(parts.Effects, Settings, Timers, Dispatcher, Log);
        Appender = new Appender(Journal, Settings, Time, Dispatcher, Metrics, Stopping);
        Verifier = new Verifier(Journal, Dispatcher, Stopping);
        Loads = new Turnstile(Settings.MaxLoads);
        Recoveries = new Turnstile(Settings.MaxLoads);
        for (var shard = 0; shard < _shards.Length; shard++)
        {
            _shards[shard] = new Shard<TState, TCommand, TEvent, TReply>(shard, this);
        }

        _sweeper = new Sweeper(this);
        Timers.Set(_sweeper, SweepEvery);
    }

    internal IEntityBehavior<TState, TCommand, TEvent, TReply> Behavior { get; }
    internal IJournal Journal { get; }
    internal IShardOwnership Ownership { get; }
    internal TimeProvider Time { get; }
    internal IEntityObserver<TState>? Observer { get; }
    internal IEventWitness<TEvent>? Witness { get; }
    internal ShardRegionSettings Settings { get; }
    internal CancellationToken Stopping { get; }
    internal KernelLog Log { get; }
    internal KernelMetrics Metrics { get; }
    internal Dispatcher Dispatcher { get; }
    internal TimerQueue Timers { get; }
    internal EffectScheduler Effects { get; }
    internal Appender Appender { get; }
    internal Verifier Verifier { get; }
    internal Turnstile Loads { get; }
    internal Turnstile Recoveries { get; }

    /// <inheritdoc/>
    public Task<AskResult<TReply>> AskAsync(string entityId, TCommand command, DateTimeOffset deadline, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(entityId);
        if (cancellation.IsCancellationRequested)
        {
            return Task.FromCanceled<AskResult<TReply>>(cancellation);
        }

        var patience = deadline - Time.GetUtcNow();
        if (patience <= TimeSpan.Zero)
        {
            return Task.FromResult(AskResult<TReply>.Not(AskStatus.Unavailable, "The deadline had passed before the ask."));
        }

        var message = new Message<TState, TCommand, TEvent, TReply>(command, MessageKind.Ask, Dispatcher) { Trace = AskTrace.Begin(Time) };
        if (_shards[ShardMap.ShardOf(entityId)].Deliver(entityId, message) is { } refused)
        {
            return Task.FromResult(refused);
        }

        message.Arm(patience, cancellation);
        return message.Task;
    }

    /// <inheritdoc/>
    public bool Tell(string entityId, TCommand command)
    {
        ArgumentException.ThrowIfNullOrEmpty(entityId);
        var message = new Message<TState, TCommand, TEvent, TReply>(command, MessageKind.Tell, Dispatcher);
        return _shards[ShardMap.ShardOf(entityId)].Deliver(entityId, message) is null;
    }

    /// <inheritdoc/>
    public Task OwnAsync(ShardEpoch owned, CancellationToken cancellation)
    {
        cancellation = Stopping.IsCancellationRequested ? Stopping : cancellation;
        return cancellation.IsCancellationRequested ? Task.FromCanceled(cancellation) : _shards[owned.Shard].OwnAsync(owned.Epoch);
    }

    /// <inheritdoc/>
    public Task DisownAsync(int shard, bool graceful, CancellationToken cancellation) => _shards[shard].DisownAsync(graceful, cancellation);

    /// <inheritdoc/>
    public ShardState StateOf(int shard) => _shards[shard].State;

    /// <inheritdoc/>
    public ShardReport ReportOf(int shard, int most) => _shards[shard].Report(most);

    /// <summary>
    /// Ends at once, as a crash would: everything in memory is dropped, whoever waits hears <see cref="AskStatus.Unavailable"/>. To end
    /// well, disown all shards gracefully first.
    /// </summary>
    public void Dispose()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        _stopping.Cancel();
        foreach (var shard in _shards)
        {
            _ = shard.DisownAsync(graceful: false, CancellationToken.None);
        }

        Timers.Dispose();
        Metrics.Dispose();
        _stopping.Dispose();
    }
}

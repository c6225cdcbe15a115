using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.IntegrationTests.Api;

/// <summary>Entities and their journal in memory: states and histories are what a test puts there, orders are recorded.</summary>
internal sealed class FakeEntities : IShardRegion<LiveStreamCommand, LiveStreamReply>, IJournal
{
    private readonly SortedDictionary<string, LiveStreamState> _states = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<LiveStreamEvent>> _histories = [];

    public List<(string EntityId, OperatorCommand Order)> Orders { get; } = [];
    public List<OriginView> Origins { get; } = [];
    public AskStatus Status { get; set; } = AskStatus.Answered;
    public bool StoreIsAway { get; set; }

    /// <summary>Events up to this sequence were cleared, as retention does.</summary>
    public long ClearedUpTo { get; set; }

    public void Put(LiveStreamState state) => _states[state.Key.ToString()] = state;

    public void Happened(StreamKey key, params LiveStreamEvent[] events)
    {
        _histories.TryAdd(key.ToString(), []);
        _histories[key.ToString()].AddRange(events);
    }

    public Task<AskResult<LiveStreamReply>> AskAsync(string entityId, LiveStreamCommand command, DateTimeOffset deadline, CancellationToken cancellation)
    {
        deadline.ShouldBeGreaterThan(ApiServer.Now);
        if (Status != AskStatus.Answered)
        {
            return Task.FromResult(AskResult<LiveStreamReply>.Not(Status, "as the test wants"));
        }

        if (command is OperatorCommand order)
        {
            Orders.Add((entityId, order));
            return Task.FromResult(AskResult<LiveStreamReply>.Answered(new Done(true, $"{order.GetType().Name} done.")));
        }

        var state = _states.TryGetValue(entityId, out var known) ? known : new LiveStreamState { Key = StreamKey.Parse(entityId) };
        return Task.FromResult(AskResult<LiveStreamReply>.Answered(new StateReply(state)));
    }

    public bool Tell(string entityId, LiveStreamCommand command) => false;

    public Task<IReadOnlyList<StoredEvent>> ReadBackwardsAsync(int shard, string entityId, long beforeSequence, int limit, CancellationToken cancellation)
    {
        Answering();
        shard.ShouldBe(ShardMap.ShardOf(entityId));
        var history = _histories.GetValueOrDefault(entityId, []);
        IReadOnlyList<StoredEvent> page = [.. history.Select((happened, index) => Store(happened, index + 1)).Reverse()
            .Where(one => one.Sequence < beforeSequence && one.Sequence > ClearedUpTo).Take(limit)];
        return Task.FromResult(page);
    }

    public Task<IReadOnlyList<EntityListing>> ListAsync(EntityQuery query, CancellationToken cancellation)
    {
        Answering();
        IReadOnlyList<EntityListing> page = [.. _states
            .Select(one => new EntityListing(one.Key, StreamLabels.Of(one.Value)))
            .Where(one => string.CompareOrdinal(one.EntityId, query.After) > 0
                && (!query.OnlyOpen || one.Labels.Resident || LiveStream.WakeAt(_states[one.EntityId]) is not null)
                && (query.Status is null || one.Labels.Status == query.Status)
                && (query.Place is null || one.Labels.Place == query.Place)
                && (query.Contains is null || one.EntityId.Contains(query.Contains, StringComparison.OrdinalIgnoreCase)))
            .Take(query.Limit)];
        return Task.FromResult(page);
    }

    public Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<AppendRequest> batch, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IReadOnlyList<bool>> VerifyAsync(IReadOnlyList<ShardEpoch> epochs, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<StoredEntity> LoadAsync(int shard, string entityId, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<ShardBacklog> LoadBacklogAsync(int shard, CancellationToken cancellation) => throw new NotSupportedException();

    private static StoredEvent Store(LiveStreamEvent happened, long sequence)
    {
        var (kind, payload) = EventCodec.Encode(happened);
        return new StoredEvent(sequence, 1, happened is BroadcastEnded ? "from-the-future" : kind, payload);
    }

    private void Answering()
    {
        if (StoreIsAway)
        {
            throw new StoreUnavailableException("the test took it away");
        }
    }
}

using System.Collections.Concurrent;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.TestKit.Domain;

namespace StreamSupervisor.IntegrationTests.Registrations;

/// <summary>Entities that decide by the real rules, one at a time, without a journal.</summary>
internal sealed class RuledRegion : IShardRegion<LiveStreamCommand, LiveStreamReply>
{
    private readonly System.Threading.Lock _lock = new();
    private readonly Dictionary<string, LiveStreamState> _states = [];

    public bool EvictAtOnce { get; set; }

    public ConcurrentQueue<string> Registered { get; } = new();

    public Task<AskResult<LiveStreamReply>> AskAsync(string entityId, LiveStreamCommand command, DateTimeOffset deadline, CancellationToken cancellation)
    {
        var reply = Do(entityId, command);
        if (EvictAtOnce && command is Register)
        {
            Evicted(entityId);
        }

        return Task.FromResult(reply is null ? AskResult<LiveStreamReply>.Not(AskStatus.Unknown, "held") : AskResult<LiveStreamReply>.Answered(reply));
    }

    public bool Tell(string entityId, LiveStreamCommand command) => Do(entityId, command) is not null;

    public LiveStreamState StateOf(string key)
    {
        lock (_lock)
        {
            return _states[StreamKey.Parse(key).ToString()];
        }
    }

    public void GoesLive(string key, Publisher by)
    {
        Do(StreamKey.Parse(key).ToString(), Scene.Ask(by));
        Do(StreamKey.Parse(key).ToString(), new ReportPublisherSeen(by, 1, TimeProvider.System.GetUtcNow(), Verified: true));
    }

    public void Evicted(string key)
    {
        foreach (var eviction in StateOf(key).Evictions)
        {
            Do(StreamKey.Parse(key).ToString(), Scene.Gone(eviction.Of));
        }
    }

    private LiveStreamReply? Do(string id, LiveStreamCommand command)
    {
        lock (_lock)
        {
            var state = _states.GetValueOrDefault(id) ?? new LiveStreamState { Key = StreamKey.Parse(id) };
            var decision = LiveStream.Decide(state, command, StreamPolicy.Default, TimeProvider.System.GetUtcNow());
            foreach (var registered in decision.Events.OfType<EncoderRegistered>())
            {
                Registered.Enqueue(registered.EncoderId);
            }

            _states[id] = decision.Events.Aggregate(state, LiveStream.Evolve);
            return decision.Reply;
        }
    }
}

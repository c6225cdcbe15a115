using System.Collections.Concurrent;
using Akka.Actor;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.TestKit.Domain;

namespace StreamSupervisor.IntegrationTests.Registrations;

/// <summary>Streams that decide by the real rules, one at a time, without a journal.</summary>
internal sealed class RuledRegion() : LiveStreamRegion(ActorRefs.Nobody, TimeProvider.System, new LiveStreamSettings())
{
    private readonly System.Threading.Lock _lock = new();
    private readonly Dictionary<string, LiveStreamState> _states = [];

    public bool EvictAtOnce { get; set; }

    public ConcurrentQueue<string> Registered { get; } = new();

    public override Task<AskResult> AskAsync(string key, LiveStreamCommand command, DateTimeOffset deadline, CancellationToken cancellation)
    {
        var reply = Do(key, command);
        if (EvictAtOnce && command is Register)
        {
            Evicted(key);
        }

        return Task.FromResult(reply is null ? AskResult.Not(AskStatus.Unknown, "held") : AskResult.Answered(reply));
    }

    public override void Tell(string key, LiveStreamCommand command) => Do(key, command);

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
        var known = new KnownAtLook(StateOf(key).Revision);
        Do(StreamKey.Parse(key).ToString(), new ReportPublisherSeen(by, 1, TimeProvider.System.GetUtcNow(), Verified: true, Known: known));
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

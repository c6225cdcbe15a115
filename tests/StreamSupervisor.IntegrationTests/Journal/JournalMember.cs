using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Persistence;
using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain.LiveStreams;
using PersistenceSettings = StreamSupervisor.Actors.PersistenceSettings;

namespace StreamSupervisor.IntegrationTests.Journal;

/// <summary>A member as the journal sees it: an actor system with our settings, and actors that persist what they are given.</summary>
internal sealed class JournalMember : IAsyncDisposable
{
    private readonly IActorRef _keys;

    private JournalMember(ActorSystem system)
    {
        System = system;
        _keys = system.ActorOf(Props.Create(() => new Keys()), "keys");
    }

    public ActorSystem System { get; }

    public static Config ConfigOf(StoreLocation location) => ConfigurationFactory.ParseString("akka { loglevel = ERROR, stdout-loglevel = OFF }")
        .WithFallback(PersistenceSettings.ConfigOf(location));

    public static JournalMember Start(StoreLocation location)
    {
        var system = ActorSystem.Create("journal", ActorSystemSetup.Create(
            BootstrapSetup.Create().WithConfig(ConfigOf(location)), PersistenceSettings.SetupOf(location)));
        StartupCheck.Verify(system, location);
        return new JournalMember(system);
    }

    /// <summary>The actor of the key writes one row, and answers with its number; null when it stopped instead.</summary>
    public Task<long?> WriteAsync(string key, params LiveStreamEvent[] events) => AskAsync<long?>(key, new EventBatch([.. events]));

    /// <summary>What the actor of the key recovered and wrote since.</summary>
    public async Task<Recovered> ReadAsync(string key) =>
        await Server.Eventually.BringsAsync($"{key} recovers", () => AskAsync<Recovered?>(key, KeyActor.Tell.WhatYouKnow));

    /// <summary>The actor of the key leaves memory, as when its shard moves.</summary>
    public Task LeaveAsync(string key) => AskAsync<object?>(key, KeyActor.Tell.Goodbye);

    public Task SnapshotAsync(string key, LiveStreamState state) => AskAsync<object?>(key, state);

    public async ValueTask DisposeAsync() => await System.Terminate();

    private async Task<T?> AskAsync<T>(string key, object message)
    {
        var answer = await _keys.Ask<object>(new Envelope(key, message), TimeSpan.FromSeconds(20));
        return answer is Keys.Stopped ? default : (T?)answer;
    }

    private sealed record Envelope(string Key, object Message);

    internal sealed record Recovered(object? Snapshot, IReadOnlyList<LiveStreamEvent> Events, long Sequence);

    /// <summary>As a shard: starts the actor of a key when it is called, and tells those who wait when it stops.</summary>
    private sealed class Keys : ReceiveActor
    {
        private readonly Dictionary<IActorRef, List<IActorRef>> _waiting = [];

        public Keys()
        {
            Receive<Envelope>(envelope =>
            {
                var name = Uri.EscapeDataString(envelope.Key);
                var child = Context.Child(name);
                if (child.IsNobody())
                {
                    child = Context.ActorOf(Props.Create(() => new KeyActor(envelope.Key)), name);
                    _ = Context.Watch(child);
                    _waiting[child] = [];
                }

                _waiting[child].Add(Sender);
                child.Forward(envelope.Message);
            });
            Receive<Terminated>(ended =>
            {
                _ = _waiting.Remove(ended.ActorRef, out var askers);
                askers!.ForEach(asker => asker.Tell(new Stopped()));
            });
        }

        protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

        public sealed record Stopped;
    }

    private sealed class KeyActor : ReceivePersistentActor
    {
        private readonly List<LiveStreamEvent> _events = [];
        private object? _snapshot;
        private IActorRef _asker = ActorRefs.Nobody;

        public KeyActor(string key)
        {
            PersistenceId = "live-stream/" + key;
            Recover<SnapshotOffer>(offer => _snapshot = offer.Snapshot);
            Recover<EventBatch>(batch => _events.AddRange(batch.Events));
            Command<EventBatch>(batch =>
            {
                var asker = Sender;
                PersistAsync(batch, stored =>
                {
                    _events.AddRange(stored.Events);
                    asker.Tell(LastSequenceNr);
                });
            });
            Command<LiveStreamState>(state =>
            {
                _asker = Sender;
                SaveSnapshot(state);
            });
            Command<SaveSnapshotSuccess>(saved => _asker.Tell(saved));
            Command<Tell>(tell => tell == Tell.WhatYouKnow, _ => Sender.Tell(new Recovered(_snapshot, [.. _events], LastSequenceNr)));
            Command<Tell>(tell => tell == Tell.Goodbye, _ => Context.Stop(Self));
        }

        public override string PersistenceId { get; }

        internal enum Tell
        {
            WhatYouKnow,
            Goodbye,
        }
    }
}

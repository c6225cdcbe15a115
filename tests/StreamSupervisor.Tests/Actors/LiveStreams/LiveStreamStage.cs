using Akka.Actor;
using Akka.TestKit;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.TestKit.Domain;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Actors.LiveStreams;

/// <summary>One key with its actor, a journal that obeys, two SRS servers, and a clock that the test moves.</summary>
public abstract class LiveStreamStage : ActorTest
{
    private static readonly string s_journal = $$"""
        akka.loglevel = WARNING
        akka.persistence {
          journal { plugin = "akka.persistence.journal.scripted"
                    scripted { class = "{{typeof(ScriptedJournal).FullName}}, {{typeof(ScriptedJournal).Assembly.GetName().Name}}"
                               plugin-dispatcher = "akka.actor.default-dispatcher" } }
          snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        }
        """;

    private static int s_systems;
    private long _lastAsk;

#pragma warning disable MA0056 // The probes of the test kit are made so.
    protected LiveStreamStage() : base(s_journal, $"stage-{Interlocked.Increment(ref s_systems)}")
    {
        Journal = JournalScript.Of(Sys);
        Services = NewServices(new LiveStreamSettings());
        LeanMailbox.AddTo(Sys);
        Shard = Sys.ActorOf(Props.Create(() => new ShardStandIn(EntityOf)), "shard");
        Hub = CreateTestProbe("hub");
        Sys.EventStream.Subscribe(Changes = CreateTestProbe("changes"), typeof(LiveStreamChanged));
    }
#pragma warning restore MA0056

    protected static string Key { get; } = Scene.Key.ToString();

    protected JournalScript Journal { get; }

    protected VirtualTime Time { get; } = new(Scene.Start);

    protected FakeSrs One { get; } = new("srs-1");

    protected FakeSrs Two { get; } = new("srs-2");

    protected bool MayAnswer { get; set; } = true;

    internal LiveStreamServices Services { get; set; }

    protected IActorRef Shard { get; }

    protected TestProbe Hub { get; }

    protected TestProbe Changes { get; }

    internal LiveStreamServices NewServices(LiveStreamSettings settings) => new()
    {
        Policies = new PolicyBook(StreamPolicy.Default, IdentityRule.Key, []),
        Time = Time,
        MayAnswer = () => MayAnswer,
        Servers = new SrsServers([ServerOf("srs-1", One), ServerOf("srs-2", Two)]),
        StandingOf = (_, _) => ProcessStanding.Current,
        IsAnotherServer = (origin, server) => server != origin,
        IsOutOfReach = _ => false,
        Rules = new RowReader(key => key, (_, _) => "key"),
        Settings = settings,
    };

    /// <summary>Sends a command as the hub does.</summary>
    /// <returns>The number of the ask.</returns>
    protected long Ask(LiveStreamCommand command, long again = 0)
    {
        var ask = again > 0 ? again : ++_lastAsk;
        Shard.Tell(new StreamEnvelope(Key, ask, command), Hub);
        return ask;
    }

    /// <summary>Sends a command and takes its answer.</summary>
    protected T Hear<T>(LiveStreamCommand command)
        where T : LiveStreamReply => HearOf<T>(Ask(command));

    /// <summary>Takes the answer to an ask; no other answer may come before it.</summary>
    protected T HearOf<T>(long ask)
        where T : LiveStreamReply
    {
        var answer = Hub.ExpectMsg<StreamAnswer>();
        answer.AskId.ShouldBe(ask);
        return answer.Reply.ShouldBeOfType<T>();
    }

    /// <summary>Asks again until it is answered, as the hub does: a message to an actor that is stopping gets lost.</summary>
    protected T Answered<T>(LiveStreamCommand command)
        where T : LiveStreamReply
    {
        var ask = Ask(command);
        T? reply = null;
        AwaitAssert(() =>
        {
            Ask(command, again: ask);
            reply = Hub.FishForMessage<StreamAnswer>(answer => answer.AskId == ask, TimeSpan.FromMilliseconds(500))
                .Reply.ShouldBeOfType<T>();
        }, TimeSpan.FromSeconds(10));
        Drain();
        return reply!;
    }

    /// <summary>Asks until it is refused.</summary>
    protected StreamRefusal Refusal(LiveStreamCommand command)
    {
        StreamRefusal? refusal = null;
        AwaitAssert(() =>
        {
            Ask(command);
            refusal = Hub.FishForMessage<StreamRefusal>(_ => true, TimeSpan.FromMilliseconds(500));
        }, TimeSpan.FromSeconds(10));
        Drain();
        return refusal!;
    }

    private void Drain() => Hub.ReceiveWhile<object>(TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(50), message => message);

    protected LiveStreamState StateOf() => Hear<StateReply>(GetState.Instance).State;

    /// <summary>Lets an encoder publish, on an SRS server that lists it.</summary>
    protected Publisher OnAir(string client, FakeSrs srs, string origin)
    {
        var by = Scene.Encoder(client, origin, service: srs.ServiceId);
        Hear<Allowed>(Scene.Ask(by));
        srs.Add(by.Session, Scene.Key);
        Hear<Ack>(new ReportPublisherSeen(by, 1000, Time.GetUtcNow(), Verified: true, Known: new KnownAtLook(StateOf().Revision)));
        return by;
    }

    /// <summary>Moves the clock in small steps until something has happened.</summary>
    protected void WaitFor(Func<bool> happened, string what, int milliseconds = 20) => AwaitCondition(() =>
    {
        Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return happened();
    }, TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(5), what);

    private Props EntityOf(string key) => LiveStreamActor.Props(key, Services).WithMailbox(LeanMailbox.Id);

    private static SrsServer ServerOf(string name, FakeSrs srs) => new(new SrsEndpoint(name, $"http://{name}:1985"), _ => srs);
}

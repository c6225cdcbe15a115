using Akka.Actor;
using Akka.TestKit;
using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Stores;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Tests.Actors.Origins;

/// <summary>The actor of one server over a scripted API, on the clock of the test scheduler.</summary>
public abstract class OriginScene : ActorTest
{
    protected const string Origin = "srs-1";
    protected static readonly StreamKey Key = StreamKey.Parse("live/cam1");
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RealPatience = TimeSpan.FromSeconds(20);
    private long _sequence;

    private protected OriginScene()
        : base("""akka { loglevel = WARNING, scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" }""")
    {
        Clock = (TestScheduler)Sys.Scheduler;
        Time = new SchedulerTime(Clock);
        Streams = new RecordingStreams(Time);
        Directory = new OriginDirectory(new SrsServers([new SrsServer(new SrsEndpoint(Origin, "http://10.0.0.1:1985"), _ => Srs)]));
    }

    private protected TestScheduler Clock { get; }
    private protected SchedulerTime Time { get; }
    private protected ScriptedSrs Srs { get; } = new();
    private protected RecordingStreams Streams { get; }
    private protected OriginDirectory Directory { get; }
    private protected AdmissionHold Hold { get; } = new([Origin]);
    private protected OriginSnapshot Known => Directory.Find(Origin)!.Snapshot;

    /// <summary>What the stream index says.</summary>
    private protected List<StreamBelief> Index { get; } = [];

    /// <summary>How often it was read whole.</summary>
    private protected int Loads { get; private set; }
    private protected IActorRef Actor { get; private set; } = ActorRefs.Nobody;

    /// <summary>Starts the actor as a member's keeper does, and waits for its first look.</summary>
    private protected async Task StartAsync()
    {
        var services = new OriginServices
        {
            Directory = Directory,
            Streams = Streams,
            Rows = new RowReader(key => key, (_, _) => "key"),
            LoadBeliefs = (_, _) =>
            {
                Loads++;
                return Task.FromResult<IReadOnlyList<StreamBelief>>([.. Index]);
            },
            ListBeliefs = (_, _) => Task.FromResult<IReadOnlyList<(StreamKey, long)>>(
                [.. Index.Select(belief => (belief.Key, belief.Sequence))]),
            Time = Time,
        };
        Actor = Sys.ActorOf(OriginActor.PropsOf(Origin, services), "srs-1");
        Sys.ActorOf(OriginKeeper.PropsOf(Directory, new OriginRegion(Actor, Time), Hold), OriginKeeper.ActorName);
        await UntilAsync(() => Known.Status != OriginStatus.Unknown);
    }

    /// <summary>Lets time go on in small steps until a condition holds.</summary>
    private protected async Task UntilAsync(Func<bool> condition, TimeSpan? within = null)
    {
        var startedAt = Time.GetUtcNow();
        while (!condition())
        {
            (Time.GetUtcNow() - startedAt).ShouldBeLessThan(within ?? TimeSpan.FromSeconds(60), "it should have happened by now");
            await StepAsync(Step);
        }
    }

    private protected async Task PassAsync(TimeSpan span)
    {
        for (var passed = TimeSpan.Zero; passed < span; passed += Step)
        {
            await StepAsync(Step);
        }
    }

    /// <summary>Moves the clock and waits until nothing is left to do at that moment.</summary>
    private async Task StepAsync(TimeSpan step)
    {
        Clock.Advance(step);
        for (var round = 0; round < 4; round++)
        {
            foreach (var path in (string[])["/user/origins", "/user/srs-1", "/user/srs-1/sweep"])
            {
                await Sys.ActorSelection(path).Ask<ActorIdentity>(new Identify(round), RealPatience);
            }

            await Task.Yield();
        }
    }

    private protected static SessionId SessionOf(string clientId, string serviceId = "process-1") => new("server-1", serviceId, clientId);

    private protected static Publisher By(string clientId, string serviceId = "process-1", string address = "10.0.0.9") =>
        new(SessionOf(clientId, serviceId), Origin, address, "key");

    private protected StreamBelief LiveBelief(string clientId, string serviceId = "process-1", StreamKey? key = null)
    {
        _sequence++;
        var session = new Session(By(clientId, serviceId), _sequence, Time.GetUtcNow(), null, Confirmed: true, Adopted: false, null);
        return StreamBelief.Of(new LiveStreamState { Key = key ?? Key, Generation = _sequence, Session = session }, _sequence);
    }

    /// <summary>A stream tells that it has this session.</summary>
    private protected void Believe(string clientId, string serviceId = "process-1", StreamKey? key = null) =>
        Actor.Tell(new BeliefsChanged(Origin, [LiveBelief(clientId, serviceId, key)]));

    private protected void Hear(HookAction action, string clientId, StreamKey? key = null, Publisher? by = null, bool asked = false,
        string serverId = "server-1", string serviceId = "process-1") =>
        Actor.Tell(new HookHeard(Origin, action, new SessionId(serverId, serviceId, clientId), serverId, serviceId, key, by, asked));
}

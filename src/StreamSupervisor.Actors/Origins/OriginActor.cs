using Akka.Actor;
using Akka.Event;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Actors.Origins;

/// <summary>
/// The one actor of an SRS server in the whole cluster. It hears every hook of its server, whichever member took it, knows which
/// process runs there and which are over, looks at the server through its <see cref="SweepActor"/>, and tells streams what it found.
/// Every member is told what it knows.
/// <para>
/// It decides nothing: streams do. It keeps nothing: its next incarnation asks the server who it is, reads the stream index and hears
/// the streams' changes, and is as wise as the last one within a sweep. What it must be right about is which process runs there: a
/// session of a process that is over has ended, and a wrong word about that would end a broadcast that is sent (<see
/// cref="OriginState"/> has the rules).
/// </para>
/// <para>
/// How it can fail: it is away for about a second when its member dies. Hooks go on, since members read the last snapshot and streams
/// are asked without it; closes that nobody heard are found by the next sweep.
/// </para>
/// </summary>
public sealed partial class OriginActor : ReceiveActor, IWithTimers
{
    /// <summary>
    /// The first sweep waits so long for the stream index: without it every publisher would be a stranger that must be asked for.
    /// </summary>
    private static readonly TimeSpan FirstSweepWaits = TimeSpan.FromMilliseconds(700);
    private const int MaxKeys = 100;
    private static readonly TimeSpan LoadAgainAfter = TimeSpan.FromSeconds(2);

    private readonly string _name;
    private readonly SrsServer _server;
    private readonly OriginServices _services;
    private readonly OriginSettings _settings;
    private readonly LiveStreamRegion _streams;
    private readonly TimeProvider _time;
    private readonly OriginLog _log;

    private readonly OriginState _state;
    private readonly ClientIndex _clients;

    /// <summary>Who asked last to publish a stream here, until the stream is heard to believe in it.</summary>
    private readonly RecentMap<StreamKey, SessionId> _asked;
    private readonly Sightings _sightings;
    private readonly SilenceDetector _silence;
    private readonly RollbackSweep _rollback = new();

    /// <summary>
    /// Keys of which a publisher was found and nothing was known: when they have said what they are, it is looked for again.
    /// </summary>
    private readonly HashSet<StreamKey> _strangers = [];
    private IActorRef _sweep = ActorRefs.Nobody;

    /// <summary>Who is told what is known, one on each member, and when its last ping came.</summary>
    private readonly Dictionary<IActorRef, TimeSpan> _keepers = [];

    public OriginActor(string name, SrsServer server, OriginServices services)
    {
        (_name, _server, _services) = (name, server, services);
        (_settings, _streams, _time) = (services.Settings, services.Streams, services.Time);
        _log = new OriginLog(Context.GetLogger(), name);
        _state = new OriginState(name);
        _beliefs = new BeliefBook(name);
        _clients = new ClientIndex(_settings.MaxClients);
        _asked = new RecentMap<StreamKey, SessionId>(_settings.MaxClients);
        _sightings = new Sightings(name, services.Rows);
        _silence = new SilenceDetector(name, services.Rows, _settings.SilentAfter);

        Receive<Ping>(ping =>
        {
            if (ping.Known is { } known)
            {
                _state.Remember(known, ping.Heard);
            }

            SweepIfRolledBack(ping.Epoch);
            Keep(Sender);
        });
        Receive<KickAnswered>(kick => Tell(_state.KickAnswered(kick.Forbidden)));
        Receive<TellAll>(_ => TellEveryone(afterChange: false));
        Receive<BeliefsChanged>(Believe);
        Receive<Load>(_ => Read());
        Receive<KeysListed>(Compare);
        Receive<Loaded>(Believe);
        Receive<BeginSweeping>(_ => Begin());
        ReceiveHooks();
        ReceiveProcess();
        ReceiveLooks();
        ReceiveReload();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>The actor of a configured server; of another one an actor that says so once and does nothing.</summary>
    public static Props PropsOf(string name, OriginServices services) => services.Directory.Find(name) is { } origin
        ? Props.Create(() => new OriginActor(name, origin.Server, services))
        : Props.Create(() => new UnconfiguredOriginActor(name));

    protected override void PreStart()
    {
        Self.Tell(Load.Instance);
        Timers.StartSingleTimer(BeginSweeping.Instance, BeginSweeping.Instance, FirstSweepWaits);
        Timers.StartPeriodicTimer(TellAll.Instance, TellAll.Instance, _settings.TellEvery);
    }

    private void Keep(IActorRef keeper)
    {
        var known = _keepers.ContainsKey(keeper);
        _keepers[keeper] = Now().Elapsed;
        if (!known && !keeper.IsNobody())
        {
            keeper.Tell(Snapshot());
        }
    }

    private OriginSnapshot Snapshot() => _state.Snapshot() with
    {
        SweptEpoch = _rollback.Swept,
        WedgedKeys =
        [
            .. _beliefs.On(_name).Select(entry => entry.Belief).Where(belief => belief.Wedges.Exists(wedge => wedge.Origin == _name))
                .Select(belief => belief.Key.ToString()).Take(MaxKeys),
        ],
        OrphanedKeys = [.. _sightings.Orphans.Select(key => key.ToString()).Take(MaxKeys)],
        MisnamedKeys = [.. _sightings.Misnamed.Select(key => key.ToString()).Take(MaxKeys)],
    };

    private void TellEveryone(bool afterChange)
    {
        var snapshot = Snapshot();
        var now = Now();
        foreach (var (keeper, heardAt) in _keepers.ToList())
        {
            if (now.Elapsed - heardAt > OriginKeeper.PingEvery * 10)
            {
                _keepers.Remove(keeper);
            }
            else
            {
                keeper.Tell(snapshot);
            }
        }

        if (!afterChange)
        {
            _log.StatusAgain(snapshot, now.Elapsed);
        }
    }

    private void Begin()
    {
        if (_sweep.IsNobody())
        {
            Timers.Cancel(BeginSweeping.Instance);
            _sweep = Context.ActorOf(Props.Create(() => new SweepActor(_server.For(SrsPriority.Sweep), _settings, _time)), "sweep");
        }
    }

    private Moment Now() => new(_time.GetUtcNow(), _time.GetElapsedTime(0));

    private sealed record TellAll
    {
        public static readonly TellAll Instance = new();
    }

    private sealed record BeginSweeping
    {
        public static readonly BeginSweeping Instance = new();
    }
}

using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Stores;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.Tests.Simulation.Storage;
using StreamSupervisor.Tests.Simulation.Time;

namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>
/// One life of a supervisor. What it is told while it is paused waits until it goes on; once it is dead nothing of it ever runs again, and
/// what it had sent
/// is on its way.
/// </summary>
internal sealed partial class Member
{
    private static readonly TimeSpan IndexEvery = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PingEvery = TimeSpan.FromSeconds(1);

    /// <summary>A member that stood still for longer answers nothing until its row says that it is still one.</summary>
    private static readonly TimeSpan BeatLivesFor = TimeSpan.FromSeconds(3);

    private readonly Dictionary<string, StreamEntity> _streams = [];
    private readonly Dictionary<string, OriginEntity> _origins = [];
    private readonly Dictionary<string, StreamIndexRow> _unwritten = [];
    private readonly Queue<Action> _paused = new();
    private readonly Dictionary<string, Gate> _gates = [];
    private readonly SteadyTime _clock;
    private DateTimeOffset? _pausedSince;

    public Member(World world, Place place, int number)
    {
        (World, Place, Name) = (world, place, $"{place.Name}.{number}");
        _clock = new SteadyTime(place.ClockIn(world));
        Regions = new Regions(world, this);
        Asks = new AskHub(world, this);
        Journal = new JournalClient(world, this);
        Hooks = new HookEndpoint(world, this);
        Directory = new OriginDirectory();
        Beliefs = new BeliefForwarder(this);
        Hold = new AdmissionHold(world.Servers.Select(server => server.Name));
        foreach (var server in world.Servers)
        {
            _gates[server.Name] = new Gate(world, this, server);
        }
    }

    public World World { get; }
    public Place Place { get; }
    public string Name { get; }
    public Regions Regions { get; }
    public AskHub Asks { get; }
    public JournalClient Journal { get; }
    public HookEndpoint Hooks { get; }
    public OriginDirectory Directory { get; }
    public BeliefForwarder Beliefs { get; }
    public AdmissionHold Hold { get; }

    /// <summary>Where a rule is broken: work that keeps a place.</summary>
    public HashSet<object> SharedPlaces { get; } = [];
    public bool IsDead { get; private set; }
    public bool IsLeaving { get; set; }

    /// <summary>The others have removed it.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>It stood still and has not heard yet whether it is still a member.</summary>
    public bool IsInDoubt { get; private set; }

    /// <summary>By its own clock, as the product reads it.</summary>
    public DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>Somebody was removed, or it has just begun: every key that has a deadline is woken by it, whatever the clock says.</summary>
    public bool WakesEverybody { get; set; } = true;

    public IEnumerable<StreamEntity> Streams => _streams.Values;

    public Gate Gate(string server) => _gates[server];

    public StreamEntity Stream(string key)
    {
        if (!_streams.TryGetValue(key, out var entity))
        {
            _streams[key] = entity = new StreamEntity(World, this, key);
            entity.Start();
        }

        return entity;
    }

    public OriginEntity Origin(string name)
    {
        if (!_origins.TryGetValue(name, out var entity))
        {
            _origins[name] = entity = new OriginEntity(World, this, World.Server(name));
            entity.Start();
        }

        return entity;
    }

    public void Start()
    {
        Every(IndexEvery, WriteIndex);
        PingAll();
        Every(PingEvery, PingAll);
        if (World.RollsBack && World.Rules.NoticesRollbacks)
        {
            Beat();
        }

        Every(Waker.LooksEvery, () => Waker.Look(World, this));
    }

    /// <summary>Calls something in this life: now, when it goes on if it is paused, or never.</summary>
    public void Do(Action act)
    {
        if (IsDead)
        {
            return;
        }

        if (_pausedSince is not null)
        {
            _paused.Enqueue(act);
        }
        else
        {
            act();
        }
    }

    public Scheduled After(TimeSpan delay, Action act) => World.After(delay, () => Do(act));

    public bool IsPaused => _pausedSince is not null;

    public void Pause() => _pausedSince ??= World.Now;

    public void Resume()
    {
        if (_pausedSince is not { } since)
        {
            return;
        }

        _pausedSince = null;
        if (World.Now - since > BeatLivesFor && !IsDead)
        {
            IsInDoubt = true;
            AskWhetherMember();
        }

        while (_pausedSince is null && _paused.TryDequeue(out var act))
        {
            Do(act);
        }
    }

    public void Die()
    {
        IsDead = true;
        World.Database.Rollbacks.Forgotten(this);
        Hooks.Break();
    }

    public void MemberRemoved(Member removed)
    {
        WakesEverybody = true;
        Regions.Forget(removed);
        Asks.MemberRemoved();
    }

    public void Retire(string id, Action done) => Do(() =>
    {
        if (_streams.TryGetValue(id, out var stream))
        {
            stream.Retire(() => World.After(World.Faults.MessageLatency(), done));
            return;
        }

        if (OriginEntity.NameOf(id) is { } name && _origins.Remove(name, out var origin))
        {
            origin.Stop();
        }

        World.After(World.Faults.MessageLatency(), done);
    });

    public void Stopped(StreamEntity entity)
    {
        _streams.Remove(entity.Key);
        Beliefs.Stopped(entity.Key);
    }

    /// <summary>A stream has changed durably, or was recovered: the index and the servers' actors are told, as late as they are.</summary>
    public void Changed(string key, long sequence, LiveStreamState state)
    {
        var belief = StreamBelief.Of(state, sequence);
        _unwritten[key] = new StreamIndexRow(key, sequence, LiveStream.WakeAt(state), LiveStream.OpenWork(state).Count > 0, belief);
        Beliefs.Changed(key, belief);
    }

    /// <summary>A server's actor has looked without knowing what the stream is.</summary>
    public void TellOutdated(string key, long sequence, LiveStreamState state, string origin) =>
        Beliefs.Changed(key, StreamBelief.Of(state, sequence), origin);

    private void WriteIndex()
    {
        if (!World.Database.IsDown)
        {
            foreach (var row in _unwritten.Values)
            {
                World.Database.Index.Write(row);
            }

            _unwritten.Clear();
        }
    }

    private void PingAll()
    {
        foreach (var server in World.Servers)
        {
            var ping = Ping.Of(Directory.Find(server.Name), Hold.NotSwept.Contains(server.Name) ? Hold.Epoch : 0);
            Regions.Route(OriginEntity.IdOf(server.Name), home => home.Origin(server.Name).Keep(this, ping));
        }
    }

    private void AskWhetherMember() => World.After(World.Faults.StoreLatency(), () => Do(() =>
    {
        if (World.Database.IsDown)
        {
            After(PingEvery, AskWhetherMember);
        }
        else if (IsRemoved)
        {
            World.Cluster.Kill(this);
        }
        else
        {
            IsInDoubt = false;
        }
    }));

    private void Every(TimeSpan time, Action act) => After(time, () =>
    {
        act();
        Every(time, act);
    });
}

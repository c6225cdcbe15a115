using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

/// <summary>
/// One SRS server as its API shows it, what streams believe about it, and a clock that stands still until it is moved. It looks as an
/// actor would: a look, and then every question that the rules ask, 1 ms each.
/// </summary>
internal sealed class LookScene
{
    public const string Name = "srs-1";
    public static readonly StreamKey Key = StreamKey.Parse("live/cam1");
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly RowReader _rows = new(key => key, (_, _) => "key")
    {
        Relays = new Relays([new RelayAddresses(Name, [], []), new RelayAddresses("srs-2", ["10.0.0.2"], [])]),
    };

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly TimeSpan _silenceLook;
    private TimeSpan _sweptAt;
    private long _sequence;

    public LookScene(TimeSpan? silenceLook = null)
    {
        Sightings = new Sightings(Name, _rows);
        Silence = new SilenceDetector(Name, _rows, TimeSpan.FromSeconds(6));
        _silenceLook = silenceLook ?? TimeSpan.FromMilliseconds(500);
    }

    public TimeSpan Elapsed { get; private set; } = TimeSpan.FromDays(3);

    /// <summary>How far the wall clock is from where it should be.</summary>
    public TimeSpan WallClockOff { get; set; }

    public Moment Now => new(Start + Elapsed + WallClockOff, Elapsed);

    public OriginProcess Process { get; set; } = new("server-1", "process-1", "1", new SrsVersion(6, 0, 157));
    public bool Reachable { get; set; } = true;
    public TimeSpan? SampleAge { get; set; } = TimeSpan.FromSeconds(1);
    public List<StreamRow> Streams { get; } = [];
    public Func<IReadOnlyList<StreamRow>>? StreamsNow { get; set; }
    public Dictionary<string, ClientRow> Clients { get; } = [];

    public OriginState State { get; } = new(Name);
    public BeliefBook Beliefs { get; } = new();
    public Sightings Sightings { get; }
    public SilenceDetector Silence { get; }

    public List<(Moment At, StreamReport Report)> Told { get; } = [];
    public List<LookFinding> Findings { get; } = [];
    public List<string> Calls { get; } = [];

    public int CountOf(string call) => Calls.Count(one => one == call);

    public IEnumerable<T> ToldOf<T>() where T : LiveStreamCommand => Told.Select(told => told.Report.Command).OfType<T>();

    public SessionId SessionOf(string client, string? serviceId = null) => new(Process.ServerId, serviceId ?? Process.ServiceId, client);

    public Publisher PublisherOf(string client, string? serviceId = null) => new(SessionOf(client, serviceId), Name, "10.0.0.9", "key");

    public void Wait(TimeSpan time) => Elapsed += time;

    public void Publish(StreamKey key, string client, long bytes = 0, bool active = true)
    {
        Streams.RemoveAll(row => row.Name == key.Stream);
        Streams.Add(new StreamRow($"vid-{key.Stream}", key.Vhost, key.App, key.Stream, active, client, bytes, 1));
        Clients[client] = new ClientRow(client, "vid-v", $"vid-{key.Stream}", "10.0.0.9", $"/{key.App}/{key.Stream}", "fmle-publish",
            Publishing: true, 1, bytes);
    }

    /// <summary>SRS is started again.</summary>
    public void Restart(string serviceId, string? serverId = null)
    {
        Process = Process with { ServiceId = serviceId, ServerId = serverId ?? Process.ServerId };
        Streams.Clear();
        Clients.Clear();
    }

    /// <summary>Makes the stream of a key believe in a session, as an event would.</summary>
    public void Believe(StreamKey key, string client, bool confirmed = true, string? serviceId = null, long generation = 1) =>
        Believe(new LiveStreamState
        {
            Key = key,
            Generation = generation,
            Session = new Session(PublisherOf(client, serviceId), generation, Now.Utc, null, confirmed, Adopted: false, SilentSince: null),
        });

    public void Believe(LiveStreamState state) => Beliefs.Changed(StreamBelief.Of(state, ++_sequence), Elapsed);

    public void Sweep()
    {
        Wait(TimeSpan.FromMilliseconds(1));
        _sweptAt = default;
        LookOnce();
    }

    /// <summary>Sweeps every 5 s, and looks at bytes every 500 ms unless that is switched off.</summary>
    public void Run(TimeSpan time)
    {
        var end = Elapsed + time;
        while (Elapsed < end)
        {
            LookOnce();
            var pause = _sweptAt + Interval - Elapsed;
            pause = _silenceLook > TimeSpan.Zero && _silenceLook < pause ? _silenceLook : pause;
            pause = Silence.NextDecisionIn(Elapsed) is { } decision && decision < pause ? decision : pause;
            Wait(pause < end - Elapsed ? pause : end - Elapsed);
        }
    }

    private void LookOnce()
    {
        var at = Now;
        var sweep = at.Elapsed - _sweptAt >= Interval;
        _sweptAt = sweep ? at.Elapsed : _sweptAt;
        if (State.Process is null || State.Snapshot().Misaddressed is not null || (sweep && Process.Version.Major < 5))
        {
            if (!Identify())
            {
                return;
            }
        }

        if (!Call("streams"))
        {
            return;
        }

        var streams = StreamsNow?.Invoke() ?? [.. Streams];
        var outcome = State.Answered(Process.ServerId, Process.Version.Major < 5 ? "" : Process.ServiceId, Now);
        if (outcome.Identify && !Identify())
        {
            return;
        }

        var look = new Look(State.Process!, streams, at, Elapsed, Elapsed - at.Elapsed);
        State.Listed(look);
        if (sweep)
        {
            Carry(Sightings.Compare(look, Beliefs, State.Snapshot()), answer => Sightings.Next((LookAnswer.Clients)answer));
        }

        if (_silenceLook > TimeSpan.Zero)
        {
            Carry(Silence.Observe(look, _silenceLook, Beliefs), Silence.Next);
        }
    }

    private bool Identify()
    {
        var askedAt = Elapsed;
        return Call("process") && State.Answered(Process, askedAt, Now).Counts;
    }

    private void Carry(LookStep step, Func<LookAnswer, LookStep> next)
    {
        while (true)
        {
            Told.AddRange(step.Reports.Select(report => (Now, report)));
            Findings.AddRange(step.Findings);
            if (step.Question is null || Ask(step.Question) is not { } answer)
            {
                return;
            }

            step = next(answer);
        }
    }

    private LookAnswer? Ask(LookQuestion question)
    {
        var askedAt = Now;
        switch (question)
        {
            case LookQuestion.Clients { IsWholeList: true }:
                return Call("clients") ? new LookAnswer.Clients(askedAt, [.. Clients.Values], [Process.ServiceId], Elapsed) : null;
            case LookQuestion.Clients some:
                var answered = some.Ids.All(_ => Call("client"));
                var found = some.Ids.Where(Clients.ContainsKey).Select(id => Clients[id]).ToList();
                return answered ? new LookAnswer.Clients(askedAt, found, [Process.ServiceId, ""], Elapsed) : null;
            default:
                return Call("summaries") ? new LookAnswer.SampleAge(SampleAge, Elapsed) : null;
        }
    }

    private bool Call(string call)
    {
        Calls.Add(call);
        Wait(TimeSpan.FromMilliseconds(1));
        if (!Reachable)
        {
            State.Failed("srs-1 could not be reached (test)", Now);
            Silence.Blind();
        }

        return Reachable;
    }
}

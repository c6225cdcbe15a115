using StreamSupervisor.Domain;

namespace StreamSupervisor.Tests.Simulation.Servers;

/// <summary>
/// One SRS server: processes that come and go, their connections, and an API that can be wrong. Only RTMP; work costs no time, waits do.
/// </summary>
internal sealed class SrsServer
{
    private readonly Random _random;
    private int _runs;
    private int _clients;

    public SrsServer(World world, string name, SrsKind kind, string ip, Random random)
    {
        (World, Name, Kind, Ip, _random) = (world, name, kind, ip, random);
        ServerId = $"vid-{name}";
        Start();
    }

    public World World { get; }

    /// <summary>As it is configured.</summary>
    public string Name { get; }
    public string ServerId { get; }
    public SrsKind Kind { get; }

    /// <summary>Where its relays come from.</summary>
    public string Ip { get; }

    /// <summary>The process that runs; null while none does.</summary>
    public SrsRun? Run { get; private set; }
    public ApiFault ApiFault { get; set; }
    public TimeSpan ApiDelay { get; set; }

    /// <summary>The server that answers at this one's API address; null: itself.</summary>
    public SrsServer? AnsweredBy { get; set; }

    /// <summary>Streams whose forward fails: each publish leaves a ghost from SRS 5 on.</summary>
    public HashSet<string> FailingForwards { get; } = [];

    /// <summary>Streams whose next publish reaches nobody, as often as they stand here.</summary>
    public List<string> Orphaning { get; } = [];

    /// <summary>A proxy lets every call to its API pass but DELETE.</summary>
    public bool ForbidsDelete { get; set; }

    /// <summary>Where it forwards each stream to; null: nowhere.</summary>
    public SrsServer? ForwardsTo { get; set; }

    /// <summary>Whether a key is taken by nobody.</summary>
    public bool HasGhost => Run?.HasGhost == true;

    public void Start()
    {
        if (Run is null)
        {
            Run = new SrsRun(this, $"{Name}.run{++_runs}", World.Now, Milliseconds(0, 3_000));
            World.Note(Name, "starts", "", Run.Service);
        }
    }

    /// <summary>SIGTERM, SIGQUIT and SIGKILL all do this: every connection breaks, and no hook is sent.</summary>
    public void Stop()
    {
        if (Run is { } run)
        {
            Run = null;
            run.End();
            World.Note(Name, "stops", "", run.Service);
        }
    }

    /// <summary>A TCP connection; null when nobody listens.</summary>
    public SrsConnection? Connect(string ip, string registration = "", bool isRelay = false)
    {
        if (Run is not { } run)
        {
            return null;
        }

        var connection = new SrsConnection(this, run, $"c{++_clients}-{Name}", ip) { As = registration, IsRelay = isRelay };
        run.Add(connection);
        return connection;
    }

    public IEnumerable<SrsConnection> Publishers(string stream) =>
        Run is { } run ? run.Connections.Where(connection => connection.IsPublishing && connection.Stream == stream) : [];

    public SrsConnection? Find(SessionId session) =>
        Run is { } run && run.Service == session.ServiceId ? run.Connections.FirstOrDefault(connection =>
            connection.ClientId == session.ClientId) : null;

    public TimeSpan Milliseconds(double from, double to) => TimeSpan.FromMilliseconds(from + ((to - from) * _random.NextDouble()));

    /// <summary>Makes a live stream's row say that nobody publishes it, as a refused WHIP attempt does.</summary>
    public void Lie(string stream)
    {
        if (Run is { } run)
        {
            run.Row(stream).Active = false;
        }
    }
}

internal enum ApiFault
{
    None,

    /// <summary>The connection is refused.</summary>
    Refused,

    /// <summary>Nothing ever answers.</summary>
    Silent,

    /// <summary>An answer that is not SRS's.</summary>
    Garbage,
}

using System.Collections.Immutable;
using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Hooks;

namespace StreamSupervisor.Simulator.Servers;

/// <summary>
/// An SRS server in virtual time: the publish state machine, the hooks and the API of one version, without a socket.
///
/// What it guarantees. Every answer of the API and every hook has the fields, their order and their kinds as SRS of that version writes
/// them (a test holds it to recordings of real servers), and the steps of a publish, a kick and a restart follow the source of SRS, with
/// the times that were measured on real servers. With one seed, one TimeProvider and one single-threaded SynchronizationContext a run
/// repeats itself to the letter: no thread of its own, no clock, no unordered walk.
///
/// How it differs from the real thing. Time passes only in waits, so work costs nothing; RTMP only (no WHIP, no SRT, no HTTP-FLV); no
/// edge, no reload of the configuration. SRS's timers (byte samples, cleanup of sources) are worked off when something happens, which
/// nobody can tell from a timer and leaves no timer behind in a simulation that wants to end.
///
/// What was rejected: a shared static SRS "world" with several servers (servers share nothing but the encoders that dial them), and
/// locks (the owner of the context serialises; <c>SimulatedSrsServer</c> has one context for all calls). In here nothing may leave the
/// context: Task.WhenAny, Task.WaitAsync and CancelAsync do so quietly, by way of the thread pool.
/// </summary>
public sealed partial class SimulatedSrs
{
    private const int MaxEvents = 50_000;

    private readonly Random random;
    private readonly Func<SimulatedHook, CancellationToken, Task<HookResult>> sendHook;
    private readonly Func<string, CancellationToken, Task<(int Status, string Body)?>>? askCoworker;
    private readonly Queue<SimulatedEvent> events = new();
    private readonly List<SimulatedDelete> deletes = [];
    private SrsProcess? process;

    /// <summary>Creates a server and starts its first process.</summary>
    /// <param name="time">The clock, and the timers of every wait.</param>
    /// <param name="random">Ids and jitter; seed it.</param>
    /// <param name="sendHook">
    /// Sends one hook and brings its result; the token is cancelled when SRS stops waiting (timeout, kick, death of the process).
    /// </param>
    /// <param name="askCoworker">Posts nothing to a URL of a coworker and brings status and body; null where nobody answers.</param>
    public SimulatedSrs(SimulatedSrsOptions options, TimeProvider time, Random random,
        Func<SimulatedHook, CancellationToken, Task<HookResult>> sendHook,
        Func<string, CancellationToken, Task<(int Status, string Body)?>>? askCoworker = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        Options = options;
        Time = time;
        this.random = random;
        this.sendHook = sendHook;
        this.askCoworker = askCoworker;
        Start();
    }

    /// <summary>
    /// <c>cluster { mode local; origin_cluster on; coworkers …; }</c>: whom it asks for a stream that nobody publishes to it. Empty: it is
    /// in no origin cluster, and its players wait.
    /// </summary>
    public ImmutableArray<string> Coworkers { get; set; } = [];

    /// <summary>How it is configured.</summary>
    public SimulatedSrsOptions Options { get; }

    /// <summary>The version it plays.</summary>
    public SrsModel Model => Options.Model;

    /// <summary>Whether a process runs.</summary>
    public bool IsRunning => process is not null;

    /// <summary>The service id of the process that runs; empty when none does. SRS 4 has one too, but tells nobody.</summary>
    public string ServiceId => process?.ServiceId ?? "";

    /// <summary>The pid of the process that runs; 0 when none does.</summary>
    public int Pid => process?.Pid ?? 0;

    /// <summary>StreamBusy refusals so far, over all processes.</summary>
    public int BusyRefusals { get; private set; }

    /// <summary>What happened, oldest first; the newest 50,000.</summary>
    public IReadOnlyCollection<SimulatedEvent> Events => events;

    /// <summary>Told of every event as it happens, in the context of the server. Must be quick and must not throw.</summary>
    public Action<SimulatedEvent>? Ack { get; set; }

    /// <summary>Every DELETE of a client that the API received, oldest first.</summary>
    public IReadOnlyList<SimulatedDelete> Deletes => deletes;

    internal TimeProvider Time { get; }

    internal DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>Starts a process, with a new service id and pid. Nothing happens when one runs.</summary>
    public void Start()
    {
        if (process is null)
        {
            process = new SrsProcess(Options, random, Now);
            Note(SimulatedEventKind.ProcessStarted, "", "", $"service {process.ServiceId}, pid {process.Pid}");
        }
    }

    /// <summary>Ends the process as SIGTERM, SIGQUIT and SIGKILL all do: every connection breaks, and no hook is sent.</summary>
    public void Stop()
    {
        if (process is { } running)
        {
            process = null;
            running.End();
            Note(SimulatedEventKind.ProcessStopped, "", "", $"service {running.ServiceId}");
        }
    }

    /// <summary>Stops and starts again.</summary>
    public void Restart()
    {
        Stop();
        Start();
    }

    /// <summary>Opens a TCP connection to the server.</summary>
    /// <param name="address">The IP address that the client comes from.</param>
    /// <returns>Null when no process runs: connection refused.</returns>
    public SimulatedConnection? Connect(string address)
    {
        if (process is not { } running)
        {
            return null;
        }

        running.AdvanceTo(Now);
        var connection = new SimulatedConnection(this, running, running.NewClientId(), address);
        Note(SimulatedEventKind.Connected, connection.ClientId, "", address);
        return connection;
    }

    /// <summary>
    /// The client ids that truly publish a stream at this moment, oldest first: what no API tells. Two when an orphan has company.
    /// </summary>
    public IReadOnlyList<string> ActivePublishers(SimulatedStreamKey key) =>
        process is null
            ? []
            : [.. process.Connections.Where(connection => connection.PublishesTo(key.Url)).Select(connection => connection.ClientId)];

    /// <summary>Whether the publisher of this client id publishes for nobody: its source was thrown away under it.</summary>
    public bool IsOrphan(string clientId) =>
        process is { } running && running.Connections.Any(connection => connection.ClientId == clientId && connection.IsOrphan);

    internal Task<(int Status, string Body)?> AskCoworkerAsync(string url, CancellationToken cancellation) =>
        askCoworker?.Invoke(url, cancellation) ?? Task.FromResult<(int, string)?>(null);

    internal void Note(SimulatedEventKind kind, string clientId, string url, string detail = "")
    {
        if (events.Count == MaxEvents)
        {
            events.Dequeue();
        }

        var happened = new SimulatedEvent(Now, kind, clientId, url, detail);
        events.Enqueue(happened);
        Ack?.Invoke(happened);
    }

    internal void NoteBusy(SimulatedConnection connection)
    {
        BusyRefusals++;
        Note(SimulatedEventKind.RefusedBusy, connection.ClientId, connection.Request.Key.Url, "code=1028(StreamBusy)");
    }

    /// <summary>A time between the two, in milliseconds.</summary>
    internal TimeSpan Jitter(double fromMilliseconds, double toMilliseconds) =>
        TimeSpan.FromMilliseconds(fromMilliseconds + ((toMilliseconds - fromMilliseconds) * random.NextDouble()));
}

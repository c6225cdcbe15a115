using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Srs.Api;

/// <summary>How a node answers. Zero is: nobody has asked yet.</summary>
internal enum OriginStatus
{
    Unknown,

    /// <summary>It answered the last call.</summary>
    Up,

    /// <summary>It did not answer the last call.</summary>
    Suspect,

    /// <summary>It has not answered for a while, and sends no heartbeats either.</summary>
    Down,
}

/// <summary>What is known of a node, for those who look.</summary>
/// <param name="Since">Since when it has this status.</param>
/// <param name="Streams">Rows of its list of streams: what a look at it costs.</param>
/// <param name="ActiveStreams">Those of them that somebody publishes.</param>
/// <param name="BytesPerSecond">What it received lately, by its own count over 30 s.</param>
/// <param name="CpuPercent">Of its only thread, by its summaries or its heartbeat; 0 where neither has said.</param>
/// <param name="LastError">The sentence of the last call that failed; null when the last one succeeded.</param>
internal sealed record OriginSnapshot(string Name, OriginStatus Status, DateTimeOffset? Since, string? LastError, SrsProcess? Process,
    DateTimeOffset? LastAnswerAt, TimeSpan? LastLookTook, int Streams, bool PlayHookSeen, int ActiveStreams, long BytesPerSecond, double CpuPercent);

/// <summary>
/// One configured SRS node as this member knows it: its API, the process that runs there now, and whether it answers.
/// <para>
/// The process is learnt from <c>/api/v1/versions</c> only, so that its id and its version always belong together. Any other answer or
/// hook that names another process starts such a look. A process that another one has followed never comes back: answers and hooks that
/// still name it are late.
/// </para>
/// </summary>
internal sealed class Origin
{
    /// <summary>A node that has been silent for this long is down, not just suspect: two sweeps at their default interval.</summary>
    private static readonly TimeSpan DownAfter = TimeSpan.FromSeconds(10);

    /// <summary>
    /// SRS sends its heartbeat every 9.9 s unless told otherwise. A node that goes on sending them lives, and carries its streams, though
    /// its API does not answer us: it is suspect for as long as that lasts, not down.
    /// </summary>
    private static readonly TimeSpan HeartbeatCountsFor = TimeSpan.FromSeconds(15);

    private const int MaxSuperseded = 64;

    private readonly System.Threading.Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Queue<string> _superseded = new();
    private Task<SrsProcess>? _identifying;
    private SrsProcess? _process;
    private OriginStatus _status;
    private DateTimeOffset? _since;
    private DateTimeOffset? _failingSince;
    private DateTimeOffset? _lastAnswerAt;
    private string? _lastError;
    private TimeSpan? _lastLookTook;
    private DateTimeOffset? _heartbeatAt;
    private int _streams;
    private int _activeStreams;
    private long _bytesPerSecond;
    private bool _playHookSeen;
    private double _cpuPercent;

    public Origin(string name, ISrsApi api, TimeProvider time, ILogger logger)
    {
        Name = name;
        _time = time;
        _logger = logger;
        Api = new ObservedSrsApi(this, api);
    }

    /// <summary>The configured name, as people know it.</summary>
    public string Name { get; }

    /// <summary>The node's API; every answer and failure is noted here on its way.</summary>
    public ISrsApi Api { get; }

    /// <summary>Called once for each process that followed another, after it was learnt. Must be quick and must not throw.</summary>
    public Action<Origin, SrsProcess>? ProcessReplaced { get; set; }

    /// <summary>The process that runs there, as far as known.</summary>
    public SrsProcess? Process
    {
        get
        {
            lock (_gate)
            {
                return _process;
            }
        }
    }

    /// <summary>In which order its version asks and checks; null as long as nobody knows who it is.</summary>
    public CallOrder? CallOrder => Process is { } process ? CallOrder.Of(process.Version) : null;

    /// <summary>Whether its <c>on_play</c> hook is known to be configured: one has come.</summary>
    public bool PlayHookSeen
    {
        get
        {
            lock (_gate)
            {
                return _playHookSeen;
            }
        }
    }

    public void NotePlayHook()
    {
        lock (_gate)
        {
            _playHookSeen = true;
        }
    }

    public void NoteLook(TimeSpan took, IReadOnlyList<SrsStream> streams)
    {
        var (active, kbps) = (0, 0L);
        foreach (var stream in streams)
        {
            active += stream.Active ? 1 : 0;
            kbps += stream.ReceivedKbps;
        }

        lock (_gate)
        {
            (_lastLookTook, _streams, _activeStreams, _bytesPerSecond) = (took, streams.Count, active, kbps * 125);
        }
    }

    /// <param name="cpuPercent">Null: nobody knows, what was known stays.</param>
    public void NoteCpu(double? cpuPercent)
    {
        lock (_gate)
        {
            _cpuPercent = cpuPercent ?? _cpuPercent;
        }
    }

    /// <summary>SRS's heartbeat: a sign of life that names the process, and how busy it is.</summary>
    public void NoteHeartbeat(string serviceId, double? cpuPercent)
    {
        lock (_gate)
        {
            _heartbeatAt = _time.GetUtcNow();
        }

        NoteCpu(cpuPercent);
        Heard(serviceId);
    }

    public OriginSnapshot Snapshot()
    {
        lock (_gate)
        {
            return new OriginSnapshot(Name, _status, _since, _lastError, _process, _lastAnswerAt, _lastLookTook, _streams, _playHookSeen,
                _activeStreams, _bytesPerSecond, _cpuPercent);
        }
    }

    /// <summary>Whether this process is known to be over: another one runs there now.</summary>
    public bool Supersedes(string serviceId)
    {
        lock (_gate)
        {
            return _superseded.Contains(serviceId);
        }
    }

    /// <summary>Asks the node who it is. Callers at the same moment share one look.</summary>
    /// <exception cref="SrsUnreachableException">It gave no usable answer.</exception>
    public async Task<SrsProcess> IdentifyAsync(CancellationToken cancellation)
    {
        Task<SrsProcess> look;
        lock (_gate)
        {
            look = _identifying ??= StartIdentify();
        }

        // A caller that goes away takes nobody's look with it; the API client has a timeout of its own.
        return await look.WaitAsync(cancellation);
    }

    /// <summary>An answer named the process that gave it.</summary>
    internal void Answered(string serviceId)
    {
        OriginStatus was;
        lock (_gate)
        {
            was = _status;
            if (was != OriginStatus.Up)
            {
                _status = OriginStatus.Up;
                _since = _time.GetUtcNow();
            }

            _failingSince = null;
            _lastError = null;
            _lastAnswerAt = _time.GetUtcNow();
        }

        if (was is OriginStatus.Suspect or OriginStatus.Down)
        {
            _logger.LogInformation("{Origin} answers again.", Name);
        }

        Heard(serviceId);
    }

    /// <summary>A call failed.</summary>
    internal void Failed(string why)
    {
        OriginStatus was, now;
        lock (_gate)
        {
            var at = _time.GetUtcNow();
            was = _status;
            _failingSince ??= at;
            _lastError = why;
            var lives = _heartbeatAt is { } heartbeat && at - heartbeat < HeartbeatCountsFor;
            now = at - _failingSince >= DownAfter && !lives ? OriginStatus.Down : OriginStatus.Suspect;
            if (now != was)
            {
                _status = now;
                _since = at;
            }
        }

        if (was != now)
        {
            _logger.LogWarning("{Origin} is {Status}: {Why}. Its publishers stay as they are; sessions there can't be removed until it answers.",
                Name, now == OriginStatus.Down ? "down" : "suspect", why);
        }
    }

    /// <summary>Somebody named a process of this node; one that is new is looked at.</summary>
    internal void Heard(string serviceId)
    {
        lock (_gate)
        {
            if (serviceId.Length == 0 || _process?.ServiceId == serviceId || _superseded.Contains(serviceId) || _identifying is not null)
            {
                return;
            }
        }

        _ = IdentifyQuietlyAsync();
    }

    private async Task IdentifyQuietlyAsync()
    {
        try
        {
            await IdentifyAsync(CancellationToken.None);
        }
        catch (SrsUnreachableException)
        {
            // Noted on its way; the next sweep asks again.
        }
    }

    private Task<SrsProcess> StartIdentify()
    {
        var look = AskWhoAsync();
        return look;

        async Task<SrsProcess> AskWhoAsync()
        {
            // Let the caller store the task before the look can end.
            await Task.Yield();
            try
            {
                var process = await Api.GetProcessAsync(CancellationToken.None);
                Learn(process);
                return process;
            }
            finally
            {
                lock (_gate)
                {
                    _identifying = null;
                }
            }
        }
    }

    private void Learn(SrsProcess process)
    {
        SrsProcess? before;
        lock (_gate)
        {
            before = _process;
            if (before == process || _superseded.Contains(process.ServiceId))
            {
                return;
            }

            _process = process;
            if (before is not null && before.ServiceId != process.ServiceId)
            {
                _superseded.Enqueue(before.ServiceId);
                if (_superseded.Count > MaxSuperseded)
                {
                    _superseded.Dequeue();
                }
            }
        }

        if (before is null)
        {
            _logger.LogInformation("{Origin} is SRS {Version}, server {ServerId}, process {ServiceId}.", Name, process.Version, process.ServerId, process.ServiceId);
        }
        else if (before.ServiceId != process.ServiceId)
        {
            _logger.LogWarning("{Origin} runs in a new process ({New} after {Old}, SRS {Version}): the sessions of the old one have ended.",
                Name, process.ServiceId, before.ServiceId, process.Version);
            ProcessReplaced?.Invoke(this, process);
        }
    }
}

using System.Collections.Immutable;

namespace StreamSupervisor.Domain.Origins;

/// <summary>
/// What is known of one SRS server: which process runs there, which are over, and how it answers.
/// <para>
/// The process is learnt from <c>/api/v1/versions</c> only, so that its id and its version always belong together; hooks and heartbeats,
/// whose token names the server, say whether the API's address is the right one. An API that answers as another server is at the wrong
/// address (a proxy, a reused address), not a new process: believing it once locked every encoder of the server out until a restart of
/// ours.
/// </para>
/// <para>
/// It promises that no belief is for ever. A server is believed to run in a new process when its API says so under the same server id, or
/// when a hook and the API name the same pair: a server without a configured <c>server_id</c> changes both at each start. A process that
/// was taken for over comes back when two looks in a row say so, the second begun after the first ended (one alone may have been answered
/// before the restart), or when a hook and the API say so. All measuring is done on the monotonic clock.
/// </para>
/// </summary>
/// <param name="name">The configured name.</param>
public sealed partial class OriginState(string name)
{
    /// <summary>So many looks are remembered with how long they took: two minutes of them.</summary>
    public const int MaxLookTimes = 24;

    /// <summary>A server that has been silent for this long is down, not just suspect: two sweeps at their default interval.</summary>
    private static readonly TimeSpan DownAfter = TimeSpan.FromSeconds(10);

    /// <summary>
    /// SRS sends its heartbeat every 9.9 s unless told otherwise. A server that goes on sending them, or hooks, lives and carries its
    /// streams, though its API does not answer us: it is suspect for as long as that lasts, not down.
    /// </summary>
    private static readonly TimeSpan SignOfLifeCountsFor = TimeSpan.FromSeconds(15);

    private readonly ImmutableArray<OriginEvent>.Builder _events = ImmutableArray.CreateBuilder<OriginEvent>();
    private OriginStatus _status;
    private DateTimeOffset? _since;
    private TimeSpan? _failingSince;
    private TimeSpan? _signOfLifeAt;
    private DateTimeOffset? _lastAnswerAt;
    private string? _lastError;
    private ImmutableArray<TimeSpan> _lookTimes = [];
    private int _streams;
    private int _activeStreams;
    private long _bytesPerSecond;
    private double _cpuPercent;

    /// <summary>The configured name.</summary>
    public string Name => name;

    /// <summary>The process that runs there; null as long as nobody knows.</summary>
    public OriginProcess? Process { get; private set; }

    /// <summary>What is known now, for others.</summary>
    public OriginSnapshot Snapshot() => new(name, _status, _since, Process)
    {
        LastError = _lastError,
        Misaddressed = _misaddressed,
        HooksDisagree = _hooksDisagree,
        KicksForbidden = _kicksForbidden,
        Superseded = [.. _superseded],
        HeardFromHooks = _heardFromHooks,
        LastAnswerAt = _lastAnswerAt,
        LastLookTook = _lookTimes is [.., var last] ? last : null,
        LookTimes = _lookTimes,
        Streams = _streams,
        ActiveStreams = _activeStreams,
        BytesPerSecond = _bytesPerSecond,
        CpuPercent = _cpuPercent,
    };

    /// <summary>A call gave no usable answer.</summary>
    /// <param name="why">The sentence for people.</param>
    public ImmutableArray<OriginEvent> Failed(string why, Moment now)
    {
        Failing(why, now);
        return _events.DrainToImmutable();
    }

    /// <summary>A list of streams of the process that runs there.</summary>
    public void Listed(Look look)
    {
        var (active, kbps) = (0, 0L);
        foreach (var stream in look.Streams)
        {
            active += stream.Active ? 1 : 0;
            kbps += stream.ReceivedKbps;
        }

        _lookTimes = [.. _lookTimes.TakeLast(MaxLookTimes - 1), look.Took];
        (_streams, _activeStreams, _bytesPerSecond) = (look.Streams.Count, active, kbps * 125);
    }

    /// <summary>How busy its only thread is, in percent; null: it did not say, and what was known stays.</summary>
    public void Busy(double? cpuPercent) => _cpuPercent = cpuPercent ?? _cpuPercent;

    private void Answering(Moment now)
    {
        _failingSince = null;
        _lastError = null;
        Become(OriginStatus.Up, null, now);
    }

    private void Failing(string why, Moment now)
    {
        _failingSince ??= now.Elapsed;
        _lastError = why;
        var lives = _signOfLifeAt is { } sign && now.Elapsed - sign < SignOfLifeCountsFor;
        Become(now.Elapsed - _failingSince >= DownAfter && !lives ? OriginStatus.Down : OriginStatus.Suspect, why, now);
    }

    private void Become(OriginStatus status, string? why, Moment now)
    {
        if (_status != status)
        {
            _events.Add(new OriginEvent.StatusChanged(_status, status, why));
            (_status, _since) = (status, now.Utc);
        }
    }
}

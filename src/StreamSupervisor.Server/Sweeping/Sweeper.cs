using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Peers;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Server.Sweeping;

/// <summary>
/// Looks at one SRS node, again and again. One request (all streams) serves two purposes: every
/// <see cref="SweepOptions.Interval"/> it is compared with what the entities believe, and every <see cref="SweepOptions.SilenceLook"/> its
/// bytes are watched for silence. Looks keep further apart where a node has so many streams that looking would cost it more than about
/// one percent of its only thread.
/// <para>
/// In a cluster one member does that for all (<see cref="ISweepDuty"/>) and passes on what it saw; each compares it for its own keys. Every
/// member looks once by itself when it starts, and whenever it is asked to.
/// </para>
/// <para>
/// It decides nothing. It tells entities what it saw and when the look began; what an entity did since then outranks the look. A look that fails says nothing,
/// least of all that something is gone.
/// </para>
/// </summary>
internal sealed partial class Sweeper
{
    private readonly Origin _origin;
    private readonly LiveDirectory _directory;
    private readonly IShardRegion<LiveStreamCommand, LiveStreamReply> _region;
    private readonly KeyRules _rules;
    private readonly SweepOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ISweepDuty _duty;
    private readonly SilenceWatch _silence;
    private readonly TaskCompletionSource _firstSweep = new(); // goes on where it is: WhenAll would take it off the simulation's thread
    private readonly System.Threading.Lock _gate = new();
    private Cue _soon = new();
    private long? _sweptAt;
    private TimeSpan _spacing;

    public Sweeper(Origin origin, LiveDirectory directory, IShardRegion<LiveStreamCommand, LiveStreamReply> region, KeyRules rules,
        SweepOptions options, TimeProvider time, ILogger<Sweeper> logger, ISweepDuty? duty = null)
    {
        _origin = origin;
        _directory = directory;
        _region = region;
        _rules = rules;
        _options = options;
        _time = time;
        _logger = logger;
        _duty = duty ?? SoleDuty.Instance;
        _heardAt = time.GetTimestamp();
        _silence = new SilenceWatch(origin, directory, region, rules, options, time, logger);
        origin.ProcessReplaced += (_, process) => EndOlderProcesses(process, _time.GetUtcNow());
    }

    /// <summary>The node that it looks at.</summary>
    public string OriginName => _origin.Name;

    /// <summary>Done when the first sweep has ended, also when the node did not answer.</summary>
    public Task FirstSweepDone => _firstSweep.Task;

    /// <summary>Asks for a sweep as soon as possible, for instance because SRS refused whom we had admitted.</summary>
    public void LookSoon()
    {
        lock (_gate)
        {
            _sweptAt = null;
            _soon.Give();
        }
    }

    /// <summary>Sweeps until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                await LookOnceAsync(cancellation);
                _firstSweep.TrySetResult();
                await PauseAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Asked to stop.
        }
        finally
        {
            _firstSweep.TrySetResult();
        }
    }

    private async Task LookOnceAsync(CancellationToken cancellation)
    {
        bool sweep;
        (OriginLook Look, long ArrivedAt)? shared;
        bool own;
        lock (_gate)
        {
            (shared, _shared) = (_shared, null);
            own = _sweptAt is null || _duty.Sweeps(_origin.Name) || (shared?.Look.Process is null && IsNeglected());

            // What others pass on comes when it comes: their interval, a little earlier or later.
            sweep = _sweptAt is not { } swept || _time.GetElapsedTime(swept) >= (own ? _options.Interval : _options.Interval * 0.9);
            if (!own && shared is null)
            {
                _soon = new Cue();
                return;
            }

            if (sweep)
            {
                // From the begin of the sweep, so that its own length does not stretch the interval; also when it fails.
                _sweptAt = _time.GetTimestamp();
            }

            _soon = new Cue();
        }

        try
        {
            var look = own ? await TakeAsync(sweep, cancellation) : Read(shared!.Value.Look, shared.Value.ArrivedAt);
            if (look is null)
            {
                return;
            }

            if (own && _duty.Sweeps(_origin.Name))
            {
                Share(look);
            }

            _spacing = SpacingOf(look);
            if (sweep)
            {
                await CompareAsync(look, cancellation);
            }

            if (_options.SilenceLook > TimeSpan.Zero)
            {
                await _silence.ObserveAsync(look, _spacing, cancellation);
            }
        }
        catch (SrsUnreachableException unreachable)
        {
            _logger.LogDebug("A look at {Origin} failed: {Why}", _origin.Name, unreachable.Message);
            _silence.Blind();
            if (own && _duty.Sweeps(_origin.Name))
            {
                ShareFailure(unreachable.Message);
            }
        }
        catch (Exception failed) when (failed is not OperationCanceledException)
        {
            // A fault of ours in one look must not end all later ones.
            _logger.LogError(failed, "A look at {Origin} failed by a fault of the supervisor; it looks again.", _origin.Name);
            _silence.Blind();
        }
    }

    private async Task<Look> TakeAsync(bool sweep, CancellationToken cancellation)
    {
        var at = _time.GetUtcNow();
        var startedAt = _time.GetTimestamp();
        var process = _origin.Process;
        if (process is null || (sweep && process.Version.Major < 5))
        {
            // SRS 4 does not name its process in its answers.
            process = await _origin.IdentifyAsync(cancellation);
        }

        var askedAt = _time.GetTimestamp();
        var answer = await _origin.Api.GetStreamsAsync(cancellation);
        var seen = _time.GetTimestamp();
        _origin.NoteLook(_time.GetElapsedTime(askedAt, seen), answer.Value);
        if (answer.ServiceId.Length > 0 && answer.ServiceId != process.ServiceId)
        {
            process = await _origin.IdentifyAsync(cancellation);
            if (process.ServiceId != answer.ServiceId)
            {
                throw new SrsUnreachableException($"{_origin.Name} changed its process during a look at it");
            }
        }

        if (sweep)
        {
            await AskHowBusyAsync(cancellation);
        }

        return new Look(process, answer.Value, at, seen, _time.GetElapsedTime(startedAt, seen));
    }

    /// <summary>For the choice of a node only: that it does not say so spoils no look.</summary>
    private async Task AskHowBusyAsync(CancellationToken cancellation)
    {
        try
        {
            _origin.NoteCpu(await _origin.Api.GetCpuPercentAsync(cancellation));
        }
        catch (SrsUnreachableException unreachable)
        {
            _logger.LogDebug("{Origin} did not say how busy it is: {Why}", _origin.Name, unreachable.Message);
        }
    }

    private TimeSpan SpacingOf(Look look)
    {
        var spacing = _options.SilenceLook;
        var gentle = Look.SpacingFor(Look.CostOfList(look.Streams.Count));
        spacing = spacing > gentle ? spacing : gentle;
        return spacing < _options.Interval ? spacing : _options.Interval;
    }

    private async Task PauseAsync(CancellationToken cancellation)
    {
        var untilSweep = _options.Interval;
        Cue soon;
        lock (_gate)
        {
            if (_sweptAt is { } swept)
            {
                untilSweep -= _time.GetElapsedTime(swept);
            }
            else
            {
                untilSweep = TimeSpan.Zero;
            }

            soon = _soon;
        }

        if (!_duty.Sweeps(_origin.Name) && !IsNeglected())
        {
            await soon.WaitAsync(Shorter(DutyCheck, _options.Interval), _time, cancellation);
            return;
        }

        var pause = untilSweep;
        if (_options.SilenceLook > TimeSpan.Zero)
        {
            pause = Shorter(pause, _spacing > TimeSpan.Zero ? _spacing : _options.SilenceLook);
            if (_silence.NextDecisionIn() is { } decision)
            {
                pause = Shorter(pause, decision);
            }
        }

        // Never closer together than the node can bear, however many sessions stand still.
        var gentle = Look.SpacingFor(Look.CostOfList(_origin.Snapshot().Streams));
        pause = pause > gentle ? pause : Shorter(gentle, _options.Interval);
        await soon.WaitAsync(pause, _time, cancellation);
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;
}

using Akka.Actor;
using Akka.Event;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Actors.Origins;

/// <summary>
/// Looks at one SRS server, again and again, and tells its parent, the <see cref="OriginActor"/>, what it saw. One request (all
/// streams) serves two purposes: every <see cref="OriginSettings.SweepInterval"/> the rows are compared with what is believed, and
/// every <see cref="OriginSettings.SilenceLook"/> their bytes are watched. The parent decides what a look means and what must be
/// asked next.
/// <para>
/// It promises: looks never overlap, and cost the server about one percent of its only thread at most: where there are so many
/// streams that a look costs more, looks keep further apart. The first one is a sweep, at once. A look that fails is followed by
/// another after a second.
/// </para>
/// </summary>
internal sealed class SweepActor : ReceiveActor, IWithTimers
{
    private const string LookTimer = "look";
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly ISrsApi _api;
    private readonly OriginSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private bool _looking;
    private bool _failed;
    private long? _sweptAt;
    private int _rows;

    public SweepActor(ISrsApi api, OriginSettings settings, TimeProvider time)
    {
        (_api, _settings, _time) = (api, settings, time);
        Receive<SweepMessage.Due>(_ => LookNow());
        Receive<SweepMessage.Soon>(_ => LookSoon());
        Receive<SweepMessage.Listed>(listed =>
        {
            _rows = listed.Streams.Count;
            Context.Parent.Tell(listed);
        });
        Receive<SweepMessage.Ask>(ask => _ = AnswerAsync(ask.Question).PipeTo(Self));
        Receive<SweepMessage.Answered>(answered => Context.Parent.Tell(answered));
        Receive<SweepMessage.Failed>(failed =>
        {
            _failed = true;
            Context.Parent.Tell(failed);
        });
        Receive<SweepMessage.Done>(done =>
        {
            _looking = false;
            Timers.StartSingleTimer(LookTimer, SweepMessage.Due.Instance, PauseUntilNext(done.NextIn));
        });
    }

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart() => Self.Tell(SweepMessage.Due.Instance);

    private void LookNow()
    {
        if (_looking)
        {
            return;
        }

        var sweep = _sweptAt is not { } swept || _time.GetElapsedTime(swept) >= _settings.SweepInterval;
        if (sweep)
        {
            // From the begin of the sweep, so that its own length does not stretch the interval; also when it fails.
            _sweptAt = _time.GetTimestamp();
        }

        (_looking, _failed) = (true, false);
        _ = ListAsync(sweep).PipeTo(Self);
    }

    private void LookSoon()
    {
        _sweptAt = null;
        if (!_looking)
        {
            Timers.StartSingleTimer(LookTimer, SweepMessage.Due.Instance, Gentle());
        }
    }

    private Task<SweepMessage> ListAsync(bool sweep) => GuardAsync(async () =>
    {
        var at = Now();
        var process = sweep ? await _api.GetProcessAsync(CancellationToken.None) : null;
        var answer = await _api.GetStreamsAsync(CancellationToken.None);
        var seen = Now();
        var busy = sweep ? await HowBusyAsync() : null;
        return new SweepMessage.Listed(sweep, process, answer.ServerId, answer.ServiceId, answer.Value, at,
            seen.Elapsed, seen.Elapsed - at.Elapsed, busy);
    });

    /// <summary>For the choice of a server only: that it does not say so spoils no look.</summary>
    private async Task<double?> HowBusyAsync()
    {
        try
        {
            return await _api.GetCpuPercentAsync(CancellationToken.None);
        }
        catch (SrsUnreachableException)
        {
            return null;
        }
    }

    private Task<SweepMessage> AnswerAsync(LookQuestion question) => GuardAsync(async () => new SweepMessage.Answered(question switch
    {
        LookQuestion.Clients clients => await FindAsync(clients),
        LookQuestion.SampleAge => new LookAnswer.SampleAge(await _api.GetSampleAgeAsync(CancellationToken.None), Now().Elapsed),
        _ => throw new NotSupportedException($"{question.GetType().Name} is a question that SRS is not asked"),
    }));

    private async Task<LookAnswer> FindAsync(LookQuestion.Clients question)
    {
        var askedAt = Now();
        if (question.IsWholeList)
        {
            var all = await _api.GetClientsAsync(CancellationToken.None);
            return new LookAnswer.Clients(askedAt, all.Value, [all.ServiceId], Now().Elapsed);
        }

        var found = new List<ClientRow>(question.Ids.Length);
        var processes = new HashSet<string>();
        foreach (var id in question.Ids)
        {
            var one = await _api.GetClientAsync(id, CancellationToken.None);
            processes.Add(one.ServiceId);
            if (one.Value is { } client)
            {
                found.Add(client);
            }
        }

        return new LookAnswer.Clients(askedAt, found, processes, Now().Elapsed);
    }

    private async Task<SweepMessage> GuardAsync(Func<Task<SweepMessage>> call)
    {
        try
        {
            return await call();
        }
        catch (SrsUnreachableException unreachable)
        {
            return new SweepMessage.Failed(unreachable.Message);
        }
        catch (Exception fault)
        {
            // A fault of ours in one look must not end all later ones.
            _log.Error(fault, "A look failed by a fault of the supervisor; the next one follows.");
            return new SweepMessage.Failed("the look failed by a fault of the supervisor");
        }
    }

    private TimeSpan PauseUntilNext(TimeSpan? decisionIn)
    {
        var pause = _sweptAt is { } swept ? _settings.SweepInterval - _time.GetElapsedTime(swept) : TimeSpan.Zero;
        if (_settings.SilenceLook > TimeSpan.Zero)
        {
            pause = Shorter(pause, _settings.SpacingFor(_rows));
            pause = Shorter(pause, decisionIn ?? pause);
        }

        return Longer(pause, _failed ? Shorter(AfterFailure, _settings.SweepInterval) : Gentle());
    }

    /// <summary>Never closer together than the server can bear, however many sessions stand still.</summary>
    private TimeSpan Gentle() => _settings.GentleFor(_rows);

    private Moment Now() => new(_time.GetUtcNow(), _time.GetElapsedTime(0));

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;
}

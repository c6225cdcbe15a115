using System.Diagnostics;
using Akka.Actor;
using Akka.Event;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>
/// Kicks one session: the only place that sends a DELETE. What to ask next, and what is proof, says <see cref="EvictionProcedure"/>; this
/// class makes the calls and keeps the time.
/// </summary>
/// <remarks>
/// It starts when the order is durable, so a DELETE always names a session that the journal ordered away; it starts again after a crash,
/// so everything here may happen twice. SRS does not answer: it goes on for ever, slower and slower up to 2 s, and says so once. The
/// session's <c>on_close</c> comes first: that ends the eviction in the parent's state, which stops this actor.
/// </remarks>
internal sealed class EvictionActor : WorkActor
{
    private readonly EvictSession _evict;
    private readonly Activity? _span;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private EvictionProcedure _procedure;
    private Activity? _kick;
    private bool _isDeleting;

    /// <param name="cause">The traced command that ordered it; the default when nobody traces, and after a recovery.</param>
    public EvictionActor(string key, EvictSession evict, LiveStreamServices services, ActivityContext cause) : base(key, services)
    {
        _evict = evict;
        _procedure = new EvictionProcedure(evict);
        _span = Trace(cause);
    }

    /// <summary>Asked for each call: the settings may name another address or login meanwhile. Null: it is not configured.</summary>
    private ISrsApi? Api => Services.Servers.Find(_evict.Origin)?.For(SrsPriority.Kick);

    protected override ActivityContext Cause => _span?.Context ?? default;

    protected override void Begin()
    {
        if (Api is null)
        {
            if (Services.LogThrottle.MayLog(_evict.Origin, StoreFault.OriginUnknown, Now))
            {
                _log.Error("{0}: {1} is on {2}, which is not configured (any more), so it can't be removed and is given up. "
                    + "So it is for all its keys. Configure the server again, or end its sessions by hand.",
                    Key, _evict.Session, _evict.Origin);
            }

            Report(new ReportOriginUnknown(_evict.Origin), last: true);
            return;
        }

        _procedure = new EvictionProcedure(_evict);
        Do(_procedure.Begin(Services.StandingOf(_evict.Origin, _evict.Session), Now));
    }

    protected override void Step(object message)
    {
        _kick?.Dispose();
        _kick = null;
        if (Api is null)
        {
            Begin();
        }
        else if (message is EvictionAnswer answer)
        {
            TellWhetherAllowed(answer);
            Do(_procedure.Next(answer, Now));
        }
    }

    protected override void PostStop()
    {
        _kick?.Dispose();
        _span?.Dispose();
        base.PostStop();
    }

    private void Do(EvictionStep step)
    {
        if (step.StalledBecause is { } why)
        {
            // That an API forbids it is one fault of the server, whatever the number of its keys.
            if (!step.IsForbidden || Services.LogThrottle.MayLog(_evict.Origin, StoreFault.KickForbidden, Now))
            {
                _log.Warning("{0}: {1} on {2} can't be removed now and is tried again until it is: {3}",
                    Key, _evict.Session, _evict.Origin, why);
            }

            Report(new ReportEvictionStalled(_evict.Session, why, step.IsForbidden), last: false);
        }

        _isDeleting = step is EvictionStep.Delete;
        switch (step)
        {
            case EvictionStep.Identify:
                _ = Ask(api => api.GetProcessAsync(Stopped)).PipeTo(Self,
                    success: static process => new EvictionAnswer.Identified(process.ServerId, process.ServiceId),
                    failure: Unreachable);
                break;
            case EvictionStep.Delete:
                Delete();
                break;
            case EvictionStep.Look:
                _ = Ask(api => api.GetClientAsync(_evict.Session.ClientId, Stopped)).PipeTo(Self,
                    success: static seen => AnswerOf(seen.Value is not null, seen.ServerId, seen.ServiceId),
                    failure: Unreachable);
                break;
            case EvictionStep.Pause pause:
                After(pause.For, new EvictionAnswer.PauseOver());
                break;
            case EvictionStep.Released released:
                Report(new ReportEvicted(_evict.Session, released.Proof), last: true);
                break;
        }
    }

    private Task<T> Ask<T>(Func<ISrsApi, Task<T>> call) => Api is { } api
        ? call(api)
        : Task.FromException<T>(new InvalidOperationException($"{_evict.Origin} is not configured any more"));

    private void Delete()
    {
        var current = Activity.Current;
        _kick = Services.Counts ? KickTelemetry.Kick(_evict.Origin, _span) : null;
        _ = Ask(api => api.DeleteClientAsync(_evict.Session.ClientId, Stopped)).PipeTo(Self,
            success: static deleted => AnswerOf(deleted.Value, deleted.ServerId, deleted.ServiceId),
            failure: Unreachable);
        Activity.Current = current;
    }

    /// <summary>A server whose API forbids DELETE is named where people look; it is forgotten when one is allowed.</summary>
    private void TellWhetherAllowed(EvictionAnswer answer)
    {
        var why = (answer as EvictionAnswer.NotAllowed)?.Why;
        if (_isDeleting && Services.Counts && (why is not null || answer is EvictionAnswer.Exists or EvictionAnswer.NoSuchClient))
        {
            Context.System.EventStream.Publish(new KickOutcome(_evict.Origin, why));
        }
    }

    private static EvictionAnswer AnswerOf(bool exists, string serverId, string serviceId) =>
        exists ? new EvictionAnswer.Exists(serviceId, serverId) : new EvictionAnswer.NoSuchClient(serviceId, serverId);

    private static EvictionAnswer Unreachable(Exception why) =>
        why is SrsNotAllowedException ? new EvictionAnswer.NotAllowed(why.Message) : new EvictionAnswer.Unreachable(why.Message);

    /// <summary>Linked to the command and not within it: it may outlive the answer by hours.</summary>
    private Activity? Trace(ActivityContext cause)
    {
        if (cause == default || !Telemetry.Spans.HasListeners())
        {
            return null;
        }

        var current = Activity.Current;
        Activity.Current = null;
        var span = Telemetry.Spans.StartActivity("stream.evict", ActivityKind.Internal, parentContext: default,
            links: [new ActivityLink(cause)])?.SetTag("key", Key).SetTag("origin", _evict.Origin);
        Activity.Current = current;
        return span;
    }
}

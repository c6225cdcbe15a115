using System.Diagnostics.Metrics;
using System.Text.Json;
using StreamSupervisor.Cluster.Entities;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Server.Observability;

/// <summary>
/// What is counted of the decisions of this member's streams, once they are durable: so each is counted once in a cluster, by the member that
/// took it. Stream keys are never labels; whoever wants one asks the timeline.
/// </summary>
internal sealed class AdmissionTelemetry : IEventWitness<LiveStreamEvent>
{
    public static readonly AdmissionTelemetry Instance = new();

    private readonly Counter<long> _admissions = Telemetry.Meter.CreateCounter<long>("streamsupervisor.admissions", "{attempt}",
        "Attempts to publish that were let in, by the rule that spoke.");

    private readonly Counter<long> _refusals = Telemetry.Meter.CreateCounter<long>("streamsupervisor.refusals", "{attempt}",
        "Attempts to publish that were refused, by reason.");

    private readonly Histogram<double> _holds = Telemetry.Meter.CreateHistogram<double>("streamsupervisor.hold.duration", "s",
        "Time that an attempt was held while what stood in its way was removed, by how that ended.");

    private readonly Histogram<double> _takeovers = Telemetry.Meter.CreateHistogram<double>("streamsupervisor.takeover.duration", "s",
        "Time from the order to remove a key's old session to the admission of the new one; place says where the old one was.");

    private readonly Counter<long> _busyPrevented = Telemetry.Meter.CreateCounter<long>("streamsupervisor.busy.prevented", "{attempt}",
        "Admissions that SRS alone would have refused as busy: the session in the way was on the same server and was removed first.");

    private readonly Counter<long> _busySeen = Telemetry.Meter.CreateCounter<long>("streamsupervisor.busy.seen", "{attempt}",
        "Publishers that SRS refused all the same: after our admission (closed without ever publishing), or before it asked us (its publish token).");

    private readonly Counter<long> _adoptions = Telemetry.Meter.CreateCounter<long>("streamsupervisor.adoptions", "{session}",
        "Publishers that a sweep found on air and that nobody had asked us about.");

    private readonly Counter<long> _fights = Telemetry.Meter.CreateCounter<long>("streamsupervisor.fights", "{fight}",
        "Times that two sources pushed each other out in turn until one was refused for a while.");

    private readonly Counter<long> _wedges = Telemetry.Meter.CreateCounter<long>("streamsupervisor.wedges", "{wedge}",
        "Keys that a server holds as busy though nobody publishes them there; only its restart frees them.");

    public void Appended(IReadOnlyList<LiveStreamEvent> events)
    {
        EvictionFinished? removed = null;
        for (var i = 0; i < events.Count; i++)
        {
            switch (events[i])
            {
                case EvictionFinished finished:
                    removed = finished;
                    break;
                case Admitted admitted:
                    Admitted(admitted, removed);
                    break;
                case AttemptRefused refused:
                    Refused(refused);
                    break;
                case PublisherLost { Cause: LossCause.BusySeen } lost:
                    _busySeen.Add(1, new("origin", lost.Origin), new("seen", "after-admission"));
                    break;
                case EvictionOrdered { Cause: EvictionCause.RefusedUnseen } ordered:
                    _busySeen.Add(1, new("origin", ordered.Of.Origin), new("seen", "before-hook"));
                    break;
                case SessionAdopted adopted:
                    _adoptions.Add(1, new KeyValuePair<string, object?>("origin", adopted.By.Origin));
                    break;
                case FightDetected:
                    _fights.Add(1);
                    break;
                case KeyWedged wedged:
                    _wedges.Add(1, new KeyValuePair<string, object?>("origin", wedged.Origin));
                    break;
            }
        }
    }

    /// <param name="removed">The removal that ended in the same decision: the last that the attempt had waited for.</param>
    private void Admitted(Admitted admitted, EvictionFinished? removed)
    {
        _admissions.Add(1, new("origin", admitted.By.Origin), new("rule", Words<AdmissionRule>.Of(admitted.Rule)));
        if (admitted.Rule is not (AdmissionRule.HandoverDone or AdmissionRule.OldNodeUnreachable))
        {
            return;
        }

        _holds.Record((admitted.At - admitted.AskedAt).TotalSeconds, new KeyValuePair<string, object?>("result", "admitted"));
        var here = removed?.Of.ServerId == admitted.By.Session.ServerId;
        _takeovers.Record((admitted.At - (removed?.OrderedAt ?? admitted.AskedAt)).TotalSeconds,
            new("origin", admitted.By.Origin), new("place", here ? "same-server" : "other-server"));

        // A server that was restarted had forgotten its session: it would have said yes.
        if (here && removed!.Proof != ReleaseProof.ProcessReplaced)
        {
            _busyPrevented.Add(1, new KeyValuePair<string, object?>("origin", admitted.By.Origin));
        }
    }

    private void Refused(AttemptRefused refused)
    {
        var reason = Words<RefusalReason>.Of(refused.Reason);
        _refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

        // These three end a hold and nothing else; every other refusal is given at once.
        if (refused.Reason is RefusalReason.HoldExhausted or RefusalReason.Superseded or RefusalReason.Withdrawn)
        {
            _holds.Record((refused.At - refused.AskedAt).TotalSeconds, new KeyValuePair<string, object?>("result", reason));
        }
    }

    /// <summary>The names as labels show them, made once: counting must not make garbage.</summary>
    private static class Words<T>
        where T : struct, Enum
    {
        private static readonly Dictionary<T, string> s_names = Enum.GetValues<T>().ToDictionary(value => value, value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()));

        public static string Of(T value) => s_names.GetValueOrDefault(value, "unknown");
    }
}

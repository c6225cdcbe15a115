using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Text.Json;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>
/// What is counted of the decisions of this member's streams, once they are durable: so each is counted once in a cluster, by the member
/// that took it. Stream keys are never labels; the timeline has them.
/// </summary>
internal static class AdmissionTelemetry
{
    private const string AfterAdmission = "after-admission";
    private const string BeforeHook = "before-hook";

    private static readonly Counter<long> Admissions = Telemetry.Meter.CreateCounter<long>("streamsupervisor.admissions", "{attempt}",
        "Attempts to publish that were let in, by the rule that spoke.");

    private static readonly Counter<long> Refusals = Telemetry.Meter.CreateCounter<long>("streamsupervisor.refusals", "{attempt}",
        "Attempts to publish that were refused, by reason.");

    private static readonly Histogram<double> Holds = Telemetry.Meter.CreateHistogram<double>("streamsupervisor.hold.duration", "s",
        "Time that an attempt was held while what stood in its way was removed, by how that ended.");

    private static readonly Histogram<double> Takeovers = Telemetry.Meter.CreateHistogram<double>("streamsupervisor.takeover.duration", "s",
        "Time from the order to remove a key's old session to the admission of the new one; place says where the old one was.");

    private static readonly Counter<long> BusyPrevented = Telemetry.Meter.CreateCounter<long>(
        "streamsupervisor.busy.prevented", "{attempt}",
        "Admissions that SRS alone would have refused as busy: the session in the way was on the same server and was removed first.");

    private static readonly Counter<long> BusySeen = Telemetry.Meter.CreateCounter<long>("streamsupervisor.busy.seen", "{attempt}",
        "Publishers that SRS refused all the same: after our admission (closed without ever publishing), or before it asked us "
        + "(its publish token).");

    private static readonly Counter<long> Adoptions = Telemetry.Meter.CreateCounter<long>("streamsupervisor.adoptions", "{session}",
        "Publishers that a sweep found on air and that nobody had asked us about.");

    private static readonly Counter<long> Relays = Telemetry.Meter.CreateCounter<long>("streamsupervisor.relays", "{session}",
        "Copies of a stream on another server that were let in or found there; source is the server that they copy from.");

    private static readonly Histogram<double> Releases = Telemetry.Meter.CreateHistogram<double>("streamsupervisor.eviction.duration", "s",
        "Time from the begin of an eviction to the proof that the session is gone, by the proof.");

    private static readonly Histogram<double> Appends = Telemetry.Meter.CreateHistogram<double>(
        "streamsupervisor.journal.append.duration", "s",
        "Time from a decision until its record is durable.");

    private static readonly Counter<long> Fights = Telemetry.Meter.CreateCounter<long>("streamsupervisor.fights", "{fight}",
        "Times that two sources pushed each other out in turn until one was refused for a while.");

    private static readonly Counter<long> Wedges = Telemetry.Meter.CreateCounter<long>("streamsupervisor.wedges", "{wedge}",
        "Keys that a server holds as busy though nobody publishes them there; only its restart frees them.");

    private static readonly Counter<long> Flaps = Telemetry.Meter.CreateCounter<long>("streamsupervisor.flaps", "{flap}",
        "Times that a key was found to be published again and again: its encoder has a bad network or restarts.");

    private static readonly Counter<long> Orphans = Telemetry.Meter.CreateCounter<long>("streamsupervisor.orphans", "{publisher}",
        "Publishers whose stream a server received and sent to none of its players.");

    /// <summary>
    /// Every series that an alert may rest on is there from the start, at 0: a rate needs a value before the first fight, or the first
    /// fight alarms nobody.
    /// </summary>
    public static void Begin(IEnumerable<string> origins)
    {
        Fights.Add(0);
        Flaps.Add(0);
        foreach (var reason in Words<RefusalReason>.All)
        {
            Refusals.Add(0, new KeyValuePair<string, object?>("reason", reason));
        }

        foreach (var origin in origins)
        {
            var here = new KeyValuePair<string, object?>("origin", origin);
            BusyPrevented.Add(0, here);
            Adoptions.Add(0, here);
            Wedges.Add(0, here);
            Orphans.Add(0, here);
            BusySeen.Add(0, here, new("seen", AfterAdmission));
            BusySeen.Add(0, here, new("seen", BeforeHook));
            KickTelemetry.Begin(origin);
            foreach (var rule in Words<AdmissionRule>.All)
            {
                Admissions.Add(0, here, new("rule", rule));
            }
        }
    }

    /// <summary>A server publishes a stream for nobody.</summary>
    public static void Orphaned(string origin) => Orphans.Add(1, new KeyValuePair<string, object?>("origin", origin));

    /// <summary>One decision is durable.</summary>
    public static void Appended(TimeSpan took) => Appends.Record(took.TotalSeconds);

    /// <summary>Counts the events of one decision.</summary>
    /// <param name="before">The state before them.</param>
    public static void Count(LiveStreamState before, ImmutableArray<LiveStreamEvent> events)
    {
        EvictionFinished? removed = null;
        foreach (var happened in events)
        {
            switch (happened)
            {
                case EvictionFinished finished:
                    removed = finished;
                    Released(finished, OriginOf(before, finished));
                    break;
                case Admitted admitted:
                    Admitted(admitted, removed);
                    break;
                case AttemptRefused refused:
                    Refused(refused);
                    break;
                case PublisherLost { Cause: LossCause.BusySeen } lost:
                    BusySeen.Add(1, new("origin", lost.Origin), new("seen", AfterAdmission));
                    break;
                case EvictionOrdered { Cause: EvictionCause.RefusedUnseen } ordered:
                    BusySeen.Add(1, new("origin", ordered.Of.Origin), new("seen", BeforeHook));
                    break;
                case SessionAdopted adopted:
                    Adoptions.Add(1, new KeyValuePair<string, object?>("origin", adopted.By.Origin));
                    break;
                case RelayAdmitted relay:
                    Relays.Add(1, new("origin", relay.By.Origin), new("source", relay.Of));
                    break;
                case FightDetected:
                    Fights.Add(1);
                    break;
                case FlappingSeen:
                    Flaps.Add(1);
                    break;
                case KeyWedged wedged:
                    Wedges.Add(1, new KeyValuePair<string, object?>("origin", wedged.Origin));
                    break;
            }
        }
    }

    /// <summary>A stranger was refused at a key without history: counted like the others, though nothing is written.</summary>
    public static void CountStranger(RefusalReason reason) =>
        Refusals.Add(1, new KeyValuePair<string, object?>("reason", Words<RefusalReason>.Of(reason)));

    /// <summary>Where a session was that has been removed; empty if the state knows nothing of it.</summary>
    public static string OriginOf(LiveStreamState before, EvictionFinished finished) =>
        before.Evictions.Find(eviction => eviction.Of.Session == finished.Of)?.Of.Origin ?? "";

    private static void Released(EvictionFinished finished, string origin) =>
        Releases.Record((finished.At - finished.OrderedAt).TotalSeconds,
            new("origin", origin), new("proof", Words<ReleaseProof>.Of(finished.Proof)));

    /// <param name="removed">The removal that ended in the same decision: the last that the attempt had waited for.</param>
    private static void Admitted(Admitted admitted, EvictionFinished? removed)
    {
        Admissions.Add(1, new("origin", admitted.By.Origin), new("rule", Words<AdmissionRule>.Of(admitted.Rule)));
        if (admitted.Rule is not (AdmissionRule.HandoverDone or AdmissionRule.OldNodeUnreachable))
        {
            return;
        }

        Holds.Record((admitted.At - admitted.AskedAt).TotalSeconds, new KeyValuePair<string, object?>("result", "admitted"));
        var here = removed?.Of.ServerId == admitted.By.Session.ServerId;
        Takeovers.Record((admitted.At - (removed?.OrderedAt ?? admitted.AskedAt)).TotalSeconds,
            new("origin", admitted.By.Origin), new("place", here ? "same-server" : "other-server"));

        // A server that was restarted had forgotten its session: it would have said yes.
        if (here && removed!.Proof != ReleaseProof.ProcessReplaced)
        {
            BusyPrevented.Add(1, new KeyValuePair<string, object?>("origin", admitted.By.Origin));
        }
    }

    private static void Refused(AttemptRefused refused)
    {
        var reason = Words<RefusalReason>.Of(refused.Reason);
        Refusals.Add(1, new KeyValuePair<string, object?>("reason", reason));

        // These end a hold and nothing else; every other refusal is given at once.
        if (refused.Reason is RefusalReason.HoldExhausted or RefusalReason.KickForbidden or RefusalReason.Superseded
            or RefusalReason.Withdrawn)
        {
            Holds.Record((refused.At - refused.AskedAt).TotalSeconds, new KeyValuePair<string, object?>("result", reason));
        }
    }

    /// <summary>The names as labels show them, made once: counting must not make garbage.</summary>
    private static class Words<T>
        where T : struct, Enum
    {
        private static readonly Dictionary<T, string> Names = Enum.GetValues<T>()
            .ToDictionary(value => value, value => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString()));

        public static IEnumerable<string> All => Names.Values;

        public static string Of(T value) => Names.GetValueOrDefault(value, "unknown");
    }
}

using System.Diagnostics.Metrics;
using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Registrations;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Server.Observability;

/// <summary>
/// What a member knows at the moment when somebody reads its metrics: its streams, its queues, the SRS servers. The servers' rows carry the
/// labels
/// <c>server</c> and <c>service</c> of SRS's own metrics; both change when a server is replaced, so only rows that are named anew at each
/// reading have them, and counters are joined over <c>origin</c>.
/// </summary>
internal sealed class SupervisorGauges : IDisposable
{
    private readonly Meter _meter = new(Telemetry.Name);
    private readonly OriginDirectory _directory;
    private readonly OriginDrain _drain;
    private readonly TimeProvider _time;

    /// <param name="register">Adds what is counted of the streams of this member.</param>
    public SupervisorGauges(OriginDirectory directory, LiveStreamRegion streams, OriginDrain drain, Action<Meter> register,
        TimeProvider time)
    {
        (_directory, _drain, _time) = (directory, drain, time);
        register(_meter);
        _meter.CreateObservableGauge("streamsupervisor.hooks.waiting", () => streams.Waiting, "{message}",
            "Questions and reports to streams that are not answered yet.");
        _meter.CreateObservableGauge("streamsupervisor.srs.info", () => OfOrigins(InfoOf), unit: null,
            "1 for each configured SRS server whose process is known: the names under which its own metrics stand.");
        _meter.CreateObservableGauge("streamsupervisor.srs.state", StatesOfOrigins, unit: null,
            "1 for the state that a server is in: unknown, up, suspect or down; beside it draining when it gets no new streams, "
            + "and locked-out when its API and hooks do not fit.");
        _meter.CreateObservableGauge("streamsupervisor.srs.streams", () => OfOrigins(StreamsOf), "{stream}",
            "Streams that a server listed at the last look.");
        _meter.CreateObservableGauge("streamsupervisor.srs.wedged", () => OfOrigins(origin => Keys(origin, origin.WedgedKeys)), "{stream}",
            "Stream keys of which a server holds a ghost now, up to 100; only its restart frees them.");
        _meter.CreateObservableGauge("streamsupervisor.srs.orphaned", () => OfOrigins(origin => Keys(origin, origin.OrphanedKeys)),
            "{stream}", "Streams that a server receives and sends to none of its players now, up to 100.");
        _meter.CreateObservableGauge("streamsupervisor.srs.answer.age", () => OfOrigins(AgeOf), "s",
            "Time since a server answered last.");
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<T>> OfOrigins<T>(Func<OriginSnapshot, Measurement<T>?> measure)
        where T : struct =>
        [.. _directory.All.Select(origin => measure(origin.Snapshot)).OfType<Measurement<T>>()];

    private static Measurement<int>? InfoOf(OriginSnapshot origin) =>
        origin.Process is { } process ? new(1, [.. NamesOf(origin), new("version", process.Version.ToString())]) : null;

    private static Measurement<int>? StreamsOf(OriginSnapshot origin) => origin.LastLookTook is null
        ? null
        : new(origin.Streams, NamesOf(origin));

    private Measurement<double>? AgeOf(OriginSnapshot origin) =>
        origin.LastAnswerAt is { } at
            ? new(Math.Max(0, (_time.GetUtcNow() - at).TotalSeconds), new KeyValuePair<string, object?>("origin", origin.Name))
            : null;

    private static Measurement<int>? Keys(OriginSnapshot origin, IReadOnlyList<string> keys) =>
        new(keys.Count, new KeyValuePair<string, object?>("origin", origin.Name));

    private List<Measurement<int>> StatesOfOrigins()
    {
        // Kept in the cluster, so asking takes time: this reading shows what the one before has asked for.
        _ = _drain.GetAsync();
        var rows = new List<Measurement<int>>();
        foreach (var origin in _directory.All.Select(origin => origin.Snapshot))
        {
            foreach (var status in Enum.GetValues<OriginStatus>())
            {
                rows.Add(Row(origin, Words(status), origin.Status == status));
            }

            rows.Add(Row(origin, "draining", _drain.Known.Contains(origin.Name)));
            rows.Add(Row(origin, "locked-out", origin.WhyLockedOut is not null));
        }

        return rows;
    }

    private static Measurement<int> Row(OriginSnapshot origin, string state, bool holds) =>
        new(holds ? 1 : 0, [.. NamesOf(origin), new("state", state)]);

    private static KeyValuePair<string, object?>[] NamesOf(OriginSnapshot origin) =>
    [
        new("origin", origin.Name),
        new("server", origin.Process?.ServerId ?? ""),
        new("service", origin.Process?.ServiceId ?? ""),
    ];

    private static string Words(OriginStatus status) => status switch
    {
        OriginStatus.Up => "up",
        OriginStatus.Suspect => "suspect",
        OriginStatus.Down => "down",
        _ => "unknown",
    };
}

using System.Diagnostics.Metrics;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>What is under way on this member. Counted by the actors, read by the gauges; stream keys are never labels.</summary>
internal sealed class LiveStreamGauges
{
    private readonly int[] _phases = new int[Enum.GetValues<LiveStreamPhase>().Length];
    private int _entities;
    private int _onAir;
    private int _inWork;
    private int _writing;
    private int _workers;
    private int _timers;
    private long _rejected;
    private long _recoveries;
    private long _faults;

    /// <summary>The keys that are published again and again.</summary>
    public FlappingStreams Flapping { get; } = new();

    /// <summary>Registers the instruments. Once per process, for the services of the real keys.</summary>
    public void Register(Meter meter, QuarantinedStreams quarantine, LostRecords lost, TimeProvider time)
    {
        meter.CreateObservableGauge("streamsupervisor.streams.flapping", () => Flapping.Count(time.GetUtcNow()), "{stream}",
            "Stream keys of this member that are published again and again now.");
        meter.CreateObservableCounter("streamsupervisor.journal.lost", () => lost.Count, "{record}",
            "Records that were confirmed and are gone, because the database went back in time.");
        meter.CreateObservableGauge("streamsupervisor.journal.waiting", () => Volatile.Read(ref _writing), "{request}",
            "Commands that wait until the journal has written their record.");
        meter.CreateObservableGauge("streamsupervisor.streams", Phases, "{stream}",
            "Stream keys by state: live at the member that looks at their server, the others at the one that owns them.");
        meter.CreateObservableGauge("streamsupervisor.entities", () => Volatile.Read(ref _entities), "{entity}", "Entities in memory.");
        meter.CreateObservableGauge("streamsupervisor.entities.quarantined", () => quarantine.Count, "{entity}",
            "Entities in quarantine: they answer nobody.");
        meter.CreateObservableGauge("streamsupervisor.mailbox.open", () => Volatile.Read(ref _inWork), "{message}",
            "Messages in mailboxes, under decision or being written.");
        meter.CreateObservableGauge("streamsupervisor.effects.open", () => Volatile.Read(ref _workers), "{effect}",
            "Kicks, checks and searches that are ordered and not yet proven done.");
        meter.CreateObservableGauge("streamsupervisor.effects.running", () => Volatile.Read(ref _workers), "{effect}",
            "Kicks, checks and searches that run now.");
        meter.CreateObservableGauge("streamsupervisor.wakeups.pending", () => Volatile.Read(ref _timers), "{wakeup}", "Deadlines armed.");
        meter.CreateObservableCounter("streamsupervisor.mailbox.rejected", () => Volatile.Read(ref _rejected), "{message}",
            "Messages refused because a queue was full.");
        meter.CreateObservableCounter("streamsupervisor.entity.recoveries", () => Volatile.Read(ref _recoveries), "{entity}",
            "Entities loaded from the journal.");
        meter.CreateObservableCounter("streamsupervisor.entity.faults", () => Volatile.Read(ref _faults), "{fault}",
            "Messages and recoveries that threw.");
    }

    /// <summary>A key has gone from one phase to another; a key that leaves memory goes to idle.</summary>
    public void Phase(LiveStreamPhase before, LiveStreamPhase now)
    {
        if (before != now)
        {
            Interlocked.Decrement(ref _phases[(int)before]);
            Interlocked.Increment(ref _phases[(int)now]);
        }
    }

    /// <summary>Keys whose actor runs on this member.</summary>
    public int InMemory => Volatile.Read(ref _entities);

    /// <summary>
    /// More keys are believed to be on air on a server whose actor runs on this member; less when negative. Not counted by the keys'
    /// actors: a key that is on air need not be in memory.
    /// </summary>
    public void OnAir(int more) => Interlocked.Add(ref _onAir, more);

    public void Entities(int more) => Interlocked.Add(ref _entities, more);

    public void CommandsInWork(int more) => Interlocked.Add(ref _inWork, more);

    public void Writing(int more) => Interlocked.Add(ref _writing, more);

    public void Workers(int more) => Interlocked.Add(ref _workers, more);

    public void Timers(int more) => Interlocked.Add(ref _timers, more);

    public void Rejected() => Interlocked.Increment(ref _rejected);

    public void Recovered() => Interlocked.Increment(ref _recoveries);

    private Measurement<int>[] Phases() =>
    [
        new(Volatile.Read(ref _onAir), new KeyValuePair<string, object?>("state", "live")),
        new(Volatile.Read(ref _phases[(int)LiveStreamPhase.Handover]), new KeyValuePair<string, object?>("state", "handover")),
        new(Volatile.Read(ref _phases[(int)LiveStreamPhase.Interrupted]), new KeyValuePair<string, object?>("state", "interrupted")),
    ];

    public void Faulted() => Interlocked.Increment(ref _faults);
}

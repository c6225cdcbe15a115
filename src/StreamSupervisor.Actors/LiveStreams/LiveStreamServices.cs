using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Domain.Stores;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>What the actors of all streams of a member share; one object, so that each actor holds one reference.</summary>
internal sealed class LiveStreamServices
{
    /// <summary>The rules by key.</summary>
    public required Reloadable<PolicyBook> Policies { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>
    /// Whether this member may speak for its keys now. False after it was paused for longer than a beat, until its row in the database
    /// says that it is still a member: another owner may have decided since. What is not answered is asked again.
    /// </summary>
    public required Func<bool> MayAnswer { get; init; }

    /// <summary>The way to the configured SRS servers.</summary>
    public required SrsServers Servers { get; init; }

    /// <summary>What this member knows of the process of a session, on the origin of that name.</summary>
    public required Func<string, SessionId, ProcessStanding> StandingOf { get; init; }

    /// <summary>Whether an answer with this server id is not the origin's of that name, as this member knows.</summary>
    public Func<string, string, bool> IsAnotherServer { get; init; } = (_, _) => false;

    /// <summary>Whether the origin of that name is down, as this member knows, or not configured.</summary>
    public required Func<string, bool> IsOutOfReach { get; init; }

    /// <summary>What the settings say about a publisher that SRS lists.</summary>
    public required RowReader Rules { get; init; }

    public LiveStreamSettings Settings { get; init; } = new();

    /// <summary>Whether anybody is admitted now, and from which generation on.</summary>
    public AdmissionHold Hold { get; init; } = new([]);

    /// <summary>How much of what this member's keys had written the journal has lost.</summary>
    public LostRecords Lost { get; } = new();

    /// <summary>The journal and snapshot store; empty for the configured ones. The warm-up uses others, which forget.</summary>
    public string JournalPluginId { get; init; } = "";

    /// <inheritdoc cref="JournalPluginId"/>
    public string SnapshotPluginId { get; init; } = "";

    /// <summary>Whether decisions are counted in the metrics and logged. Not those of the warm-up.</summary>
    public bool Counts { get; init; } = true;

    /// <summary>The keys of this member whose journal cannot be read.</summary>
    public QuarantinedStreams Quarantine { get; } = new();

    /// <summary>How often things happened on this member lately.</summary>
    public LastMinute LastMinute { get; init; } = new(TimeProvider.System);

    /// <summary>What is under way on this member, for the gauges.</summary>
    public LiveStreamGauges Gauges { get; } = new();

    /// <summary>Which servers were seen to copy from each other.</summary>
    public RelayPairs FirstOfRelays { get; } = new();

    /// <summary>Keeps the log readable while a journal is away.</summary>
    public LogThrottle LogThrottle { get; } = new();
}

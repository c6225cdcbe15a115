using System.Diagnostics.Metrics;
using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Actors.Counts;
using StreamSupervisor.Actors.Index;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Actors.Notices;
using StreamSupervisor.Actors.Origins;

namespace StreamSupervisor.Actors;

/// <content>What a member can be asked.</content>
public sealed partial class SupervisorSystem
{
    /// <summary>The way to the streams.</summary>
    public LiveStreamRegion Streams { get; }

    /// <summary>The way to the actors of the SRS servers.</summary>
    public OriginRegion Origins { get; }

    /// <summary>What this member knows of each SRS server.</summary>
    public OriginDirectory Directory { get; }

    /// <summary>What happened to a key.</summary>
    public Timeline Timeline { get; }

    /// <summary>What happened to all keys.</summary>
    public EventFeed Feed { get; }

    /// <summary>What happened beside the keys.</summary>
    public NoticeStore Notices { get; }

    /// <summary>How far the receivers of webhooks have heard.</summary>
    public WebhookStore Webhooks { get; }

    /// <summary>Lists of streams.</summary>
    public StreamIndex Index { get; }

    /// <summary>What all members count.</summary>
    public ClusterCounter Counter { get; }

    /// <summary>The keys of this member whose journal cannot be read.</summary>
    public QuarantinedStreams Quarantine => _services.Quarantine;

    /// <summary>Values that all members share.</summary>
    public StoredSettings Shared => new(_store);

    /// <summary>The cluster as this member sees it.</summary>
    public ClusterMembership Membership => _membership;

    /// <summary>
    /// Why nobody is admitted on this member for now though it serves: the database went back in time. Null: everybody is.
    /// </summary>
    public string? WhyHeld => _membership.Hold.IsSweeping(_time.GetElapsedTime(0), Directory.IsOutOfReach)
        ? "The database has gone back in time, or may have; nobody is admitted before these were looked at: "
            + $"{string.Join(", ", _membership.Hold.NotSwept)}. It goes on by itself."
        : null;

    /// <summary>What shards there are, and where.</summary>
    public ShardView Shards => new(_system);

    /// <summary>Registers what is counted of the streams of this member.</summary>
    public void Register(Meter meter)
    {
        _services.Gauges.Register(meter, _services.Quarantine, _services.Lost, _time);
        new ShardGauges(() => Shards.CountHereAsync(ShardsWithin)).Register(meter);
    }
}

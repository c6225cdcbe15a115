using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Hosting;

/// <summary>The region for those whom the region itself needs to be built: its effects ask the entities that started them.</summary>
internal sealed class LateRegion : IShardRegion<LiveStreamCommand, LiveStreamReply>
{
    private IShardRegion<LiveStreamCommand, LiveStreamReply>? _region;

    /// <summary>Set once, before anything runs.</summary>
    public IShardRegion<LiveStreamCommand, LiveStreamReply> Region
    {
        get => _region ?? throw new InvalidOperationException("The region is not built yet.");
        set => _region = value;
    }

    public Task<AskResult<LiveStreamReply>> AskAsync(string entityId, LiveStreamCommand command, DateTimeOffset deadline, CancellationToken cancellation) =>
        Region.AskAsync(entityId, command, deadline, cancellation);

    public bool Tell(string entityId, LiveStreamCommand command) => Region.Tell(entityId, command);
}

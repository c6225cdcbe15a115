using StreamSupervisor.Cluster.Peers;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Peers;

namespace StreamSupervisor.Server.Hosting;

/// <summary>What other members ask of this one: it answers from what is its own, and never passes on.</summary>
internal sealed class PeerHost(Supervisor supervisor) : IPeerHost
{
    private readonly ClusterRegion<LiveStreamCommand, LiveStreamReply> _region = supervisor.Cluster
        ?? throw new InvalidOperationException("A member that is alone has no peers.");

    public Task<PeerAnswer<LiveStreamReply>> AskLocalAsync(string entityId, LiveStreamCommand command, TimeSpan wait, CancellationToken cancellation) =>
        _region.AskLocalAsync(entityId, command, wait, cancellation);

    public bool TellLocal(string entityId, LiveStreamCommand command) => _region.TellLocal(entityId, command);

    public void Looked(OriginLook look) => supervisor.Looked(look);

    public void Closed(string origin, SessionId client) => supervisor.Desk.ClosedElsewhere(origin, client);
}

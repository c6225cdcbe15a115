using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.TestKit.Kernel;
using Behavior = StreamSupervisor.Cluster.Entities.IEntityBehavior<StreamSupervisor.Domain.LiveStreams.LiveStreamState,
    StreamSupervisor.Domain.LiveStreams.LiveStreamCommand, StreamSupervisor.Domain.LiveStreams.LiveStreamEvent, StreamSupervisor.Domain.LiveStreams.LiveStreamReply>;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>Where a test of the simulation breaks a rule of the product, to see that the simulation notices. Nothing is broken by default.</summary>
internal sealed record BrokenRules
{
    public Func<Behavior, World, Behavior> Behavior { get; init; } = (behavior, _) => behavior;
    public Func<ISrsApi, World, Node, ISrsApi> Api { get; init; } = (api, _, _) => api;
    public Action<MemoryStore> Store { get; init; } = _ => { };
    public Action<MemoryCluster> Cluster { get; init; } = _ => { };
    public Func<IJournal, IJournal> Journal { get; init; } = journal => journal;
    public Func<ClusterMemberSettings, ClusterMemberSettings> Membership { get; init; } = settings => settings;
}

using Xunit.Abstractions;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>
/// Random worlds in which two to four members share one database: the whole product, from the hook to the kick, with members that are killed, paused,
/// cut off and started anew. <c>SIMULATION_CLUSTER_SEEDS</c> is how many, <c>SIMULATION_CLUSTER_FIRST</c> where they begin,
/// <c>SIMULATION_CLUSTER_SEED</c> replays one, <c>SIMULATION_REPLAYS</c> is how often one seed must take the same way.
/// </summary>
public class ClusterSimulationTests(ITestOutputHelper output)
{
    private readonly int? _only = Seeds.Setting("SIMULATION_CLUSTER_SEED");

    [Fact]
    public void In_every_cluster_the_promises_hold() => Clusters(_only is null ? 40 : 4_000)
        .Hold(_only ?? Seeds.Setting("SIMULATION_CLUSTER_FIRST") ?? 1, _only is null ? Seeds.Setting("SIMULATION_CLUSTER_SEEDS") ?? 150 : 1);

    [Fact]
    public void A_cluster_replays_to_the_letter() => Clusters().Replay(seed: 7, Seeds.Setting("SIMULATION_REPLAYS") ?? 10);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Every_cluster_replays_to_the_letter(int seed) => Clusters().Replay(seed, 2);

    private Seeds Clusters(int telling = 40) => new(seed => new World(seed, cluster: true) { Telling = telling }, output);
}

using Xunit.Abstractions;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>
/// Random worlds, thousands of them, each told by its seed. <c>SIMULATION_SEEDS</c> is how many, <c>SIMULATION_FIRST</c> where they begin,
/// <c>SIMULATION_SEED</c> replays one.
/// <para>
/// What no rule can know is no broken promise: an on_connect that comes seconds late, after its encoder was let in on another connection,
/// looks with the on_close behind it like a newer attempt that SRS refused unseen, and ends that one. Hooks have no time, so attempts count
/// in the order in which they arrive. To wait for a second such trace would make the second try of every encoder without proof a third.
/// </para>
/// </summary>
public class SimulationTests(ITestOutputHelper output)
{
    private readonly int? _only = Seeds.Setting("SIMULATION_SEED");

    [Fact]
    public void In_every_world_the_promises_hold() => Worlds(_only is null ? 40 : 4_000)
        .Hold(_only ?? Seeds.Setting("SIMULATION_FIRST") ?? 1, _only is null ? Seeds.Setting("SIMULATION_SEEDS") ?? 2_000 : 1);

    [Fact]
    public void In_every_world_whose_database_goes_back_in_time_the_promises_hold() =>
        new Seeds(seed => new World(seed) { RollsBack = true, Telling = _only is null ? 40 : 4_000 }, output)
            .Hold(_only ?? Seeds.Setting("SIMULATION_FIRST") ?? 1, _only is null ? Seeds.Setting("SIMULATION_SEEDS") ?? 500 : 1);

    [Fact]
    public void In_every_world_whose_wires_are_cut_and_repaired_the_promises_hold() =>
        new Seeds(seed => new World(seed) { CutsWires = true, Telling = _only is null ? 40 : 4_000 }, output)
            .Hold(_only ?? Seeds.Setting("SIMULATION_FIRST") ?? 1, _only is null ? Seeds.Setting("SIMULATION_SEEDS") ?? 500 : 1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_seed_replays_to_the_letter(int seed) => Worlds().Replay(seed);

    private Seeds Worlds(int telling = 40) => new(seed => new World(seed) { Telling = telling }, output);
}

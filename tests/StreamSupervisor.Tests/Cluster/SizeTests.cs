using StreamSupervisor.TestKit.Kernel;
using StreamSupervisor.TestKit.Time;
using Xunit.Abstractions;

namespace StreamSupervisor.Tests.Cluster;

[Collection("measures memory")]
[CollectionDefinition("measures memory", DisableParallelization = true)]
public sealed class SizeTests(ITestOutputHelper output)
{
    private const int Entities = 100_000;

    [Fact]
    public void An_idle_entity_costs_at_most_150_bytes_over_a_dictionary_entry()
    {
        var ids = Enumerable.Range(0, Entities).Select(i => $"__defaultVhost__/live/cam{i}").ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var plain = new Dictionary<string, CounterState>();
        foreach (var id in ids)
        {
            plain.Add(id, CounterState.Empty);
        }

        var entry = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Entities;
        GC.KeepAlive(plain);
        var simulation = new SimulationScheduler(new VirtualTime());
        using var member = CounterMember.Serving(new MemoryStore(), simulation);
        member.Quiet = true;
        before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (var id in ids)
        {
            member.Tell(id, new Read()).ShouldBeTrue();
        }

        simulation.RunReady();
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Entities;

        member.Region.EntitiesInMemory.ShouldBe(Entities);
        output.WriteLine($"{each:F0} B an idle entity, {entry:F0} B a dictionary entry");
        (each - entry).ShouldBeLessThan(150);
    }
}

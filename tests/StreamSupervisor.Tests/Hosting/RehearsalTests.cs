using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Hosting;

public class RehearsalTests
{
    /// <summary>Hooks that come meanwhile wait: a member that has been started anew would hold encoders for as long as it rehearses.</summary>
    [Fact]
    public void It_waits_for_nothing_but_the_processor()
    {
        var simulation = new SimulationScheduler(new VirtualTime());
        var began = simulation.Time.GetUtcNow();

        simulation.Run(() => Rehearsal.PlayAsync(simulation.Time, NullLogger.Instance, CancellationToken.None));

        (simulation.Time.GetUtcNow() - began).ShouldBeLessThan(TimeSpan.FromSeconds(0.2));
    }
}

using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Srs;

public class SrsCircuitTests
{
    [Fact]
    public void A_circuit_opens_after_failures_in_a_row_and_lets_one_call_try_later()
    {
        var time = new VirtualTime();
        var circuit = CircuitOf(3, time);
        for (var i = 0; i < 3; i++)
        {
            circuit.MayCall().ShouldBeTrue();
            circuit.Report(answered: false);
        }

        circuit.MayCall().ShouldBeFalse();
        circuit.IsOpen.ShouldBeTrue();
        time.Advance(TimeSpan.FromSeconds(2));
        circuit.IsOpen.ShouldBeFalse();
        circuit.MayCall().ShouldBeTrue();
        circuit.IsOpen.ShouldBeTrue();
        circuit.MayCall().ShouldBeFalse(); // one tries, the others wait for what it finds
        circuit.Report(answered: false);
        circuit.MayCall().ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(2));
        circuit.MayCall().ShouldBeTrue();
        circuit.Report(answered: true);
        circuit.MayCall().ShouldBeTrue();
        circuit.MayCall().ShouldBeTrue();
    }

    [Fact]
    public void A_success_in_between_keeps_a_circuit_closed()
    {
        var circuit = CircuitOf(2, new VirtualTime());
        for (var i = 0; i < 10; i++)
        {
            circuit.MayCall().ShouldBeTrue();
            circuit.Report(answered: i % 2 == 0);
        }
    }

    private static SrsCircuit CircuitOf(int breakAfter, TimeProvider time) =>
        new("srs-1", breakAfter, TimeSpan.FromSeconds(2), time, NullLogger.Instance);
}

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
            Pass(circuit).Report(answered: false).ShouldBe(i == 2);
        }

        circuit.TryPass().ShouldBeNull();
        circuit.IsOpen.ShouldBeTrue();
        time.Advance(TimeSpan.FromSeconds(2));
        circuit.IsOpen.ShouldBeFalse();
        var trial = Pass(circuit);
        circuit.IsOpen.ShouldBeTrue();
        circuit.TryPass().ShouldBeNull(); // one tries, the others wait for what it finds
        trial.Report(answered: false);
        circuit.TryPass().ShouldBeNull();
        time.Advance(TimeSpan.FromSeconds(2));
        Pass(circuit).Report(answered: true);
        Pass(circuit);
        Pass(circuit);
    }

    [Fact]
    public void A_success_in_between_keeps_a_circuit_closed()
    {
        var circuit = CircuitOf(2, new VirtualTime());
        for (var i = 0; i < 10; i++)
        {
            Pass(circuit).Report(answered: i % 2 == 0);
        }
    }

    [Fact]
    public void Calls_that_are_late_count_as_failed_until_one_is_answered()
    {
        var circuit = CircuitOf(3, new VirtualTime());
        var calls = Enumerable.Range(0, 4).Select(_ => Pass(circuit)).ToList();
        calls[0].Late().ShouldBeFalse();
        calls[1].Late().ShouldBeFalse();
        calls[1].Late().ShouldBeFalse(); // the same one
        calls[2].Late().ShouldBeTrue();
        circuit.TryPass().ShouldBeNull();

        calls[3].Report(answered: true).ShouldBeFalse();
        circuit.IsOpen.ShouldBeFalse();
        Pass(circuit);
    }

    [Fact]
    public void A_late_call_that_fails_counts_once_and_one_that_is_over_is_not_late()
    {
        var time = new VirtualTime();
        var circuit = CircuitOf(3, time);
        var calls = Enumerable.Range(0, 3).Select(_ => Pass(circuit)).ToList();
        calls[0].Late();
        calls[1].Late();
        calls[0].Report(answered: false);
        circuit.IsOpen.ShouldBeFalse();
        calls[2].Withdraw();
        calls[2].Late().ShouldBeFalse();
        circuit.IsOpen.ShouldBeFalse();

        // The last of three failures: from here on one call in two seconds may try, late ones or not.
        Pass(circuit).Report(answered: false).ShouldBeTrue();
        calls[1].Report(answered: false).ShouldBeTrue();
        time.Advance(TimeSpan.FromSeconds(2));
        Pass(circuit);
    }

    private static SrsCircuit.Passage Pass(SrsCircuit circuit) => circuit.TryPass().ShouldNotBeNull();

    private static SrsCircuit CircuitOf(int breakAfter, TimeProvider time) =>
        new("srs-1", breakAfter, TimeSpan.FromSeconds(2), time, NullLogger.Instance);
}

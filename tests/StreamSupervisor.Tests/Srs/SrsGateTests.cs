using StreamSupervisor.Srs.Api;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Srs;

public class SrsGateTests
{
    private readonly SimulationScheduler _scheduler = new(new VirtualTime());
    private readonly List<string> _entered = [];

    [Fact]
    public void As_many_calls_run_as_there_are_places()
    {
        var gate = GateOf(2);
        Queue(gate, SrsPriority.Kick, 5);
        _entered.ShouldBe(["Kick 0", "Kick 1"]);
        Leave(gate);
        _entered.Count.ShouldBe(3);
    }

    [Fact]
    public void A_kick_overtakes_500_checks_and_sweeps_that_wait()
    {
        var gate = GateOf(8);
        Queue(gate, SrsPriority.Sweep, 258);
        Queue(gate, SrsPriority.Check, 250);
        Queue(gate, SrsPriority.Kick, 1);
        Leave(gate);
        _entered.Last().ShouldBe("Kick 0");
        Leave(gate);
        _entered.Last().ShouldBe("Check 0");
    }

    [Fact]
    public void Checks_without_end_leave_the_sweeps_a_place_now_and_then()
    {
        var gate = GateOf(1);
        Queue(gate, SrsPriority.Kick, 1);
        Queue(gate, SrsPriority.Sweep, 3);
        Queue(gate, SrsPriority.Check, 40);
        for (var i = 0; i < 32; i++)
        {
            Leave(gate);
        }

        _entered.Count(name => name.StartsWith("Sweep", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public void A_full_line_of_checks_refuses_checks_and_no_kicks()
    {
        var gate = GateOf(1);
        Queue(gate, SrsPriority.Check, 1 + SrsGate.MaxWaiting);
        Enter(gate, SrsPriority.Check).Result.ShouldBe(SrsGateOutcome.Full);
        var kick = Enter(gate, SrsPriority.Kick);
        kick.IsCompleted.ShouldBeFalse();
        Leave(gate);
        kick.Result.ShouldBe(SrsGateOutcome.Entered);
    }

    [Fact]
    public void A_call_that_is_cancelled_while_it_waits_takes_no_place()
    {
        var gate = GateOf(1);
        using var gone = new CancellationTokenSource();
        Queue(gate, SrsPriority.Kick, 1);
        var given = Enter(gate, SrsPriority.Kick, gone.Token);
        var patient = Enter(gate, SrsPriority.Kick);

        _scheduler.Inside(() => { gone.Cancel(); return true; });
        Leave(gate);

        given.IsCanceled.ShouldBeTrue();
        patient.Result.ShouldBe(SrsGateOutcome.Entered);
    }

    [Fact]
    public void No_call_waits_for_ever()
    {
        var gate = GateOf(1);
        Queue(gate, SrsPriority.Kick, 1);
        var late = Enter(gate, SrsPriority.Check);
        _scheduler.RunFor(SrsGate.LongestWait - TimeSpan.FromMilliseconds(1));
        late.IsCompleted.ShouldBeFalse();
        _scheduler.RunFor(TimeSpan.FromMilliseconds(1));
        late.Result.ShouldBe(SrsGateOutcome.WaitedTooLong);

        Leave(gate);
        Enter(gate, SrsPriority.Sweep).Result.ShouldBe(SrsGateOutcome.Entered); // the one that gave up has not kept the place
    }

    [Fact]
    public void Those_who_are_sent_away_wait_no_more_and_the_places_stay()
    {
        var gate = GateOf(1);
        Queue(gate, SrsPriority.Sweep, 1);
        var waiting = new[] { Enter(gate, SrsPriority.Kick), Enter(gate, SrsPriority.Check), Enter(gate, SrsPriority.Sweep) };
        _scheduler.Inside(() => { gate.SendAway(); return true; });
        _scheduler.RunReady();
        waiting.ShouldAllBe(one => one.Result == SrsGateOutcome.SentAway);

        var next = Enter(gate, SrsPriority.Kick);
        next.IsCompleted.ShouldBeFalse();
        Leave(gate);
        next.Result.ShouldBe(SrsGateOutcome.Entered);
    }

    private SrsGate GateOf(int places) => new(places, _scheduler.Time);

    private void Queue(SrsGate gate, SrsPriority priority, int calls)
    {
        _scheduler.Inside(() => Enumerable.Range(0, calls).Select(EnterAsync).ToList());
        _scheduler.RunReady();

        async Task EnterAsync(int number)
        {
            (await gate.EnterAsync(priority, default)).ShouldBe(SrsGateOutcome.Entered);
            _entered.Add($"{priority} {number}");
        }
    }

    private Task<SrsGateOutcome> Enter(SrsGate gate, SrsPriority priority, CancellationToken cancellation = default)
    {
        var entering = _scheduler.Inside(() => gate.EnterAsync(priority, cancellation).AsTask());
        _scheduler.RunReady();
        return entering;
    }

    private void Leave(SrsGate gate)
    {
        _scheduler.Inside(() => { gate.Leave(); return true; });
        _scheduler.RunReady();
    }
}

using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

/// <summary>Beliefs that were wrong, and how they come right again.</summary>
public partial class OriginStateTests
{
    [Fact]
    public void A_process_that_was_taken_for_over_by_mistake_comes_back_with_two_looks_in_a_row()
    {
        var wrong = Ours with { ServiceId = "process-of-another" }; // two servers with one server_id in their files
        Identify(Ours);
        Wait(1);
        Identify(wrong).Counts.ShouldBeTrue();
        Wait(5);

        Identify(Ours).ShouldBe(new ApiOutcome(Counts: false, Identify: true, []));
        Identify(Ours).Counts.ShouldBeTrue();

        _events.OfType<OriginEvent.ProcessRestored>().Single().ShouldBe(new OriginEvent.ProcessRestored(Ours, wrong));
        Heard(Ours).ShouldBe(HookStanding.Current);
        _state.Snapshot().StandingOf(Id(wrong)).ShouldBe(ProcessStanding.Superseded);
    }

    [Fact]
    public void Or_with_one_look_when_a_hook_says_the_same()
    {
        var wrong = Ours with { ServiceId = "process-of-another" };
        Identify(Ours);
        Identify(wrong);
        Wait(5);

        _state.Heard(Ours.ServerId, Ours.ServiceId, Now).ShouldBe(new HookOutcome(HookStanding.Superseded, Identify: true, []));
        Identify(Ours).Counts.ShouldBeTrue();

        Heard(Ours).ShouldBe(HookStanding.Current);
    }

    [Fact]
    public void Two_looks_at_the_same_time_are_not_two_in_a_row()
    {
        var next = Ours with { ServiceId = "process-2" };
        Identify(Ours);
        var askedAt = _elapsed;
        Wait(0.1);
        Identify(next);

        // Both were answered before the restart and were long on their way.
        _state.Answered(Ours, askedAt, Now).Counts.ShouldBeFalse();
        Wait(0.1);
        _state.Answered(Ours, askedAt, Now).Counts.ShouldBeFalse();
        _state.Process.ShouldBe(next);
    }

    [Fact]
    public void Hooks_of_the_process_that_is_believed_speak_against_looks_that_name_an_earlier_one()
    {
        var next = Ours with { ServiceId = "process-2" };
        Identify(Ours);
        Identify(next);
        Wait(1);
        Identify(Ours);
        Wait(0.5);
        Heard(next).ShouldBe(HookStanding.Current);
        Wait(0.5);

        Identify(Ours).Counts.ShouldBeFalse();

        _state.Process.ShouldBe(next);
    }

    [Fact]
    public void A_server_that_was_first_seen_at_a_wrong_address_gives_way_without_a_hook_after_ten_seconds()
    {
        Identify(Other);
        for (var i = 0; i < 2; i++)
        {
            Wait(5);
            Identify(Ours).Counts.ShouldBeFalse();
        }

        Wait(5);
        Identify(Ours).Counts.ShouldBeTrue();
        _state.Process.ShouldBe(Ours);
    }

    [Fact]
    public void And_at_once_with_a_hook()
    {
        Identify(Other);
        _state.Heard(Ours.ServerId, Ours.ServiceId, Now).ShouldBe(new HookOutcome(HookStanding.WrongServer, Identify: true, []));
        Identify(Other); // wrong still
        Wait(1);
        Heard(Ours).ShouldBe(HookStanding.WrongServer);

        Identify(Ours).Counts.ShouldBeTrue();

        Heard(Ours).ShouldBe(HookStanding.Current);
    }

    [Fact]
    public void Whatever_was_said_while_it_was_wrong_an_honest_encoder_gets_in_with_the_first_look_that_is_right()
    {
        OriginProcess[] all =
        [
            Ours, Other, Ours with { ServiceId = "process-2" }, Other with { ServiceId = "process-8" },
            Ours with { ServerId = "server-renamed" }, new("server-1", "100:5000", "100", new SrsVersion(4, 0, 271)),
        ];
        for (var seed = 0; seed < 5_000; seed++)
        {
            var random = new Random(seed);
            var trial = new OriginStateTests();
            for (var i = random.Next(40); i > 0; i--)
            {
                var process = all[random.Next(all.Length)];
                trial.Say(random.Next(6), process);
                trial.Wait(random.NextDouble() * (random.Next(4) == 0 ? 20 : 1));
            }

            var right = all[random.Next(all.Length)];
            trial.Heard(right);
            trial.Identify(right);

            trial.Heard(right).ShouldBe(HookStanding.Current, $"seed {seed}");
            trial._state.Snapshot().Misaddressed.ShouldBeNull($"seed {seed}");
            trial._state.Snapshot().Status.ShouldBe(OriginStatus.Up, $"seed {seed}");
            trial._state.Snapshot().StandingOf(Id(right)).ShouldBe(ProcessStanding.Current, $"seed {seed}");
        }
    }

    [Fact]
    public void Hooks_that_name_another_server_than_the_api_are_told_once_and_forgotten_after_a_minute()
    {
        Identify(Ours);
        for (var i = 0; i < 5; i++)
        {
            Heard(Other).ShouldBe(HookStanding.WrongServer);
            Wait(1);
            Identify(Ours);
        }

        _events.OfType<OriginEvent.HooksDisagree>().Count().ShouldBe(1);
        _state.Snapshot().HooksDisagree.ShouldNotBeNull();
        _state.Process.ShouldBe(Ours);

        Wait(61);
        Identify(Ours);
        _state.Snapshot().HooksDisagree.ShouldBeNull();
        _events.OfType<OriginEvent.HooksAgree>().Count().ShouldBe(1);
    }

    [Fact]
    public void Wrong_hooks_make_nobody_ask_the_api_more_than_twice_a_second()
    {
        Identify(Ours);
        var asked = 0;
        for (var i = 0; i < 100; i++)
        {
            asked += _state.Heard(Other.ServerId, Other.ServiceId, Now).Identify ? 1 : 0;
            Wait(0.05);
        }

        asked.ShouldBe(10);
    }
}

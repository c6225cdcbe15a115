using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

/// <summary>Who runs on a server, as its API and its hooks say, and what a wrong answer of either may not do.</summary>
public class OriginStateTests
{
    private static readonly SrsVersion Version = new(7, 0, 18);
    private static readonly OriginProcess Ours = new("server-1", "process-1", "1", Version);
    private static readonly OriginProcess Other = new("server-9", "process-9", "9", Version);
    private readonly OriginState _state = new("srs-1");
    private readonly List<OriginEvent> _events = [];
    private TimeSpan _elapsed = TimeSpan.FromDays(1);

    private Moment Now => new(DateTimeOffset.UnixEpoch + _elapsed, _elapsed);

    [Fact]
    public void The_first_answer_says_who_runs_there()
    {
        Heard(Ours).ShouldBe(HookStanding.Unknown);
        Identify(Ours).Counts.ShouldBeTrue();

        _events.OfType<OriginEvent.ProcessLearnt>().Single().Process.ShouldBe(Ours);
        Heard(Ours).ShouldBe(HookStanding.Current);
        _state.Snapshot().Status.ShouldBe(OriginStatus.Up);
        _state.Snapshot().StandingOf(Id(Ours)).ShouldBe(ProcessStanding.Current);
    }

    [Fact]
    public void A_new_process_of_the_same_server_is_believed_at_once()
    {
        Identify(Ours);
        var next = Ours with { ServiceId = "process-2" };

        _state.Heard(next.ServerId, next.ServiceId, Now).ShouldBe(new HookOutcome(HookStanding.Unknown, Identify: true, []));
        Identify(next).Counts.ShouldBeTrue();

        _events.OfType<OriginEvent.ProcessReplaced>().Single().ShouldBe(new OriginEvent.ProcessReplaced(Ours, next));
        Heard(Ours).ShouldBe(HookStanding.Superseded);
        _state.Snapshot().StandingOf(Id(Ours)).ShouldBe(ProcessStanding.Superseded);
        _state.Snapshot().StandingOf(Id(next)).ShouldBe(ProcessStanding.Current);
    }

    [Fact]
    public void An_api_that_answers_as_another_server_for_six_seconds_keeps_no_encoder_out_then_or_later()
    {
        Identify(Ours);
        Heard(Ours);
        for (var i = 0; i < 6; i++)
        {
            Wait(1);
            Identify(Other).Counts.ShouldBeFalse();
            Heard(Ours).ShouldBe(HookStanding.Current);
        }

        var wrong = _state.Snapshot();
        wrong.Misaddressed.ShouldNotBeNull();
        wrong.Status.ShouldBe(OriginStatus.Suspect);
        wrong.Process.ShouldBe(Ours);
        wrong.StandingOf(Id(Ours)).ShouldBe(ProcessStanding.Unknown); // a DELETE there would reach another server
        _events.OfType<OriginEvent.Misaddressed>().Count().ShouldBe(1);

        Wait(1);
        Identify(Ours).Counts.ShouldBeTrue();

        var right = _state.Snapshot();
        right.Misaddressed.ShouldBeNull();
        right.Status.ShouldBe(OriginStatus.Up);
        right.Superseded.ShouldBeEmpty();
        _events.OfType<OriginEvent.ProcessReplaced>().ShouldBeEmpty();
        _events.OfType<OriginEvent.AddressedRight>().Count().ShouldBe(1);
        Heard(Ours).ShouldBe(HookStanding.Current);
    }

    [Fact]
    public void No_answer_counts_while_the_address_is_wrong_and_any_that_names_the_right_server_asks_for_its_whole_name()
    {
        Identify(Ours);
        Identify(Other);

        _state.Answered(Other.ServerId, Other.ServiceId, Now).ShouldBe(new ApiOutcome(Counts: false, Identify: true, []));
        _state.Answered("", "", Now).ShouldBe(new ApiOutcome(Counts: false, Identify: false, []));
        _state.Answered(Ours.ServerId, Ours.ServiceId, Now).ShouldBe(new ApiOutcome(Counts: false, Identify: true, []));
    }

    [Fact]
    public void A_server_without_a_configured_name_that_was_started_again_is_believed_once_a_hook_and_the_api_agree()
    {
        Identify(Ours);
        Heard(Ours);
        var next = new OriginProcess("server-renamed", "process-2", "2", Version);

        // Hooks come before the API was asked.
        _state.Heard(next.ServerId, next.ServiceId, Now).ShouldBe(new HookOutcome(HookStanding.WrongServer, Identify: true, []));
        Wait(0.001);
        Identify(next).Counts.ShouldBeTrue();

        Heard(next).ShouldBe(HookStanding.Current);
        _events.OfType<OriginEvent.ProcessReplaced>().Count().ShouldBe(1);
        _events.OfType<OriginEvent.Misaddressed>().ShouldBeEmpty();
    }

    [Fact]
    public void Or_the_api_first_and_then_a_hook()
    {
        Identify(Ours);
        Heard(Ours);
        var next = new OriginProcess("server-renamed", "process-2", "2", Version);
        Wait(1);
        Identify(next).Counts.ShouldBeFalse();
        _state.Snapshot().Misaddressed.ShouldNotBeNull();
        Wait(4);

        Heard(next).ShouldBe(HookStanding.Current);

        _state.Snapshot().Misaddressed.ShouldBeNull();
        _state.Snapshot().StandingOf(Id(Ours)).ShouldBe(ProcessStanding.Superseded);
    }

    [Fact]
    public void SRS_4_without_a_configured_name_is_believed_the_same_way_though_its_hooks_name_no_process()
    {
        Identify(new OriginProcess("vid-1", "100:5000", "100", new SrsVersion(4, 0, 271)));
        _state.Heard("vid-1", "", Now).ShouldBe(new HookOutcome(HookStanding.Unnamed, Identify: false, []));
        var next = new OriginProcess("vid-2", "200:9000", "200", new SrsVersion(4, 0, 271));

        _state.Heard("vid-2", "", Now).Standing.ShouldBe(HookStanding.WrongServer);
        Identify(next).Counts.ShouldBeTrue();

        _state.Heard("vid-2", "", Now).Standing.ShouldBe(HookStanding.Unnamed);
        _state.Snapshot().NameOf("vid-2", "", "c").ShouldBe(new SessionId("vid-2", "200:9000", "c"));
    }

    [Fact]
    public void A_hook_without_a_server_id_means_the_server_that_its_token_names()
    {
        Identify(Ours);
        _state.Heard("", "", Now).Standing.ShouldBe(HookStanding.Unnamed);
        _state.Snapshot().NameOf("", "", "c").ShouldBe(new SessionId(Ours.ServerId, Ours.ServiceId, "c"));
    }

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

    [Fact]
    public void A_server_that_stays_away_is_down_after_ten_seconds_and_up_again_with_its_next_answer()
    {
        Identify(Ours);
        Fail();
        _state.Snapshot().Status.ShouldBe(OriginStatus.Suspect);
        Wait(10);
        Fail();
        _state.Snapshot().Status.ShouldBe(OriginStatus.Down);
        _state.Snapshot().LastError.ShouldBe("refused");

        _events.AddRange(_state.Answered(Ours.ServerId, Ours.ServiceId, Now).Events);
        _state.Snapshot().Status.ShouldBe(OriginStatus.Up);
        _state.Snapshot().LastError.ShouldBeNull();
        _events.OfType<OriginEvent.StatusChanged>().Select(change => change.To)
            .ShouldBe([OriginStatus.Up, OriginStatus.Suspect, OriginStatus.Down, OriginStatus.Up]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_server_whose_api_is_away_but_that_sends_heartbeats_or_hooks_is_suspect_and_down_only_when_they_end(bool heartbeat)
    {
        Identify(Ours);
        Fail();
        Wait(2);
        _ = heartbeat ? _state.Heartbeat(Ours.ServerId, Ours.ServiceId, 12.5, Now) : _state.Heard(Ours.ServerId, Ours.ServiceId, Now);
        Wait(10);
        Fail();
        _state.Snapshot().Status.ShouldBe(OriginStatus.Suspect);
        _state.Snapshot().CpuPercent.ShouldBe(heartbeat ? 12.5 : 0);

        Wait(6);
        Fail();
        _state.Snapshot().Status.ShouldBe(OriginStatus.Down);
    }

    [Fact]
    public void A_wall_clock_that_is_set_back_makes_nobody_up_or_down()
    {
        Identify(Ours);
        Fail();
        _elapsed += TimeSpan.FromSeconds(10);

        _state.Failed("refused", new Moment(Now.Utc - TimeSpan.FromMinutes(10), _elapsed));

        _state.Snapshot().Status.ShouldBe(OriginStatus.Down);
    }

    [Fact]
    public void Processes_that_are_over_are_remembered_up_to_a_bound()
    {
        for (var i = 0; i < 200; i++)
        {
            Identify(Ours with { ServiceId = $"process-{i}" });
        }

        _state.Snapshot().Superseded.Length.ShouldBe(64);
        _state.Snapshot().Superseded[^1].ShouldBe("process-198");
    }

    [Fact]
    public void The_load_is_that_of_the_last_list()
    {
        Identify(Ours);
        _state.Listed(new Look(Ours,
            [
                new StreamRow("1", "v", "live", "a", Active: true, "c", 1, 1) { ReceivedKbps = 800 },
                new StreamRow("2", "v", "live", "b", Active: false, "", 1, 0),
            ],
            Now, _elapsed, TimeSpan.FromMilliseconds(3)));
        _state.Busy(7);
        _state.Busy(null);

        var snapshot = _state.Snapshot();
        (snapshot.Streams, snapshot.ActiveStreams, snapshot.BytesPerSecond, snapshot.CpuPercent).ShouldBe((2, 1, 100_000, 7));
    }

    private ApiOutcome Identify(OriginProcess process)
    {
        var askedAt = _elapsed;
        Wait(0.001);
        var outcome = _state.Answered(process, askedAt, Now);
        _events.AddRange(outcome.Events);
        return outcome;
    }

    private HookStanding Heard(OriginProcess process)
    {
        var outcome = _state.Heard(process.ServerId, process.ServiceId, Now);
        _events.AddRange(outcome.Events);
        return outcome.Standing;
    }

    private void Say(int what, OriginProcess process)
    {
        switch (what)
        {
            case 0:
                Fail();
                break;
            case 1:
                Heard(process);
                break;
            case 2:
                _state.Heard(process.ServerId, "", Now);
                break;
            case 3:
                _state.Answered(process.ServerId, process.ServiceId, Now);
                break;
            default:
                Identify(process);
                break;
        }
    }

    private void Fail() => _events.AddRange(_state.Failed("refused", Now));

    private void Wait(double seconds) => _elapsed += TimeSpan.FromSeconds(seconds);

    private static SessionId Id(OriginProcess process) => new(process.ServerId, process.ServiceId, "c");
}

using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Tests.Domain.Origins;

/// <summary>Who runs on a server, as its API and its hooks say, and what a wrong answer of either may not do.</summary>
public partial class OriginStateTests
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
    public void An_actor_that_begins_while_the_api_answers_as_another_server_believes_what_members_remember()
    {
        _state.Remember(Ours, heardFromHooks: true);
        _state.Snapshot().Status.ShouldBe(OriginStatus.Unknown);

        for (var i = 0; i < 20; i++)
        {
            Wait(1);
            Identify(Other).Counts.ShouldBeFalse();
        }

        _state.Process.ShouldBe(Ours);
        Identify(Ours).Counts.ShouldBeTrue();
        _state.Snapshot().Status.ShouldBe(OriginStatus.Up);
    }

    [Fact]
    public void What_is_remembered_gives_way_to_the_next_process_to_hooks_and_to_ten_seconds_where_no_hook_had_named_it()
    {
        var next = Ours with { ServiceId = "process-2" };
        _state.Remember(Ours, heardFromHooks: false);
        Identify(next).Counts.ShouldBeTrue();
        _state.Remember(Ours, heardFromHooks: true);
        _state.Process.ShouldBe(next);

        var other = new OriginState("srs-2");
        other.Remember(Ours, heardFromHooks: true);
        other.Heard(Other.ServerId, Other.ServiceId, Now);
        other.Answered(Other, _elapsed, Now).Counts.ShouldBeTrue();
        other.Process.ShouldBe(Other);

        var unheard = new OriginState("srs-3");
        unheard.Remember(Ours, heardFromHooks: false);
        unheard.Answered(Other, _elapsed, Now).Counts.ShouldBeFalse();
        Wait(11);
        unheard.Answered(Other, _elapsed, Now).Counts.ShouldBeTrue();
        unheard.Process.ShouldBe(Other);
    }

    [Fact]
    public void A_first_answer_that_is_another_origins_is_believed_when_a_hook_says_so()
    {
        _state.Answered(Other, _elapsed, Now, claimant: "srs-2").Counts.ShouldBeFalse();
        _state.Process.ShouldBeNull();
        _state.Snapshot().Misaddressed!.ShouldContain("srs-2 is that one");

        _state.Answered(Ours, _elapsed, Now).Counts.ShouldBeTrue();
        (_state.Process, _state.Snapshot().Misaddressed).ShouldBe((Ours, null));

        var twice = new OriginState("srs-3");
        twice.Heard(Other.ServerId, Other.ServiceId, Now);
        twice.Answered(Other, _elapsed, Now, claimant: "srs-2").Counts.ShouldBeTrue();
    }

    [Fact]
    public void An_origin_whose_api_answers_as_that_of_another_was_not_looked_at_unless_its_hooks_name_the_process()
    {
        OriginSnapshot Swept(string name, bool heard) => new(name, OriginStatus.Up, null, Ours) { SweptEpoch = 3, HeardFromHooks = heard };
        OriginSnapshot[] all = [Swept("srs-1", heard: false), Swept("srs-2", heard: true)];

        all[0].SweptEpochAmong(all).ShouldBe(0);
        all[1].SweptEpochAmong(all).ShouldBe(3);
        all[0].SweptEpochAmong([all[0], OriginSnapshot.Unknown("srs-2")]).ShouldBe(3);
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

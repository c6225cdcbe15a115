using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Effects;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.Srs.Hooks;
using StreamSupervisor.Tests.Srs;

namespace StreamSupervisor.Tests.Hooks;

public class HookDeskTests
{
    private static readonly string Id = SrsScene.Key.ToString();
    private readonly SrsScene _scene = new();
    private bool _wantsToPublish;
    private string _whenUnavailable = "refuse";
    private HookDesk? _desk;

    public HookDeskTests()
    {
        _scene.Region.Answer = _ => AskResult<LiveStreamReply>.Answered(new Allowed(7));
    }

    [Fact]
    public void A_publisher_that_its_entity_lets_in_hears_zero()
    {
        Hear(Call(HookAction.OnPublish)).ShouldBe(SrsHookReply.Yes);

        var asked = _scene.Region.AskedOf<RequestPublish>().Single();
        asked.By.ShouldBe(new Publisher(_scene.SessionOf("c1"), "srs-1", "10.0.0.7", "key"));
        asked.In.ShouldBe(AskedIn.OnPublish);
        asked.Hold.ShouldBe(CallOrder.Of(_scene.Srs.Version).Limits(TimeSpan.FromSeconds(2.5), AskedIn.OnPublish));
    }

    [Fact]
    public void A_publisher_that_is_refused_hears_the_number_and_the_sentence_of_the_reason()
    {
        Answer(new Refused(7, RefusalReason.IncumbentAlive, TimeSpan.FromSeconds(10)));

        var reply = Hear(Call(HookAction.OnPublish));

        reply.Code.ShouldBe(RefusalCatalog.Of(RefusalReason.IncumbentAlive).Code);
        reply.Message.ShouldBe(RefusalCatalog.Of(RefusalReason.IncumbentAlive).English);
    }

    [Fact]
    public void An_entity_whose_answer_is_not_known_is_asked_again_until_it_is()
    {
        var asks = 0;
        _scene.Region.Answer = _ => ++asks switch
        {
            1 => AskResult<LiveStreamReply>.Not(AskStatus.Unknown, "timeout"),
            < 5 => AskResult<LiveStreamReply>.Not(AskStatus.Unavailable, "no owner"),
            _ => AskResult<LiveStreamReply>.Answered(new Allowed(7)),
        };

        Hear(Call(HookAction.OnPublish)).ShouldBe(SrsHookReply.Yes);
        _scene.Region.AskedOf<RequestPublish>().Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("refuse", AskStatus.Unavailable, false)]
    [InlineData("allow", AskStatus.Unavailable, true)]
    [InlineData("refuse", AskStatus.Overloaded, false)]
    [InlineData("allow", AskStatus.Failed, true)]
    public void Without_a_decision_in_time_the_setting_speaks(string setting, AskStatus status, bool allowed)
    {
        _whenUnavailable = setting;
        _scene.Region.Answer = _ => AskResult<LiveStreamReply>.Not(status, "test");
        var startedAt = _scene.Time.GetUtcNow();

        Hear(Call(HookAction.OnPublish)).ShouldBe(allowed ? SrsHookReply.Yes : HookRefusals.Of(RefusalReason.Unavailable));

        (_scene.Time.GetUtcNow() - startedAt).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_name_that_is_no_key_is_refused_without_asking_anybody()
    {
        Hear(Call(HookAction.OnPublish) with { Stream = "a\nb" }).Code.ShouldBe(RefusalCatalog.Of(RefusalReason.InvalidKey).Code);
        _scene.Region.Asked.ShouldBeEmpty();
    }

    [Fact]
    public void A_connection_that_may_be_a_viewer_is_answered_at_once_and_nobody_is_asked()
    {
        _scene.Srs.Reachable = false;
        var startedAt = _scene.Time.GetUtcNow();

        Hear(Call(HookAction.OnConnect)).ShouldBe(SrsHookReply.Yes);

        _scene.Region.Asked.ShouldBeEmpty();
        _scene.Time.GetUtcNow().ShouldBe(startedAt);
    }

    [Fact]
    public void A_connection_with_proof_that_it_will_publish_is_decided_in_on_connect()
    {
        _wantsToPublish = true;
        Answer(new Refused(7, RefusalReason.Locked, null));

        Hear(Call(HookAction.OnConnect)).Code.ShouldBe(RefusalCatalog.Of(RefusalReason.Locked).Code);

        var asked = _scene.Region.AskedOf<RequestPublish>().Single();
        (asked.In, asked.Hold.OtherNode).ShouldBe((AskedIn.OnConnect, TimeSpan.FromSeconds(2.5)));
    }

    [Fact]
    public void An_unpublish_is_in_the_mailbox_before_SRS_has_its_answer()
    {
        var answer = _scene.Scheduler.Inside(() => Desk().HandleAsync(_scene.Origin, Call(HookAction.OnUnpublish), default));

        answer.IsCompletedSuccessfully.ShouldBeTrue(); // without a step of anything else
        _scene.Region.Told.Single().ShouldBe((Id, new ReportUnpublished(_scene.SessionOf("c1"))));
    }

    [Fact]
    public void What_a_full_mailbox_does_not_take_is_told_later_and_in_order()
    {
        _scene.Region.Full.Add(Id);
        Hear(Call(HookAction.OnPublish));
        Hear(Call(HookAction.OnUnpublish)).ShouldBe(SrsHookReply.Yes);
        Hear(Call(HookAction.OnClose)).ShouldBe(SrsHookReply.Yes);
        Hear(Call(HookAction.OnUnpublish) with { Stream = "cam2" });
        _scene.Region.Told.Count.ShouldBe(1);

        _scene.Region.Full.Clear();
        _scene.Scheduler.RunFor(TimeSpan.FromSeconds(2));

        _scene.Region.Told.Where(told => told.EntityId == Id).Select(told => told.Command)
            .ShouldBe([new ReportUnpublished(_scene.SessionOf("c1")), new ReportClosed(_scene.SessionOf("c1"))]);
        Desk().WaitingTells.ShouldBe(0);
    }

    [Fact]
    public void What_can_never_be_told_is_given_up_after_a_minute()
    {
        _scene.Region.MailboxFull = true;
        Hear(Call(HookAction.OnUnpublish));

        _scene.Scheduler.RunFor(TimeSpan.FromSeconds(65));

        Desk().WaitingTells.ShouldBe(0);
    }

    [Fact]
    public void A_close_is_told_to_the_key_that_the_client_had_asked_for()
    {
        Hear(Call(HookAction.OnPublish));
        Hear(Close());
        _scene.Region.Told.Single().ShouldBe((Id, new ReportClosed(_scene.SessionOf("c1"))));
    }

    [Fact]
    public void After_a_restart_of_ours_a_close_finds_its_key_by_the_session()
    {
        _scene.Believe(SrsScene.Key, "c1");
        Hear(Close());
        _scene.Region.Told.Single().ShouldBe((Id, new ReportClosed(_scene.SessionOf("c1"))));
    }

    [Fact]
    public void The_close_of_a_viewer_is_nobodys_business()
    {
        WithToken();
        Hear(Call(HookAction.OnConnect));
        Hear(Call(HookAction.OnPlay));
        Hear(Close());
        _scene.Region.Told.ShouldBeEmpty();
    }

    [Fact]
    public void With_the_publish_token_a_client_that_only_connects_and_closes_was_refused_by_SRS()
    {
        WithToken();
        Hear(Call(HookAction.OnConnect));
        Hear(Close());
        _scene.Region.ToldOf<ReportRefusedUnseen>().Single().By.ShouldBe(new Publisher(_scene.SessionOf("c1"), "srs-1", "10.0.0.7", "key"));
    }

    [Fact]
    public void A_client_that_published_between_connect_and_close_was_not_refused_unseen()
    {
        WithToken();
        Hear(Call(HookAction.OnConnect));
        Hear(Call(HookAction.OnPublish));
        Hear(Close());
        _scene.Region.ToldOf<ReportRefusedUnseen>().ShouldBeEmpty();
    }

    [Fact]
    public void Without_a_play_hook_the_trace_of_a_refusal_could_be_a_viewer_and_says_nothing()
    {
        WithToken(playHook: false);
        Hear(Call(HookAction.OnConnect));
        Hear(Close());
        _scene.Region.Told.ShouldBeEmpty();
    }

    [Fact]
    public void In_a_cluster_the_trace_of_a_refusal_could_be_a_viewer_of_another_member_and_says_nothing()
    {
        WithToken();
        Desk().SeesEveryHook = false;
        Hear(Call(HookAction.OnConnect));
        Hear(Close());
        _scene.Region.Told.ShouldBeEmpty();
    }

    [Fact]
    public void A_close_that_nobody_here_knows_is_passed_on_and_one_that_is_known_is_not()
    {
        var passed = new List<(string, SessionId)>();
        Desk().ClosedUnknown = (origin, client) => passed.Add((origin, client));
        Hear(Close());
        passed.ShouldBe([("srs-1", _scene.SessionOf("c1"))]);

        Hear(Call(HookAction.OnPublish));
        Hear(Close());
        passed.Count.ShouldBe(1);
    }

    [Fact]
    public void A_close_that_another_member_heard_ends_the_session_that_was_let_in_here()
    {
        Hear(Call(HookAction.OnPublish));
        Desk().ClosedElsewhere("srs-1", _scene.SessionOf("c1"));
        Desk().ClosedElsewhere("srs-1", _scene.SessionOf("c1"));
        Desk().ClosedElsewhere("another-node", _scene.SessionOf("c1"));
        _scene.Region.ToldOf<ReportClosed>().Single().Session.ShouldBe(_scene.SessionOf("c1"));
    }

    [Fact]
    public void A_close_that_another_member_heard_never_makes_a_refusal_of_a_viewer()
    {
        WithToken();
        Hear(Call(HookAction.OnConnect)); // and its on_play went to another member
        Desk().ClosedElsewhere("srs-1", _scene.SessionOf("c1"));
        _scene.Region.Told.ShouldBeEmpty();
    }

    [Fact]
    public void Where_the_busy_check_comes_after_on_publish_the_trace_says_nothing()
    {
        WithToken();
        _scene.Srs.Version = new SrsVersion(7, 0, 18);
        _scene.Scheduler.Run(() => _scene.Origin.IdentifyAsync(default));
        Hear(Call(HookAction.OnConnect));
        Hear(Close());
        _scene.Region.Told.ShouldBeEmpty();
    }

    [Fact]
    public void A_hook_of_another_server_is_refused()
    {
        Hear(Call(HookAction.OnPublish) with { ServerId = "server-2", ServiceId = "foreign" }).ShouldBe(HookRefusals.WrongServer);
        Hear(Call(HookAction.OnUnpublish) with { ServerId = "server-2", ServiceId = "foreign" }).ShouldBe(HookRefusals.WrongServer);
        _scene.Region.Asked.ShouldBeEmpty();
        _scene.Region.Told.ShouldBeEmpty();
    }

    [Fact]
    public void A_hook_of_a_process_that_was_replaced_is_refused()
    {
        Identify();
        _scene.Srs.Restart("process-2");
        Identify();

        Hear(Call(HookAction.OnPublish) with { ServiceId = "process-1" }).ShouldBe(HookRefusals.ReplacedProcess);
        _scene.Region.Asked.ShouldBeEmpty();
    }

    [Fact]
    public void A_hook_that_its_entity_takes_for_one_of_another_process_is_asked_again_when_the_node_has_said_that_it_is_its_own()
    {
        Identify();
        _scene.Region.Answer = command => AskResult<LiveStreamReply>.Answered(
            command is RequestPublish { ProcessConfirmed: false } ? ProcessInDoubt.Instance : new Allowed(7));

        Hear(Call(HookAction.OnPublish)).ShouldBe(SrsHookReply.Yes);

        _scene.Region.AskedOf<RequestPublish>().Select(ask => ask.ProcessConfirmed).ShouldBe([false, true]);
    }

    [Fact]
    public void A_hook_that_lay_with_a_paused_member_while_its_node_was_started_anew_is_refused()
    {
        Identify();
        Answer(ProcessInDoubt.Instance);
        _scene.Srs.Restart("process-2");

        Hear(Call(HookAction.OnPublish) with { ServiceId = "process-1" }).ShouldBe(HookRefusals.ReplacedProcess);

        _scene.Region.AskedOf<RequestPublish>().Single().ProcessConfirmed.ShouldBeFalse();
    }

    [Fact]
    public void The_first_hook_of_a_new_process_is_answered_once_the_API_has_confirmed_it()
    {
        Identify();
        var replaced = new List<string>();
        _scene.Origin.ProcessReplaced += (_, process) => replaced.Add(process.ServiceId);
        _scene.Srs.Restart("process-2");

        Hear(Call(HookAction.OnPublish)).ShouldBe(SrsHookReply.Yes);

        _scene.Region.AskedOf<RequestPublish>().Single().By.Session.ServiceId.ShouldBe("process-2");
        replaced.ShouldBe(["process-2"]);
    }

    [Fact]
    public void Before_its_API_was_reached_a_nodes_publisher_waits_for_that()
    {
        _scene.Srs.Reachable = false;
        var answer = _scene.Scheduler.Inside(() => Desk().HandleAsync(_scene.Origin, Call(HookAction.OnPublish), default).AsTask());
        _scene.Scheduler.RunFor(TimeSpan.FromSeconds(3));
        answer.IsCompleted.ShouldBeFalse();

        _scene.Srs.Reachable = true;
        _scene.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        answer.Result.ShouldBe(SrsHookReply.Yes);
    }

    [Fact]
    public void On_SRS_4_the_process_is_the_one_that_its_API_names_now()
    {
        _scene.Srs.Version = new SrsVersion(4, 0, 271);
        _scene.Srs.ServiceId = "100:5000";
        Identify();
        _scene.Srs.Restart("200:9000");

        Hear(Call(HookAction.OnPublish) with { ServiceId = "" }).ShouldBe(SrsHookReply.Yes);

        _scene.Region.AskedOf<RequestPublish>().Single().By.Session.ServiceId.ShouldBe("200:9000");
    }

    [Fact]
    public void A_publisher_that_goes_away_while_it_is_held_ends_the_hook()
    {
        _scene.Srs.Reachable = false;
        using var gone = new CancellationTokenSource();
        var answer = _scene.Scheduler.Inside(() => Desk().HandleAsync(_scene.Origin, Call(HookAction.OnPublish), gone.Token).AsTask());
        _scene.Scheduler.RunFor(TimeSpan.FromSeconds(1));

        _scene.Scheduler.Inside(() => { gone.Cancel(); return true; });
        _scene.Scheduler.RunReady();

        answer.IsCanceled.ShouldBeTrue();
    }

    [Fact]
    public void What_we_have_no_use_for_is_answered_with_yes()
    {
        Hear(Call(HookAction.Unknown)).ShouldBe(SrsHookReply.Yes);
        Hear(Call(HookAction.OnStop)).ShouldBe(SrsHookReply.Yes);
    }

    [Fact]
    public void A_crowd_of_viewers_pushes_no_publisher_out_of_the_index()
    {
        Hear(Call(HookAction.OnPublish));
        for (var i = 0; i < 200; i++)
        {
            Hear(Call(HookAction.OnConnect) with { ClientId = $"viewer-{i}" });
        }

        Hear(Close());
        _scene.Region.ToldOf<ReportClosed>().Count().ShouldBe(1);
    }

    private void WithToken(bool playHook = true)
    {
        _scene.Srs.Version = new SrsVersion(7, 0, 62);
        Identify();
        if (playHook)
        {
            Hear(Call(HookAction.OnPlay) with { ClientId = "some-viewer" });
        }
    }

    private void Identify() => _scene.Scheduler.Run(() => _scene.Origin.IdentifyAsync(default));

    private void Answer(LiveStreamReply reply) => _scene.Region.Answer = _ => AskResult<LiveStreamReply>.Answered(reply);

    private SrsHookReply Hear(SrsHook call) => _scene.Scheduler.Run(() => Desk().HandleAsync(_scene.Origin, call, default).AsTask());

    private HookDesk Desk() => _desk ??= new HookDesk(_scene.Origins, _scene.Region, _scene.Directory, Read, _scene.Rules, new ReleaseCues(),
        new HooksOptions { WhenUnavailable = _whenUnavailable, MaxSessionsPerOrigin = 100 }, _scene.Time, NullLogger<HookDesk>.Instance, default);

    private AttemptReading Read(SrsHook call) => new(new StreamKey(call.Vhost, call.App, call.Stream), "key", Proven: false,
        CredentialVerdict.NotRequired, _wantsToPublish, TimeSpan.FromSeconds(2.5), TimeSpan.Zero);

    private SrsHook Call(HookAction action) => new(action, _scene.Srs.ServerId, _scene.Srs.ServiceId, "c1", "10.0.0.7", StreamKey.DefaultVhost,
        "live", "cam1", "?secret=x", "rtmp://srs/live");

    private SrsHook Close() => Call(HookAction.OnClose) with { Stream = "", Param = "", TcUrl = "" };
}

using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Sweeping;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Tests.Srs;

namespace StreamSupervisor.Tests.Sweeping;

public class SweeperTests
{
    private readonly SrsScene _scene = new();

    [Fact]
    public void An_active_publisher_that_nobody_knows_is_asked_for_itself_and_then_told()
    {
        _scene.Srs.Publish(SrsScene.Key, "stranger", bytes: 5_000);
        var before = _scene.Time.GetUtcNow();

        SweepOnce();

        var seen = _scene.Region.ToldOf<ReportPublisherSeen>().Single();
        seen.By.ShouldBe(_scene.PublisherOf("stranger"));
        seen.Verified.ShouldBeTrue();
        seen.LookedAt.ShouldBe(before);
    }

    [Fact]
    public void What_agrees_with_the_belief_is_not_worth_a_word_or_a_question()
    {
        _scene.Srs.Publish(SrsScene.Key, "cam");
        _scene.Believe(SrsScene.Key, "cam");

        SweepOnce();

        _scene.Region.Told.ShouldBeEmpty();
        _scene.Srs.CountOf("client").ShouldBe(0);
    }

    [Fact]
    public void An_admitted_session_is_confirmed_by_its_row_alone()
    {
        _scene.Srs.Publish(SrsScene.Key, "cam");
        _scene.Believe(SrsScene.Key, "cam", confirmed: false);

        SweepOnce();

        _scene.Region.ToldOf<ReportPublisherSeen>().Single().Verified.ShouldBeFalse();
        _scene.Srs.CountOf("client").ShouldBe(0);
    }

    [Fact]
    public void A_believed_session_without_a_row_is_missing_once_SRS_does_not_know_its_client()
    {
        _scene.Believe(SrsScene.Key, "cam");

        SweepOnce();

        _scene.Region.ToldOf<ReportPublisherMissing>().Single().ShouldBe(
            new ReportPublisherMissing(_scene.SessionOf("cam"), _scene.Region.ToldOf<ReportPublisherMissing>().Single().LookedAt, Verified: true));
    }

    [Fact]
    public void A_row_that_lies_about_being_inactive_ends_no_session()
    {
        _scene.Srs.Publish(SrsScene.Key, "cam", active: false);
        _scene.Believe(SrsScene.Key, "cam");

        SweepOnce();

        _scene.Region.Told.ShouldBeEmpty();
        _scene.Srs.CountOf("client").ShouldBe(1);
    }

    [Fact]
    public void A_session_that_is_still_on_its_way_is_not_missing()
    {
        _scene.Believe(SrsScene.Key, "cam", confirmed: false);

        SweepOnce();

        _scene.Region.Told.ShouldBeEmpty();
    }

    [Fact]
    public void The_row_that_an_ended_republish_leaves_for_ever_is_nothing()
    {
        _scene.Srs.Publish(SrsScene.Key, "cam", active: false);
        _scene.Srs.Clients.Clear();

        SweepOnce();

        _scene.Region.Told.ShouldBeEmpty();
        _scene.Srs.CountOf("client").ShouldBe(0);
    }

    [Fact]
    public void Behind_a_row_with_a_client_that_does_not_exist_the_real_publisher_is_searched_once()
    {
        _scene.Srs.Publish(SrsScene.Key, "real");
        _scene.Srs.Streams[0] = _scene.Srs.Streams[0] with { PublisherClientId = "orphan" };

        var sweeper = SweepOnce();
        _scene.Region.ToldOf<ReportPublisherSeen>().Single().By.Session.ClientId.ShouldBe("real");
        Run(sweeper, TimeSpan.FromSeconds(60));

        _scene.Srs.CountOf("clients").ShouldBe(1);
    }

    [Fact]
    public void Beside_a_believed_session_another_active_one_is_told_and_the_believed_one_is_not_missing()
    {
        _scene.Srs.Publish(SrsScene.Key, "ours");
        _scene.Srs.Publish(SrsScene.Key, "doubled");
        _scene.Believe(SrsScene.Key, "ours");

        SweepOnce();

        _scene.Region.Told.Single().Command.ShouldBeOfType<ReportPublisherSeen>().By.Session.ClientId.ShouldBe("doubled");
    }

    [Fact]
    public void A_publisher_that_is_being_removed_or_let_in_is_no_stranger()
    {
        _scene.Srs.Publish(SrsScene.Key, "old");
        _scene.Directory.Changed(SrsScene.Key.ToString(), new LiveStreamState
        {
            Key = SrsScene.Key,
            Evictions = [new Eviction(_scene.PublisherOf("old"), EvictionCause.Takeover, _scene.Time.GetUtcNow(), Stalled: false)],
        });

        SweepOnce();

        _scene.Region.Told.ShouldBeEmpty();
    }

    [Fact]
    public void A_new_process_ends_the_sessions_of_the_old_one_at_once()
    {
        _scene.Srs.Publish(SrsScene.Key, "cam");
        _scene.Believe(SrsScene.Key, "cam");
        var sweeper = SweepOnce();
        _scene.Srs.Restart("process-2");

        Run(sweeper, TimeSpan.FromSeconds(6));

        _scene.Region.ToldOf<ReportProcessReplaced>().First().ShouldBe(new ReportProcessReplaced("server-1", "process-2"));
        _scene.Region.ToldOf<ReportPublisherMissing>().ShouldBeEmpty();
    }

    [Fact]
    public void A_server_that_names_itself_anew_ends_sessions_under_the_name_that_they_know()
    {
        _scene.Believe(SrsScene.Key, "cam");
        _scene.Srs.ServerId = "server-renamed";
        _scene.Srs.Restart("process-2");

        SweepOnce();

        _scene.Region.ToldOf<ReportProcessReplaced>().Single().ShouldBe(new ReportProcessReplaced("server-1", "process-2"));
    }

    [Fact]
    public void A_session_that_was_admitted_in_a_newer_process_than_the_look_saw_is_left_alone()
    {
        _scene.Believe(SrsScene.Key, "cam", serviceId: "process-2", since: _scene.Time.GetUtcNow() + TimeSpan.FromSeconds(1));

        SweepOnce();

        _scene.Region.ToldOf<ReportProcessReplaced>().ShouldBeEmpty();
    }

    [Fact]
    public void A_wedge_is_cleared_by_the_next_process()
    {
        _scene.Directory.Changed(SrsScene.Key.ToString(), new LiveStreamState
        {
            Key = SrsScene.Key,
            Wedges = [new Wedge("srs-1", "server-1", "process-0", _scene.Time.GetUtcNow() - TimeSpan.FromHours(1))],
        });

        SweepOnce();

        _scene.Region.ToldOf<ReportProcessReplaced>().Single().ServiceId.ShouldBe("process-1");
    }

    [Fact]
    public void SRS_4_is_asked_who_it_is_in_each_sweep()
    {
        _scene.Srs.NamesItself = false;
        _scene.Srs.Version = new(4, 0, 271);
        _scene.Srs.ServiceId = "100:5000";
        _scene.Believe(SrsScene.Key, "cam");
        _scene.Srs.Publish(SrsScene.Key, "cam");
        var sweeper = SweepOnce();
        _scene.Srs.Restart("200:9000");

        Run(sweeper, TimeSpan.FromSeconds(6));

        _scene.Region.ToldOf<ReportProcessReplaced>().First().ShouldBe(new ReportProcessReplaced("server-1", "200:9000"));
    }

    [Fact]
    public void A_look_that_fails_says_nothing_and_the_first_sweep_is_over_all_the_same()
    {
        _scene.Srs.Reachable = false;
        _scene.Believe(SrsScene.Key, "cam");

        SweepOnce();

        _scene.Region.Told.ShouldBeEmpty();
        _scene.Origin.Snapshot().Status.ShouldBe(OriginStatus.Suspect);
    }

    [Fact]
    public void A_node_that_stays_away_is_down_and_up_again_with_its_next_answer()
    {
        var sweeper = SweepOnce();
        _scene.Srs.Reachable = false;
        Run(sweeper, TimeSpan.FromSeconds(20));
        _scene.Origin.Snapshot().Status.ShouldBe(OriginStatus.Down);

        _scene.Srs.Reachable = true;
        Run(sweeper, TimeSpan.FromSeconds(6));
        _scene.Origin.Snapshot().Status.ShouldBe(OriginStatus.Up);
        _scene.Origin.Snapshot().LastError.ShouldBeNull();
    }

    [Fact]
    public void A_node_whose_API_is_away_but_whose_heartbeats_go_on_is_suspect_and_down_only_when_they_end()
    {
        var sweeper = SweepOnce();
        _scene.Srs.Reachable = false;
        _scene.Origin.NoteHeartbeat(_scene.Srs.ServiceId, 12.5);
        Run(sweeper, TimeSpan.FromSeconds(12));
        _scene.Origin.Snapshot().Status.ShouldBe(OriginStatus.Suspect);
        _scene.Origin.Snapshot().CpuPercent.ShouldBe(12.5);

        Run(sweeper, TimeSpan.FromSeconds(10));
        _scene.Origin.Snapshot().Status.ShouldBe(OriginStatus.Down);
    }

    [Fact]
    public void Looking_costs_a_node_with_many_streams_no_more_than_a_hundredth_of_its_time()
    {
        for (var i = 0; i < 2_000; i++)
        {
            _scene.Srs.Streams.Add(new SrsStream($"vid-{i}", StreamKey.DefaultVhost, "live", $"s{i}", Active: false, "", 0, 0));
        }

        var sweeper = SweepOnce();
        var before = _scene.Srs.CountOf("streams");
        Run(sweeper, TimeSpan.FromSeconds(43));

        // A list of 2,000 rows costs 42.5 ms: one each 4.25 s.
        (_scene.Srs.CountOf("streams") - before).ShouldBeInRange(8, 11);
    }

    [Fact]
    public void A_sweep_can_be_asked_for()
    {
        var sweeper = Make(new SweepOptions { SilenceLook = TimeSpan.Zero });
        using var stop = new CancellationTokenSource();
        _scene.Scheduler.Inside(() => sweeper.RunAsync(stop.Token));
        _scene.Scheduler.RunFor(TimeSpan.FromSeconds(1));
        _scene.Srs.Publish(SrsScene.Key, "stranger");

        _scene.Scheduler.Inside(() => { sweeper.LookSoon(); return true; });
        _scene.Scheduler.RunFor(TimeSpan.FromMilliseconds(200));

        _scene.Region.ToldOf<ReportPublisherSeen>().Count().ShouldBe(1);
        stop.Cancel();
    }

    private Sweeper SweepOnce()
    {
        var sweeper = Make(new SweepOptions());
        using var stop = new CancellationTokenSource();
        var run = _scene.Scheduler.Inside(() => sweeper.RunAsync(stop.Token));
        _scene.Scheduler.RunUntil(() => sweeper.FirstSweepDone.IsCompleted, TimeSpan.FromSeconds(10));
        Stop(stop, run);
        return sweeper;
    }

    private void Run(Sweeper sweeper, TimeSpan time)
    {
        using var stop = new CancellationTokenSource();
        var run = _scene.Scheduler.Inside(() => sweeper.RunAsync(stop.Token));
        _scene.Scheduler.RunFor(time);
        Stop(stop, run);
    }

    private void Stop(CancellationTokenSource stop, Task run)
    {
        _scene.Scheduler.Inside(() => { stop.Cancel(); return true; });
        _scene.Scheduler.RunUntil(() => run.IsCompleted, TimeSpan.FromSeconds(1));
        run.IsCompletedSuccessfully.ShouldBeTrue();
    }

    private Sweeper Make(SweepOptions options) =>
        new(_scene.Origin, _scene.Directory, _scene.Region, _scene.Rules, options, _scene.Time, NullLogger<Sweeper>.Instance);
}

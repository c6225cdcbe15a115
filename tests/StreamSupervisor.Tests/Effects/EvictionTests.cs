using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Effects;
using StreamSupervisor.Tests.Srs;

namespace StreamSupervisor.Tests.Effects;

public class EvictionTests
{
    private readonly SrsScene _scene = new();
    private readonly ReleaseCues _cues = new();
    private readonly CancellationTokenSource _cancelled = new();

    [Fact]
    public void An_eviction_deletes_the_client_that_was_recorded_and_ends_with_its_absence()
    {
        _scene.Srs.Publish(SrsScene.Key, "old");
        _scene.Srs.Publish(StreamKey.Parse("live/other"), "bystander");

        _scene.Scheduler.Run(() => EvictAsync("old"));

        _scene.Srs.Deletes.Select(delete => delete.ClientId).ShouldBe(["old"]);
        _scene.Srs.Clients.Keys.ShouldBe(["bystander"]);
        _scene.Region.AskedOf<ReportEvicted>().ShouldBe([new ReportEvicted(_scene.SessionOf("old"), ReleaseProof.ClientGone)]);
    }

    [Fact]
    public void The_proof_is_there_a_few_milliseconds_after_the_client_is_gone()
    {
        _scene.Srs.Publish(SrsScene.Key, "old");
        _scene.Srs.GoneAfter = TimeSpan.FromMilliseconds(4);
        var startedAt = _scene.Time.GetUtcNow();

        _scene.Scheduler.Run(() => EvictAsync("old"));

        // Who is it, DELETE, two polls: four calls of a millisecond each and pauses of 2 and 3.
        (_scene.Time.GetUtcNow() - startedAt).ShouldBeLessThan(TimeSpan.FromMilliseconds(12));
    }

    [Fact]
    public void A_client_that_is_gone_already_is_proof_at_once()
    {
        _scene.Scheduler.Run(() => EvictAsync("old"));

        _scene.Srs.CountOf("client").ShouldBe(0);
        _scene.Region.AskedOf<ReportEvicted>().Single().Proof.ShouldBe(ReleaseProof.ClientGone);
    }

    [Fact]
    public void A_client_that_is_not_listed_yet_is_awaited_and_deleted_when_it_comes()
    {
        _scene.Scheduler.Run(async () =>
        {
            var eviction = EvictAsync(_scene.SessionOf("coming"), unlistedFor: TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(300), _scene.Time);
            _scene.Region.AskedOf<ReportEvicted>().ShouldBeEmpty();
            _scene.Srs.Publish(SrsScene.Key, "coming");
            await eviction;
        });

        _scene.Srs.Clients.ShouldBeEmpty();
        _scene.Region.AskedOf<ReportEvicted>().Single().Proof.ShouldBe(ReleaseProof.ClientGone);
    }

    [Fact]
    public void A_client_that_never_came_into_the_list_is_gone_when_its_time_is_over_or_its_close_comes()
    {
        var startedAt = _scene.Time.GetUtcNow();
        _scene.Scheduler.Run(() => EvictAsync(_scene.SessionOf("late"), unlistedFor: TimeSpan.FromSeconds(1)));
        (_scene.Time.GetUtcNow() - startedAt).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(1));

        _scene.Scheduler.Run(async () =>
        {
            var eviction = EvictAsync(_scene.SessionOf("closed"), unlistedFor: TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(50), _scene.Time);
            _cues.Fire(_scene.SessionOf("closed"));
            await eviction;
        });
        _scene.Region.AskedOf<ReportEvicted>().Select(note => note.Proof).ShouldBe([ReleaseProof.ClientGone, ReleaseProof.Closed]);
    }

    [Fact]
    public void A_session_of_an_earlier_process_is_over_and_nothing_is_deleted_in_the_new_one()
    {
        var old = _scene.SessionOf("same-id");
        _scene.Srs.Restart("process-2");
        _scene.Srs.Publish(SrsScene.Key, "same-id");

        _scene.Scheduler.Run(() => EvictAsync(old));

        _scene.Srs.Deletes.ShouldBeEmpty();
        _scene.Srs.Clients.Keys.ShouldBe(["same-id"]);
        _scene.Region.AskedOf<ReportEvicted>().ShouldBe([new ReportEvicted(old, ReleaseProof.ProcessReplaced)]);
    }

    [Fact]
    public void A_session_that_is_newer_than_what_we_know_of_its_node_is_not_taken_for_over()
    {
        _scene.Scheduler.Run(() => _scene.Origin.IdentifyAsync(default));
        _scene.Srs.Restart("process-2"); // learnt by another member, which admitted the session
        _scene.Srs.Publish(SrsScene.Key, "new");

        _scene.Scheduler.Run(() => EvictAsync("new"));

        _scene.Srs.Deletes.Select(delete => delete.ClientId).ShouldBe(["new"]);
        _scene.Region.AskedOf<ReportEvicted>().Single().Proof.ShouldBe(ReleaseProof.ClientGone);
    }

    [Fact]
    public void A_node_that_does_not_answer_is_reported_once_and_tried_until_it_does()
    {
        _scene.Srs.Publish(SrsScene.Key, "old");
        _scene.Srs.Reachable = false;
        var run = _scene.Scheduler.Inside(() => EvictAsync("old"));
        _scene.Scheduler.RunFor(TimeSpan.FromSeconds(30));
        run.IsCompleted.ShouldBeFalse();
        _scene.Region.AskedOf<ReportEvictionStalled>().Count().ShouldBe(1);

        _scene.Srs.Reachable = true;
        _scene.Scheduler.RunUntil(() => run.IsCompleted, TimeSpan.FromSeconds(3));

        _scene.Region.AskedOf<ReportEvicted>().Single().Proof.ShouldBe(ReleaseProof.ClientGone);
        _scene.Region.AskedOf<ReportEvictionStalled>().Count().ShouldBe(1);
    }

    [Fact]
    public void The_delete_is_repeated_twice_a_second_while_the_client_stays()
    {
        _scene.Srs.Publish(SrsScene.Key, "old");
        _scene.Srs.GoneAfter = null;

        var run = _scene.Scheduler.Inside(() => EvictAsync("old"));
        _scene.Scheduler.RunFor(TimeSpan.FromSeconds(5));

        _scene.Srs.Deletes.Count.ShouldBeInRange(8, 11);
        run.IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void The_close_of_the_client_is_the_cue_to_look_at_once()
    {
        _scene.Srs.Publish(SrsScene.Key, "old");
        _scene.Srs.GoneAfter = null;
        _scene.Scheduler.Inside(() => EvictAsync("old"));
        _scene.Scheduler.RunFor(TimeSpan.FromMilliseconds(430)); // polls are a tenth of a second apart by now
        var looks = _scene.Srs.CountOf("client");

        _scene.Srs.Clients.Remove("old");
        _cues.Fire(_scene.SessionOf("old"));
        _scene.Scheduler.RunFor(TimeSpan.FromMilliseconds(2));

        _scene.Srs.CountOf("client").ShouldBe(looks + 1);
        _scene.Region.AskedOf<ReportEvicted>().Count().ShouldBe(1);
    }

    [Fact]
    public void The_report_is_repeated_until_the_entity_takes_it()
    {
        var asks = 0;
        _scene.Region.Answer = _ => ++asks < 4
            ? AskResult<LiveStreamReply>.Not(AskStatus.Unavailable, "no owner")
            : AskResult<LiveStreamReply>.Answered(Ack.Instance);

        _scene.Scheduler.Run(() => EvictAsync("old"));

        _scene.Region.AskedOf<ReportEvicted>().Count().ShouldBe(4);
        _scene.Srs.Deletes.Count.ShouldBe(1);
    }

    [Fact]
    public void A_cancelled_eviction_ends()
    {
        _scene.Srs.Publish(SrsScene.Key, "old");
        _scene.Srs.GoneAfter = null;
        var run = _scene.Scheduler.Inside(() => EvictAsync("old"));
        _scene.Scheduler.RunFor(TimeSpan.FromSeconds(1));

        _scene.Scheduler.Inside(() => { _cancelled.Cancel(); return true; });
        _scene.Scheduler.RunReady();

        run.IsCanceled.ShouldBeTrue();
    }

    [Fact]
    public void A_session_on_a_node_that_is_not_configured_any_more_is_reported_as_stalled()
    {
        var run = _scene.Scheduler.Inside(() => RunAsync(new EvictSession(_scene.SessionOf("old"), "srs-gone")));
        _scene.Scheduler.RunFor(TimeSpan.FromMinutes(5));

        run.IsCompleted.ShouldBeFalse();
        _scene.Region.AskedOf<ReportEvictionStalled>().Single().Why.ShouldContain("not configured");
    }

    [Fact]
    public void A_look_at_a_client_that_publishes_the_key_finds_it()
    {
        _scene.Srs.Publish(SrsScene.Key, "cam", bytes: 70_000);

        _scene.Scheduler.Run(() => RunAsync(new LookAtSession(_scene.SessionOf("cam"), "srs-1")));

        var seen = _scene.Region.AskedOf<ReportPublisherSeen>().Single();
        (seen.By.Session, seen.ReceivedBytes, seen.Verified).ShouldBe((_scene.SessionOf("cam"), 70_000, true));
    }

    [Fact]
    public void A_look_at_a_client_that_publishes_another_stream_by_now_does_not_find_it()
    {
        _scene.Srs.Publish(StreamKey.Parse("live/other"), "cam");

        _scene.Scheduler.Run(() => RunAsync(new LookAtSession(_scene.SessionOf("cam"), "srs-1")));

        _scene.Region.AskedOf<ReportPublisherMissing>().Single().Verified.ShouldBeTrue();
    }

    [Fact]
    public void A_search_reports_everyone_who_publishes_the_key_and_then_how_many()
    {
        _scene.Srs.Publish(SrsScene.Key, "one");
        _scene.Srs.Publish(SrsScene.Key, "two");
        _scene.Srs.Publish(StreamKey.Parse("video.example/live/cam1"), "other-vhost");

        _scene.Scheduler.Run(() => RunAsync(new SearchForPublishers("srs-1")));

        _scene.Region.AskedOf<ReportPublisherSeen>().Select(seen => seen.By.Session.ClientId).ShouldBe(["one", "two"]);
        var searched = (ReportSearched)_scene.Region.Asked[^1].Command;
        (searched.Found, searched.ServiceId).ShouldBe((2, "process-1"));
    }

    [Fact]
    public void A_search_of_a_node_that_does_not_answer_says_that_nothing_is_known()
    {
        _scene.Srs.Reachable = false;

        _scene.Scheduler.Run(() => RunAsync(new SearchForPublishers("srs-1")));

        ((ReportSearched)_scene.Region.Asked.Single().Command).ServiceId.ShouldBe("");
    }

    private Task EvictAsync(string clientId) => EvictAsync(_scene.SessionOf(clientId));

    private Task EvictAsync(SessionId session, TimeSpan? unlistedFor = null) =>
        RunAsync(new EvictSession(session, "srs-1", _scene.Time.GetUtcNow() + unlistedFor));

    private Task RunAsync(LiveStreamWork effect) =>
        new LiveStreamEffectRunner(_scene.Origins, _scene.Region, _cues, _scene.Rules, _scene.Time, NullLogger<LiveStreamEffectRunner>.Instance)
            .RunAsync(SrsScene.Key.ToString(), new EffectData(effect.Name, EffectCodec.Encode(effect)), _cancelled.Token);
}

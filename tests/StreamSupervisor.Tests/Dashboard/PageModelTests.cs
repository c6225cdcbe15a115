using StreamSupervisor.Actors.Index;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Dashboard;
using StreamSupervisor.Server.Dashboard.Language;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.Server.Management;
using StreamSupervisor.Srs.Hooks;
using StreamSupervisor.TestKit.Domain;

namespace StreamSupervisor.Tests.Dashboard;

public class PageModelTests
{
    private static readonly DateTimeOffset Now = RenderedPage.Now;

    [Fact]
    public void A_kind_of_hook_that_never_comes_while_others_do_is_missed_after_ten_minutes()
    {
        (string, DateTimeOffset?)[] heard = [("on_connect", Now.AddMinutes(-1)), ("on_close", null), ("on_play", null)];
        OriginCard.SightingsOf(heard, Now.AddMinutes(-11), Now).Select(hook => hook.IsMissed).ShouldBe([false, true, false]);
        OriginCard.SightingsOf(heard, Now.AddMinutes(-9), Now).ShouldAllBe(hook => !hook.IsMissed);
    }

    [Fact]
    public void Where_no_hook_comes_none_is_missed() =>
        OriginCard.SightingsOf([("on_connect", null), ("on_close", null)], Now.AddHours(-1), Now).ShouldAllBe(hook => !hook.IsMissed);

    [Fact]
    public void The_field_shows_every_shard_with_the_pattern_of_its_owner()
    {
        var field = ClusterField.Of(
            [new ClusterShardView(3, 7, "akka://a", "s-2", false), new ClusterShardView(255, 1, "akka://b", "s-1", true)], 256);
        field.Owners.ShouldBe(["s-1", "s-2"]);
        field.Cells.Count.ShouldBe(256);
        field.Cells[3].ShouldBe(new ClusterCell(3, "s-2", 1, 7));
        field.Cells[255].Place.ShouldBe(0);
        ClusterField.ClassOf(field.Cells[0].Place).ShouldBe("nobody");
        ClusterField.ClassOf(ClusterField.Patterns + 1).ShouldBe("o1");
    }

    [Theory]
    [InlineData(1, 500)]
    [InlineData(12, 500)]
    [InlineData(50, 2000)]
    [InlineData(10_000, 10_000)]
    public void The_more_pages_are_open_the_less_often_each_is_fetched(int pages, int milliseconds) =>
        DashboardFeed.PaceOf(pages).ShouldBe(TimeSpan.FromMilliseconds(milliseconds));

    [Fact]
    public void A_sheet_of_orders_calculates_nothing()
    {
        var rows = AuditSheet.RowsOf(new PageSamples("=cmd|'/c calc'!A1").AuditOf().Orders, AuditWords.En).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        rows.ShouldHaveSingleItem().Split(',').ShouldAllBe(cell => cell.StartsWith('"') && !cell.StartsWith("\"=", StringComparison.Ordinal));
        AuditSheet.RowsOf(new PageSamples("a \"quoted\" name").AuditOf().Orders, AuditWords.En).ShouldContain("a \"\"quoted\"\" name");
    }

    [Fact]
    public void Trouble_is_what_is_wrong_now_with_what_is_known_of_its_beginning()
    {
        var encoder = Scene.Encoder("old11111");
        var state = Scene.Live(encoder).State with
        {
            CoolDownUntil = Now.AddMinutes(1),
            Wedges = [new Wedge("srs-2", "vid-2", "run-1", Now.AddMinutes(-9))],
            Evictions = [new Eviction(encoder, EvictionCause.Takeover, Now.AddMinutes(-2), Stalled: true)],
        };
        var told = new FeedPage(
            [Told(new FightDetected(Now.AddMinutes(-1), "ann", "bob", Now.AddMinutes(1), 1)), Told(new FlappingSeen(Now.AddMinutes(-3), 7)),
                Told(new EvictionStalled(Now.AddMinutes(-2), encoder.Session, "no answer")), Told(new FlappingSeen(Now.AddHours(-1), 5))],
            null, Now.AddMinutes(-15));
        var row = StreamIndexRow.Of(Scene.Key.ToString(), 1, state, Now);
        var list = TroubleList.Of(
            [row], told, new Dictionary<string, QuarantinedStream> { ["__defaultVhost__/live/broken"] = new("a record", Now, 3) }, Now, ApiScope.All);

        var key = StreamKeyView.From(Scene.Key);
        list.Fights.ShouldBe([new FightRow(key, Now.AddMinutes(-1), "ann", "bob", Now.AddMinutes(1))]);
        list.Wedges.ShouldBe([new WedgeRow(key, "srs-2", Now.AddMinutes(-9))]);
        list.Stalled.ShouldBe([new StalledRow(key, "old11111", "srs-1", Now.AddMinutes(-2), "no answer", Forbidden: false)]);
        list.Flaps.ShouldBe([new FlapRow(key, Now.AddMinutes(-3), 7)]);
        list.Quarantined.Single().Key.ToString().ShouldBe("live/broken");
        list.FlapsSearchedBackTo.ShouldBeNull();

        var later = TroubleList.Of([StreamIndexRow.Of(Scene.Key.ToString(), 1, Scene.Live(encoder).State with { CoolDownUntil = Now }, Now)],
            new FeedPage([], "more", Now.AddMinutes(-4)), new Dictionary<string, QuarantinedStream>(), Now, ApiScope.All);
        later.IsEmpty.ShouldBeTrue();
        later.FlapsSearchedBackTo.ShouldBe(Now.AddMinutes(-4));
    }

    [Fact]
    public void The_arrival_of_each_kind_of_hook_is_remembered_for_each_configured_server()
    {
        var arrivals = new HookArrivals(
            new SupervisorOptions { Origins = [new OriginOptions { Name = "srs-1" }, new OriginOptions { Name = "srs-2" }] }, TimeProvider.System);
        arrivals.Note("srs-1", HookAction.OnClose);
        arrivals.Note("srs-1", HookAction.OnStop);
        arrivals.Note("nobody", HookAction.OnClose);
        arrivals.LastOf("srs-1", HookAction.OnClose).ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(arrivals.Since);
        arrivals.LastOf("srs-1", HookAction.OnPublish).ShouldBeNull();
        arrivals.LastOf("srs-2", HookAction.OnClose).ShouldBeNull();
        arrivals.LastOf("nobody", HookAction.OnClose).ShouldBeNull();
        HookArrivals.Kinds.ShouldNotContain(HookAction.Unknown);
    }

    private static FeedEntry Told(LiveStreamEvent happened) => new(
        "1.0", StreamKeyView.From(Scene.Key), TimelineEntry.From(1000, EventCodec.KindOf(happened), happened));
}

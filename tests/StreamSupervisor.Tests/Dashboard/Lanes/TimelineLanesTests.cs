using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Dashboard.Lanes;
using static StreamSupervisor.TestKit.Domain.Scene;

namespace StreamSupervisor.Tests.Dashboard.Lanes;

public class TimelineLanesTests
{
    private static readonly Publisher Old = Encoder("old11111");
    private static readonly Publisher New = Encoder("new22222", "srs-2");

    [Fact]
    public void A_handover_is_two_lanes_the_one_held_until_the_other_is_gone()
    {
        var scene = Live(Old).After(9).When(Ask(New)).After(0.012).When(Gone(Old)).After(20);
        var (old, @new) = Two(TimelineLanes.Of(Journals.Of(scene), scene.Now));

        old.Session.ShouldBe(Old.Session);
        old.Bars.Select(Told).ShouldBe([(BarKind.OnAir, 0, 10), (BarKind.BeingRemoved, 10, 10.012)]);
        old.Marks.Select(mark => mark.Kind).ShouldBe([MarkKind.Admitted, MarkKind.KickOrdered, MarkKind.Ended]);

        (@new.Origin, @new.Address).ShouldBe(("srs-2", "10.0.0.1"));
        @new.Bars.Select(Told).ShouldBe([(BarKind.Held, 10, 10.012), (BarKind.OnAir, 10.012, 30.012)]);
        @new.Bars[1].GoesOn.ShouldBeTrue();
        @new.Marks.Select(mark => mark.Kind).ShouldBe([MarkKind.Admitted]);
    }

    [Fact]
    public void A_client_that_publishes_twice_has_two_bars_in_one_lane()
    {
        var scene = Live(Old).After(5).When(new ReportUnpublished(Old.Session)).After(5).When(Ask(Old)).After(5);
        var lane = TimelineLanes.Of(Journals.Of(scene), scene.Now).Lanes.ShouldHaveSingleItem();
        lane.Bars.Select(Told).ShouldBe([(BarKind.OnAir, 0, 6), (BarKind.OnAir, 11, 16)]);
    }

    [Fact]
    public void A_refused_try_is_a_sign_and_nothing_more()
    {
        var scene = Live(Old).When(new StreamSupervisor.Domain.LiveStreams.Lock("night-shift", "rehearsal")).After(3).When(Ask(New));
        var lanes = TimelineLanes.Of(Journals.Of(scene), scene.Now).Lanes;
        lanes[0].ShouldBeOfType<KeyLane>().Marks.ShouldHaveSingleItem().Kind.ShouldBe(MarkKind.Operator);
        var refused = lanes[2].ShouldBeOfType<AttemptLane>();
        refused.Bars.ShouldBeEmpty();
        refused.Marks.ShouldHaveSingleItem().Kind.ShouldBe(MarkKind.Refused);
        refused.IsRefusedTry.ShouldBeTrue();
    }

    [Fact]
    public void An_encoder_that_comes_back_while_it_is_held_is_held_in_the_newer_lane()
    {
        var again = Encoder("new33333", "srs-2");
        var scene = Live(Old).After(9).When(Ask(New)).After(1).When(Ask(again)).After(1).When(Gone(Old)).After(1);
        var lanes = TimelineLanes.Of(Journals.Of(scene), scene.Now).Lanes.Cast<AttemptLane>().ToList();
        lanes.Select(lane => lane.Session.ClientId).ShouldBe(["old11111", "new22222", "new33333"]);
        lanes[1].Bars.Select(Told).ShouldBe([(BarKind.Held, 10, 11)]);
        lanes[1].Marks.Select(mark => mark.Kind).ShouldBe([MarkKind.Refused]);
        lanes[2].Bars.Select(Told).ShouldBe([(BarKind.Held, 11, 12), (BarKind.OnAir, 12, 13)]);
    }

    [Fact]
    public void One_that_nobody_could_reach_is_being_removed_while_its_successor_is_on_air()
    {
        var scene = Live(Old).After(9).When(Ask(New))
            .When(new ReportEvictionStalled(Old.Session, "no answer")).Wait(2.5).After(60);
        var (old, @new) = Two(TimelineLanes.Of(Journals.Of(scene), scene.Now));
        old.Bars[^1].ShouldSatisfyAllConditions(
            bar => bar.Kind.ShouldBe(BarKind.BeingRemoved), bar => bar.GoesOn.ShouldBeTrue(), bar => bar.To.ShouldBe(scene.Now));
        old.Marks.ShouldContain(mark => mark.Kind == MarkKind.Trouble);
        @new.Bars[^1].Kind.ShouldBe(BarKind.OnAir);
    }

    [Fact]
    public void A_session_that_falls_silent_shows_when()
    {
        var scene = Live(Old).After(20);
        scene.When(new ReportSilent(Old.Session, scene.Now.AddSeconds(-6), scene.State.Generation));
        var lane = TimelineLanes.Of(Journals.Of(scene), scene.Now).Lanes.ShouldHaveSingleItem();
        lane.Marks.Select(mark => mark.Kind).ShouldBe([MarkKind.Admitted, MarkKind.Silent, MarkKind.KickOrdered]);
    }

    [Fact]
    public void What_began_before_the_oldest_event_is_drawn_from_the_left_edge_and_says_so()
    {
        var scene = Live(Old).After(9).When(Ask(New)).After(0.012).When(Gone(Old)).After(20);
        var (old, _) = Two(TimelineLanes.Of(Journals.Of(scene).Where(one => one.Event!.At > Start.AddSeconds(5)), scene.Now));
        old.Bars[0].ShouldSatisfyAllConditions(bar => bar.Kind.ShouldBe(BarKind.OnAir), bar => bar.BeganEarlier.ShouldBeTrue());
        old.Bars[1].Kind.ShouldBe(BarKind.BeingRemoved);
    }

    [Fact]
    public void A_removal_ordered_before_the_oldest_event_is_drawn_once()
    {
        var scene = Live(Old).After(9).When(Ask(New)).After(2).When(Gone(Old)).After(20);
        var (old, _) = Two(TimelineLanes.Of(Journals.Of(scene).Where(one => one.Event!.At > Start.AddSeconds(11)), scene.Now));
        old.Bars.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            bar => bar.Kind.ShouldBe(BarKind.BeingRemoved), bar => bar.BeganEarlier.ShouldBeTrue());
    }

    [Fact]
    public void The_order_of_the_entries_does_not_matter_and_what_cannot_be_read_is_left_out()
    {
        var scene = Live(Old).After(9).When(Ask(New)).After(0.012).When(Gone(Old));
        var oldestFirst = Journals.Of(scene);
        var newestFirst = oldestFirst.Reverse().Append(new JournaledEvent(99_000, "of-the-future", null));
        var (one, other) = (TimelineLanes.Of(oldestFirst, scene.Now), TimelineLanes.Of(newestFirst, scene.Now));
        other.Lanes.Select(Shape).ShouldBe(one.Lanes.Select(Shape));
        one.Lanes.Count.ShouldBe(2);
    }

    [Fact]
    public void A_clock_that_is_behind_makes_no_bar_that_ends_before_it_began()
    {
        var scene = Live(Old).After(9).When(Ask(New)).After(-3).When(Gone(Old));
        var lanes = TimelineLanes.Of(Journals.Of(scene), scene.Now).Lanes;
        lanes.Count.ShouldBe(2);
        lanes.SelectMany(lane => lane.Bars).ShouldAllBe(bar => bar.To >= bar.From);
    }

    [Fact]
    public void A_storm_of_tries_is_one_row()
    {
        var scene = Live(Old).When(new StreamSupervisor.Domain.LiveStreams.Lock("night-shift", "rehearsal"));
        for (var i = 0; i < 60; i++)
        {
            scene.After(1).When(Ask(Encoder($"try{i}", address: "198.51.100.4")));
        }

        var lanes = TimelineLanes.Of(Journals.Of(scene), scene.Now).Lanes;
        lanes.Count.ShouldBe(3);
        var folded = lanes[2].ShouldBeOfType<FoldedTriesLane>();
        (folded.Address, folded.Tries).ShouldBe(("198.51.100.4", 60));
        (folded.From, folded.To).ShouldBe((Start.AddSeconds(2), Start.AddSeconds(61)));
    }

    [Fact]
    public void Up_to_forty_lanes_are_drawn_as_they_are()
    {
        var scene = Live(Old).When(new StreamSupervisor.Domain.LiveStreams.Lock("night-shift", "rehearsal"));
        for (var i = 0; i < TimelineLanes.Most - 1; i++)
        {
            scene.After(1).When(Ask(Encoder($"try{i}", address: "198.51.100.4")));
        }

        TimelineLanes.Of(Journals.Of(scene), scene.Now).Lanes.OfType<AttemptLane>().Count().ShouldBe(TimelineLanes.Most);
    }

    [Fact]
    public void The_oldest_of_many_sessions_are_one_row_and_the_one_on_air_is_always_drawn()
    {
        var scene = Empty();
        for (var i = 0; i < 100; i++)
        {
            var by = Encoder($"client{i}");
            scene.When(Ask(by)).After(30).When(new ReportClosed(by.Session)).After(90);
        }

        scene.When(Ask(Old)).After(5);
        var lanes = TimelineLanes.Of(Journals.Of(scene), scene.Now).Lanes;
        lanes.Count.ShouldBe(TimelineLanes.Most);
        lanes[0].ShouldBeOfType<FoldedSessionsLane>().Sessions.ShouldBe(101 - (TimelineLanes.Most - 1));
        lanes[^1].ShouldBeOfType<AttemptLane>().GoesOn.ShouldBeTrue();
    }

    [Fact]
    public void A_range_cuts_what_is_older_and_keeps_what_reaches_into_it()
    {
        var scene = Live(Old).After(9).When(Ask(New)).After(0.012).When(Gone(Old)).After(60);
        var lane = TimelineLanes.Of(Journals.Of(scene), scene.Now).Since(scene.Now.AddSeconds(-30)).Lanes.ShouldHaveSingleItem();
        lane.Bars.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            bar => bar.From.ShouldBe(scene.Now.AddSeconds(-30)), bar => bar.BeganEarlier.ShouldBeTrue(), bar => bar.GoesOn.ShouldBeTrue());
    }

    [Fact]
    public void A_key_that_nothing_happened_to_has_no_lanes() => TimelineLanes.Of([], Start).Lanes.ShouldBeEmpty();

    private static (AttemptLane, AttemptLane) Two(TimelineLanes drawing)
    {
        drawing.Lanes.Count.ShouldBe(2);
        return ((AttemptLane)drawing.Lanes[0], (AttemptLane)drawing.Lanes[1]);
    }

    private static (BarKind, double, double) Told(LaneBar bar) => (bar.Kind, Seconds(bar.From), Seconds(bar.To));

    private static double Seconds(DateTimeOffset at) => Math.Round((at - Start).TotalSeconds, 3);

    private static string Shape(Lane lane) =>
        $"{((AttemptLane)lane).Session} {string.Join(' ', lane.Bars)} {string.Join(' ', lane.Marks.Select(mark => mark.Kind))}";
}

using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using StreamSupervisor.Server.Dashboard.Lanes;

namespace StreamSupervisor.Tests.Dashboard.Lanes;

public class TimeScaleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_short_time_is_drawn_to_scale()
    {
        var scale = TimeScale.Of(Noon, Noon.AddSeconds(30), [Noon.AddSeconds(15)]);
        scale.Pieces.ShouldHaveSingleItem().IsFolded.ShouldBeFalse();
        scale.At(Noon).ShouldBe(0);
        scale.At(Noon.AddSeconds(15)).ShouldBe(0.5, 1e-9);
        scale.At(Noon.AddSeconds(30)).ShouldBe(1, 1e-9);
    }

    [Fact]
    public void A_long_time_without_a_change_is_folded_to_a_strip()
    {
        var scale = TimeScale.Of(Noon, Noon.AddHours(4), [Noon.AddSeconds(10), Noon.AddSeconds(20), Noon.AddHours(4).AddSeconds(-20)]);
        var fold = scale.Pieces.Single(piece => piece.IsFolded);
        (fold.To - fold.From).ShouldBeGreaterThan(TimeSpan.FromHours(3.9));
        (fold.Right - fold.Left).ShouldBeLessThan(0.05);
        (scale.At(Noon.AddSeconds(20)) - scale.At(Noon.AddSeconds(10))).ShouldBeGreaterThan(0.1);
    }

    [Fact]
    public void Folding_can_be_left_out() =>
        TimeScale.Of(Noon, Noon.AddHours(4), [Noon.AddSeconds(10)], foldsGaps: false).Pieces.ShouldHaveSingleItem().IsFolded.ShouldBeFalse();

    [Fact]
    public void What_happens_all_the_time_is_not_folded()
    {
        var everyTenMinutes = Enumerable.Range(1, 23).Select(i => Noon.AddMinutes(10 * i));
        TimeScale.Of(Noon, Noon.AddHours(4), everyTenMinutes).Pieces.ShouldHaveSingleItem();
    }

    [Fact]
    public void Milliseconds_beside_a_fold_do_not_fill_the_line()
    {
        var scale = TimeScale.Of(Noon, Noon.AddHours(4), [Noon.AddMilliseconds(12)]);
        (scale.At(Noon.AddMilliseconds(12)) - scale.At(Noon)).ShouldBeLessThan(0.001);
    }

    [Fact]
    public void Labels_are_round_times_and_stand_apart()
    {
        var ticks = TimeScale.Of(Noon.AddSeconds(3), Noon.AddSeconds(63), []).Ticks();
        ticks.Count.ShouldBeInRange(5, 11);
        ticks.Skip(1).ShouldAllBe(tick => tick.At.Second % 10 == 0);
        ticks.Zip(ticks.Skip(1)).ShouldAllBe(pair => pair.Item2.X - pair.Item1.X >= 0.1);
    }

    [Property]
    public Property Time_never_runs_backwards_and_stays_on_the_line(PositiveInt length, NonNegativeInt[] moments)
    {
        var span = TimeSpan.FromSeconds(length.Get);
        var changes = moments.Select(at => Noon.AddMilliseconds(at.Get * 997.0)).ToList();
        var scale = TimeScale.Of(Noon, Noon + span, changes);
        var places = changes.Where(at => at <= Noon + span).Order().Select(scale.At).ToList();
        var ticks = scale.Ticks();
        return (places.Zip(places.Skip(1)).All(pair => pair.Item1 <= pair.Item2) && places.All(x => x is >= 0 and <= 1 + 1e-9)
            && scale.Pieces.All(piece => piece.Right > piece.Left && piece.To > piece.From)
            && ticks.Count is > 0 and <= 11 && ticks.All(tick => tick.X is >= 0 and <= 1 + 1e-9)).ToProperty();
    }
}

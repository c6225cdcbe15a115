using StreamSupervisor.Domain.Stores;

namespace StreamSupervisor.Tests.Domain.Stores;

public class RollbackDetectorTests
{
    private const string Here = "7/1";
    private readonly RollbackDetector _detector = new();

    [Fact]
    public void Beats_that_go_on_are_no_rollback()
    {
        Sees(0);
        Sees(1);

        // The answer to a beat was lost: the store counts one more than the member knows of.
        Sees(3);
    }

    [Fact]
    public void A_beat_that_was_confirmed_and_is_gone_is_noticed_until_it_is_dealt_with()
    {
        Sees(0);
        Sees(1);
        WentBack(new StoreSighting(History(0), Here, 1)).Above.ShouldBe(0);
        WentBack(new StoreSighting(History(0), Here, 1)).Why.ShouldBe("it knows 1 beats of this member, and had taken 2");

        _detector.Accept(History(5), 1);
        _detector.Observe(new StoreSighting(History(5), Here, 2)).ShouldBe(RollbackVerdict.None.Instance);
    }

    [Fact]
    public void A_member_that_the_store_has_forgotten_notices()
    {
        Sees(0);
        WentBack(new StoreSighting(History(0), Here, null));
    }

    [Fact]
    public void Another_timeline_is_noticed_and_after_a_start_from_what_the_store_says_of_itself()
    {
        Sees(0);
        WentBack(new StoreSighting(History(0), "7/2", 1)).Why.ShouldBe("it is server 7 on timeline 2, and was server 7 on timeline 1");
        new RollbackDetector().Observe(new StoreSighting(History(0), "7/2", 0)).ShouldBeOfType<RollbackVerdict.WentBack>();
    }

    [Fact]
    public void A_store_that_does_not_say_which_it_is_is_no_other_store()
    {
        Sees(0);
        _detector.Observe(new StoreSighting(History(0), "", 1)).ShouldBe(RollbackVerdict.None.Instance);
        Sees(2);
    }

    [Fact]
    public void An_epoch_that_goes_back_is_raised_above_the_one_that_was_seen()
    {
        _detector.Observe(new StoreSighting(History(9), Here, 0));
        WentBack(new StoreSighting(History(4), Here, 1)).Above.ShouldBe(9);
    }

    [Fact]
    public void What_another_member_has_noticed_is_not_noticed_again()
    {
        Sees(0);
        Sees(1);
        _detector.Observe(new StoreSighting(new StoreHistory(3, "7/2"), "7/2", 0)).ShouldBe(new RollbackVerdict.ToldByOthers(3));
    }

    [Fact]
    public void Who_starts_a_moment_after_it_waits_with_the_others()
    {
        _detector.Observe(new StoreSighting(History(3), Here, 0, IsRecent: true)).ShouldBe(new RollbackVerdict.ToldByOthers(3));
        new RollbackDetector().Observe(new StoreSighting(History(3), Here, 0)).ShouldBe(RollbackVerdict.None.Instance);
    }

    [Fact]
    public void Admissions_are_held_until_every_origin_in_reach_was_looked_at_and_never_for_ever()
    {
        var hold = new AdmissionHold(["a", "b"]);
        hold.Standing(TimeSpan.Zero, _ => false).IsUsual.ShouldBeTrue();
        hold.Begin(2, TimeSpan.Zero).ShouldBeTrue();
        hold.Begin(2, TimeSpan.Zero).ShouldBeFalse();

        hold.Swept("a", 1);
        hold.NotSwept.ShouldBe(["a", "b"]);
        hold.Swept("a", 2);
        hold.Standing(TimeSpan.Zero, _ => false).ShouldBe(new StoreStanding(2_000_000, HoldsAdmissions: true));
        hold.Standing(TimeSpan.Zero, origin => origin == "b").HoldsAdmissions.ShouldBeFalse();
        hold.Standing(AdmissionHold.Longest, _ => false).HoldsAdmissions.ShouldBeFalse();
        hold.Swept("b", 2);
        hold.Standing(TimeSpan.Zero, _ => false).ShouldBe(new StoreStanding(2_000_000, HoldsAdmissions: false));
    }

    [Fact]
    public void One_origin_out_of_reach_opens_nothing_while_another_is_waited_for_and_the_wait_counts_from_the_rollback()
    {
        var began = TimeSpan.FromHours(1);
        var hold = new AdmissionHold(["a", "b"]);
        hold.Begin(2, began);
        hold.Standing(began, origin => origin == "a").HoldsAdmissions.ShouldBeTrue();
        hold.Standing(began + AdmissionHold.Longest - TimeSpan.FromTicks(1), _ => false).HoldsAdmissions.ShouldBeTrue();
        hold.Standing(began + AdmissionHold.Longest, _ => false).HoldsAdmissions.ShouldBeFalse();
        hold.Doubt();
        hold.Standing(began, _ => true).IsInDoubt.ShouldBeTrue("who has noticed a rollback beats");
    }

    [Fact]
    public void After_a_rollback_beats_are_counted_from_the_one_that_noticed_it()
    {
        Sees(0);
        _detector.Accept(History(5), 7);
        WentBack(new StoreSighting(History(5), Here, 7)).Why.ShouldBe("it knows 7 beats of this member, and had taken 8");
        _detector.Observe(new StoreSighting(History(5), Here, 8)).ShouldBe(RollbackVerdict.None.Instance);
    }

    [Fact]
    public void A_store_that_stops_to_say_which_it_is_is_known_by_what_it_said()
    {
        Sees(0);
        _detector.Observe(new StoreSighting(History(0), "", 1)).ShouldBe(RollbackVerdict.None.Instance);
        WentBack(new StoreSighting(History(0), "7/2", 2));
    }

    [Fact]
    public void A_store_that_failed_is_in_doubt_until_a_beat_that_began_later()
    {
        var hold = new AdmissionHold(["a"]);
        hold.Doubt();
        IsInDoubt().ShouldBeFalse("nobody beats, so nobody would end it");

        hold.Start(0);
        var before = hold.Doubts;
        hold.Doubt();
        IsInDoubt().ShouldBeTrue();
        hold.Standing(TimeSpan.Zero, _ => true).HoldsAdmissions.ShouldBeTrue();
        hold.Settle(before, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        IsInDoubt().ShouldBeTrue("that beat may have been answered by the server that is gone");
        hold.Settle(hold.Doubts, TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        IsInDoubt().ShouldBeFalse();

        bool IsInDoubt() => hold.Standing(TimeSpan.Zero, _ => false).IsInDoubt;
    }

    private static StoreHistory History(long epoch) => new(epoch, Here);

    private void Sees(long beat) => _detector.Observe(new StoreSighting(History(0), Here, beat)).ShouldBe(RollbackVerdict.None.Instance);

    private RollbackVerdict.WentBack WentBack(StoreSighting seen) => _detector.Observe(seen).ShouldBeOfType<RollbackVerdict.WentBack>();
}

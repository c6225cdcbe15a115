using StreamSupervisor.Domain.LiveStreams;
using static StreamSupervisor.TestKit.Domain.Scene;
using Lock = StreamSupervisor.Domain.LiveStreams.Lock;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

/// <summary>A lock with an end keeps people out until then, and ends by itself.</summary>
public class TimedLockTests
{
    private static readonly Publisher Cam = Encoder("cam");

    [Fact]
    public void A_lock_for_half_an_hour_says_when_it_ends()
    {
        var scene = Empty().When(LockFor(30));

        scene.Then<KeyLocked>(e => (e.By, e.Why, e.Until).ShouldBe(("ann", "rehearsal", Start.AddMinutes(30))));
        scene.State.Locked.ShouldBe(new OperatorMark("ann", "rehearsal", Start, Start.AddMinutes(30)));
        scene.Reply.ShouldBeOfType<Done>().Text.ShouldStartWith("Locked: nobody may start to publish until 2026-01-01 12:30:00Z, or until ");
        LiveStream.WakeAt(scene.State).ShouldBe(Start.AddMinutes(30));
    }

    [Fact]
    public void It_keeps_everybody_out_until_then_and_ends_by_itself()
    {
        var scene = Empty().When(LockFor(30)).Wait(1799).When(Ask(Cam)).ThenRefused(Cam, RefusalReason.Locked);

        scene.Wait(1).Then<KeyUnlocked>(e => (e.At, e.By, e.TimeOver).ShouldBe((Start.AddMinutes(30), "ann", true)));

        scene.State.Locked.ShouldBeNull();
        LiveStream.IsIdle(scene.State).ShouldBeTrue("the key may leave memory again");
        var next = Encoder("cam-2");
        scene.When(Ask(next)).ThenAdmitted(next);
    }

    [Fact]
    public void Nobody_is_refused_for_a_lock_that_is_over_though_its_end_is_not_written_yet()
    {
        var scene = Empty().When(LockFor(30)).After(1800).When(Ask(Cam)).ThenAdmitted(Cam);

        scene.When(Wake.Instance).Then<KeyUnlocked>(e => e.TimeOver.ShouldBeTrue());
        scene.State.Session.ShouldNotBeNull().By.ShouldBe(Cam);
    }

    [Fact]
    public void Such_a_lock_does_not_keep_the_way_from_being_cleared_for_who_was_refused_unseen() =>
        Live(Cam).When(LockFor(30)).After(1800).When(new ReportRefusedUnseen(Encoder("cam-2")))
            .Then<EvictionOrdered>(e => e.Of.ShouldBe(Cam));

    [Fact]
    public void The_end_of_a_lock_leaves_the_pin() =>
        Empty().When(new Pin("bob", "ann", "x")).When(LockFor(30)).Wait(1800).State
            .ShouldSatisfyAllConditions(state => state.Locked.ShouldBeNull(), state => state.PinnedTo.ShouldBe("bob"));

    [Fact]
    public void An_operator_may_end_it_before()
    {
        var scene = Empty().When(LockFor(30)).After(60).When(new Unlock("bob", "y")).Then<KeyUnlocked>(e => e.TimeOver.ShouldBeFalse());

        scene.Wait(3600).History.OfType<KeyUnlocked>().Count().ShouldBe(1);
    }

    [Fact]
    public void A_longer_lock_takes_its_place()
    {
        Empty().When(LockFor(30)).After(60).When(new Lock("bob", "show") { For = TimeSpan.FromHours(2) }).Then(typeof(KeyLocked))
            .Wait(7199).State.Locked.ShouldNotBeNull().By.ShouldBe("bob");
        Empty().When(LockFor(30)).When(new Lock("bob", "show")).Then<KeyLocked>(e => e.Until.ShouldBeNull())
            .Wait(7200).State.Locked.ShouldNotBeNull().By.ShouldBe("bob");
    }

    [Fact]
    public void A_shorter_one_changes_nothing()
    {
        Empty().When(LockFor(30)).When(LockFor(29)).ThenNothing()
            .Reply.ShouldBe(new Done(false, "Locked already by ann until 2026-01-01 12:30:00Z: rehearsal"));
        Empty().When(new Lock("eve", "x")).When(LockFor(30)).ThenNothing().Reply.ShouldBe(new Done(false, "Locked already by eve: x"));
    }

    [Fact]
    public void A_lock_after_one_that_is_over_is_a_new_one() =>
        Empty().When(LockFor(30)).After(1801).When(LockFor(1)).Then(typeof(KeyUnlocked), typeof(KeyLocked));

    /// <summary>Between members with different clocks it would end at once otherwise; an operator can end it.</summary>
    [Fact]
    public void A_clock_that_was_set_back_does_not_end_it() =>
        Empty().When(LockFor(30)).After(-3600).When(Wake.Instance).ThenNothing().When(Ask(Cam)).ThenRefused(Cam, RefusalReason.Locked);

    [Fact]
    public void It_refuses_the_attempt_that_is_held()
    {
        var challenger = Encoder("new");
        Live(Cam).When(Ask(challenger)).When(LockFor(30)).ThenRefused(challenger, RefusalReason.Locked);
    }

    private static Lock LockFor(int minutes) => new("ann", "rehearsal") { For = TimeSpan.FromMinutes(minutes) };
}

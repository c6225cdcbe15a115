using Akka.Actor;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.TestKit.Domain;

namespace StreamSupervisor.Tests.Actors.LiveStreams;

/// <summary>The wall clock is set back ten minutes: timers go by the monotonic one, and no deadline waits for those ten minutes.</summary>
public sealed class LiveStreamClockTests : LiveStreamStage
{
    [Fact]
    public void A_deadline_comes_within_a_minute()
    {
        Hear<Allowed>(Scene.Ask(Scene.Encoder("a")));
        Time.SetBack(TimeSpan.FromMinutes(10));
        var since = Time.GetTimestamp();
        var over = false;

        WaitFor(() => over |= StateOf().Session?.ConfirmBy is null, "the check of a session that nobody has seen", milliseconds: 500);

        Time.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(61));
    }

    [Fact]
    public void A_deadline_of_a_member_whose_clock_is_ahead_does_not_wait_for_this_one()
    {
        Hear<Done>(new Reserve("ann", TimeSpan.FromSeconds(20)));

        Time.SetBack(TimeSpan.FromMinutes(10));
        Shard.Tell(new ShardStandIn.Crash(Key));
        var since = Time.GetTimestamp();

        AwaitAssert(() => Answered<StateReply>(GetState.Instance).State.ReservedFor.ShouldBeNull(), TimeSpan.FromSeconds(10));
        Time.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_deadline_that_was_set_before_the_clock_went_back_is_not_held_by_a_new_timer()
    {
        Hear<Done>(new Reserve("ann", TimeSpan.FromSeconds(20)));
        Time.SetBack(TimeSpan.FromMinutes(10));
        Hear<Allowed>(Scene.Ask(Scene.Encoder("a", identity: "ann")));
        Hear<Done>(new Reserve("bob", TimeSpan.FromSeconds(20)));
        Time.SetBack(TimeSpan.FromMinutes(10));
        var since = Time.GetTimestamp();

        WaitFor(() => StateOf().ReservedFor is null, "the end of the reservation", milliseconds: 500);

        Time.GetElapsedTime(since).ShouldBeLessThan(TimeSpan.FromSeconds(61));
    }
}

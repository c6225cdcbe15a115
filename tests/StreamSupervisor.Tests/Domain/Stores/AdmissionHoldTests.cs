using StreamSupervisor.Domain.Stores;

namespace StreamSupervisor.Tests.Domain.Stores;

public class AdmissionHoldTests
{
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private readonly AdmissionHold _hold = new(["srs-1"]);
    private TimeSpan _now = TimeSpan.FromDays(1);

    private bool IsInDoubt => _hold.Standing(_now, _ => false).IsInDoubt;

    [Fact]
    public void A_member_that_has_just_started_admits_nobody_before_all_others_had_time_to_beat()
    {
        BeatsAfter(0);
        IsInDoubt.ShouldBeTrue();

        // Its looks in between are no second beat of the others.
        BeatsAfter(0.2);
        BeatsAfter(0.7);
        IsInDoubt.ShouldBeTrue();

        BeatsAfter(0.1);
        IsInDoubt.ShouldBeFalse();
    }

    [Fact]
    public void A_statement_that_failed_between_two_beats_is_a_doubt_until_the_next_beat()
    {
        BeatsSteadily();
        _hold.Doubt();
        IsInDoubt.ShouldBeTrue();

        BeatsAfter(0.025);
        IsInDoubt.ShouldBeFalse();
    }

    [Fact]
    public void A_beat_that_began_before_the_doubt_does_not_end_it()
    {
        BeatsSteadily();
        var doubts = _hold.Doubts;
        _hold.Doubt();
        _hold.Settle(doubts, _now, _now, Beat);
        IsInDoubt.ShouldBeTrue();
    }

    [Fact]
    public void A_member_that_could_not_beat_for_a_while_begins_a_new_row_of_beats()
    {
        BeatsSteadily();
        BeatsAfter(2.1);
        IsInDoubt.ShouldBeTrue();

        BeatsAfter(1);
        IsInDoubt.ShouldBeFalse();
    }

    [Fact]
    public void Without_others_one_look_is_enough()
    {
        _hold.Start(0);
        _hold.Doubt();
        _hold.Settle(_hold.Doubts, _now, _now, TimeSpan.Zero);
        IsInDoubt.ShouldBeFalse();
    }

    [Fact]
    public void A_store_that_takes_longer_than_two_beats_for_each_keeps_nobody_in_doubt()
    {
        _hold.Start(0);
        for (var beat = 0; beat < 3; beat++)
        {
            var beganAt = _now;
            _now += Beat * 3;
            _hold.Settle(_hold.Doubts, beganAt, _now, Beat);
        }

        IsInDoubt.ShouldBeFalse();
    }

    private void BeatsSteadily()
    {
        BeatsAfter(0);
        BeatsAfter(1);
        IsInDoubt.ShouldBeFalse();
    }

    private void BeatsAfter(double seconds)
    {
        _now += TimeSpan.FromSeconds(seconds);
        _hold.Start(0);
        _hold.Settle(_hold.Doubts, _now, _now, Beat);
    }
}

using StreamSupervisor.Actors.Membership;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Membership;

/// <summary>When a process may answer what no write confirms.</summary>
public sealed class MemberPulseTests
{
    private static readonly TimeSpan Lasts = TimeSpan.FromSeconds(4.5);
    private readonly VirtualTime _time = new();
    private readonly MemberPulse _pulse;

    public MemberPulseTests() => _pulse = new MemberPulse(_time, Lasts);

    [Fact]
    public void Not_before_it_is_a_member()
    {
        _pulse.MayAnswer.ShouldBeFalse();
        _pulse.Beat(_time.GetTimestamp(), inCluster: false);
        _pulse.MayAnswer.ShouldBeFalse();
    }

    [Fact]
    public void Not_at_the_first_moment_after_a_pause_before_any_timer_has_run()
    {
        _pulse.Beat(_time.GetTimestamp(), inCluster: true);
        _pulse.MayAnswer.ShouldBeTrue();
        _time.Advance(Lasts);
        _pulse.MayAnswer.ShouldBeFalse();
        _pulse.Beat(_time.GetTimestamp(), inCluster: true);
        _pulse.MayAnswer.ShouldBeTrue();
    }

    [Fact]
    public void A_beat_counts_from_when_it_was_sent()
    {
        var sent = _time.GetTimestamp();
        _time.Advance(Lasts);
        _pulse.Beat(sent, inCluster: true);
        _pulse.MayAnswer.ShouldBeFalse();
    }

    [Fact]
    public void Never_after_the_end()
    {
        _pulse.End();
        _pulse.Beat(_time.GetTimestamp(), inCluster: true);
        _pulse.MayAnswer.ShouldBeFalse();
    }

    [Fact]
    public void Always_where_one_supervisor_is_alone() => new MemberPulse(_time, lasts: null).MayAnswer.ShouldBeTrue();
}

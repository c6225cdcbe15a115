using Akka.Actor;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Membership;

/// <summary>When a member may try to condemn another, and when it must not.</summary>
public sealed class DeathWatchTests
{
    private static readonly MembershipSettings Settings = new() { ConnectionString = "", Name = "a", Advertised = "a:1" };
    private static readonly MemberRow Other = new(
        new MemberIdentity(Guid.NewGuid(), "b", "b:1", new Address("akka.tls", "test", "b", 1), 1), 1, MemberState.Active, Guid.Empty, 9, TimeSpan.Zero, false, true);
    private readonly VirtualTime _time = new();
    private readonly DeathWatch _watch;

    public DeathWatchTests() => _watch = new DeathWatch(Settings, _time);

    [Fact]
    public void A_lease_that_is_over_and_a_beat_that_stood_still_for_two_renewals_are_a_death()
    {
        var silent = Other with { LeaseOver = true };
        See(silent).ShouldBe(DeathEvidence.None);
        See(silent, after: 1).ShouldBe(DeathEvidence.None);
        See(silent, after: 1).ShouldBe(DeathEvidence.LeaseOver);
    }

    [Fact]
    public void After_a_gap_in_our_own_looks_the_count_begins_anew()
    {
        var silent = Other with { LeaseOver = true };
        _ = See(silent);
        _ = See(silent, after: 1);
        _watch.Gap();
        See(silent, after: 1).ShouldBe(DeathEvidence.None);
        See(silent, after: 10).ShouldBe(DeathEvidence.None, "this process was paused");
    }

    [Fact]
    public void A_beat_that_moves_is_no_death() =>
        Enumerable.Range(0, 5).Select(beat => See(Other with { LeaseOver = true, Beat = 10 + beat }, after: 1)).ShouldAllBe(evidence => evidence == DeathEvidence.None);

    [Fact]
    public void A_session_that_is_gone_and_a_port_that_refuses_twice_are_a_death()
    {
        var gone = Other with { HasSession = false };
        See(gone, refuses: true).ShouldBe(DeathEvidence.None);
        _watch.Suspects(gone).ShouldBeTrue();
        See(gone, refuses: true).ShouldBe(DeathEvidence.ProcessGone);
    }

    [Fact]
    public void A_session_that_is_gone_alone_is_no_death() =>
        Enumerable.Range(0, 5).Select(_ => See(Other with { HasSession = false })).ShouldAllBe(evidence => evidence == DeathEvidence.None);

    [Fact]
    public void One_that_has_just_entered_has_no_session_yet() =>
        Enumerable.Range(0, 5).Select(_ => See(Other with { HasSession = false, Beat = 1 }, refuses: true)).ShouldAllBe(evidence => evidence == DeathEvidence.None);

    private DeathEvidence See(MemberRow row, double after = 0.04, bool refuses = false)
    {
        _time.Advance(TimeSpan.FromSeconds(after));
        _watch.Saw([row]);
        _watch.Probed(row, refuses);
        return _watch.EvidenceAgainst(row);
    }
}

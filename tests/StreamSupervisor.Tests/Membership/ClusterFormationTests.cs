using Akka.Actor;
using Akka.Cluster;
using StreamSupervisor.Actors.Membership;

namespace StreamSupervisor.Tests.Membership;

/// <summary>Who founds, who joins, who waits.</summary>
public sealed class ClusterFormationTests
{
    private static readonly Guid One = Guid.NewGuid();
    private static readonly Guid Other = Guid.NewGuid();

    [Fact]
    public void The_first_founds() =>
        Next([Row(1, MemberState.Joining)]).ShouldBe(new FormationStep.Found(JoinsItself: true));

    [Fact]
    public void One_that_joins_beside_others_that_join_may_try_to_found_and_the_database_lets_one() =>
        Next([Row(1, MemberState.Joining), Row(2, MemberState.Joining)], self: 2).ShouldBe(new FormationStep.Found(JoinsItself: true));

    [Fact]
    public void A_member_whose_lease_is_over_still_counts() =>
        Next([Row(1, MemberState.Active, One) with { LeaseOver = true }, Row(2, MemberState.Joining)], self: 2).ShouldBeOfType<FormationStep.SetOut>();

    [Fact]
    public void The_dead_and_the_left_do_not_count() =>
        Next([Row(1, MemberState.Dead, One), Row(2, MemberState.Left, One), Row(3, MemberState.Joining)], self: 3).ShouldBe(new FormationStep.Found(JoinsItself: true));

    [Fact]
    public void Those_that_stay_are_asked_before_those_that_leave()
    {
        var step = Next([Row(1, MemberState.Draining, One), Row(2, MemberState.Active, One), Row(3, MemberState.Joining)], self: 3).ShouldBeOfType<FormationStep.SetOut>();
        step.Cluster.ShouldBe(One);
        step.Seeds.Select(seed => seed.Port).ShouldBe([2, 1]);
    }

    [Fact]
    public void A_predecessor_at_the_same_address_is_waited_for() =>
        Next([Row(1, MemberState.Active, One, port: 2), Row(2, MemberState.Joining)], self: 2).ShouldBeOfType<FormationStep.Wait>();

    [Fact]
    public void It_arrives_when_Akka_has_it_beside_a_member_of_its_cluster() =>
        Next([Row(1, MemberState.Active, One), Row(2, MemberState.Joining, One)], self: 2, akka: [1, 2]).ShouldBe(new FormationStep.Arrive(One));

    [Fact]
    public void It_is_astray_when_another_cluster_was_founded_meanwhile() =>
        Next([Row(1, MemberState.Dead, One), Row(2, MemberState.Joining), Row(3, MemberState.Active, Other)], self: 2, akka: [1, 2])
            .ShouldBeOfType<FormationStep.Stray>();

    [Fact]
    public void Let_in_by_one_that_died_it_founds_in_the_cluster_that_it_is_in() =>
        Next([Row(1, MemberState.Dead, One), Row(2, MemberState.Joining, One)], self: 2, akka: [1, 2]).ShouldBe(new FormationStep.Found(JoinsItself: false));

    private static FormationStep Next(MemberRow[] rows, int self = 1, params int[] akka) =>
        ClusterFormation.Next(rows, rows[self - 1], akka.Select(port => new UniqueAddress(At(port), port)).ToHashSet());

    private static Address At(int port) => new("akka.tls", "test", "host", port);

    private static MemberRow Row(int number, MemberState state, Guid? cluster = null, int? port = null) => new(
        new MemberIdentity(Guid.NewGuid(), $"m{number}", $"host:{port ?? number}", At(port ?? number), number), number, state, cluster, 9, TimeSpan.Zero, false, true);
}

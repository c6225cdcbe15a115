using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain.Stores;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;
using StreamSupervisor.TestKit.Storage;

namespace StreamSupervisor.IntegrationTests.Membership;

/// <summary>A database that goes back in time, under members that live. Each test has a server of its own, for it is lost.</summary>
[Collection(MembershipCollection.Name)]
public sealed class RollbackTests
{
    private const string Noticed = "gone back in time";

    [PostgresFact]
    public async Task A_restored_backup_is_noticed_by_every_member_and_nobody_has_to_be_restarted()
    {
        await using var postgres = await StartAsync();
        await using var a = new TestMember(MemberStart.Of(postgres.ConnectionString, "a"));
        await using var b = new TestMember(MemberStart.Of(postgres.ConnectionString, "b"));
        await FormationTests.SeeEachOtherAsync(a, b);
        await postgres.SaveAsync();
        await BeatsAsync(a, 2);
        await BeatsAsync(b, 2);

        await postgres.RestoreAsync();

        await Eventually.HoldsAsync("both notice", () => Task.FromResult(a.Membership.Hold.Epoch > 0 && b.Membership.Hold.Epoch > 0));
        StoreHistory.GenerationFloorOf(a.Membership.Hold.Epoch).ShouldBeGreaterThan(0);
        await ServeAsync(a, b);
        (a.Log.Text + b.Log.Text).ShouldContain(Noticed);
        a.Membership.Hold.Epoch.ShouldBe(b.Membership.Hold.Epoch);
        (await MembershipStage.StatesAsync(postgres.ConnectionString)).ShouldBe("a:active b:active");
    }

    [PostgresFact]
    public async Task A_member_that_the_restored_backup_does_not_know_enters_again()
    {
        await using var postgres = await StartAsync();
        await postgres.SaveAsync();
        await using var a = new TestMember(MemberStart.Of(postgres.ConnectionString, "a"));
        await using var b = new TestMember(MemberStart.Of(postgres.ConnectionString, "b"));
        await FormationTests.SeeEachOtherAsync(a, b);
        await BeatsAsync(a, 2);

        await postgres.RestoreAsync();

        await Eventually.HoldsAsync("both notice", () => Task.FromResult(a.Membership.Hold.Epoch > 0 && b.Membership.Hold.Epoch > 0));
        await ServeAsync(a, b);
        (await MembershipStage.StatesAsync(postgres.ConnectionString)).Split(' ').Order().ShouldBe(["a:active", "b:active"]);
        (await MembershipStage.ClustersAsync(postgres.ConnectionString)).ShouldBe(1);
    }

    [PostgresFact]
    public async Task A_standby_that_lags_and_is_promoted_is_noticed()
    {
        await using var postgres = await StartAsync();
        await using var standby = await PostgresServer.StartAsync(fsync: false);
        await standby.FollowAsync(postgres, synchronous: false);
        var database = $"Host=127.0.0.1:{postgres.Port},127.0.0.1:{standby.Port};Database=postgres;Username=postgres;Timeout=3;"
            + "Target Session Attributes=primary;Host Recheck Seconds=1";
        await using var a = new TestMember(MemberStart.Of(database, "a"));
        await a.Membership.Joined.WaitAsync(Eventually.Patience);
        await standby.PauseReplayAsync();
        await BeatsAsync(a, 2);

        await postgres.StopAsync("immediate");
        await standby.PromoteAsync();

        await Eventually.HoldsAsync("it notices", () => Task.FromResult(a.Membership.Hold.Epoch > 0));
        await ServeAsync(a);
        a.Log.Text.ShouldContain(Noticed);
    }

    [PostgresFact]
    public async Task A_restart_of_the_database_is_no_rollback()
    {
        await using var postgres = await StartAsync();
        await using var a = new TestMember(MemberStart.Of(postgres.ConnectionString, "a"));
        await a.Membership.Joined.WaitAsync(Eventually.Patience);

        await postgres.RestartImmediatelyAsync();
        await BeatsAsync(a, 2);

        a.Membership.Hold.Epoch.ShouldBe(0);
        a.Log.Text.ShouldNotContain(Noticed);
    }

    [PostgresFact]
    public async Task A_member_that_was_declared_dead_takes_its_own_end_for_no_rollback()
    {
        await using var postgres = await StartAsync();
        await using var a = new TestMember(MemberStart.Of(postgres.ConnectionString, "a"));
        await using var b = new TestMember(MemberStart.Of(postgres.ConnectionString, "b"));
        await FormationTests.SeeEachOtherAsync(a, b);

        await MembershipStage.CondemnAsync(postgres.ConnectionString, "a");
        _ = await a.Membership.Ended.WaitAsync(Eventually.Patience);
        await BeatsAsync(b, 10);

        b.Membership.Hold.Epoch.ShouldBe(0);
        b.Log.Text.ShouldNotContain(Noticed);
        a.Log.Text.ShouldNotContain(Noticed);
    }

    private static async Task<PostgresServer> StartAsync()
    {
        var postgres = await PostgresServer.StartAsync(fsync: false);
        _ = await PostgresMigrations.MigrateAsync(postgres.ConnectionString, NullLogger.Instance);
        return postgres;
    }

    /// <summary>Waits until the database has taken so many more beats.</summary>
    private static async Task BeatsAsync(TestMember member, int count)
    {
        var first = member.Membership.Look?.At;
        for (var i = 0; i < count; i++)
        {
            var last = member.Membership.Look?.At;
            await Eventually.HoldsAsync("it beats", () => Task.FromResult(member.Membership.Look?.At != last));
        }

        member.Membership.Look?.At.ShouldNotBe(first ?? 0);
    }

    private static async Task ServeAsync(params TestMember[] members)
    {
        foreach (var member in members)
        {
            await BeatsAsync(member, 2);
        }

        await Eventually.HoldsAsync("all serve", () => Task.FromResult(members.All(member => member.Membership.Pulse.MayAnswer)));
        members.ShouldAllBe(member => !member.Membership.Ended.IsCompleted);
    }
}

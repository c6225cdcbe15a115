using StreamSupervisor.Actors.Membership;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;
using Xunit.Abstractions;

namespace StreamSupervisor.IntegrationTests.Membership;

/// <summary>The dead are known at once, the frozen when their lease is over, and nobody else is declared dead.</summary>
[Collection(MembershipCollection.Name)]
public sealed class DeathTests(MembershipStage stage, ITestOutputHelper log)
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(1);

    [PostgresFact]
    public async Task A_killed_member_is_removed_within_a_second()
    {
        var database = await stage.NewDatabaseAsync();
        await using var a = new TestMember(MemberStart.Of(database, "a"));
        await a.Membership.Joined.WaitAsync(Eventually.Patience);
        await using var b = new TestMember(MemberStart.Of(database, "b"));
        var took = new List<TimeSpan>();
        for (var round = 1; round <= MembershipStage.Rounds; round++)
        {
            await using var victim = new MemberProcess(MemberStart.Of(database, "victim"));
            await victim.Up;
            await Eventually.HoldsAsync("three are up", () => Task.FromResult(a.Up.Split(' ').Length == 3 && a.Up == b.Up));

            var killed = victim.Kill();
            var seen = await Task.WhenAll(a.RemovedAsync(victim.Start.Advertised), b.RemovedAsync(victim.Start.Advertised));

            took.Add(seen.Select(at => TimeProvider.System.GetElapsedTime(killed, at)).Max());
        }

        took.Sort();
        var all = string.Join(' ', took.Select(time => $"{time.TotalMilliseconds:F0}"));
        log.WriteLine($"kill -9 to MemberRemoved on both others: median {took[took.Count / 2].TotalMilliseconds:F0} ms, {all}");
        took[took.Count / 2].ShouldBeLessThan(Promised, a.Log.Text + b.Log.Text);
    }

    [PostgresFact]
    public async Task A_killed_founder_is_removed_as_quickly()
    {
        var database = await stage.NewDatabaseAsync();
        await using var founder = new MemberProcess(MemberStart.Of(database, "founder"));
        await founder.Up;
        await using var a = new TestMember(MemberStart.Of(database, "a"));
        await using var b = new TestMember(MemberStart.Of(database, "b"));
        await Eventually.HoldsAsync("three are up", () => Task.FromResult(a.Up.Split(' ').Length == 3 && a.Up == b.Up));

        var killed = founder.Kill();
        var removed = await a.RemovedAsync(founder.Start.Advertised);

        log.WriteLine($"{TimeProvider.System.GetElapsedTime(killed, removed).TotalMilliseconds:F0} ms");
        TimeProvider.System.GetElapsedTime(killed, removed).ShouldBeLessThan(2 * Promised, a.Log.Text + b.Log.Text);
        await Eventually.HoldsAsync("the dead is listed", () => Task.FromResult(a.Membership.View.Report().Ended.Count > 0));
        var ended = a.Membership.View.Report().Ended.ShouldHaveSingleItem();
        (ended.Name, ended.State).ShouldBe(("founder", MemberState.Dead));
        ended.Why.ShouldContain("port refused");
    }

    [PostgresFact]
    public async Task A_frozen_member_is_condemned_when_its_lease_is_over_and_ends_when_it_thaws()
    {
        var database = await stage.NewDatabaseAsync();
        await using var a = new TestMember(MemberStart.Of(database, "a"));
        await a.Membership.Joined.WaitAsync(Eventually.Patience);
        await using var frozen = new MemberProcess(MemberStart.Of(database, "frozen"));
        await frozen.Up;
        var began = TimeProvider.System.GetTimestamp();
        frozen.Freeze();

        var removed = await a.RemovedAsync(frozen.Start.Advertised);
        TimeProvider.System.GetElapsedTime(began, removed).ShouldBeInRange(TimeSpan.FromSeconds(3.9), TimeSpan.FromSeconds(12), a.Log.Text);
        await Eventually.HoldsAsync("the dead is listed", () => Task.FromResult(a.Membership.View.Report().Ended.Count > 0));
        a.Membership.View.Report().Ended.ShouldHaveSingleItem().Why.ShouldContain("lease was over");

        frozen.Thaw();
        (await frozen.ExitCodeAsync()).ShouldBe(MemberEnd.ExpelledExitCode, frozen.Text);
        (await MembershipStage.StatesAsync(database)).ShouldBe("a:active frozen:dead");
    }

    [PostgresFact]
    public async Task An_operator_declares_a_member_dead_and_its_process_ends()
    {
        var database = await stage.NewDatabaseAsync();
        await using var a = new TestMember(MemberStart.Of(database, "a"));
        await using var b = new TestMember(MemberStart.Of(database, "b"));
        await FormationTests.SeeEachOtherAsync(a, b);

        (await a.Membership.View.DownAsync(b.Membership.Incarnation, "control-room")).ShouldBeTrue();

        var end = await b.Membership.Ended.WaitAsync(Eventually.Patience);
        end.ExitCode.ShouldBe(75);
        end.Why.ShouldContain("control-room");
        b.Membership.Pulse.MayAnswer.ShouldBeFalse();
        _ = await a.RemovedAsync(b.Start.Advertised);
        a.Membership.Pulse.MayAnswer.ShouldBeTrue();
    }

    [PostgresFact]
    public async Task Members_that_leave_one_after_the_other_are_replaced_and_nobody_is_declared_dead()
    {
        var database = await stage.NewDatabaseAsync();
        await using var a = new MemberProcess(MemberStart.Of(database, "a"));
        await a.Up;
        await using var b = new MemberProcess(MemberStart.Of(database, "b"));
        await b.Up;

        var began = TimeProvider.System.GetTimestamp();
        a.Terminate();
        (await a.ExitCodeAsync()).ShouldBe(0, a.Text);
        log.WriteLine($"SIGTERM to exit: {TimeProvider.System.GetElapsedTime(began).TotalMilliseconds:F0} ms");
        await using var nextA = new MemberProcess(a.Start);
        await nextA.Up;
        b.Terminate();
        (await b.ExitCodeAsync()).ShouldBe(0, b.Text);
        await using var nextB = new MemberProcess(b.Start);
        await nextB.Up;

        (await MembershipStage.StatesAsync(database)).ShouldBe("a:left b:left a:active b:active");
        (await MembershipStage.ClustersAsync(database)).ShouldBe(1);
    }

    [PostgresFact]
    public async Task A_member_that_is_asked_to_leave_ends_with_zero()
    {
        var database = await stage.NewDatabaseAsync();
        await using var a = new TestMember(MemberStart.Of(database, "a"));
        await a.Membership.Joined.WaitAsync(Eventually.Patience);
        await using var b = new MemberProcess(MemberStart.Of(database, "b"));
        await b.Up;
        var incarnation = await Eventually.BringsAsync("b is in the view", () =>
            Task.FromResult(a.Membership.View.Report().Members.SingleOrDefault(member => 
                member is { Name: "b", State: MemberState.Active })));

        (await a.Membership.View.LeaveAsync(incarnation.Incarnation)).ShouldBeTrue();

        (await b.ExitCodeAsync()).ShouldBe(0, b.Text);
        await Eventually.HoldsAsync("the view says that it left", () =>
            Task.FromResult(
                a.Membership.View.Report() is { Members: [{ IsSelf: true }], Ended: [{ Name: "b", State: MemberState.Left }] }));
    }
}

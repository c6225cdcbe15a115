using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;

namespace StreamSupervisor.IntegrationTests.Membership;

/// <summary>One database is one cluster.</summary>
[Collection(MembershipCollection.Name)]
public sealed class FormationTests(MembershipStage stage)
{
    [PostgresFact]
    public async Task Three_that_start_at_once_make_one_cluster()
    {
        for (var round = 1; round <= MembershipStage.Rounds; round++)
        {
            var database = await stage.NewDatabaseAsync();
            await using var a = new TestMember(MemberStart.Of(database, "a"));
            await using var b = new TestMember(MemberStart.Of(database, "b"));
            await using var c = new TestMember(MemberStart.Of(database, "c"));
            await SeeEachOtherAsync(a, b, c);
            (await MembershipStage.ClustersAsync(database)).ShouldBe(1);
        }
    }

    [PostgresFact]
    public async Task After_all_were_killed_a_new_one_founds_when_the_dead_are_condemned()
    {
        var database = await stage.NewDatabaseAsync();
        await using var a = new MemberProcess(MemberStart.Of(database, "a"));
        await using var b = new MemberProcess(MemberStart.Of(database, "b"));
        await Task.WhenAll(a.Up, b.Up);
        _ = a.Kill();
        _ = b.Kill();

        await using var c = new TestMember(MemberStart.Of(database, "c"));
        await c.Membership.Joined.WaitAsync(Eventually.Patience);

        (await MembershipStage.StatesAsync(database)).ShouldSatisfyAllConditions(
            states => states.ShouldContain("a:dead"), states => states.ShouldContain("b:dead"), states => states.ShouldContain("c:active"));
    }

    [PostgresFact]
    public async Task A_successor_at_the_same_address_condemns_its_predecessor()
    {
        var database = await stage.NewDatabaseAsync();
        await using var b = new TestMember(MemberStart.Of(database, "b"));
        await b.Membership.Joined.WaitAsync(Eventually.Patience);
        var start = MemberStart.Of(database, "a");
        await using var first = new MemberProcess(start);
        await first.Up;
        _ = first.Kill();

        await using var second = new MemberProcess(start);
        await second.Up;

        (await MembershipStage.StatesAsync(database)).ShouldBe("b:active a:dead a:active");
        (await MembershipStage.ClustersAsync(database)).ShouldBe(1);
    }

    [PostgresFact]
    public async Task A_stranger_with_another_secret_stays_outside_and_one_with_the_previous_gets_in()
    {
        var database = await stage.NewDatabaseAsync();
        await using var a = new TestMember(MemberStart.Of(database, "a") with { Previous = "the-next-or-the-last-0123456789" });
        await a.Membership.Joined.WaitAsync(Eventually.Patience);
        await using var stranger = new TestMember(MemberStart.Of(database, "stranger") with { Secret = "somebody-else-0123456789" });
        await using var changed = new TestMember(
            MemberStart.Of(database, "changed") with { Secret = "the-next-or-the-last-0123456789", Previous = MemberStart.Shared });

        await SeeEachOtherAsync(a, changed);
        await Eventually.HoldsAsync("the stranger was refused", () => Task.FromResult(
            stranger.Log.Text.Contains("asks to join", StringComparison.Ordinal)
            && stranger.Log.Text.Contains("association", StringComparison.OrdinalIgnoreCase)));

        stranger.Membership.Joined.IsCompleted.ShouldBeFalse(stranger.Log.Text);
        stranger.Membership.Pulse.MayAnswer.ShouldBeFalse();
        (await MembershipStage.StatesAsync(database)).ShouldContain("stranger:joining", Case.Sensitive,
            a.Log.Text + stranger.Log.Text + changed.Log.Text);
    }

    internal static Task SeeEachOtherAsync(params TestMember[] members)
    {
        var ports = string.Join(' ', members.Select(member => member.Start.Advertised).Order());
        return Eventually.HoldsAsync($"{members.Length} members see each other", () => Task.FromResult(
            members.All(member => member.Membership.Joined.IsCompletedSuccessfully && member.Up == ports)));
    }
}

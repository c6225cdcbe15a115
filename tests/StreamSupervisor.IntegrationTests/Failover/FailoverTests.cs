using StreamSupervisor.IntegrationTests.Storage;
using Xunit.Abstractions;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>Members are killed, frozen, restarted and cut off in the middle of a storm of publishers.</summary>
[Collection(FailoverCollection.Name)]
public sealed class FailoverTests(FailoverStage stage, ITestOutputHelper log) : FailoverScenes(stage, log)
{
    [PostgresFact]
    public Task A_killed_member_is_replaced() => StandsAsync("killed", async _ =>
    {
        var victim = Victim();
        await using var fault = await BeginAsync(victim);
        await victim.KillAsync();
    });

    [PostgresFact]
    public Task A_member_that_is_frozen_for_a_while_does_no_harm_afterwards() => StandsAsync("frozen", async _ =>
    {
        var victim = Victim();
        await using var fault = await BeginAsync(victim);
        victim.Freeze();
        await Task.Delay(Between(0.1, 9));
        victim.Thaw();
    });

    [PostgresFact]
    [Trait("Run", "long")]
    public Task All_members_are_restarted_one_after_the_other() => StandsAsync("rolling", storm => NobodyIsRefusedAsync(storm, async () =>
    {
        await using var fault = await BeginAsync(victim: null);
        foreach (var member in Stage.Members)
        {
            (await member.StopAsync()).ShouldBe(0, member.Story);
            await member.StartAsync();
        }
    }));

    [PostgresFact]
    public Task A_database_that_crashed_and_is_back_is_gone_on_with() => StandsAsync("database", async _ =>
    {
        await using var fault = await BeginAsync(victim: null);
        await Stage.Postgres.RestartImmediatelyAsync();
    }, nobodyDies: true);

    [PostgresFact]
    public Task Terminated_connections_to_the_database_are_replaced() => StandsAsync("terminated", async _ =>
    {
        await using var fault = await BeginAsync(victim: null);
        await Stage.Witness.TerminateConnectionsAsync();
    }, nobodyDies: true);

    [PostgresFact]
    public Task A_member_that_is_cut_off_from_the_database_is_replaced() => StandsAsync("cut-database", async _ =>
    {
        var victim = Victim();
        await using var fault = await BeginAsync(victim);
        victim.Database.Cut();
        await Task.Delay(Between(0.5, 9));
        victim.Database.Repair();
    });

    [PostgresFact]
    public Task A_member_that_the_others_cannot_reach_is_found_again() => StandsAsync("cut-peers", async _ =>
    {
        var victim = Victim();
        await using var fault = await BeginAsync(victim);
        victim.Peers.Cut();
        await Task.Delay(Between(0.5, 6));
        victim.Peers.Repair();
    });
}

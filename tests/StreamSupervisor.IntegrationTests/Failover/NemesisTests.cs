using StreamSupervisor.IntegrationTests.Storage;
using StreamSupervisor.Simulator.Servers;
using Xunit.Abstractions;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>What members lean on misbehaves in the midst of a storm of publishers: the wires, the database, the API of an SRS server.</summary>
[Collection(FailoverCollection.Name)]
[Trait("Run", "long")]
public sealed class NemesisTests(FailoverStage stage, ITestOutputHelper log) : FailoverScenes(stage, log)
{
    [PostgresFact]
    public Task A_wire_that_is_cut_one_way_is_as_good_as_cut() => StandsAsync("cut-one-way", async _ =>
    {
        var victim = Victim();
        await using var fault = await BeginAsync(victim);
        var wire = Heads() ? victim.Database : victim.Peers;
        var cut = Heads() ? (Action)wire.CutThere : wire.CutBack;
        cut();
        await Task.Delay(Between(0.5, 9));
        wire.Repair();
    });

    [PostgresFact]
    public Task A_full_disk_of_the_database_is_waited_for() => StandsAsync("disk-full", async _ =>
    {
        await using var fault = await BeginAsync(victim: null);
        await Stage.Witness.FillTheDiskAsync(isFull: true);
        await Task.Delay(Between(0.5, 6));
        await Stage.Witness.FillTheDiskAsync(isFull: false);
    }, nobodyDies: true);

    [PostgresFact]
    public Task A_database_without_a_free_connection_is_waited_for() => StandsAsync("used-up", async _ =>
    {
        await using var fault = await BeginAsync(victim: null);
        await Stage.Witness.LetConnectAsync(false);
        await Task.Delay(Between(0.1, 3));
        await Stage.Witness.LetConnectAsync(true);
    }, nobodyDies: true);

    [PostgresFact]
    public Task A_database_that_is_restored_from_a_backup_is_noticed_and_gone_on_with() => StandsAsync("rolled-back", async _ =>
    {
        await using var fault = await BeginAsync(victim: null);
        await Stage.Postgres.SaveAsync();
        var saved = TimeProvider.System.GetUtcNow();
        await Task.Delay(Between(1, 4));
        await Stage.Postgres.RestoreAsync();
        Stage.Forget(saved, TimeProvider.System.GetUtcNow());
        Tell($"forgotten: {saved:HH:mm:ss.fff} to {TimeProvider.System.GetUtcNow():HH:mm:ss.fff}");
    }, nobodyDies: true);

    /// <summary>What members do about an answer that is none is the same for all but the last; they are tried when more than one round is.</summary>
    public static TheoryData<ApiFault> Faults =>
        Rounds == 1 ? [ApiFault.Garbage, ApiFault.OtherServer] : [.. Enum.GetValues<ApiFault>().Where(how => how != ApiFault.None)];

    [PostgresTheory]
    [MemberData(nameof(Faults))]
    public Task An_API_that_misbehaves_is_believed_again_when_it_is_right(ApiFault how) => StandsAsync($"api-{how}", async _ =>
    {
        var server = Server();
        await using var fault = await BeginAsync(victim: null);
        await server.RunAsync(core => { core.ApiFault = how; });
        await Task.Delay(Between(0.5, 6));
        await server.RunAsync(core => { core.ApiFault = ApiFault.None; });
    }, nobodyDies: true);

    [PostgresFact]
    public Task An_API_that_is_slow_is_waited_for() => StandsAsync("api-slow", async _ =>
    {
        var server = Server();
        await using var fault = await BeginAsync(victim: null);
        await server.RunAsync(core => { core.ApiDelay = Between(0.5, 4); });
        await Task.Delay(Between(2, 6));
        await server.RunAsync(core => { core.ApiDelay = TimeSpan.Zero; });
    }, nobodyDies: true);
}

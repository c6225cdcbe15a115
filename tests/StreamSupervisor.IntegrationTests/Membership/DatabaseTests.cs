using System.Globalization;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.IntegrationTests.Failover;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;

namespace StreamSupervisor.IntegrationTests.Membership;

/// <summary>What a database that is away, and a network that is cut, do to members that live.</summary>
[Collection(MembershipCollection.Name)]
public sealed class DatabaseTests(MembershipStage stage)
{
    [PostgresFact]
    public async Task Nobody_is_declared_dead_when_the_database_crashes_and_comes_back()
    {
        var database = await stage.NewDatabaseAsync();
        await using var a = new TestMember(MemberStart.Of(database, "a"));
        await using var b = new TestMember(MemberStart.Of(database, "b"));
        await FormationTests.SeeEachOtherAsync(a, b);

        await stage.Postgres.RestartImmediatelyAsync();

        await BeatAgainAsync(a, b);
        (await MembershipStage.StatesAsync(database)).ShouldNotContain("dead");
    }

    [PostgresFact]
    public async Task Nobody_is_declared_dead_when_the_database_was_away_for_longer_than_every_lease()
    {
        var database = await stage.NewDatabaseAsync();
        await using var a = new TestMember(MemberStart.Of(database, "a") with { Lease = TimeSpan.FromSeconds(3) });
        await using var b = new TestMember(MemberStart.Of(database, "b") with { Lease = TimeSpan.FromSeconds(3) });
        await FormationTests.SeeEachOtherAsync(a, b);

        await stage.Postgres.StopAsync("immediate");
        await Eventually.HoldsAsync("both leases are over", () => Task.FromResult(new[] { a, b }.All(member => member.Membership.Pulse.BeatAge > TimeSpan.FromSeconds(4))));
        a.Membership.Pulse.MayAnswer.ShouldBeFalse();
        a.Membership.WhySilent.ShouldNotBeNull().ShouldContain("database");
        await stage.Postgres.LaunchAsync();

        await BeatAgainAsync(a, b);
        (await MembershipStage.StatesAsync(database)).ShouldNotContain("dead", Case.Sensitive, a.Log.Text + b.Log.Text);
        (a.Membership.Ended.IsCompleted, b.Membership.Ended.IsCompleted).ShouldBe((false, false));
    }

    [PostgresFact]
    public async Task A_server_that_takes_no_writes_any_more_holds_no_session()
    {
        var database = await stage.NewDatabaseAsync();
        await using var a = new TestMember(MemberStart.Of(database, "a"));
        await a.Membership.Joined.WaitAsync(Eventually.Patience);
        await Eventually.HoldsAsync("the session is open", () => Task.FromResult(a.Membership.View.Report().Members is [{ HasSession: true }]));
        try
        {
            await ReadOnlyAsync("on");
            await Eventually.HoldsAsync("the session is given up", () => Task.FromResult(a.Log.Text.Contains("takes no writes", StringComparison.Ordinal)));
        }
        finally
        {
            await ReadOnlyAsync("off");
        }

        await BeatAgainAsync(a);
        await Eventually.HoldsAsync("the session is open again", () => Task.FromResult(a.Membership.View.Report().Members is [{ HasSession: true }]));
    }

    [PostgresFact]
    public async Task A_member_that_cannot_beat_judges_nobody_and_ends_when_it_finds_itself_condemned()
    {
        var database = await stage.NewDatabaseAsync();
        await using var wire = new TcpRelay(stage.Postgres.Port);
        var through = database.Replace(Port(stage.Postgres.Port), Port(wire.Port), StringComparison.Ordinal);
        await using var a = new TestMember(MemberStart.Of(database, "a"));
        await a.Membership.Joined.WaitAsync(Eventually.Patience);
        await using var cut = new TestMember(MemberStart.Of(through, "cut"));
        await FormationTests.SeeEachOtherAsync(a, cut);

        wire.Cut();
        _ = await a.RemovedAsync(cut.Start.Advertised);
        wire.Repair();

        (await cut.Membership.Ended.WaitAsync(Eventually.Patience)).Expelled.ShouldBeTrue();
        (await MembershipStage.StatesAsync(database)).ShouldBe("a:active cut:dead");
        a.Membership.Pulse.MayAnswer.ShouldBeTrue();
    }

    [PostgresFact]
    public async Task Of_two_that_cannot_reach_each_other_while_the_database_lives_one_goes_on_and_one_ends()
    {
        var database = await stage.NewDatabaseAsync();
        MemberStart[] starts = [MemberStart.Of(database, "a"), MemberStart.Of(database, "b")];
        await using var toA = new TcpRelay(starts[0].Listen);
        await using var toB = new TcpRelay(starts[1].Listen);
        await using var a = new TestMember(starts[0] with { Advertised = toA.Port });
        await using var b = new TestMember(starts[1] with { Advertised = toB.Port });
        await FormationTests.SeeEachOtherAsync(a, b);

        toA.Cut();
        toB.Cut();
        var ended = await (await Task.WhenAny(a.Membership.Ended, b.Membership.Ended).WaitAsync(TimeSpan.FromMinutes(1)));

        ended.ExitCode.ShouldBe(MemberEnd.ExpelledExitCode);
        var survivor = a.Membership.Ended.IsCompleted ? b : a;
        await Eventually.HoldsAsync("the survivor is alone and answers", () => Task.FromResult(
            survivor.Up == Port(survivor.Start.Advertised)[5..] && survivor.Membership.Pulse.MayAnswer && !survivor.Membership.Ended.IsCompleted));
    }

    [PostgresFact]
    public async Task A_lease_belongs_to_its_holder_while_that_beats_and_to_nobody_afterwards()
    {
        var database = await stage.NewDatabaseAsync();
        using var table = new MemberTable(database);
        var (a, b) = (Somebody("a"), Somebody("b"));
        table.Enter(a, TimeSpan.FromMinutes(1));
        table.Enter(b, TimeSpan.FromMinutes(1));

        table.TakeLease("sbr", a.Incarnation).ShouldBeTrue();
        table.TakeLease("sbr", a.Incarnation).ShouldBeTrue();
        table.TakeLease("sbr", b.Incarnation).ShouldBeFalse();
        table.End(a.Incarnation, MemberState.Dead, "it died.");
        table.TakeLease("sbr", b.Incarnation).ShouldBeTrue();
        table.TakeLease("sbr", a.Incarnation).ShouldBeFalse();
        table.ReleaseLease("sbr", b.Incarnation);
        table.TakeLease("other", Guid.NewGuid()).ShouldBeFalse();
    }

    private static MemberIdentity Somebody(string name) => new(Guid.NewGuid(), name, $"{name}:1", new Akka.Actor.Address("akka.tls", "test", name, 1), 1);

    private static string Port(int port) => string.Create(CultureInfo.InvariantCulture, $"Port={port}");

    private static Task BeatAgainAsync(params TestMember[] members) => Eventually.HoldsAsync("all beat, with their sessions", () => Task.FromResult(members.All(member =>
        member.Membership.Pulse.MayAnswer && member.Membership.View.Report() is { Age.TotalSeconds: < 2 } report && report.Members.Count == members.Length
        && report.Members.All(one => one is { HasSession: true, BeatAge.TotalSeconds: < 2 }))));

    private async Task ReadOnlyAsync(string setting)
    {
        _ = await MembershipStage.AskAsync(stage.Postgres.ConnectionString, $"ALTER SYSTEM SET default_transaction_read_only = {setting}", _ => 0);
        _ = await MembershipStage.AskAsync(stage.Postgres.ConnectionString, "SELECT pg_reload_conf()", _ => 0);
    }
}

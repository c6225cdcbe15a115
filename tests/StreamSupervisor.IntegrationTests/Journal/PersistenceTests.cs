using Akka.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Serialization;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Journal;

/// <summary>Akka.Persistence.Sql with our settings, serializer and tables.</summary>
[Collection(StoreFixture.Name)]
public sealed class PersistenceTests(StoreFixture stores)
{
    private const string Key = "__defaultVhost__/live/cam1";

    /// <summary>Half of what the default circuit breakers shut the journal for.</summary>
    private static readonly TimeSpan HalfABreaker = TimeSpan.FromSeconds(14);

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task A_key_that_moves_there_and_back_recovers_all_its_events(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        await using var store = await OpenAsync(location);
        await using var a = JournalMember.Start(location);
        await using var b = JournalMember.Start(location);
        var number = 0;
        foreach (var owner in new[] { a, b, a, b })
        {
            (await owner.WriteAsync(Key, Happened.Confirmed(++number))).ShouldBe(number);
            await owner.LeaveAsync(Key);
        }

        var recovered = await a.ReadAsync(Key);
        recovered.Events.ShouldBe([.. Enumerable.Range(1, 4).Select(Happened.Confirmed)]);
        recovered.Sequence.ShouldBe(4);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task A_stale_owner_cannot_write_and_its_next_incarnation_has_what_the_other_wrote(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        await using var store = await OpenAsync(location);
        await using var a = JournalMember.Start(location);
        await using var b = JournalMember.Start(location);
        _ = await a.WriteAsync(Key, Happened.Confirmed(1));
        (await b.WriteAsync(Key, Happened.Confirmed(2))).ShouldBe(2);

        (await a.WriteAsync(Key, Happened.Confirmed(3))).ShouldBeNull();

        (await a.ReadAsync(Key)).Events.ShouldBe([Happened.Confirmed(1), Happened.Confirmed(2)]);
        (await a.WriteAsync(Key, Happened.Confirmed(4))).ShouldBe(3);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task A_stale_write_costs_the_others_of_its_batch_one_more_try_and_the_journal_stays_open(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        await using var store = await OpenAsync(location);
        await using var a = JournalMember.Start(location);
        await using var b = JournalMember.Start(location);
        var keys = Enumerable.Range(0, 60).Select(i => $"__defaultVhost__/live/cam{i}").ToList();
        _ = await Task.WhenAll(keys.Select(key => a.WriteAsync(key, Happened.Confirmed(1))));
        for (var round = 0; round < 5; round++)
        {
            await Eventually.HoldsAsync(
                "the other owner writes", async () => await b.WriteAsync(keys[0], Happened.Confirmed(2)) is not null);

            var start = TimeProvider.System.GetTimestamp();
            var written = await Task.WhenAll(keys.Select(async key =>
            {
                for (var tries = 1; ; tries++)
                {
                    if (await a.WriteAsync(key, Happened.Confirmed(3)) is not null)
                    {
                        return tries;
                    }
                }
            }));

            written.Max().ShouldBeGreaterThan(1);
            TimeProvider.System.GetElapsedTime(start).ShouldBeLessThan(HalfABreaker);
            await b.LeaveAsync(keys[0]);
        }
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task A_recovery_begins_at_the_snapshot_and_nothing_goes_through_akkas_json(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        await using var store = await OpenAsync(location);
        await using var member = JournalMember.Start(location);
        _ = await member.WriteAsync(Key, Happened.Confirmed(1), Happened.Confirmed(2));
        await member.SnapshotAsync(Key, Happened.Live(Key));
        _ = await member.WriteAsync(Key, Happened.Confirmed(3));
        await member.LeaveAsync(Key);

        var recovered = await member.ReadAsync(Key);

        StateOf(recovered.Snapshot).ShouldBe(StateOf(Happened.Live(Key)));
        recovered.Events.ShouldBe([Happened.Confirmed(3)]);
        recovered.Sequence.ShouldBe(2);
        ThrowingSerializer.Calls.ShouldBe(0);
        var manifest = $"SELECT manifest FROM {store.Schema}event_journal WHERE sequence_number = 1";
        (await StoreFixture.ExecuteAsync(location, manifest)).ShouldBe("batch");
    }

    [Fact]
    public async Task A_database_that_was_away_serves_again_as_soon_as_it_is_back()
    {
        if (TestKit.Storage.PostgresBinaries.WhySkipped is not null)
        {
            return;
        }

        var location = await stores.NewAsync(postgres: true);
        await using var store = await OpenAsync(location);
        await using var member = JournalMember.Start(location);
        _ = await member.WriteAsync(Key, Happened.Confirmed(1));
        await stores.Server.StopAsync("immediate");
        for (var tries = 0; tries < 20; tries++)
        {
            (await member.WriteAsync(Key, Happened.Confirmed(2))).ShouldBeNull();
        }

        await stores.Server.LaunchAsync();
        var start = TimeProvider.System.GetTimestamp();
        await Eventually.HoldsAsync("the key is written again", async () => await member.WriteAsync(Key, Happened.Confirmed(2)) is 2);
        TimeProvider.System.GetElapsedTime(start).ShouldBeLessThan(HalfABreaker);
        (await member.ReadAsync(Key)).Events.ShouldBe([Happened.Confirmed(1), Happened.Confirmed(2)]);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task Settings_that_a_user_wrote_over_ours_are_named(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        var config = ConfigurationFactory.ParseString($"{PersistenceSettings.JournalPlugin}.replay-filter.mode = \"fail\"")
            .WithFallback(JournalMember.ConfigOf(location));

        Should.Throw<StoreOpenException>(() => StartupCheck.Verify(config, location)).Message.ShouldContain("replay-filter.mode is 'fail'");
        Should.NotThrow(() => StartupCheck.Verify(JournalMember.ConfigOf(location), location));
        PersistenceSettings.Of(location).ShouldAllBe(setting => !setting.Value.Contains("Host="));
    }

    private static Task<JournalStore> OpenAsync(StoreLocation location) =>
        JournalStore.OpenAsync(location, TimeProvider.System, NullLogger.Instance);

    private static string StateOf(object? state) =>
        System.Text.Encoding.UTF8.GetString(Domain.LiveStreams.StateCodec.Encode((Domain.LiveStreams.LiveStreamState)state!));
}

using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Index;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Journal;

/// <summary>The table that lists, the waker and the actors of origins read.</summary>
[Collection(StoreFixture.Name)]
public sealed class StreamIndexTests(StoreFixture stores)
{
    [Theory]
    [ClassData(typeof(Databases))]
    public async Task The_newest_state_of_a_key_wins_whoever_writes_last(bool postgres)
    {
        await using var store = await OpenAsync(await stores.NewAsync(postgres));
        await WriteAsync(store, Row("live/cam1", 5, Happened.Live("live/cam1")));
        await WriteAsync(store, Row("live/cam1", 4, Happened.Idle("live/cam1")));

        var row = (await new StreamIndex(store).ListAsync(new StreamIndexQuery("", 10))).ShouldHaveSingleItem();
        (row.Sequence, row.State, row.Origin, row.Idle).ShouldBe((5, "live", "srs-1", false));
        row.Since.ShouldBe(Happened.At);
        row.WakeAt.ShouldBe(Happened.At.AddSeconds(5));
        row.Summary.ShouldNotBeNull().Session.ShouldBe(Happened.Live("live/cam1").Session);
        (await new StreamIndex(store).FindAsync(row.Key)).ShouldNotBeNull().Sequence.ShouldBe(5);
        (await new StreamIndex(store).FindAsync(row.Key + "1")).ShouldBeNull();

        await WriteAsync(store, Row("live/cam1", 6, Happened.Idle("live/cam1")));
        (await new StreamIndex(store).ListAsync(new StreamIndexQuery("", 10))).ShouldHaveSingleItem().State.ShouldBe("idle");
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task A_list_can_hold_only_what_is_locked_wedged_or_fought_over(bool postgres)
    {
        await using var store = await OpenAsync(await stores.NewAsync(postgres));
        await WriteAsync(
            store,
            Row("live/a", 1, Happened.Live("live/a")),
            Row("live/fight", 1, Happened.Live("live/fight") with { CoolDownUntil = Happened.At }),
            Row("live/lock", 1, Happened.Idle("live/lock") with { Locked = new OperatorMark("ann", "\"wedges\":[{", Happened.At) }),
            Row("live/wedge", 1, Happened.Idle("live/wedge") with { Wedges = [new Wedge("srs-1", "vid", "svc", Happened.At)] }));
        var index = new StreamIndex(store);

        (await KeysAsync(index, new StreamIndexQuery("", 10, With: StreamMark.Fought))).ShouldBe(["live/fight"]);
        (await KeysAsync(index, new StreamIndexQuery("", 10, With: StreamMark.Locked))).ShouldBe(["live/lock"]);
        (await KeysAsync(index, new StreamIndexQuery("", 10, With: StreamMark.Wedged))).ShouldBe(["live/wedge"]);
        (await KeysAsync(index, new StreamIndexQuery("", 10, With: StreamMark.Wedged, Contains: "lock"))).ShouldBeEmpty();
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task A_list_is_filtered_and_paged_in_the_order_of_the_keys(bool postgres)
    {
        await using var store = await OpenAsync(await stores.NewAsync(postgres));
        var elsewhere = Happened.Encoder with { Origin = "srs-2" };
        await WriteAsync(
            store,
            Row("live/b", 1, Happened.Live("live/b")),
            Row("live/a", 1, Happened.Idle("live/a")),
            Row("live/Z%_", 1, Happened.Live("live/Z%_", elsewhere)),
            Row("live/é", 1, Happened.Idle("live/é")));
        var index = new StreamIndex(store);

        (await KeysAsync(index, new StreamIndexQuery("", 10))).ShouldBe(["live/Z%_", "live/a", "live/b", "live/é"]);
        (await KeysAsync(index, new StreamIndexQuery("live/Z%_", 2))).ShouldBe(["live/a", "live/b"]);
        (await KeysAsync(index, new StreamIndexQuery("", 10, LiveStreamPhase.Live))).ShouldBe(["live/Z%_", "live/b"]);
        (await KeysAsync(index, new StreamIndexQuery("", 10, Origin: "srs-2"))).ShouldBe(["live/Z%_"]);
        (await KeysAsync(index, new StreamIndexQuery("", 10, Contains: "z%_"))).ShouldBe(["live/Z%_"]);
        (await KeysAsync(index, new StreamIndexQuery("", 10, Contains: "%"))).ShouldBe(["live/Z%_"]);
        (await KeysAsync(index, new StreamIndexQuery("", 10, LiveStreamPhase.Live, "srs-1", "LIVE"))).ShouldBe(["live/b"]);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task What_a_person_should_look_at_is_found_whatever_names_look_like(bool postgres)
    {
        await using var store = await OpenAsync(await stores.NewAsync(postgres));
        var leaving = new Eviction(Happened.Encoder, EvictionCause.Takeover, Happened.At, Stalled: true);
        var named = Happened.Encoder with { Identity = "\"wedges\":[{ \"stalled\":true \"coolDownUntil\":" };
        await WriteAsync(
            store,
            Row("live/fought", 1, Happened.Live("live/fought") with { CoolDownUntil = Happened.At.AddMinutes(1) }),
            Row("live/stalled", 1, Happened.Idle("live/stalled") with { Evictions = [leaving] }),
            Row("live/going", 1, Happened.Idle("live/going") with { Evictions = [leaving with { Stalled = false }] }),
            Row("live/wedged", 1, Happened.Idle("live/wedged") with { Wedges = [new Wedge("srs-2", "vid-2", "run-1", Happened.At)] }),
            Row("live/fine", 1, Happened.Live("live/fine", named)),
            Row("live/idle", 1, Happened.Idle("live/idle")));
        var index = new StreamIndex(store);

        (await index.TroubledAsync(10)).Select(row => row.Key).Order().ShouldBe(["live/fought", "live/stalled", "live/wedged"]);
        (await index.TroubledAsync(2)).Count.ShouldBe(2);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task A_list_of_what_is_active_comes_with_the_last_changed_first_too_each_key_once(bool postgres)
    {
        await using var store = await OpenAsync(await stores.NewAsync(postgres));
        await WriteAsync(
            store,
            ChangedAt(0, "live/c"),
            ChangedAt(2, "live/d"),
            ChangedAt(2, "live/a"),
            ChangedAt(1, "live/b"),
            Row("live/idle", 1, Happened.Idle("live/idle")));
        var index = new StreamIndex(store);

        (await KeysAsync(index, new StreamIndexQuery("", 10, Active: true))).ShouldBe(["live/a", "live/b", "live/c", "live/d"]);
        var first = new StreamIndexQuery("", 2, Active: true, ByChange: true);
        (await KeysAsync(index, first)).ShouldBe(["live/a", "live/d"]);
        (await KeysAsync(index, first with { After = "live/a", ChangedBefore = Happened.At.AddSeconds(2) })).ShouldBe(["live/d", "live/b"]);
        (await KeysAsync(index, first with { After = "live/b", ChangedBefore = Happened.At.AddSeconds(1) })).ShouldBe(["live/c"]);

        static StreamIndexRow ChangedAt(int seconds, string key) => Row(key, 1, Happened.Live(key)) with { ChangedAt = Happened.At.AddSeconds(seconds) };
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task Streams_are_counted_by_what_they_are_in(bool postgres)
    {
        await using var store = await OpenAsync(await stores.NewAsync(postgres));
        var index = new StreamIndex(store);
        (await index.CountAsync(Happened.At)).ShouldBe(new StreamCounts(0, 0, 0, 0, 0, 0, 0, 0));
        var (mark, eviction) = (new OperatorMark("ann", "x", Happened.At),
            new Eviction(Happened.Encoder, EvictionCause.Takeover, Happened.At, Stalled: true));
        await WriteAsync(
            store,
            Row("live/a", 1, Happened.Live("live/a")),
            Row("live/b", 1, Happened.Live("live/b") with { CoolDownUntil = Happened.At.AddSeconds(1), Evictions = [eviction] }),
            Row("live/c", 1, Happened.Live("live/c") with { CoolDownUntil = Happened.At, PinnedTo = "ann", Pinned = mark }),
            Row("live/d", 1, Happened.Idle("live/d") with { Locked = mark, Wedges = [new Wedge("srs-2", "v", "s", Happened.At)] }),
            Row("live/e", 1, Happened.Idle("live/e")),
            Row("__supervisor__/origins/srs-1", 1, Happened.Idle("__supervisor__/origins/srs-1") with { Locked = mark }));

        (await index.CountAsync(Happened.At)).ShouldBe(
            new StreamCounts(Live: 3, Handover: 0, Interrupted: 0, Locked: 1, Pinned: 1, Wedged: 1, Stalled: 1, Fights: 1));
        (await index.CountIdleAsync()).ShouldBe(1);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task Keys_with_open_work_or_a_deadline_are_due_and_a_server_finds_all_that_touches_it(bool postgres)
    {
        await using var store = await OpenAsync(await stores.NewAsync(postgres));
        var leaving = new Publisher(new SessionId("vid-2", "run-1", "c2"), "srs-2", "10.0.0.2", "key");
        var eviction = new Eviction(leaving, EvictionCause.Takeover, Happened.At, Stalled: false);
        var evicting = Happened.Idle("live/evicting") with { Evictions = [eviction] };
        var wedged = Happened.Idle("live/wedged") with { Wedges = [new Wedge("srs-2", "vid-2", "run-1", Happened.At)] };
        await WriteAsync(
            store,
            Row("live/evicting", 1, evicting),
            Row("live/wedged", 1, wedged),
            Row("live/idle", 1, Happened.Idle("live/idle")),
            Row("live/live", 1, Happened.Live("live/live")));
        var index = new StreamIndex(store);

        (await index.DueAsync(Happened.At)).ShouldBe(["live/evicting"]);
        (await index.DueAsync(Happened.At.AddSeconds(5))).ShouldBe(["live/evicting", "live/live"]);
        (await index.DueAsync(Happened.At.AddSeconds(5), after: "live/evicting")).ShouldBe(["live/live"]);
        (await index.DueAsync(Happened.At.AddSeconds(-4))).ShouldBe(["live/evicting"], "clocks differ by a little");
        (await index.DueAsync(Happened.At.AddHours(-1))).ShouldBe(["live/evicting", "live/live"], "its deadline is by a clock that is ahead");
        (await index.DueAsync(DateTimeOffset.MaxValue, limit: 1)).ShouldBe(["live/evicting"]);
        (await index.OnOriginAsync("srs-2")).Select(row => row.Key).ShouldBe(["live/evicting", "live/wedged"]);
        (await index.OnOriginAsync("srs-1")).Select(row => row.Key).ShouldBe(["live/live"]);
        (await index.OnOriginAsync("srs-")).ShouldBeEmpty();
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task The_writer_follows_what_changes_on_its_member_and_what_it_missed_is_found(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        await using var store = await OpenAsync(location);
        await using var member = JournalMember.Start(location);
        var index = new StreamIndex(store);
        var writer = member.System.ActorOf(
            StreamIndexWriter.PropsOf(store, TimeProvider.System, NullLogger.Instance), StreamIndexWriter.ActorName);
        _ = await writer.Ask<ActorIdentity>(new Identify(1), TimeSpan.FromSeconds(10));
        for (var i = 1; i <= 3; i++)
        {
            _ = await member.WriteAsync("live/cam1", Happened.Confirmed(i));
            member.System.EventStream.Publish(new LiveStreamChanged("live/cam1", i, Happened.Live("live/cam1") with { Generation = i }));
        }

        member.System.EventStream.Publish(new LiveStreamChanged("live/cam1", 3, null));
        await Eventually.HoldsAsync(
            "the third change is listed",
            async () => (await index.ListAsync(new StreamIndexQuery("", 10))) is [{ Sequence: 3, Generation: 3 }]);
        var end = await new EventFeed(store, TimeProvider.System).NewestAsync();
        (await index.LaggingAsync(0, end)).ShouldBeEmpty();

        _ = await member.WriteAsync("live/cam1", Happened.Confirmed(4));
        _ = await member.WriteAsync("live/cam2", Happened.Confirmed(1));
        (await index.LaggingAsync(0, long.MaxValue)).ShouldBe(["live/cam1", "live/cam2"]);
        (await index.LaggingAsync(0, end)).ShouldBeEmpty("those rows of the journal are in the index");
        (await index.LaggingAsync(end + 1, long.MaxValue)).ShouldBe(["live/cam2"]);
    }

    [Fact]
    public async Task The_writer_catches_up_when_the_database_is_back()
    {
        if (TestKit.Storage.PostgresBinaries.WhySkipped is not null)
        {
            return;
        }

        var location = await stores.NewAsync(postgres: true);
        await using var store = await OpenAsync(location);
        using var system = ActorSystem.Create("index");
        var writer = system.ActorOf(StreamIndexWriter.PropsOf(store, TimeProvider.System, NullLogger.Instance));
        await stores.Server.StopAsync("immediate");
        writer.Tell(new LiveStreamChanged("live/cam1", 1, Happened.Live("live/cam1")));
        writer.Tell(new LiveStreamChanged("live/cam1", 2, Happened.Idle("live/cam1")));
        _ = await Should.ThrowAsync<StoreUnavailableException>(() => new StreamIndex(store).ListAsync(new StreamIndexQuery("", 10)));
        await stores.Server.LaunchAsync();

        await Eventually.HoldsAsync(
            "the change is listed",
            async () => (await new StreamIndex(store).ListAsync(new StreamIndexQuery("", 10))) is [{ Sequence: 2, State: "idle" }]);
    }

    private static async Task<IReadOnlyList<string>> KeysAsync(StreamIndex index, StreamIndexQuery query) =>
        [.. (await index.ListAsync(query)).Select(row => row.Key)];

    private static StreamIndexRow Row(string key, long sequence, LiveStreamState state) =>
        StreamIndexRow.Of(key, sequence, state, Happened.At);

    private static Task WriteAsync(JournalStore store, params StreamIndexRow[] rows) =>
        StreamIndexTable.WriteAsync(store, rows, CancellationToken.None);

    private static Task<JournalStore> OpenAsync(StoreLocation location) =>
        JournalStore.OpenAsync(location, TimeProvider.System, NullLogger.Instance);
}

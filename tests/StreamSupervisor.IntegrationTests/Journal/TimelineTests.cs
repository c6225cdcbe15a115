using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.IntegrationTests.Journal;

/// <summary>Timelines of keys, and the feed of all.</summary>
[Collection(StoreFixture.Name)]
public sealed class TimelineTests(StoreFixture stores)
{
    private const string Key = "__defaultVhost__/live/cam1";

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task A_timeline_is_read_backwards_page_by_page_also_through_a_row_of_several_events(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        await using var store = await OpenAsync(location);
        await using var member = JournalMember.Start(location);
        _ = await member.WriteAsync(Key, Happened.Confirmed(1));
        _ = await member.WriteAsync(Key, Happened.Confirmed(2), Happened.Confirmed(3), Happened.Confirmed(4));
        _ = await member.WriteAsync("__defaultVhost__/live/cam2", Happened.Confirmed(9));
        _ = await member.WriteAsync(Key, Happened.Confirmed(5));
        var timeline = new Timeline(store);

        var all = await timeline.ReadBackwardsAsync(Key, long.MaxValue, 10);
        all.Select(one => one.Sequence).ShouldBe([3000, 2002, 2001, 2000, 1000]);
        all.Select(one => one.Event).ShouldBe([.. new[] { 5, 4, 3, 2, 1 }.Select(Happened.Confirmed)]);
        all.ShouldAllBe(one => one.Kind == "publisher-confirmed");

        var paged = new List<long>();
        var before = long.MaxValue;
        while (await timeline.ReadBackwardsAsync(Key, before, 2) is { Count: > 0 } page)
        {
            before = page[^1].Sequence;
            paged.AddRange(page.Select(one => one.Sequence));
        }

        paged.ShouldBe([3000, 2002, 2001, 2000, 1000]);
        (await timeline.ReadBackwardsAsync("__defaultVhost__/live/\0", long.MaxValue, 2)).ShouldBeEmpty();
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task An_event_that_this_version_cannot_read_keeps_its_place(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        await using var store = await OpenAsync(location);
        await using var member = JournalMember.Start(location);
        _ = await member.WriteAsync(Key, Happened.Confirmed(1));
        _ = await StoreFixture.ExecuteAsync(
            location,
            $"""
            INSERT INTO {store.Schema}event_journal(created, deleted, persistence_id, sequence_number, identifier, manifest, message)
            SELECT created, deleted, persistence_id, 2, identifier, 'of-tomorrow', message FROM {store.Schema}event_journal
            """);

        var newest = (await new Timeline(store).ReadBackwardsAsync(Key, long.MaxValue, 10))[0];

        newest.ShouldBe(new JournaledEvent(2000, "of-tomorrow", null));
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task The_feed_shows_all_keys_in_the_order_of_the_journal(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        await using var store = await OpenAsync(location);
        await using var member = JournalMember.Start(location);
        for (var i = 1; i <= 5; i++)
        {
            _ = await member.WriteAsync($"__defaultVhost__/live/cam{i}", Happened.Confirmed(i));
        }

        var feed = new EventFeed(store, TimeProvider.System);
        var first = await feed.ReadForwardsAsync(0, 3);
        var rest = await feed.ReadForwardsAsync(first[^1].Ordering, 3);
        first.Concat(rest).Select(row => row.Key).ShouldBe([.. Enumerable.Range(1, 5).Select(i => $"__defaultVhost__/live/cam{i}")]);
        first[0].WrittenAt.ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(2));
        (await feed.ReadBackwardsAsync(long.MaxValue, 2)).Select(row => row.Events[0].Event)
            .ShouldBe([Happened.Confirmed(5), Happened.Confirmed(4)]);
        (await feed.NewestAsync()).ShouldBe(rest[^1].Ordering);

        // A member took a number and has not finished its write: what is behind it waits, and is not left out.
        _ = await StoreFixture.ExecuteAsync(location, $"DELETE FROM {store.Schema}event_journal WHERE ordering = {rest[0].Ordering}");
        (await feed.ReadForwardsAsync(first[^1].Ordering, 3)).ShouldBeEmpty();
    }

    private static Task<JournalStore> OpenAsync(StoreLocation location) =>
        JournalStore.OpenAsync(location, TimeProvider.System, NullLogger.Instance);
}

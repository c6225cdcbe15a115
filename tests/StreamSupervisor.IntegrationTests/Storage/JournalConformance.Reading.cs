using StreamSupervisor.Cluster.Persistence;
using static StreamSupervisor.IntegrationTests.Storage.JournalUnderTest;

namespace StreamSupervisor.IntegrationTests.Storage;

/// <summary>History, lists and what compaction leaves.</summary>
public abstract partial class JournalConformance
{
    [ConformanceFact]
    public async Task History_is_read_backwards_page_by_page()
    {
        _ = await Store.AppendAsync(Store.Request("a", 0, [.. Enumerable.Range(1, 10).Select(i => $"{i}")]) with { Snapshot = Bytes("s") });
        (await Backwards(long.MaxValue, 3)).ShouldBe(["10", "9", "8"]);
        (await Backwards(8, 3)).ShouldBe(["7", "6", "5"]);
        (await Backwards(2, 3)).ShouldBe(["1"]);
        (await Backwards(1, 3)).ShouldBeEmpty();
    }

    [ConformanceFact]
    public async Task A_list_goes_on_behind_its_cursor_in_the_order_of_ids()
    {
        string[] ids = ["b", "a/2", "a/10", "Ä", "直", "a", "🎥", "z", "A"];
        foreach (var (id, shard) in ids.Select((id, i) => (id, i)))
        {
            _ = await Store.AppendAsync(RequestOf(Store.Owner(shard), id, 0, "1") with { Labels = new EntityLabels("live", "", false, Bytes(id)) });
        }

        var seen = new List<string>();
        IReadOnlyList<EntityListing> page;
        while ((page = await Store.Journal.ListAsync(new EntityQuery(seen.LastOrDefault() ?? "", 2), default)).Count > 0)
        {
            page.Count.ShouldBeLessThanOrEqualTo(2);
            seen.AddRange(page.Select(row => row.EntityId));
        }

        seen.ShouldBe(["A", "a", "a/10", "a/2", "b", "z", "Ä", "直", "🎥"]);
    }

    [ConformanceFact]
    public async Task A_list_is_filtered_by_status_place_and_text()
    {
        (string Id, string Status, string Place)[] entities =
        [
            ("v/live/Cam_1", "live", "srs-1"), ("v/live/cam21", "live", "srs-2"), ("v/live/other", "idle", ""), ("v/100%/x", "live", "srs-1"), ("v/back\\slash", "idle", "srs-1"),
        ];
        foreach (var (id, status, place) in entities)
        {
            _ = await Store.AppendAsync(Store.Request(id, 0, "1") with { Labels = new EntityLabels(status, place, false, default) });
        }

        (await Ids(status: "live")).ShouldBe(["v/100%/x", "v/live/Cam_1", "v/live/cam21"]);
        (await Ids(place: "srs-1")).ShouldBe(["v/100%/x", "v/back\\slash", "v/live/Cam_1"]);
        (await Ids(status: "live", place: "srs-1", contains: "CAM")).ShouldBe(["v/live/Cam_1"]);
        (await Ids(contains: "cam_")).ShouldBe(["v/live/Cam_1"]);
        (await Ids(contains: "0%")).ShouldBe(["v/100%/x"]);
        (await Ids(contains: "\\")).ShouldBe(["v/back\\slash"]);
        (await Ids(contains: "")).Length.ShouldBe(5);
        (await Ids(status: "liv")).ShouldBeEmpty();
        (await Ids(place: "srs")).ShouldBeEmpty();
        (await Ids(status: "nul\0")).ShouldBeEmpty();
        (await Store.Journal.ListAsync(new EntityQuery("v/100%/x", 1, Status: "live"), default)).ShouldHaveSingleItem().EntityId.ShouldBe("v/live/Cam_1");
    }

    [ConformanceFact]
    public async Task A_list_of_open_entities_has_those_that_are_resident_or_have_a_wakeup_and_follows_each_change()
    {
        var at = DateTimeOffset.UnixEpoch;
        EntityLabels resident = new("live", "", true, default), idle = new("idle", "", false, default);
        _ = await Store.AppendAsync(Store.Request("both", 0, "1") with { Labels = resident, WakeAt = at });
        _ = await Store.AppendAsync(Store.Request("idle", 0, "1") with { Labels = idle });
        _ = await Store.AppendAsync(Store.Request("resident", 0, "1") with { Labels = resident });
        _ = await Store.AppendAsync(Store.Request("unlabelled", 0, "1") with { WakeAt = at });
        _ = await Store.AppendAsync(Store.Request("wakeup", 0, "1") with { Labels = idle, WakeAt = at });
        (await Open()).ShouldBe(["both", "resident", "wakeup"]);
        (await Ids()).ShouldBe(["both", "idle", "resident", "wakeup"]);

        _ = await Store.AppendAsync(Store.Request("both", 1, "2") with { Labels = idle, WakeAt = at });
        _ = await Store.AppendAsync(Store.Request("idle", 1, "2") with { WakeAt = at });
        _ = await Store.AppendAsync(Store.Request("resident", 1, "2"));
        _ = await Store.AppendAsync(Store.Request("wakeup", 1, "2"));
        (await Open()).ShouldBe(["both", "idle", "resident"]);
        (await Store.Journal.LoadBacklogAsync(0, default)).Residents.ShouldBe(["resident"]);

        _ = await Store.AppendAsync(Store.Request("both", 2, "3"));
        _ = await Store.AppendAsync(Store.Request("idle", 2, "3") with { Labels = idle });
        _ = await Store.AppendAsync(Store.Request("resident", 2, "3") with { Labels = idle });
        (await Open()).ShouldBeEmpty();

        async Task<string[]> Open() => [.. (await Store.Journal.ListAsync(new EntityQuery("", 100, OnlyOpen: true), default)).Select(row => row.EntityId)];
    }

    [ConformanceFact]
    public async Task Compaction_deletes_what_a_snapshot_covers_and_keeps_the_chain()
    {
        _ = await Store.AppendAsync(Store.Request("a", 0, [.. Enumerable.Range(1, 10).Select(i => $"{i}")]) with { Snapshot = Bytes("at 10") });
        _ = await Store.AppendAsync(Store.Request("a", 10, "11", "12"));
        _ = await Store.AppendAsync(Store.Request("no snapshot", 0, "1", "2"));
        _ = await Store.AppendAsync(RequestOf(Store.Owner(1), "other shard", 0, "1", "2") with { Snapshot = Bytes("s") });

        (await Store.Retention.CompactAsync(Store.Owner(0), TimeSpan.FromDays(1), 100, default)).ShouldBe(0);
        await AgeAsync();
        (await Store.Retention.CompactAsync(Store.Owner(0), TimeSpan.Zero, 4, default)).ShouldBe(4);
        (await Store.Retention.CompactAsync(Store.Owner(0), TimeSpan.Zero, 100, default)).ShouldBe(5);
        (await Store.Retention.CompactAsync(Store.Owner(0), TimeSpan.Zero, 100, default)).ShouldBe(0);

        (await Backwards(long.MaxValue, 100)).ShouldBe(["12", "11", "10"]);
        (await Store.EventsOfAsync("a")).ShouldBe(["11", "12"]);
        (await Store.EventsOfAsync("no snapshot")).ShouldBe(["1", "2"]);
        (await Store.Journal.ReadBackwardsAsync(1, "other shard", 9, 9, default)).Count.ShouldBe(2);
        (await Store.AppendAsync(Store.Request("a", 0, "x"))).ShouldBe(AppendOutcome.Conflict);
        (await Store.AppendAsync(Store.Request("a", 12, "13"))).ShouldBe(AppendOutcome.Appended);
    }

    [ConformanceFact]
    public async Task An_entity_whose_last_event_is_its_snapshot_can_be_compacted_and_written_again()
    {
        _ = await Store.AppendAsync(Store.Request("a", 0, "1", "2", "3") with { Snapshot = Bytes("at 3") });
        await AgeAsync();
        (await Store.Retention.CompactAsync(Store.Owner(0), TimeSpan.Zero, 100, default)).ShouldBe(2);
        (await Store.AppendAsync(Store.Request("a", 3, "4"))).ShouldBe(AppendOutcome.Appended);
        (await Store.EventsOfAsync("a")).ShouldBe(["4"]);
    }

    [ConformanceFact]
    public async Task A_former_owner_compacts_nothing()
    {
        _ = await Store.AppendAsync(Store.Request("a", 0, "1", "2", "3") with { Snapshot = Bytes("at 3") });
        await AgeAsync();
        var second = await AnotherAsync();
        (await Store.Retention.CompactAsync(Store.Owner(0), TimeSpan.Zero, 100, default)).ShouldBe(0);
        (await second.Retention.CompactAsync(second.Owner(0), TimeSpan.Zero, 100, default)).ShouldBe(2);
    }

    /// <summary>Lets the store's clock move past the events that were written.</summary>
    protected abstract Task AgeAsync();

    private async Task<string[]> Backwards(long before, int limit) =>
        [.. (await Store.Journal.ReadBackwardsAsync(0, "a", before, limit, default)).Select(e => Text(e.Payload))];

    private async Task<string[]> Ids(string? status = null, string? place = null, string? contains = null) =>
        [.. (await Store.Journal.ListAsync(new EntityQuery("", 100, status, place, contains), default)).Select(row => row.EntityId)];
}

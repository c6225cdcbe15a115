using StreamSupervisor.Cluster.Persistence;
using static StreamSupervisor.Cluster.Persistence.AppendOutcome;
using static StreamSupervisor.IntegrationTests.Storage.JournalUnderTest;

namespace StreamSupervisor.IntegrationTests.Storage;

/// <summary>What an append carries beside its events.</summary>
public abstract partial class JournalConformance
{
    [ConformanceFact]
    public async Task A_snapshot_replaces_the_events_up_to_its_sequence()
    {
        _ = await Store.AppendAsync(Store.Request("a", 0, "1", "2") with { Snapshot = Bytes("at 2") });
        _ = await Store.AppendAsync(Store.Request("a", 2, "3"));
        var entity = await Store.Journal.LoadAsync(0, "a", default);
        entity.SnapshotSequence.ShouldBe(2);
        Text(entity.Snapshot!.Value).ShouldBe("at 2");
        entity.Events.Select(e => e.Sequence).ShouldBe([3]);
        entity.LastSequence.ShouldBe(3);

        _ = await Store.AppendAsync(Store.Request("a", 3, "4") with { Snapshot = ReadOnlyMemory<byte>.Empty });
        entity = await Store.Journal.LoadAsync(0, "a", default);
        entity.SnapshotSequence.ShouldBe(4);
        entity.Snapshot!.Value.Length.ShouldBe(0);
        entity.Events.ShouldBeEmpty();
        entity.LastSequence.ShouldBe(4);
        (await Store.AppendAsync(Store.Request("a", 4, "5"))).ShouldBe(Appended);
    }

    [ConformanceFact]
    public async Task An_effect_is_open_from_its_start_to_its_end_and_starting_it_again_changes_nothing()
    {
        _ = await Store.AppendAsync(Store.Request("a", 0, "1") with { EffectsStarted = [new("kick 1", Bytes("first")), new("kick 2", Bytes("second"))] });
        _ = await Store.AppendAsync(Store.Request("a", 1, "2") with { EffectsStarted = [new("kick 1", Bytes("other"))] });
        _ = await Store.AppendAsync(Store.Request("b", 0, "1") with { EffectsStarted = [new("kick 1", Bytes("of b"))] });
        (await Effects()).ShouldBe([("a", "kick 1", "first"), ("a", "kick 2", "second"), ("b", "kick 1", "of b")]);

        (await Store.AppendAsync(Store.Request("a", 2, "3") with { EffectsEnded = ["kick 1", "never started"] })).ShouldBe(Appended);
        (await Effects()).ShouldBe([("a", "kick 2", "second"), ("b", "kick 1", "of b")]);

        _ = await Store.AppendAsync(Store.Request("a", 3, "4") with { EffectsStarted = [new("kick 1", Bytes("anew"))] });
        (await Effects()).ShouldBe([("a", "kick 1", "anew"), ("a", "kick 2", "second"), ("b", "kick 1", "of b")]);
    }

    [ConformanceFact]
    public async Task An_effect_that_one_request_ends_and_starts_is_open_with_its_new_body()
    {
        _ = await Store.AppendAsync(Store.Request("a", 0, "1") with { EffectsStarted = [new("kick", Bytes("old"))] });
        _ = await Store.AppendAsync(Store.Request("a", 1, "2") with { EffectsEnded = ["kick"], EffectsStarted = [new("kick", Bytes("new"))] });
        (await Effects()).ShouldBe([("a", "kick", "new")]);
    }

    [ConformanceFact]
    public async Task An_effect_that_one_request_names_twice_is_started_once()
    {
        (await Store.AppendAsync(Store.Request("a", 0, "1") with { EffectsStarted = [new("kick", Bytes("1")), new("kick", Bytes("1"))] })).ShouldBe(Appended);
        (await Effects()).ShouldBe([("a", "kick", "1")]);
        (await Store.AppendAsync(Store.Request("a", 1, "2") with { EffectsEnded = ["kick", "kick"] })).ShouldBe(Appended);
        (await Effects()).ShouldBeEmpty();
    }

    [ConformanceFact]
    public async Task Each_append_replaces_the_wakeup()
    {
        // To the tick: an entity that is woken a fraction too early has nothing to do and must be woken again.
        var at = new DateTimeOffset(638_000_000_123_456_789, TimeSpan.Zero);
        _ = await Store.AppendAsync(Store.Request("a", 0, "1") with { WakeAt = at.ToOffset(TimeSpan.FromHours(8)) });
        _ = await Store.AppendAsync(Store.Request("b", 0, "1") with { WakeAt = at.AddTicks(-1) });
        (await Wakeups()).ShouldBe([new("b", at.AddTicks(-1)), new("a", at)]);

        _ = await Store.AppendAsync(Store.Request("a", 1, "2") with { WakeAt = at.AddSeconds(1) });
        _ = await Store.AppendAsync(Store.Request("b", 1, "2"));
        (await Wakeups()).ShouldBe([new("a", at.AddSeconds(1))]);
    }

    [ConformanceFact]
    public async Task Labels_stay_until_new_ones_come()
    {
        _ = await Store.AppendAsync(Store.Request("a", 0, "1") with { Labels = new EntityLabels("live", "srs-1", true, Bytes("one")) });
        _ = await Store.AppendAsync(Store.Request("a", 1, "2"));
        var listing = (await Store.Journal.ListAsync(new EntityQuery("", 10), default)).ShouldHaveSingleItem();
        (listing.EntityId, listing.Labels.Status, listing.Labels.Place, listing.Labels.Resident, Text(listing.Labels.Summary)).ShouldBe(("a", "live", "srs-1", true, "one"));
        (await Store.Journal.LoadBacklogAsync(0, default)).Residents.ShouldBe(["a"]);

        _ = await Store.AppendAsync(Store.Request("a", 2, "3") with { Labels = new EntityLabels("idle", "", false, default) });
        listing = (await Store.Journal.ListAsync(new EntityQuery("", 10), default)).ShouldHaveSingleItem();
        (listing.Labels.Status, listing.Labels.Place, listing.Labels.Resident, listing.Labels.Summary.Length).ShouldBe(("idle", "", false, 0));
        (await Store.Journal.LoadBacklogAsync(0, default)).Residents.ShouldBeEmpty();
    }

    [ConformanceFact]
    public async Task A_request_without_events_changes_what_it_carries_and_stays_behind_the_last_sequence()
    {
        (await Store.AppendAsync(Store.Request("a", 0) with { WakeAt = DateTimeOffset.UnixEpoch })).ShouldBe(Appended);
        (await Store.AppendAsync(Store.Request("a", 0))).ShouldBe(Appended);
        (await Wakeups()).ShouldBeEmpty();
        _ = await Store.AppendAsync(Store.Request("a", 0, "1") with { EffectsStarted = [new("kick", Bytes("x"))] });
        (await Store.AppendAsync(Store.Request("a", 0) with { EffectsEnded = ["kick"] })).ShouldBe(Conflict);
        (await Store.AppendAsync(Store.Request("a", 1) with { EffectsEnded = ["kick"] })).ShouldBe(Appended);
        (await Effects()).ShouldBeEmpty();
    }

    [ConformanceFact]
    public async Task A_backlog_holds_its_own_shard_only()
    {
        _ = await Store.AppendAsync(RequestOf(Store.Owner(1), "a", 0, "1") with
        {
            EffectsStarted = [new("kick", Bytes("x"))],
            WakeAt = DateTimeOffset.UnixEpoch,
            Labels = new EntityLabels("live", "", true, default),
        });
        var other = await Store.Journal.LoadBacklogAsync(2, default);
        (other.Effects.Count, other.Wakeups.Count, other.Residents.Count).ShouldBe((0, 0, 0));
        var own = await Store.Journal.LoadBacklogAsync(1, default);
        (own.Effects.Count, own.Wakeups.Count, own.Residents.Count).ShouldBe((1, 1, 1));
    }

    [ConformanceFact]
    public async Task Large_and_empty_payloads_and_ids_in_any_script_come_back_as_they_were()
    {
        var large = new byte[3 << 20];
        new Random(7).NextBytes(large);
        string[] ids = ["直播/live/频道", "vhost/приложение/поток", "🎥/cam/1", "with space'and\"quotes;--%_\\", new string('x', 1000)];
        foreach (var id in ids)
        {
            var request = Store.Request(id, 0) with { Events = [new("größe", large), new("empty", ReadOnlyMemory<byte>.Empty)], Snapshot = large, EffectsStarted = [new("größe", large)] };
            (await Store.AppendAsync(request)).ShouldBe(Appended);
            (await Store.AppendAsync(Store.Request(id, 2, "3"))).ShouldBe(Appended);
        }

        foreach (var id in ids)
        {
            var entity = await Store.Journal.LoadAsync(0, id, default);
            entity.Snapshot!.Value.Span.SequenceEqual(large).ShouldBeTrue();
            var events = await Store.Journal.ReadBackwardsAsync(0, id, long.MaxValue, 10, default);
            events.Select(e => (e.Sequence, e.Kind, e.Payload.Length)).ShouldBe([(3, "noted", 1), (2, "empty", 0), (1, "größe", large.Length)]);
            events[2].Payload.Span.SequenceEqual(large).ShouldBeTrue();
        }

        (await Store.Journal.LoadBacklogAsync(0, default)).Effects.Select(e => e.EntityId).ShouldBe(ids, ignoreOrder: true);
    }

    private async Task<(string, string, string)[]> Effects() =>
        [.. (await Store.Journal.LoadBacklogAsync(0, default)).Effects.Select(e => (e.EntityId, e.Effect.Name, Text(e.Effect.Body))).Order()];

    private async Task<IReadOnlyList<OpenWakeup>> Wakeups() => (await Store.Journal.LoadBacklogAsync(0, default)).Wakeups;
}

using StreamSupervisor.Cluster.Persistence;
using static StreamSupervisor.Cluster.Persistence.AppendOutcome;
using static StreamSupervisor.IntegrationTests.Storage.JournalUnderTest;

namespace StreamSupervisor.IntegrationTests.Storage;

/// <summary>What every store promises, written once and run on each. The parts: appends here, what they carry, reading, and races.</summary>
public abstract partial class JournalConformance : IAsyncLifetime
{
    private readonly List<JournalUnderTest> _opened = [];

    /// <summary>The store of a member that owns all shards of a fresh database.</summary>
    protected JournalUnderTest Store { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await CreateAsync();
        Store = await AnotherAsync();
    }

    public async Task DisposeAsync()
    {
        foreach (var store in _opened)
        {
            await store.DisposeAsync();
        }

        await DropAsync();
    }

    /// <summary>Makes the fresh database.</summary>
    protected abstract Task CreateAsync();

    protected abstract Task DropAsync();

    /// <summary>Opens the database for a new member that owns all shards from now on; members opened before are not told.</summary>
    protected abstract Task<JournalUnderTest> OpenAsync();

    protected async Task<JournalUnderTest> AnotherAsync()
    {
        var store = await OpenAsync();
        _opened.Add(store);
        return store;
    }

    protected async Task<JournalUnderTest> RestartAsync()
    {
        await Store.DisposeAsync();
        _ = _opened.Remove(Store);
        return Store = await AnotherAsync();
    }

    [ConformanceFact]
    public async Task What_was_appended_is_read_back_in_order()
    {
        (await Store.AppendAsync(Store.Request("a", 0, "1", "2"))).ShouldBe(Appended);
        (await Store.AppendAsync(Store.Request("a", 2, "3"))).ShouldBe(Appended);

        var entity = await Store.Journal.LoadAsync(0, "a", default);
        entity.Snapshot.ShouldBeNull();
        entity.SnapshotSequence.ShouldBe(0);
        entity.LastSequence.ShouldBe(3);
        entity.Events.Select(e => (e.Sequence, e.Epoch, e.Kind, Text(e.Payload))).ShouldBe(
            [(1, Store.Owner(0).Epoch, "noted", "1"), (2, Store.Owner(0).Epoch, "noted", "2"), (3, Store.Owner(0).Epoch, "noted", "3")]);
    }

    [ConformanceFact]
    public async Task An_entity_that_was_never_written_is_empty()
    {
        var entity = await Store.Journal.LoadAsync(0, "nobody", default);
        entity.Events.ShouldBeEmpty();
        entity.LastSequence.ShouldBe(0);
        entity.Snapshot.ShouldBeNull();
    }

    [ConformanceFact]
    public async Task An_empty_batch_has_no_outcomes() => (await Store.AppendAllAsync()).ShouldBeEmpty();

    [ConformanceFact]
    public async Task An_append_under_an_old_epoch_is_fenced()
    {
        var old = Store.Owner(0);
        var raised = await Store.Ownership.ReacquireAsync(0, old.Epoch, default);
        raised.ShouldNotBeNull();
        raised.Value.ShouldBeGreaterThan(old.Epoch);

        (await Store.AppendAsync(RequestOf(old, "a", 0, "late"))).ShouldBe(Fenced);
        (await Store.AppendAsync(RequestOf(old with { Epoch = raised.Value }, "a", 0, "now"))).ShouldBe(Appended);
        (await Store.EventsOfAsync("a")).ShouldBe(["now"]);
    }

    [ConformanceFact]
    public async Task An_append_under_an_epoch_that_was_never_given_out_is_fenced()
    {
        var owner = Store.Owner(0);
        (await Store.AppendAsync(RequestOf(owner with { Epoch = owner.Epoch + 1 }, "a", 0, "x"))).ShouldBe(Fenced);
        (await Store.AppendAsync(RequestOf(owner with { Epoch = 0 }, "a", 0, "x"))).ShouldBe(Fenced);
        (await Store.AppendAsync(RequestOf(owner with { Shard = 1_000_000 }, "a", 0, "x"))).ShouldBe(Fenced);
    }

    [ConformanceFact]
    public async Task Of_two_writers_only_the_one_that_came_last_writes()
    {
        (await Store.AppendAsync(Store.Request("a", 0, "1"))).ShouldBe(Appended);
        var second = await AnotherAsync();

        (await Store.AppendAsync(Store.Request("a", 1, "stale"))).ShouldBe(Fenced);
        (await second.AppendAsync(second.Request("a", 1, "2"))).ShouldBe(Appended);
        (await Store.AppendAsync(Store.Request("b", 0, "stale"))).ShouldBe(Fenced);
        (await second.EventsOfAsync("a")).ShouldBe(["1", "2"]);
        (await second.EventsOfAsync("b")).ShouldBeEmpty();
    }

    [ConformanceFact]
    public async Task An_epoch_is_raised_once_and_only_by_who_knows_the_last()
    {
        var owner = Store.Owner(3);
        var raised = await Store.Ownership.ReacquireAsync(3, owner.Epoch, default);
        (await Store.Ownership.ReacquireAsync(3, owner.Epoch, default)).ShouldBeNull();
        (await Store.Ownership.ReacquireAsync(3, raised!.Value, default)).ShouldNotBeNull();
        (await Store.Ownership.ReacquireAsync(1_000_000, 1, default)).ShouldBeNull();

        _ = await AnotherAsync();
        (await Store.Ownership.ReacquireAsync(4, Store.Owner(4).Epoch, default)).ShouldBeNull();
    }

    [ConformanceFact]
    public async Task Verify_tells_old_epochs_from_the_ones_that_may_write()
    {
        var old = Store.Owner(0);
        var raised = (await Store.Ownership.ReacquireAsync(0, old.Epoch, default))!.Value;
        (await Store.Journal.VerifyAsync([old, Store.Owner(1), old with { Epoch = raised }, new ShardEpoch(1_000_000, 1), Store.Owner(1)], default))
            .ShouldBe([false, true, true, false, true]);

        _ = await AnotherAsync();
        (await Store.Journal.VerifyAsync([Store.Owner(1), Store.Owner(2)], default)).ShouldBe([false, false]);
    }

    [ConformanceFact]
    public async Task A_repeated_append_after_a_lost_answer_doubles_nothing()
    {
        var request = Store.Request("a", 0, "1", "2") with { EffectsStarted = [new EffectData("kick", Bytes("x"))] };
        (await Store.AppendAsync(request)).ShouldBe(Appended);

        (await Store.AppendAsync(request)).ShouldBe(Conflict);
        (await Store.EventsOfAsync("a")).ShouldBe(["1", "2"]);
        (await Store.Journal.LoadBacklogAsync(0, default)).Effects.Count.ShouldBe(1);
    }

    [ConformanceFact]
    public async Task A_memory_that_is_ahead_of_the_store_or_behind_it_is_a_conflict_that_changes_nothing()
    {
        _ = await Store.AppendAsync(Store.Request("a", 0, "1", "2"));
        foreach (var previous in new long[] { 0, 1, 3, 4 })
        {
            var request = Store.Request("a", previous, "x") with
            {
                Snapshot = Bytes("wrong"),
                EffectsStarted = [new EffectData("wrong", Bytes("x"))],
                WakeAt = DateTimeOffset.UnixEpoch,
                Labels = new EntityLabels("wrong", "", true, default),
            };
            (await Store.AppendAsync(request)).ShouldBe(Conflict);
        }

        var entity = await Store.Journal.LoadAsync(0, "a", default);
        entity.Snapshot.ShouldBeNull();
        entity.Events.Count.ShouldBe(2);
        var backlog = await Store.Journal.LoadBacklogAsync(0, default);
        backlog.Effects.ShouldBeEmpty();
        backlog.Wakeups.ShouldBeEmpty();
        backlog.Residents.ShouldBeEmpty();
        (await Store.Journal.ListAsync(new EntityQuery("", 10), default)).ShouldBeEmpty();
    }

    [ConformanceFact]
    public async Task Requests_of_a_batch_succeed_or_fail_one_by_one()
    {
        _ = await Store.AppendAsync(Store.Request("behind", 0, "1"));
        var old = Store.Owner(7);
        _ = await Store.Ownership.ReacquireAsync(7, old.Epoch, default);

        (await Store.AppendAllAsync(
            Store.Request("first", 0, "1"),
            Store.Request("behind", 0, "x"),
            RequestOf(old, "fenced", 0, "x"),
            RequestOf(Store.Owner(9), "other", 0, "1", "2"),
            Store.Request("ahead", 5, "x"),
            Store.Request("last", 0, "1"))).ShouldBe([Appended, Conflict, Fenced, Appended, Conflict, Appended]);

        (await Store.EventsOfAsync("first")).ShouldBe(["1"]);
        (await Store.EventsOfAsync("behind")).ShouldBe(["1"]);
        (await Store.EventsOfAsync("fenced", 7)).ShouldBeEmpty();
        (await Store.EventsOfAsync("other", 9)).ShouldBe(["1", "2"]);
        (await Store.EventsOfAsync("ahead")).ShouldBeEmpty();
        (await Store.EventsOfAsync("last")).ShouldBe(["1"]);
    }

    [ConformanceFact]
    public async Task Several_requests_of_one_entity_in_a_batch_follow_one_another()
    {
        (await Store.AppendAllAsync(
            Store.Request("a", 0, "1"),
            Store.Request("b", 0, "1"),
            Store.Request("a", 1, "2", "3"),
            Store.Request("a", 2, "x"),
            Store.Request("a", 3, "4"))).ShouldBe([Appended, Appended, Appended, Conflict, Appended]);
        (await Store.EventsOfAsync("a")).ShouldBe(["1", "2", "3", "4"]);
    }

    [ConformanceFact]
    public async Task Text_that_no_store_can_keep_is_refused_without_taking_others_along()
    {
        (await Store.AppendAllAsync(
            Store.Request("good", 0, "1"),
            Store.Request("nul\0", 0, "x"),
            Store.Request("half\ud83d", 0, "x"),
            Store.Request("", 0, "x"),
            Store.Request(new string('é', 5000), 0, "x"),
            Store.Request("label", 0, "x") with { Labels = new EntityLabels("a\0", "", false, default) },
            Store.Request("also good", 0, "1"))).ShouldBe([Appended, Conflict, Conflict, Conflict, Conflict, Conflict, Appended]);
    }

    [ConformanceFact]
    public async Task Everything_is_there_after_a_restart_and_the_former_epoch_is_not_enough()
    {
        var before = Store.Owner(0);
        _ = await Store.AppendAsync(Store.Request("a", 0, "1") with
        {
            EffectsStarted = [new EffectData("kick", Bytes("it"))],
            WakeAt = DateTimeOffset.UnixEpoch.AddDays(1),
            Labels = new EntityLabels("live", "srs-1", true, Bytes("sum")),
        });

        _ = await RestartAsync();
        Store.Owner(0).Epoch.ShouldBeGreaterThan(before.Epoch);
        (await Store.AppendAsync(RequestOf(before, "a", 1, "x"))).ShouldBe(Fenced);
        (await Store.AppendAsync(Store.Request("a", 1, "2") with { WakeAt = DateTimeOffset.UnixEpoch.AddDays(1) })).ShouldBe(Appended);
        (await Store.EventsOfAsync("a")).ShouldBe(["1", "2"]);
        var backlog = await Store.Journal.LoadBacklogAsync(0, default);
        backlog.Effects.Select(e => (e.EntityId, e.Effect.Name, Text(e.Effect.Body))).ShouldBe([("a", "kick", "it")]);
        backlog.Wakeups.ShouldBe([new OpenWakeup("a", DateTimeOffset.UnixEpoch.AddDays(1))]);
        backlog.Residents.ShouldBe(["a"]);
    }
}

using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Index;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Actors.Notices;
using StreamSupervisor.Domain.Notices;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.IntegrationTests.Journal;

/// <summary>What is cleared from the journal, and what never is.</summary>
[Collection(StoreFixture.Name)]
public sealed class RetentionTests(StoreFixture stores)
{
    private const string Key = "__defaultVhost__/live/cam1";
    private const string Other = "__defaultVhost__/live/cam2";
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task Old_events_behind_the_newest_snapshot_go_and_the_newest_row_stays(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        await using var store = await OpenAsync(location);
        await using var member = JournalMember.Start(location);
        for (var i = 1; i <= 6; i++)
        {
            _ = await member.WriteAsync(Key, Happened.Confirmed(i));
            _ = await member.WriteAsync(Other, Happened.Confirmed(i));
            if (i % 3 == 0)
            {
                await member.SnapshotAsync(Key, Happened.Live(Key));
            }
        }

        (await RetentionOf(store).RoundAsync()).ShouldBe(new RetentionRound(0, 0, 0));
        await AgeAsync(location, store, Week * 2);
        (await RetentionOf(store).RoundAsync()).ShouldBe(new RetentionRound(Events: 5, Snapshots: 1, Keys: 0));

        (await new Timeline(store).ReadBackwardsAsync(Key, long.MaxValue, 10)).Select(one => one.Sequence).ShouldBe([6000]);
        (await new Timeline(store).ReadBackwardsAsync(Other, long.MaxValue, 10)).Count.ShouldBe(6);
        await member.LeaveAsync(Key);
        (await member.ReadAsync(Key)).Sequence.ShouldBe(6);
        (await member.WriteAsync(Key, Happened.Confirmed(7))).ShouldBe(7);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task A_key_that_was_idle_for_the_retention_goes_as_a_whole(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        await using var store = await OpenAsync(location);
        await using var member = JournalMember.Start(location);
        foreach (var key in new[] { Key, Other })
        {
            _ = await member.WriteAsync(key, Happened.Confirmed(1));
            _ = await member.WriteAsync(key, Happened.Confirmed(2));
            await member.SnapshotAsync(key, Happened.Idle(key));
        }

        var longAgo = TimeProvider.System.GetUtcNow() - (Week * 2);
        await StreamIndexTable.WriteAsync(
            store,
            [StreamIndexRow.Of(Key, 2, Happened.Idle(Key), longAgo), StreamIndexRow.Of(Other, 2, Happened.Live(Other), longAgo)],
            CancellationToken.None);
        (await RetentionOf(store).RoundAsync()).Keys.ShouldBe(0);

        await AgeAsync(location, store, Week * 2);
        (await RetentionOf(store).RoundAsync()).Keys.ShouldBe(1);

        (await new StreamIndex(store).ListAsync(new StreamIndexQuery("", 10))).Select(row => row.Key).ShouldBe([Other]);
        (await new Timeline(store).ReadBackwardsAsync(Key, long.MaxValue, 10)).ShouldBeEmpty();
        (await StoreFixture.ExecuteAsync(location, $"SELECT count(*) FROM {store.Schema}event_snapshot")).ShouldBe(1L);

        // An owner that still knows the old number cannot write beside a successor that begins anew.
        (await member.WriteAsync(Key, Happened.Confirmed(3))).ShouldBeNull();
        (await member.ReadAsync(Key)).Sequence.ShouldBe(0);
        (await member.WriteAsync(Key, Happened.Confirmed(4))).ShouldBe(1);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task Many_idle_keys_go_and_those_among_them_that_must_stay_do(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        await using var store = await OpenAsync(location);
        await using var member = JournalMember.Start(location);
        var longAgo = TimeProvider.System.GetUtcNow() - (Week * 2);
        var keys = Enumerable.Range(0, 250).Select(i => $"__defaultVhost__/live/one{i:000}").ToList();
        foreach (var key in keys)
        {
            _ = await member.WriteAsync(key, Happened.Confirmed(1));
            _ = await member.WriteAsync(key, Happened.Confirmed(2));
        }

        // Every fifth is in use, every seventh is one row behind its journal, and one began anew long ago.
        await AgeAsync(location, store, Week * 2);
        foreach (var key in keys.Where((_, i) => i % 5 == 0))
        {
            _ = await member.WriteAsync(key, Happened.Confirmed(3));
        }

        await StreamIndexTable.WriteAsync(
            store,
            [
                .. keys.Select((key, i) => StreamIndexRow.Of(key, i % 5 == 0 ? 3 : i % 7 == 0 ? 1 : 2, Happened.Idle(key), longAgo)),
                StreamIndexRow.Of(Key, 9, Happened.Idle(Key), longAgo),
            ],
            CancellationToken.None);

        var goes = keys.Where((_, i) => i % 5 != 0 && i % 7 != 0).ToList();
        (await RetentionOf(store).RoundAsync()).ShouldBe(new RetentionRound(Events: 0, Snapshots: 0, Keys: goes.Count));

        var left = await new StreamIndex(store).ListAsync(new StreamIndexQuery("", 1000));
        left.Select(row => row.Key).ShouldBe(keys.Except(goes), ignoreOrder: true);
        (await StoreFixture.ExecuteAsync(location, $"SELECT count(*) FROM {store.Schema}event_journal"))
            .ShouldBe(keys.Select((_, i) => i % 5 == 0 ? 3L : i % 7 == 0 ? 2L : 0L).Sum());
        (await RetentionOf(store).RoundAsync()).Keys.ShouldBe(0);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task A_key_whose_row_lags_behind_its_journal_stays(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        await using var store = await OpenAsync(location);
        await using var member = JournalMember.Start(location);
        _ = await member.WriteAsync(Key, Happened.Confirmed(1));
        _ = await member.WriteAsync(Key, Happened.Confirmed(2));
        await StreamIndexTable.WriteAsync(
            store, [StreamIndexRow.Of(Key, 1, Happened.Idle(Key), TimeProvider.System.GetUtcNow() - (Week * 2))], CancellationToken.None);
        await AgeAsync(location, store, Week * 2);

        (await RetentionOf(store).RoundAsync()).Keys.ShouldBe(0);

        (await new Timeline(store).ReadBackwardsAsync(Key, long.MaxValue, 10)).Count.ShouldBe(2);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task Rows_younger_than_the_longest_pause_stay_whatever_the_retention_says(bool postgres)
    {
        var location = await stores.NewAsync(postgres);
        await using var store = await OpenAsync(location);
        await using var member = JournalMember.Start(location);
        for (var i = 1; i <= 3; i++)
        {
            _ = await member.WriteAsync(Key, Happened.Confirmed(i));
        }

        await member.SnapshotAsync(Key, Happened.Idle(Key));
        await AgeAsync(location, store, TimeSpan.FromMinutes(30));

        (await RetentionOf(store, keep: TimeSpan.FromMinutes(1)).RoundAsync()).ShouldBe(new RetentionRound(0, 0, 0));
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task Old_notices_go_and_what_is_so_still_is_not_told_again(bool postgres)
    {
        await using var store = await OpenAsync(await stores.NewAsync(postgres));
        var longAgo = new NoticeStore(store, new VirtualTime(TimeProvider.System.GetUtcNow() - (Week * 2)));
        foreach (var (subject, kind) in new[]
        {
            ("origin/srs-1", NoticeKind.OriginUp), ("origin/srs-1", NoticeKind.OriginDown), ("member/runs", NoticeKind.MemberJoined),
            ("member/died", NoticeKind.MemberJoined), ("member/died", NoticeKind.MemberDead), ($"stream/{Key}", NoticeKind.StreamQuarantined),
            ($"stream/{Other}", NoticeKind.StreamQuarantined), ($"stream/{Other}", NoticeKind.StreamQuarantineOver),
        })
        {
            await longAgo.NoteAsync(subject, kind, subject, "");
        }

        _ = await RetentionOf(store).RoundAsync();

        var notices = new NoticeStore(store, TimeProvider.System);
        (await notices.ReadForwardsAsync(0, 10)).Select(row => row.Subject).ShouldBe(["origin/srs-1", "member/runs", $"stream/{Key}"]);
        var newest = await notices.NewestAsync();
        await notices.NoteAsync("member/runs", NoticeKind.MemberJoined, "member/runs", "");
        (await notices.NewestAsync()).ShouldBe(newest);
        (await notices.InQuarantineAsync("", 10)).Select(row => row.Name).ShouldBe([$"stream/{Key}"]);
    }

    [Theory]
    [ClassData(typeof(Databases))]
    public async Task Keys_in_quarantine_are_known_by_their_newest_notice_a_page_at_a_time(bool postgres)
    {
        await using var store = await OpenAsync(await stores.NewAsync(postgres));
        var notices = new NoticeStore(store, TimeProvider.System);
        await notices.NoteAsync("origin/srs-1", NoticeKind.OriginDown, "srs-1", "");
        await notices.NoteAsync(NoticeStore.SubjectOf(Other), NoticeKind.StreamQuarantineOver, Other, "");
        (await notices.NewestAsync()).ShouldBe(1, "what never began is not over");
        foreach (var key in new[] { "v/a/1", "v/a/2", "v/a/3", Other })
        {
            await notices.NoteAsync(NoticeStore.SubjectOf(key), NoticeKind.StreamQuarantined, key, "a record");
        }

        await notices.NoteAsync(NoticeStore.SubjectOf("v/a/2"), NoticeKind.StreamQuarantineOver, "v/a/2", "");

        var first = await notices.InQuarantineAsync("", 2);
        var second = await notices.InQuarantineAsync(first[^1].Subject, 2);
        first.Concat(second).Select(row => row.Name).ShouldBe([Other, "v/a/1", "v/a/3"]);
    }

    private static Retention RetentionOf(JournalStore store, TimeSpan? keep = null) => new(
        store, new RetentionSettings { Keep = keep ?? Week, Pause = TimeSpan.Zero, Step = 50 }, TimeProvider.System, NullLogger.Instance);

    private static async Task AgeAsync(StoreLocation location, JournalStore store, TimeSpan by)
    {
        foreach (var table in new[] { "event_journal", "event_snapshot" })
        {
            _ = await StoreFixture.ExecuteAsync(
                location, string.Create(CultureInfo.InvariantCulture, $"UPDATE {store.Schema}{table} SET created = created - {by.Ticks}"));
        }
    }

    private static Task<JournalStore> OpenAsync(StoreLocation location) =>
        JournalStore.OpenAsync(location, TimeProvider.System, NullLogger.Instance);
}

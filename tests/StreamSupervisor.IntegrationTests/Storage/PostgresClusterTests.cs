using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Persistence;
using static StreamSupervisor.IntegrationTests.Storage.JournalUnderTest;

namespace StreamSupervisor.IntegrationTests.Storage;

/// <summary>Members and owners, by the database's clock and under its locks.</summary>
[Collection(PostgresFixture.Name)]
public sealed class PostgresClusterTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly List<PostgresMember> _members = [];
    private string _database = "";

    public async Task InitializeAsync() => _database = PostgresBinariesAreThere ? await postgres.EmptyDatabaseAsync() : "";

    public async Task DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }
    }

    [PostgresFact]
    public async Task A_member_that_joined_is_seen_with_its_beat_and_its_lease()
    {
        var a = await JoinAsync("a");
        var b = await JoinAsync("b", TimeSpan.FromMilliseconds(-1));
        var seen = await a.Cluster.LookAsync(default);
        seen.Select(s => (s.Identity, s.State, s.LeaseExpired, s.SessionHeld)).ShouldBe(
            [(a.Identity, MemberState.Active, false, false), (b.Identity, MemberState.Active, true, false)]);

        (await b.Cluster.RenewAsync(b.Id, PostgresMember.Long, default)).ShouldBeTrue();
        var again = (await a.Cluster.LookAsync(default))[1];
        again.Beat.ShouldBe(seen[1].Beat + 1);
        again.LeaseExpired.ShouldBeFalse();
    }

    [PostgresFact]
    public async Task Death_needs_the_beat_that_was_seen_and_an_expired_lease_and_is_for_ever()
    {
        var a = await JoinAsync("a");
        var b = await JoinAsync("b");
        (await a.Cluster.DeclareDeadAsync(b.Id, 0, DeathEvidence.LeaseExpired, default)).ShouldBeFalse();
        (await b.Cluster.RenewAsync(b.Id, TimeSpan.FromMilliseconds(-1), default)).ShouldBeTrue();
        (await a.Cluster.DeclareDeadAsync(b.Id, 0, DeathEvidence.LeaseExpired, default)).ShouldBeFalse();
        (await a.Cluster.DeclareDeadAsync(b.Id, 1, DeathEvidence.LeaseExpired, default)).ShouldBeTrue();
        (await a.Cluster.DeclareDeadAsync(b.Id, 1, DeathEvidence.LeaseExpired, default)).ShouldBeFalse();

        (await b.Cluster.RenewAsync(b.Id, PostgresMember.Long, default)).ShouldBeFalse();
        (await b.Cluster.JoinAsync(b.Identity, PostgresMember.Long, default)).ShouldBeFalse();
        (await b.GrabAsync(1, 2, 3)).ShouldBeEmpty();
        (await a.Cluster.LookAsync(default)).ShouldHaveSingleItem().Identity.ShouldBe(a.Identity);
    }

    [PostgresFact]
    public async Task A_session_is_seen_by_others_until_its_connection_ends_and_only_then_is_it_evidence()
    {
        var a = await JoinAsync("a");
        var b = await JoinAsync("b");
        var session = await b.Cluster.OpenSessionAsync(b.Id, default);
        (await a.Cluster.LookAsync(default)).Select(s => s.SessionHeld).ShouldBe([false, true]);
        (await a.Cluster.DeclareDeadAsync(b.Id, 0, DeathEvidence.SessionGone, default)).ShouldBeFalse();

        _ = await PostgresFixture.ExecuteAsync(_database, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'streamsupervisor session'");
        await session.Lost.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        await session.DisposeAsync();
        (await a.Cluster.LookAsync(default)).Select(s => s.SessionHeld).ShouldBe([false, false]);

        // It came back before anybody acted: then it lives.
        await using (await b.Cluster.OpenSessionAsync(b.Id, default))
        {
            (await a.Cluster.DeclareDeadAsync(b.Id, 0, DeathEvidence.SessionGone, default)).ShouldBeFalse();
        }

        _ = await PostgresFixture.ExecuteAsync(_database, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'streamsupervisor session'");
        (await a.Cluster.DeclareDeadAsync(b.Id, 0, DeathEvidence.SessionGone, default)).ShouldBeTrue();
    }

    [PostgresFact]
    public async Task A_change_of_members_or_owners_is_hinted_to_every_session()
    {
        var a = await JoinAsync("a");
        await using var session = await a.Cluster.OpenSessionAsync(a.Id, default);
        foreach (var change in (Func<Task>[])[() => JoinAsync("b"), () => a.GrabAsync(0), () => a.Cluster.DrainAsync(a.Id, default), () => a.Cluster.LeaveAsync(a.Id, default)])
        {
            var hint = session.NextHintAsync(default);
            hint.IsCompleted.ShouldBeFalse();
            await change();
            await hint.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        }
    }

    [PostgresFact]
    public async Task Free_shards_are_taken_once()
    {
        var a = await JoinAsync("a");
        var b = await JoinAsync("b");
        (await a.Cluster.GrabAsync(a.Id, [5, 3, 4], 2, default)).Order(ByShard).ShouldBe([new(3, 1), new(4, 1)]);
        (await b.GrabAsync(3, 4, 5)).ShouldBe([new(5, 1)]);

        var all = Enumerable.Range(0, 256).ToArray();
        var got = await Task.WhenAll(a.GrabAsync(all), b.GrabAsync(all));
        got.Sum(shards => shards.Count).ShouldBeLessThanOrEqualTo(253);
        _ = await a.GrabAsync(all);
        var table = (await a.Cluster.ReadAsync(-1, default)).ShouldNotBeNull();
        table.Shards.Select(s => s.Shard).ShouldBe(all);
        table.Shards.ShouldAllBe(s => s.Epoch == 1 && s.Owner != null);
    }

    [PostgresFact]
    public async Task Shards_of_the_dead_are_taken_under_the_next_epoch_and_their_writes_are_fenced()
    {
        var a = await JoinAsync("a");
        var b = await JoinAsync("b");
        var before = (await a.GrabAsync(7)).ShouldHaveSingleItem();
        (await b.GrabAsync(7)).ShouldBeEmpty();
        (await b.Cluster.DeclareDeadAsync(a.Id, 0, DeathEvidence.Operator, default)).ShouldBeTrue();

        // Dead, but nobody has taken the shard yet: what it writes is still the only truth.
        (await a.Store.AppendAsync([RequestOf(before, "x", 0, "1")], default)).ShouldBe([AppendOutcome.Appended]);
        (await a.Store.ReacquireAsync(7, before.Epoch, default)).ShouldBeNull();

        var after = (await b.GrabAsync(7)).ShouldHaveSingleItem();
        after.Epoch.ShouldBe(before.Epoch + 1);
        (await a.Store.AppendAsync([RequestOf(before, "x", 1, "2")], default)).ShouldBe([AppendOutcome.Fenced]);
        (await a.Store.AppendAsync([RequestOf(after, "x", 1, "2")], default)).ShouldBe([AppendOutcome.Fenced], "the right epoch in the wrong hands");
        (await b.Store.AppendAsync([RequestOf(after, "x", 1, "2")], default)).ShouldBe([AppendOutcome.Appended]);
        (await b.Store.VerifyAsync([after, before], default)).ShouldBe([true, false]);
        (await a.Store.VerifyAsync([after, before], default)).ShouldBe([false, false]);
    }

    [PostgresFact]
    public async Task A_handoff_passes_a_shard_to_an_active_member_under_the_next_epoch()
    {
        var a = await JoinAsync("a");
        var b = await JoinAsync("b");
        var own = (await a.GrabAsync(9)).ShouldHaveSingleItem();
        (await a.Cluster.HandOffAsync(own, b.Id, a.Id, default)).ShouldBeNull("not b's to give");
        (await a.Cluster.HandOffAsync(own with { Epoch = 8 }, a.Id, b.Id, default)).ShouldBeNull();
        (await a.Cluster.HandOffAsync(own, a.Id, Guid.NewGuid(), default)).ShouldBeNull();
        (await a.Cluster.WantAsync(own, b.Id, default)).ShouldBeTrue();
        (await a.Cluster.ReadAsync(-1, default))!.Shards[9].ShouldBe(new ShardLease(9, own.Epoch, a.Id, b.Id));

        (await a.Cluster.HandOffAsync(own, a.Id, b.Id, default)).ShouldBe(own.Epoch + 1);
        (await a.Cluster.ReadAsync(-1, default))!.Shards[9].ShouldBe(new ShardLease(9, own.Epoch + 1, b.Id, null));

        (await b.Cluster.DrainAsync(b.Id, default)).ShouldBeTrue();
        (await b.Cluster.HandOffAsync(own with { Epoch = own.Epoch + 1 }, b.Id, a.Id, default)).ShouldBe(own.Epoch + 2);
        (await a.Cluster.HandOffAsync(own with { Epoch = own.Epoch + 2 }, a.Id, b.Id, default)).ShouldBeNull("a draining member gets nothing");
        (await b.GrabAsync(10)).ShouldBeEmpty();
        (await b.Cluster.RenewAsync(b.Id, PostgresMember.Long, default)).ShouldBeTrue();
    }

    [PostgresFact]
    public async Task Shards_given_back_are_free_and_who_leaves_gives_back_all()
    {
        var a = await JoinAsync("a");
        var b = await JoinAsync("b");
        var own = (await a.GrabAsync(1, 2, 3, 4)).Order(ByShard).ToArray();
        (await a.Cluster.ReleaseAsync(a.Id, [own[0], own[1] with { Epoch = 9 }, new ShardEpoch(200, 0)], default)).ShouldBe([1]);
        (await a.Store.AppendAsync([RequestOf(own[0], "x", 0, "1")], default)).ShouldBe([AppendOutcome.Fenced]);

        await a.Cluster.LeaveAsync(a.Id, default);
        (await a.Cluster.RenewAsync(a.Id, PostgresMember.Long, default)).ShouldBeFalse();
        (await b.GrabAsync(1, 2, 3, 4)).Order(ByShard).ShouldBe([new(1, 3), new(2, 3), new(3, 3), new(4, 3)]);
    }

    [PostgresFact]
    public async Task The_map_is_read_only_when_it_has_changed()
    {
        var a = await JoinAsync("a");
        var first = (await a.Cluster.ReadAsync(-1, default)).ShouldNotBeNull();
        (await a.Cluster.ReadAsync(first.Version, default)).ShouldBeNull();
        var own = (await a.GrabAsync(1)).ShouldHaveSingleItem();
        var second = (await a.Cluster.ReadAsync(first.Version, default)).ShouldNotBeNull();
        second.Version.ShouldBeGreaterThan(first.Version);
        _ = await a.Store.AppendAsync([RequestOf(own, "x", 0, "1")], default);
        (await a.Cluster.ReadAsync(second.Version, default)).ShouldBeNull("appends move nothing");
        _ = await a.Store.ReacquireAsync(1, own.Epoch, default);
        (await a.Cluster.ReadAsync(second.Version, default)).ShouldNotBeNull().Shards[1].Epoch.ShouldBe(own.Epoch + 1);
    }

    [PostgresFact]
    public async Task An_append_that_races_with_a_handoff_is_seen_by_the_next_owner_or_fenced()
    {
        var a = await JoinAsync("a");
        var b = await JoinAsync("b");
        var (from, to) = (a, b);
        var own = (await a.GrabAsync(0)).ShouldHaveSingleItem();
        var last = 0L;
        for (var round = 0; round < 100; round++)
        {
            var append = from.Store.AppendAsync([RequestOf(own, "x", last, "y")], default);
            var epoch = (await from.Cluster.HandOffAsync(own, from.Id, to.Id, default)).ShouldNotBeNull();
            var seen = (await to.Store.LoadAsync(0, "x", default)).LastSequence;
            var outcome = (await append)[0];
            outcome.ShouldBeOneOf(AppendOutcome.Appended, AppendOutcome.Fenced);
            seen.ShouldBe(outcome == AppendOutcome.Appended ? last + 1 : last, $"round {round}");
            (last, own, from, to) = (seen, own with { Epoch = epoch }, to, from);
        }
    }

    private static bool PostgresBinariesAreThere => TestKit.Storage.PostgresBinaries.WhySkipped is null;

    private static Comparer<ShardEpoch> ByShard { get; } = Comparer<ShardEpoch>.Create((x, y) => x.Shard.CompareTo(y.Shard));

    private async Task<PostgresMember> JoinAsync(string name, TimeSpan? lease = null)
    {
        var member = await PostgresMember.JoinAsync(_database, name, lease);
        _members.Add(member);
        return member;
    }
}

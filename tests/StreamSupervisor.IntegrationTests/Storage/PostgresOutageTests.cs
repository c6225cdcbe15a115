using Npgsql;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.TestKit.Storage;
using static StreamSupervisor.IntegrationTests.Storage.JournalUnderTest;

namespace StreamSupervisor.IntegrationTests.Storage;

/// <summary>What the store says while its server is slow, cut off or restarted, and that it comes back by itself.</summary>
[Collection(PostgresFixture.Name)]
public sealed class PostgresOutageTests(PostgresFixture postgres) : IAsyncLifetime
{
    private string _database = "";
    private PostgresMember _member = null!;
    private ShardEpoch _owner;

    public async Task InitializeAsync()
    {
        if (PostgresBinaries.WhySkipped is null)
        {
            _database = await postgres.EmptyDatabaseAsync();
            _member = await PostgresMember.JoinAsync(_database);
            _owner = (await _member.GrabAsync(0)).ShouldHaveSingleItem();
        }
    }

    public async Task DisposeAsync()
    {
        if (_member is not null)
        {
            await _member.DisposeAsync();
        }
    }

    [PostgresFact]
    public async Task An_append_that_meets_a_restart_of_the_server_is_unknown_and_its_truth_is_read_back()
    {
        for (var round = 0; round < 3; round++)
        {
            var last = (await _member.Store.LoadAsync(0, "x", default)).LastSequence;
            var acknowledged = last;
            var append = Task.Run(async () =>
            {
                while ((await _member.Store.AppendAsync([RequestOf(_owner, "x", acknowledged, "y")], default))[0] == AppendOutcome.Appended)
                {
                    acknowledged++;
                }
            });
            await postgres.Server.RestartImmediatelyAsync();
            await append;

            _owner = _owner with { Epoch = await ReacquiredAsync() };
            var stored = (await _member.Store.LoadAsync(0, "x", default)).LastSequence;
            stored.ShouldBeInRange(acknowledged, acknowledged + 1, "no acknowledged event is lost; at most the unknown one is there");
            (await _member.Store.AppendAsync([RequestOf(_owner, "x", stored, "z")], default)).ShouldBe([AppendOutcome.Appended]);
        }
    }

    [PostgresFact]
    public async Task Terminated_connections_are_replaced()
    {
        (await _member.Store.AppendAsync([RequestOf(_owner, "x", 0, "1")], default)).ShouldBe([AppendOutcome.Appended]);
        _ = await PostgresFixture.ExecuteAsync(_database, "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE application_name LIKE 'streamsupervisor%'");
        (await _member.Store.AppendAsync([RequestOf(_owner, "x", 1, "2")], default)).ShouldBe([AppendOutcome.Unknown]);
        _owner = _owner with { Epoch = await ReacquiredAsync() };
        (await _member.Store.LoadAsync(0, "x", default)).LastSequence.ShouldBe(1);
        (await _member.Store.AppendAsync([RequestOf(_owner, "x", 1, "2")], default)).ShouldBe([AppendOutcome.Appended]);
    }

    [PostgresFact]
    public async Task A_lock_that_does_not_come_in_time_is_unknown_and_nothing_was_written()
    {
        await using var blocker = new NpgsqlConnection(_database);
        await blocker.OpenAsync();
        await using (var transaction = await blocker.BeginTransactionAsync())
        {
            await using var command = new NpgsqlCommand("SELECT 1 FROM streamsupervisor.shard WHERE shard = 0 FOR UPDATE", blocker, transaction);
            _ = await command.ExecuteScalarAsync();
            (await _member.Store.AppendAsync([RequestOf(_owner, "x", 0, "1")], default)).ShouldBe([AppendOutcome.Unknown]);
        }

        (await _member.Store.LoadAsync(0, "x", default)).LastSequence.ShouldBe(0);
        (await _member.Store.AppendAsync([RequestOf(_owner, "x", 0, "1")], default)).ShouldBe([AppendOutcome.Appended]);
    }

    [PostgresFact]
    public async Task A_cancelled_append_is_unknown()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        (await _member.Store.AppendAsync([RequestOf(_owner, "x", 0, "1")], cancelled.Token)).ShouldBe([AppendOutcome.Unknown]);
        (await _member.Store.AppendAsync([RequestOf(_owner, "x", 0, "1")], default)).ShouldBe([AppendOutcome.Appended]);
    }

    [PostgresFact]
    public async Task Without_a_server_writes_are_unknown_and_reads_unavailable()
    {
        await postgres.Server.StopAsync("immediate");
        try
        {
            (await _member.Store.AppendAsync([RequestOf(_owner, "x", 0, "1")], default)).ShouldBe([AppendOutcome.Unknown]);
            (await _member.Store.VerifyAsync([_owner], default)).ShouldBe([false]);
            (await _member.Store.ReacquireAsync(0, _owner.Epoch, default)).ShouldBeNull();
            _ = await Should.ThrowAsync<StoreUnavailableException>(() => _member.Store.LoadAsync(0, "x", default));
            _ = await Should.ThrowAsync<StoreUnavailableException>(() => _member.Store.LoadBacklogAsync(0, default));
            _ = await Should.ThrowAsync<StoreUnavailableException>(() => _member.Cluster.RenewAsync(_member.Id, PostgresMember.Long, default));
            _ = await Should.ThrowAsync<StoreUnavailableException>(() => _member.Cluster.OpenSessionAsync(_member.Id, default));
        }
        finally
        {
            await postgres.Server.LaunchAsync();
        }

        _owner = _owner with { Epoch = await ReacquiredAsync() };
        (await _member.Store.AppendAsync([RequestOf(_owner, "x", 0, "1")], default)).ShouldBe([AppendOutcome.Appended]);
    }

    /// <summary>As the owner does it: again until the store answers, from the epoch that the map shows.</summary>
    private async Task<long> ReacquiredAsync()
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            try
            {
                var row = (await _member.Cluster.ReadAsync(-1, default))!.Shards[0];
                row.Owner.ShouldBe(_member.Id);
                if (await _member.Store.ReacquireAsync(0, row.Epoch, default) is { } epoch)
                {
                    return epoch;
                }
            }
            catch (StoreUnavailableException)
            {
                // A stale connection of the pool: the next one is new.
            }
        }

        throw new InvalidOperationException("The store did not come back.");
    }
}

using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.TestKit.Kernel;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>What becomes of one statement on its way to the store and back.</summary>
internal enum StatementFault
{
    None,

    /// <summary>Never arrives, and the sender hears that the connection broke.</summary>
    Lost,

    /// <summary>Is carried out, and the sender hears that the connection broke.</summary>
    AnswerLost,

    /// <summary>The sender hears that the connection broke, and afterwards it arrives all the same.</summary>
    Late,

    /// <summary>Takes long.</summary>
    Slow,
}

/// <summary>
/// The shared database as one life of a member sees it. A statement that was sent is on its way in the world: it arrives though its sender was
/// killed, was paused, or has given up.
/// </summary>
internal sealed class WorldStore(World world, ClusterLife life, MemoryClusterLink link) : IMembershipStore, IShardLeaseStore, IShardOwnership, IJournal
{
    /// <summary>As the statement timeout of a real one.</summary>
    private static readonly TimeSpan StatementTimeout = TimeSpan.FromSeconds(5);

    public Task<bool> JoinAsync(MemberIdentity self, TimeSpan lease, CancellationToken cancellation) =>
        CallAsync(() => link.JoinAsync(self, lease, CancellationToken.None), cancellation);

    public Task<bool> RenewAsync(Guid member, TimeSpan lease, CancellationToken cancellation) =>
        CallAsync(() => link.RenewAsync(member, lease, CancellationToken.None), cancellation);

    public Task<IReadOnlyList<MemberSighting>> LookAsync(CancellationToken cancellation) => CallAsync(() => link.LookAsync(CancellationToken.None), cancellation);

    public Task<bool> DeclareDeadAsync(Guid member, long beat, DeathEvidence evidence, CancellationToken cancellation) =>
        CallAsync(() => link.DeclareDeadAsync(member, beat, evidence, CancellationToken.None), cancellation, world.Faults.Declaration);

    public Task<bool> DrainAsync(Guid member, CancellationToken cancellation) => CallAsync(() => link.DrainAsync(member, CancellationToken.None), cancellation);

    public Task LeaveAsync(Guid member, CancellationToken cancellation) => CallAsync(async () =>
    {
        await link.LeaveAsync(member, CancellationToken.None);
        return true;
    }, cancellation);

    public Task<IMemberSession> OpenSessionAsync(Guid member, CancellationToken cancellation) =>
        CallAsync(() => link.OpenSessionAsync(member, CancellationToken.None), cancellation);

    public Task<ShardTable?> ReadAsync(long knownVersion, CancellationToken cancellation) =>
        CallAsync(() => link.ReadAsync(knownVersion, CancellationToken.None), cancellation);

    public Task<IReadOnlyList<ShardEpoch>> GrabAsync(Guid member, IReadOnlyList<int> shards, int limit, CancellationToken cancellation) =>
        CallAsync(() => link.GrabAsync(member, shards, limit, CancellationToken.None), cancellation);

    public Task<long?> HandOffAsync(ShardEpoch shard, Guid from, Guid to, CancellationToken cancellation) =>
        CallAsync(() => link.HandOffAsync(shard, from, to, CancellationToken.None), cancellation);

    public Task<IReadOnlyList<int>> ReleaseAsync(Guid member, IReadOnlyList<ShardEpoch> shards, CancellationToken cancellation) =>
        CallAsync(() => link.ReleaseAsync(member, shards, CancellationToken.None), cancellation);

    public Task<bool> WantAsync(ShardEpoch shard, Guid? member, CancellationToken cancellation) =>
        CallAsync(() => link.WantAsync(shard, member, CancellationToken.None), cancellation);

    public async Task<long?> ReacquireAsync(int shard, long epoch, CancellationToken cancellation)
    {
        try
        {
            return await CallAsync(() => link.ReacquireAsync(shard, epoch, CancellationToken.None), cancellation);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<AppendRequest> batch, CancellationToken cancellation)
    {
        AppendRequest[] requests = [.. batch];
        var crash = world.Faults.CrashAtAppend();
        if (crash == Crash.AfterTheWrite)
        {
            _ = CallAsync(() => link.AppendAsync(requests, CancellationToken.None), CancellationToken.None, Append);
        }

        if (crash != Crash.None)
        {
            world.Kill(life);
        }

        try
        {
            return await CallAsync(() => link.AppendAsync(requests, CancellationToken.None), cancellation, Append);
        }
        catch (StoreUnavailableException)
        {
            return new AppendOutcome[requests.Length];
        }
    }

    public async Task<IReadOnlyList<bool>> VerifyAsync(IReadOnlyList<ShardEpoch> epochs, CancellationToken cancellation)
    {
        ShardEpoch[] asked = [.. epochs];
        try
        {
            return await CallAsync(() => link.VerifyAsync(asked, CancellationToken.None), cancellation);
        }
        catch (StoreUnavailableException)
        {
            return new bool[asked.Length];
        }
    }

    public Task<StoredEntity> LoadAsync(int shard, string entityId, CancellationToken cancellation) =>
        CallAsync(() => link.LoadAsync(shard, entityId, CancellationToken.None), cancellation);

    public Task<ShardBacklog> LoadBacklogAsync(int shard, CancellationToken cancellation) =>
        CallAsync(() => link.LoadBacklogAsync(shard, CancellationToken.None), cancellation);

    public Task<IReadOnlyList<StoredEvent>> ReadBackwardsAsync(int shard, string entityId, long beforeSequence, int limit, CancellationToken cancellation) =>
        CallAsync(() => link.ReadBackwardsAsync(shard, entityId, beforeSequence, limit, CancellationToken.None), cancellation);

    public Task<IReadOnlyList<EntityListing>> ListAsync(EntityQuery query, CancellationToken cancellation) =>
        CallAsync(() => link.ListAsync(query, CancellationToken.None), cancellation);

    /// <summary>Faults travel as values up to here: thousands of them are thrown in every world otherwise, and each costs more than all that it stands for.</summary>
    private async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellation, Func<StatementFault>? fault = null)
    {
        cancellation.ThrowIfCancellationRequested();
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var gone = cancellation.UnsafeRegister(_ => answer.TrySetCanceled(cancellation), null);
        _ = life.CallAsync(() => BringAsync(call, answer, (fault ?? Statement)()));
        return await answer.Task;
    }

    private async Task<bool> BringAsync<T>(Func<Task<T>> call, TaskCompletionSource<T> answer, StatementFault fault)
    {
        await WayAsync();
        if (fault == StatementFault.Slow)
        {
            await Task.Delay(world.Faults.Slowness(), world.Time);
        }

        if (link.Fault == LinkFault.Silent)
        {
            await Task.Delay(StatementTimeout, world.Time);
        }

        if (fault == StatementFault.Late)
        {
            answer.TrySetException(new StoreUnavailableException("the connection broke"));
            await Task.Delay(world.Faults.Slowness(), world.Time);
        }

        if (fault == StatementFault.Lost || world.Cluster.IsDown || link.Fault is LinkFault.Silent or LinkFault.Refuses)
        {
            return answer.TrySetException(new StoreUnavailableException("the connection broke"));
        }

        try
        {
            var told = await call();
            await WayAsync();
            return fault == StatementFault.AnswerLost || link.Fault != LinkFault.None
                ? answer.TrySetException(new StoreUnavailableException("the connection broke"))
                : answer.TrySetResult(told);
        }
        catch (StoreUnavailableException silent)
        {
            return answer.TrySetException(silent);
        }
    }

    private StatementFault Statement() => world.Faults.Statement(append: false);

    private StatementFault Append() => world.Faults.Statement(append: true);

    private Task WayAsync() => world.Faults.StatementLatency() is var latency && latency > TimeSpan.Zero ? Task.Delay(latency, world.Time) : Task.CompletedTask;
}

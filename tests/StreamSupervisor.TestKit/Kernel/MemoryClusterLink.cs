using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.TestKit.Kernel;

/// <summary>What is wrong with the way to the database.</summary>
public enum LinkFault
{
    None,

    /// <summary>Every call fails at once, and nothing happens.</summary>
    Refuses,

    /// <summary>No call is answered, and nothing happens.</summary>
    Silent,

    /// <summary>What is asked for happens, and the answer is lost.</summary>
    LosesAnswers,
}

/// <summary>One member's connections to the simulated database: all that a store gives a member.</summary>
public sealed class MemoryClusterLink : IMembershipStore, IShardLeaseStore, IShardOwnership, IJournal
{
    /// <summary>As the statement timeout of a real one.</summary>
    private static readonly TimeSpan StatementTimeout = TimeSpan.FromSeconds(5);

    private readonly MemoryCluster _cluster;
    private readonly MemberIdentity _member;
    private readonly MemoryJournal _journal;
    private MemoryClusterSession? _session;

    internal MemoryClusterLink(MemoryCluster cluster, MemberIdentity member) =>
        (_cluster, _member, _journal) = (cluster, member, cluster.Store.Open(member.Id.ToString()));

    public LinkFault Fault { get; set; }

    /// <summary>Of each call.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>What opening a session takes in addition.</summary>
    public TimeSpan SessionLatency { get; set; }

    /// <summary>Calls that change members or owners, so far.</summary>
    public int Writes { get; private set; }

    /// <summary>The process is gone: its connections are, too.</summary>
    public void Break()
    {
        Fault = LinkFault.Refuses;
        _session?.End();
    }

    public Task<bool> JoinAsync(MemberIdentity self, TimeSpan lease, CancellationToken cancellation) => WriteAsync(() => _cluster.Join(self, lease), cancellation);

    public Task<bool> RenewAsync(Guid member, TimeSpan lease, CancellationToken cancellation) => WriteAsync(() => _cluster.Renew(member, lease), cancellation);

    public Task<IReadOnlyList<MemberSighting>> LookAsync(CancellationToken cancellation) => CallAsync(_cluster.Look, cancellation);

    public Task<bool> DeclareDeadAsync(Guid member, long beat, DeathEvidence evidence, CancellationToken cancellation) =>
        WriteAsync(() => _cluster.DeclareDead(member, beat, evidence), cancellation);

    public Task<bool> DrainAsync(Guid member, CancellationToken cancellation) => WriteAsync(() => _cluster.Drain(member), cancellation);

    public Task LeaveAsync(Guid member, CancellationToken cancellation) => WriteAsync(() => _cluster.Leave(member), cancellation);

    public async Task<IMemberSession> OpenSessionAsync(Guid member, CancellationToken cancellation)
    {
        await WaitAsync(SessionLatency, cancellation);
        return _session = await CallAsync(() => _cluster.OpenSession(member), cancellation);
    }

    public Task<ShardTable?> ReadAsync(long knownVersion, CancellationToken cancellation) => CallAsync(() => _cluster.Read(knownVersion), cancellation);

    public Task<IReadOnlyList<ShardEpoch>> GrabAsync(Guid member, IReadOnlyList<int> shards, int limit, CancellationToken cancellation) =>
        WriteAsync(() => _cluster.Grab(member, shards, limit), cancellation);

    public Task<long?> HandOffAsync(ShardEpoch shard, Guid from, Guid to, CancellationToken cancellation) =>
        WriteAsync(() => _cluster.HandOff(shard, from, to), cancellation);

    public Task<IReadOnlyList<int>> ReleaseAsync(Guid member, IReadOnlyList<ShardEpoch> shards, CancellationToken cancellation) =>
        WriteAsync(() => _cluster.Release(member, shards), cancellation);

    public Task<bool> WantAsync(ShardEpoch shard, Guid? member, CancellationToken cancellation) => WriteAsync(() => _cluster.Want(shard, member), cancellation);

    public async Task<long?> ReacquireAsync(int shard, long epoch, CancellationToken cancellation)
    {
        try
        {
            return await await CallAsync(() => _journal.ReacquireAsync(shard, epoch, cancellation), cancellation);
        }
        catch (StoreUnavailableException)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<AppendRequest> batch, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(batch);
        AppendRequest[] requests = [.. batch];
        try
        {
            var outcomes = await await CallAsync(() => _journal.AppendAsync(requests, cancellation), cancellation);
            for (var i = 0; i < requests.Length; i++)
            {
                if (outcomes[i] == AppendOutcome.Appended)
                {
                    _cluster.Wrote(requests[i].Owner, _member.Id);
                }
            }

            return outcomes;
        }
        catch (StoreUnavailableException)
        {
            return new AppendOutcome[requests.Length];
        }
    }

    public async Task<IReadOnlyList<bool>> VerifyAsync(IReadOnlyList<ShardEpoch> epochs, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(epochs);
        ShardEpoch[] asked = [.. epochs];
        try
        {
            return await await CallAsync(() => _journal.VerifyAsync(asked, cancellation), cancellation);
        }
        catch (StoreUnavailableException)
        {
            return new bool[asked.Length];
        }
    }

    public async Task<StoredEntity> LoadAsync(int shard, string entityId, CancellationToken cancellation) =>
        await await CallAsync(() => _journal.LoadAsync(shard, entityId, cancellation), cancellation);

    public async Task<ShardBacklog> LoadBacklogAsync(int shard, CancellationToken cancellation) =>
        await await CallAsync(() => _journal.LoadBacklogAsync(shard, cancellation), cancellation);

    public async Task<IReadOnlyList<StoredEvent>> ReadBackwardsAsync(int shard, string entityId, long beforeSequence, int limit, CancellationToken cancellation) =>
        await await CallAsync(() => _journal.ReadBackwardsAsync(shard, entityId, beforeSequence, limit, cancellation), cancellation);

    public async Task<IReadOnlyList<EntityListing>> ListAsync(EntityQuery query, CancellationToken cancellation) =>
        await await CallAsync(() => _journal.ListAsync(query, cancellation), cancellation);

    private Task<T> WriteAsync<T>(Func<T> call, CancellationToken cancellation)
    {
        Writes++;
        return CallAsync(call, cancellation);
    }

    private async Task<T> CallAsync<T>(Func<T> call, CancellationToken cancellation)
    {
        await WaitAsync(Latency / 2, cancellation);
        if (Fault == LinkFault.Silent)
        {
            await WaitAsync(StatementTimeout, cancellation);
            throw new StoreUnavailableException("the database does not answer");
        }

        if (_cluster.IsDown || Fault == LinkFault.Refuses)
        {
            throw new StoreUnavailableException("the database refuses connections");
        }

        T answer;
        lock (_cluster.Store.Gate)
        {
            answer = call();
        }

        await WaitAsync(Latency / 2, cancellation);
        return Fault == LinkFault.LosesAnswers ? throw new StoreUnavailableException("the connection broke") : answer;
    }

    private Task WaitAsync(TimeSpan time, CancellationToken cancellation) =>
        time > TimeSpan.Zero ? Task.Delay(time, _cluster.Time, cancellation) : Task.CompletedTask;
}

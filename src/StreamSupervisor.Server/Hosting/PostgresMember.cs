using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Peers;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Storage;
using StreamSupervisor.Storage.Postgres;

namespace StreamSupervisor.Server.Hosting;

/// <summary>A member among others on one PostgreSQL; also when it is the only one for now.</summary>
internal sealed class PostgresMember : IMember
{
    /// <summary>A member does not say ready before each shard has an owner, or this has passed: then others are being waited for.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(15);

    private readonly PostgresStore _store;
    private readonly PostgresCluster _cluster;
    private readonly ClusterMember _member;
    private readonly TimeProvider _time;
    private volatile bool _leaving;

    private PostgresMember(PostgresStore store, PostgresCluster cluster, ClusterMember member, TimeProvider time)
    {
        (_store, _cluster, _member, _time) = (store, cluster, member, time);
        Ended = EndAsync();
    }

    public IJournal Journal => _store;

    public IShardOwnership Ownership => _member;

    public IClusterView View => _member;

    public IJournalRetention Retention => _store;

    public IMembershipStore Membership => _cluster;

    public string? WhySilent => _member switch
    {
        { HoldsLease: true } => null,
        _ when _leaving => null,
        { Died.IsCompleted: true } => "This member was declared dead by others, and ends.",
        { LeaseAge: var age } => $"The lease of this member was not renewed for {age.TotalSeconds:0.0} s, so it serves nothing: the database does not answer it. "
            + "It goes on by itself when the database does.",
    };

    public Task<string> Ended { get; }

    public static async Task<PostgresMember> OpenAsync(SupervisorOptions options, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var connection = options.Storage.Postgres.ConnectionString;
        var self = new MemberIdentity(Guid.NewGuid(), options.Cluster.EffectiveName,
            options.Cluster.Enabled ? options.Cluster.Advertise : options.Http.Listen[0]);
        var store = await OpenStoreAsync(connection, self.Id, time, loggers, cancellation);
        var cluster = new PostgresCluster(connection);
        var member = new ClusterMember(new ClusterMemberParts
        {
            Self = self,
            Membership = cluster,
            Leases = cluster,
            Epochs = store,
            Reachability = new TcpReachability(),
            Time = time,
#pragma warning disable CA5394 // jitter, not a secret
            Random = Random.Shared,
#pragma warning restore CA5394
            Logger = loggers.CreateLogger("StreamSupervisor.Membership"),
            Settings = new ClusterMemberSettings { Lease = options.Cluster.Lease.Ttl, RenewEvery = options.Cluster.Lease.Renew },
        });
        return new PostgresMember(store, cluster, member, time);
    }

    public async Task JoinAsync(IShardHost host, CancellationToken cancellation)
    {
        await _member.JoinAsync(host, cancellation);
        using var timer = new CancellationTokenSource(Settle, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        try
        {
            while (!IsSettled(host))
            {
                // The map tells of new owners at once, but not of the moment when a shard given to us has been recovered.
                await Task.WhenAny(_member.NextChangeAsync(linked.Token), Task.Delay(TimeSpan.FromMilliseconds(50), _time, linked.Token));
                linked.Token.ThrowIfCancellationRequested();
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Others own what is missing and do not answer for it yet; what is ours is served.
        }
    }

    public Task LeaveAsync(CancellationToken patience)
    {
        _leaving = true;
        return _member.DrainAsync(patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _member.DisposeAsync();
        await _cluster.DisposeAsync();
        await _store.DisposeAsync();
    }

    /// <summary>A database that is not there yet is waited for: whoever starts both at once need not order them.</summary>
    private static async Task<PostgresStore> OpenStoreAsync(string connection, Guid self, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var log = loggers.CreateLogger<PostgresStore>();
        while (true)
        {
            try
            {
                return await PostgresStore.OpenAsync(connection, self, log, ShardMap.Shards, cancellation);
            }
            catch (StoreUnavailableException absent)
            {
                log.LogWarning("PostgreSQL does not answer: {Why}. Trying again in 2 s.", absent.Message);
                await Task.Delay(TimeSpan.FromSeconds(2), time, cancellation);
            }
        }
    }

    private bool IsSettled(IShardHost host) =>
        _member.Shards.Count > 0
        && _member.Shards.All(lease => lease.Owner is { } owner && (owner != _member.Self.Id || host.StateOf(lease.Shard) == ShardState.Serving));

    private async Task<string> EndAsync()
    {
        var ended = await Task.WhenAny(_member.Died, _member.AskedToLeave);
        return ended == _member.Died
            ? "This member was declared dead by others and serves nothing any more. It ends; started again, it joins as a new one."
            : "Somebody asked this member to leave the cluster.";
    }
}

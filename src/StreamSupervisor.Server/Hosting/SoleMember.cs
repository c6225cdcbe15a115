using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Storage;
using StreamSupervisor.Storage.Sqlite;

namespace StreamSupervisor.Server.Hosting;

/// <summary>A member that is alone with its file, and owns all of it.</summary>
internal sealed class SoleMember : IMember
{
    private readonly SqliteStore _store;
    private readonly SoleOwner _owner;

    private SoleMember(SqliteStore store, SoleOwner owner) => (_store, _owner) = (store, owner);

    public IJournal Journal => _store;

    public IShardOwnership Ownership => _owner;

    public IClusterView? View => null;

    public IJournalRetention Retention => _store;

    public IMembershipStore? Membership => null;

    /// <summary>Who is alone has no lease to lose.</summary>
    public string? WhySilent => null;

    public Task<string> Ended { get; } = new TaskCompletionSource<string>().Task;

    public static async Task<SoleMember> OpenAsync(string path, TimeProvider time, ILoggerFactory loggers, CancellationToken cancellation)
    {
        var store = await SqliteStore.OpenAsync(path, time, loggers.CreateLogger<SqliteStore>(), ShardMap.Shards, cancellation);
        return new SoleMember(store, new SoleOwner(store, store.Epoch, time, loggers.CreateLogger("StreamSupervisor.Ownership")));
    }

    public Task JoinAsync(IShardHost host, CancellationToken cancellation) => _owner.OwnAllAsync(host, cancellation);

    public Task LeaveAsync(CancellationToken patience) => _owner.DisownAllAsync(patience);

    public async ValueTask DisposeAsync()
    {
        _owner.Dispose();
        await _store.DisposeAsync();
    }
}

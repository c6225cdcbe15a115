using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Storage.Postgres;

namespace StreamSupervisor.IntegrationTests.Storage;

/// <summary>An incarnation that has joined, with its stores.</summary>
internal sealed class PostgresMember : IAsyncDisposable
{
    public static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private PostgresMember(PostgresStore store, PostgresCluster cluster, MemberIdentity identity) => (Store, Cluster, Identity) = (store, cluster, identity);

    public PostgresStore Store { get; }
    public PostgresCluster Cluster { get; }
    public MemberIdentity Identity { get; }
    public Guid Id => Identity.Id;

    public static async Task<PostgresMember> JoinAsync(string connectionString, string name = "a", TimeSpan? lease = null)
    {
        var identity = new MemberIdentity(Guid.NewGuid(), name, $"http://{name}:8558");
        var store = await PostgresStore.OpenAsync(connectionString, identity.Id, NullLogger<PostgresStore>.Instance);
        var cluster = new PostgresCluster(connectionString);
        (await cluster.JoinAsync(identity, lease ?? Long, default)).ShouldBeTrue();
        return new PostgresMember(store, cluster, identity);
    }

    public Task<IReadOnlyList<ShardEpoch>> GrabAsync(params int[] shards) => Cluster.GrabAsync(Id, shards, 256, default);

    /// <summary>Sees all others die, and takes all shards.</summary>
    public async Task<IReadOnlyList<ShardEpoch>> UsurpAsync()
    {
        foreach (var other in await Cluster.LookAsync(default))
        {
            if (other.Identity.Id != Id)
            {
                (await Cluster.DeclareDeadAsync(other.Identity.Id, other.Beat, DeathEvidence.Operator, default)).ShouldBeTrue();
            }
        }

        return await GrabAsync([.. Enumerable.Range(0, 256)]);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await Cluster.DisposeAsync();
    }
}

using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.IntegrationTests.Management;

/// <summary>A cluster of three as its first member sees it, with a store that notes the orders.</summary>
internal sealed class FakeCluster : IClusterView, IMembershipStore, IShardHost
{
    public FakeCluster()
    {
        Members =
        [
            Sighting("one", 2, MemberState.Active) with { Beat = 40, LeaseLeft = TimeSpan.FromSeconds(4.2) },
            Sighting("three", 3, MemberState.Active) with { LeaseExpired = true, SessionHeld = false, LeaseLeft = TimeSpan.FromSeconds(-1) },
            Sighting("two", 1, MemberState.Draining),
        ];
        Shards = [.. Enumerable.Range(0, ShardMap.Shards).Select(shard => new ShardLease(shard, shard + 1, shard == 255 ? null : IdOf(shard % 3 + 1), null))];
    }

    public List<string> Orders { get; } = [];

    /// <summary>Called at each look, with the members: what happens meanwhile.</summary>
    public Action<List<MemberSighting>>? Meanwhile { get; set; }

    public bool IsDown { get; set; }

    public MemberIdentity Self => Members[0].Identity;
    public List<MemberSighting> Members { get; }
    IReadOnlyList<MemberSighting> IClusterView.Members => Members;
    public IReadOnlyList<ShardLease> Shards { get; }
    public TimeSpan LeaseAge => TimeSpan.FromMilliseconds(800);

    public static Guid IdOf(int number) => new(number, 0, 0, new byte[8]);

    public MemberIdentity? OwnerOf(int shard) => Members.Find(member => member.Identity.Id == Shards[shard].Owner)?.Identity;

    public Task<bool> NextChangeAsync(CancellationToken cancellation) => new TaskCompletionSource<bool>().Task.WaitAsync(cancellation);

    public void LookSoon()
    {
    }

    public Task<IReadOnlyList<MemberSighting>> LookAsync(CancellationToken cancellation)
    {
        if (IsDown)
        {
            throw new StoreUnavailableException("down");
        }

        IReadOnlyList<MemberSighting> seen = [.. Members];
        Meanwhile?.Invoke(Members);
        return Task.FromResult(seen);
    }

    public Task<bool> DeclareDeadAsync(Guid member, long beat, DeathEvidence evidence, CancellationToken cancellation)
    {
        var dies = Members.Find(one => one.Identity.Id == member) is { } row && row.Beat == beat && (evidence == DeathEvidence.Operator || row.LeaseExpired);
        if (dies)
        {
            Orders.Add($"down {member} {evidence}");
        }

        return Task.FromResult(dies);
    }

    public Task<bool> DrainAsync(Guid member, CancellationToken cancellation)
    {
        Orders.Add($"leave {member}");
        return Task.FromResult(Members.Exists(one => one.Identity.Id == member));
    }

    public Task<bool> JoinAsync(MemberIdentity self, TimeSpan lease, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<bool> RenewAsync(Guid member, TimeSpan lease, CancellationToken cancellation) => throw new NotSupportedException();

    public Task LeaveAsync(Guid member, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<IMemberSession> OpenSessionAsync(Guid member, CancellationToken cancellation) => throw new NotSupportedException();

    public Task OwnAsync(ShardEpoch owned, CancellationToken cancellation) => throw new NotSupportedException();

    public Task DisownAsync(int shard, bool graceful, CancellationToken cancellation) => throw new NotSupportedException();

    public ShardState StateOf(int shard) => Shards[shard].Owner == Self.Id ? ShardState.Serving : ShardState.NotOwned;

    public ShardReport ReportOf(int shard, int most)
    {
        string[] names = ["live/cam1", "live/cam2", "live/cam3"];
        return StateOf(shard) == ShardState.Serving ? new ShardReport(ShardState.Serving, shard + 1, 3, names[..Math.Min(most, 3)], 1, 2) : new ShardReport(ShardState.NotOwned, 0, 0, [], 0, 0);
    }

    private static MemberSighting Sighting(string name, int number, MemberState state) => new(
        new MemberIdentity(IdOf(name switch { "one" => 1, "two" => 2, _ => 3 }), name, $"http://{name}:8560"), state, 1, LeaseExpired: false, SessionHeld: true, TimeSpan.FromSeconds(5), number);
}

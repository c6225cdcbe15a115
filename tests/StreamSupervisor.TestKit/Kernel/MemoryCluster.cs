using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.TestKit.Kernel;

/// <summary>
/// The simulated database of a cluster: members and owners beside the journal of a <see cref="MemoryStore"/>, whose epochs they raise. Its
/// clock is virtual time. Each member speaks to it over a <see cref="MemoryClusterLink"/>, which can be spoiled.
/// </summary>
public sealed class MemoryCluster(MemoryStore store, TimeProvider time)
{
    private readonly List<Row> _members = [];
    private readonly Guid?[] _wants = new Guid?[ShardMap.Shards];
    private readonly Dictionary<ShardEpoch, Guid> _writers = [];
    private readonly Dictionary<Guid, string> _names = [];
    private readonly Dictionary<string, Guid> _ids = new(StringComparer.Ordinal);
    private long _wantChanges;

    public MemoryStore Store { get; } = store;
    public TimeProvider Time { get; } = time;

    /// <summary>While on, the database answers nobody.</summary>
    public bool IsDown { get; set; }

    /// <summary>How many shards its database has. Members take the number from its table.</summary>
    public int Shards { get; init; } = ShardMap.Shards;

    /// <summary>Off: changes are found by polls only.</summary>
    public bool SendsHints { get; set; } = true;

    /// <summary>Off: whoever is said to be dead is dead, whatever its beat and its lease say.</summary>
    public bool ChecksDeaths { get; set; } = true;

    /// <summary>Told of each declaration of death that was not an operator's: of whom, and whether its lease still ran and its session was open.</summary>
    public Action<Guid, bool>? Declared { get; set; }

    /// <summary>Writes that became durable under an epoch under which another member had written before. Must stay empty.</summary>
    public List<(ShardEpoch Owner, Guid First, Guid Second)> DoubleOwners { get; } = [];

    /// <summary>One member's connections.</summary>
    public MemoryClusterLink Connect(MemberIdentity member) => new(this, member);

    /// <summary>What became of a member; <see cref="MemberState.Unknown"/> if it never joined.</summary>
    public MemberState StateOf(Guid member)
    {
        lock (Store.Gate)
        {
            return Find(member)?.State ?? MemberState.Unknown;
        }
    }

    /// <summary>The map as it is.</summary>
    public ShardTable Table
    {
        get
        {
            lock (Store.Gate)
            {
                return ReadLocked();
            }
        }
    }

    /// <summary>An operator declares a member dead, whatever it does.</summary>
    public void Down(Guid member)
    {
        lock (Store.Gate)
        {
            if (Find(member) is { IsAlive: true } row)
            {
                DeclareDead(member, row.Beat, DeathEvidence.Operator);
            }
        }
    }

    /// <summary>Ends every session, as a restart of the database does.</summary>
    public void EndSessions()
    {
        MemoryClusterSession[] ended;
        lock (Store.Gate)
        {
            ended = [.. _members.Select(member => member.Session).OfType<MemoryClusterSession>()];
        }

        foreach (var session in ended)
        {
            session.End();
        }
    }

    internal bool Join(MemberIdentity self, TimeSpan lease)
    {
        var row = Find(self.Id);
        if (row is null)
        {
            _members.Add(row = new Row(self));
        }

        return Beat(row, lease, hint: true);
    }

    internal bool Renew(Guid member, TimeSpan lease) => Find(member) is { } row && Beat(row, lease, hint: false);

    internal IReadOnlyList<MemberSighting> Look() =>
        [.. _members.Index().Where(one => one.Item.IsAlive).Select(one => new MemberSighting(one.Item.Identity, one.Item.State, one.Item.Beat,
            one.Item.LeaseUntil < Time.GetUtcNow(), one.Item.SessionHeld, one.Item.LeaseUntil - Time.GetUtcNow(), one.Index + 1))];

    internal bool DeclareDead(Guid member, long beat, DeathEvidence evidence)
    {
        var row = Find(member);
        var proven = row is { IsAlive: true } && (!ChecksDeaths || (row.Beat == beat && evidence switch
        {
            DeathEvidence.LeaseExpired => row.LeaseUntil < Time.GetUtcNow(),
            DeathEvidence.SessionGone => !row.SessionHeld,
            DeathEvidence.Operator => true,
            _ => throw new ArgumentOutOfRangeException(nameof(evidence), evidence, "A death needs evidence."),
        }));
        if (proven && evidence != DeathEvidence.Operator)
        {
            Declared?.Invoke(member, row!.LeaseUntil >= Time.GetUtcNow() && row.SessionHeld);
        }

        return proven && Enter(member, MemberState.Dead);
    }

    internal bool Drain(Guid member) => Find(member) is { IsAlive: true } && Enter(member, MemberState.Draining);

    internal bool Leave(Guid member)
    {
        if (Find(member) is { IsAlive: true })
        {
            Enter(member, MemberState.Left);
            for (var shard = 0; shard < Shards; shard++)
            {
                if (OwnerOf(shard) == member)
                {
                    Move(shard, null);
                }
            }
        }

        return true;
    }

    internal MemoryClusterSession OpenSession(Guid member)
    {
        var row = Find(member) ?? throw new StoreUnavailableException("no such member");
        if (row.SessionHeld)
        {
            throw new StoreUnavailableException("the session before is still believed in");
        }

        return row.Session = new MemoryClusterSession();
    }

    internal ShardTable? Read(long knownVersion) => VersionLocked() == knownVersion ? null : ReadLocked();

    internal IReadOnlyList<ShardEpoch> Grab(Guid member, IReadOnlyList<int> shards, int limit) => Find(member)?.State == MemberState.Active
        ? [.. shards.Order().Where(shard => OwnerOf(shard) is not { } owner || Find(owner) is not { IsAlive: true }).Take(limit).Select(shard => Move(shard, member))]
        : [];

    internal long? HandOff(ShardEpoch shard, Guid from, Guid to) =>
        OwnerOf(shard.Shard) == from && Store.Shard(shard.Shard).Epoch == shard.Epoch && Find(to)?.State == MemberState.Active ? Move(shard.Shard, to).Epoch : null;

    internal IReadOnlyList<int> Release(Guid member, IReadOnlyList<ShardEpoch> shards) =>
        [.. shards.Where(shard => OwnerOf(shard.Shard) == member && Store.Shard(shard.Shard).Epoch == shard.Epoch).Select(shard => Move(shard.Shard, null).Shard)];

    internal bool Want(ShardEpoch shard, Guid? member)
    {
        if (Store.Shard(shard.Shard).Epoch != shard.Epoch || (member is { } id && Find(id)?.State != MemberState.Active))
        {
            return false;
        }

        _wants[shard.Shard] = member;
        _wantChanges++;
        Hint();
        return true;
    }

    /// <summary>Notes who wrote under which epoch: one member each, for ever.</summary>
    internal void Wrote(ShardEpoch owner, Guid member)
    {
        lock (Store.Gate)
        {
            if (!_writers.TryAdd(owner, member) && _writers[owner] != member)
            {
                DoubleOwners.Add((owner, _writers[owner], member));
            }
        }
    }

    private ShardTable ReadLocked() => new(VersionLocked(),
        [.. Enumerable.Range(0, Shards).Select(shard => new ShardLease(shard, Store.Shard(shard).Epoch, OwnerOf(shard), _wants[shard]))]);

    /// <summary>Every change of owner raises an epoch, and a raised epoch is a change.</summary>
    private long VersionLocked()
    {
        var version = _wantChanges;
        for (var shard = 0; shard < Shards; shard++)
        {
            version += Store.Shard(shard).Epoch;
        }

        return version;
    }

    private bool Beat(Row row, TimeSpan lease, bool hint)
    {
        if (!row.IsAlive)
        {
            return false;
        }

        row.Beat++;
        row.LeaseUntil = Time.GetUtcNow() + lease;
        if (hint)
        {
            Hint();
        }

        return true;
    }

    private bool Enter(Guid member, MemberState state)
    {
        Find(member)!.State = state;
        Hint();
        return true;
    }

    private ShardEpoch Move(int shard, Guid? to)
    {
        var row = Store.Shard(shard);
        row.Owner = to is { } owner ? Name(owner) : null;
        row.Epoch++;
        _wants[shard] = null;
        Hint();
        return new ShardEpoch(shard, row.Epoch);
    }

    private Guid? OwnerOf(int shard) => Store.Shard(shard).Owner is { } owner ? _ids[owner] : null;

    private void Hint()
    {
        foreach (var row in SendsHints ? _members : [])
        {
            row.Session?.Hint();
        }
    }

    /// <summary>As it stands in the store: the same text for the same member, so that comparing and reading it back cost nothing.</summary>
    private string Name(Guid member)
    {
        if (!_names.TryGetValue(member, out var name))
        {
            _names[member] = name = member.ToString();
            _ids[name] = member;
        }

        return name;
    }

    private Row? Find(Guid member) => _members.Find(row => row.Identity.Id == member);

    private sealed class Row(MemberIdentity identity)
    {
        public MemberIdentity Identity { get; } = identity;
        public MemberState State { get; set; } = MemberState.Active;
        public long Beat { get; set; }
        public DateTimeOffset LeaseUntil { get; set; }
        public MemoryClusterSession? Session { get; set; }
        public bool IsAlive => State is MemberState.Active or MemberState.Draining;
        public bool SessionHeld => Session is { Lost.IsCompleted: false };
    }
}

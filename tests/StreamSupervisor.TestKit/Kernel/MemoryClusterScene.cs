using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.TestKit.Kernel;

/// <summary>A cluster of counters on one simulation: the database, the network, and members that come and go.</summary>
public sealed class MemoryClusterScene
{
    private int _incarnations;

    /// <param name="seed">Chooses the order of what may happen at once, and the jitter; null takes everything in its order.</param>
    public MemoryClusterScene(int? seed = null)
    {
        Seed = seed ?? 0;
        Simulation = new SimulationScheduler(new VirtualTime(), seed);
        Cluster = new MemoryCluster(Store, Simulation.Time);
        Network = new MemoryNetwork<CounterCommand, CounterReply>(Simulation.Time);
    }

    public int Seed { get; }
    public SimulationScheduler Simulation { get; }
    public MemoryStore Store { get; } = new();
    public MemoryCluster Cluster { get; }
    public MemoryNetwork<CounterCommand, CounterReply> Network { get; }
    public List<MemoryClusterMember> Members { get; } = [];
    public ILogger Logger { get; set; } = NullLogger.Instance;
    public ClusterMemberSettings Settings { get; set; } = ClusterMemberSettings.Default;

    /// <summary>Starts a process that joins. Its first shards come when the simulation runs.</summary>
    /// <param name="name">Its name, and the host of its address.</param>
    /// <param name="spoil">Spoils its way to the database before it joins.</param>
    public MemoryClusterMember Start(string name, Action<MemoryClusterLink>? spoil = null)
    {
        var member = new MemoryClusterMember(this, name, ++_incarnations, spoil);
        Members.Add(member);
        return member;
    }

    /// <summary>Starts members and runs until they share all shards evenly.</summary>
    public MemoryClusterMember[] StartAll(params string[] names)
    {
        MemoryClusterMember[] members = [.. names.Select(name => Start(name))];
        RunUntil(() => IsBalanced(members));
        return members;
    }

    /// <summary>Whether these members serve all shards, each its fair share.</summary>
    public static bool IsBalanced(params MemoryClusterMember[] members)
    {
        ArgumentNullException.ThrowIfNull(members);
        var serving = members.Select(member => member.Serving).ToList();
        return serving.Sum() == ShardMap.Shards && serving.Max() - serving.Min() <= 1;
    }

    /// <returns>How much virtual time it took.</returns>
    public TimeSpan RunUntil(Func<bool> condition, TimeSpan? limit = null)
    {
        var began = Simulation.Time.GetUtcNow();
        Simulation.RunUntil(condition, limit ?? TimeSpan.FromSeconds(30));
        return Simulation.Time.GetUtcNow() - began;
    }

    public void RunFor(TimeSpan time) => Simulation.RunFor(time);

    /// <summary>Some entity of a shard.</summary>
    public static string EntityIn(int shard) => Enumerable.Range(0, int.MaxValue).Select(i => $"entity-{i}").First(id => ShardMap.ShardOf(id) == shard);
}

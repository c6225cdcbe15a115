using Akka.Cluster;
using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Management;

namespace StreamSupervisor.IntegrationTests.Management;

/// <summary>A cluster of three as its first member sees it, that notes the orders.</summary>
internal sealed class FakeCluster
{
    public FakeCluster(bool isAlone = false)
    {
        IsAlone = isAlone;
        Members = isAlone
            ? [new MemberSighting(Guid.Empty, "one", "", NodeOf("alone"), 1, MemberState.Active, MemberStatus.Up, true, [], null, false, true)]
            :
            [
                Sighting("one", 1, MemberState.Active, MemberStatus.Up) with { BeatAge = TimeSpan.FromMilliseconds(400), IsSelf = true },
                Sighting("three", 3, MemberState.Active, MemberStatus.Up) with { Reachable = false, HasSession = false },
                Sighting("two", 2, MemberState.Draining, MemberStatus.Leaving) with { Roles = ["edge"] },
            ];
    }

    public bool IsAlone { get; }
    public List<MemberSighting> Members { get; }
    public List<string> Orders { get; } = [];

    /// <summary>What is written down of them.</summary>
    public List<string> Records { get; } = [];
    public Dictionary<string, string> Warnings { get; } = [];

    /// <summary>Called at each look, with the members: what happens meanwhile.</summary>
    public Action<List<MemberSighting>>? Meanwhile { get; set; }

    /// <summary>Whether the database does not answer.</summary>
    public bool IsDown { get; set; }

    /// <summary>Whether the shard region of this member has ended, as on one that was condemned.</summary>
    public bool RegionEnded { get; set; }

    /// <summary>Whether its whole actor system has.</summary>
    public bool SystemEnded { get; set; }

    public static Guid IdOf(int number) => new(number, 0, 0, new byte[8]);

    public static string NodeOf(string name) => name == "alone" ? "test://streamsupervisor@alone:1" : $"akka.tls://streamsupervisor@{name}:8560";

    public ClusterContext Context(ApiOptions api, ManagementOptions management) => new()
    {
        Report = Report,
        Warnings = () => Warnings,
        Shards = _ => RegionEnded
            ? Task.FromException<IReadOnlyList<ShardSighting>>(new InvalidOperationException("Shard type [streams] must be started first."))
            : Task.FromResult<IReadOnlyList<ShardSighting>>([.. Shards()]),
        KeysOf = (shard, _) => Task.FromResult<IReadOnlyList<string>?>(
            Shards().Any(one => one.Shard == shard && one.Address == Members[0].Address) ? ["live/cam1", "live/cam2", "live/cam3"] : null),
        LeaveAsync = member => OrderAsync(member, $"leave {member}"),
        DownAsync = (member, who) => OrderAsync(member, $"down {member} {who}"),
        Record = (member, order) => Records.Add($"{order.By} {order.Action} {member}: {order.Why}"),
        IsAlone = IsAlone,
        Api = api,
        Management = management,
    };

    /// <summary>All but the last shard are in memory, with one to three streams.</summary>
    private IEnumerable<ShardSighting> Shards() => Enumerable.Range(0, ShardView.Shards - 1)
        .Select(shard => new ShardSighting(shard, IsAlone ? Members[0].Address : NodeOf(new[] { "one", "two", "three" }[shard % 3]), 3 - (shard % 3)));

    private MembershipReport Report()
    {
        if (SystemEnded)
        {
            throw new InvalidOperationException("The actor system has ended.");
        }

        var report = new MembershipReport([.. Members], IsAlone ? [] : [Ended()], TimeSpan.FromMilliseconds(250));
        Meanwhile?.Invoke(Members);
        return report;
    }

    private Task<bool> OrderAsync(Guid member, string order)
    {
        if (IsDown)
        {
            throw new MemberTableSilentException("down", new TimeoutException());
        }

        var known = Members.Exists(one => one.Incarnation == member);
        if (known)
        {
            Orders.Add(order);
        }

        return Task.FromResult(known);
    }

    private static EndedMember Ended() => new(IdOf(9), "nine", "nine:8560", MemberState.Dead, TimeSpan.FromSeconds(90), "its lease was over.");

    private static MemberSighting Sighting(string name, int number, MemberState state, MemberStatus status) => new(
        IdOf(number), name, $"{name}:8560", NodeOf(name), number, state, status, Reachable: true, [], TimeSpan.FromSeconds(1), HasSession: true, IsSelf: false);
}

using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Server.Management;

/// <summary>What the cluster endpoints stand on; one per program.</summary>
internal sealed record ClusterContext
{
    /// <summary>The cluster as this member sees it. Asks nobody.</summary>
    public required Func<MembershipReport> Report { get; init; }

    /// <summary>What a person must mend, by part of the program; as <c>/ready</c> tells it.</summary>
    public Func<IReadOnlyDictionary<string, string>> Warnings { get; init; } = () => new Dictionary<string, string>();

    /// <summary>Where the shards are. Asks every member.</summary>
    public required Func<CancellationToken, Task<IReadOnlyList<ShardSighting>>> Shards { get; init; }

    /// <summary>The keys in memory of a shard; null where another member has it.</summary>
    public required Func<int, CancellationToken, Task<IReadOnlyList<string>?>> KeysOf { get; init; }

    /// <summary>Asks a member to leave; false when it has ended or is not known.</summary>
    public required Func<Guid, Task<bool>> LeaveAsync { get; init; }

    /// <summary>Declares a member dead, because this caller says so; false when it has ended or is not known.</summary>
    public required Func<Guid, string, Task<bool>> DownAsync { get; init; }

    /// <summary>Writes an order about a member down that was carried out. Does not wait.</summary>
    public Action<string, RecordOrder> Record { get; init; } = (_, _) => { };

    /// <summary>Whether this supervisor is alone with its file.</summary>
    public required bool IsAlone { get; init; }
    public required ApiOptions Api { get; init; }

    /// <summary>Who may call; one for the whole program.</summary>
    public ApiCallers Callers { get => field ??= new ApiCallers(Api); init; }
    public required ManagementOptions Management { get; init; }

    /// <summary>The context of a running member.</summary>
    public static ClusterContext Of(SupervisorSystem system, SupervisorOptions options, ApiCallers callers, Readiness readiness,
        TimeProvider time, ILogger log)
    {
        var within = TimeSpan.FromSeconds(1);
        return new ClusterContext
        {
            Report = system.Membership.View.Report,
            Warnings = () => readiness.Warnings,
            Shards = cancellation => system.Shards.LookAsync(within, cancellation),
            KeysOf = (shard, cancellation) => system.Shards.KeysHereAsync(shard, within, cancellation),
            LeaveAsync = system.Membership.View.LeaveAsync,
            DownAsync = system.Membership.View.DownAsync,
            Record = (member, order) => ClusterOrders.Record(system.Streams, time, log, ClusterOrders.MemberKey(member), order),
            IsAlone = !options.Cluster.Enabled,
            Api = options.Api,
            Callers = callers,
            Management = options.Management,
        };
    }
}

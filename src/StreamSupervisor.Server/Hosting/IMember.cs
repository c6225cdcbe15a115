using StreamSupervisor.Cluster.Leases;
using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Storage;

namespace StreamSupervisor.Server.Hosting;

/// <summary>How this process takes part: alone with a file, or with others on one database.</summary>
internal interface IMember : IAsyncDisposable
{
    IJournal Journal { get; }
    IShardOwnership Ownership { get; }

    /// <summary>The cluster as this member sees it; null where it is alone.</summary>
    IClusterView? View { get; }

    /// <summary>Clears old events of the journal.</summary>
    IJournalRetention Retention { get; }

    /// <summary>Where members are drained and declared dead; null where it is alone.</summary>
    IMembershipStore? Membership { get; }

    /// <summary>Why nothing is served here for now, though this member has joined; null while it serves.</summary>
    string? WhySilent { get; }

    /// <summary>Completes, with a sentence for the log, when this member must end though nobody told the process so.</summary>
    Task<string> Ended { get; }

    /// <summary>Takes part from now on.</summary>
    /// <returns>Ends when this member serves, or others do.</returns>
    Task JoinAsync(IShardHost host, CancellationToken cancellation);

    /// <summary>Finishes what was taken and gives everything away.</summary>
    /// <param name="patience">When it ends, the rest is let go as it is.</param>
    Task LeaveAsync(CancellationToken patience);
}

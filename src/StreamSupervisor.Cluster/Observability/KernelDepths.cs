namespace StreamSupervisor.Cluster.Observability;

/// <summary>How much is in the kernel now; asked by whoever reads the metrics, on his thread.</summary>
internal sealed record KernelDepths
{
    public required Func<int> Entities { get; init; }
    public required Func<int> Quarantined { get; init; }
    public required Func<int> MailboxOpen { get; init; }
    public required Func<int> AppendsWaiting { get; init; }
    public required Func<int> EffectsOpen { get; init; }
    public required Func<int> EffectsRunning { get; init; }
    public required Func<int> Wakeups { get; init; }
    public required Func<int> ShardsServing { get; init; }
}

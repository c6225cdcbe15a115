namespace StreamSupervisor.Server.Configuration;

/// <summary><c>management</c>: health and cluster endpoints on a listener of their own.</summary>
public sealed class ManagementOptions
{
    public List<string> Listen { get; init; } = [];

    /// <summary>Networks whose callers may read the cluster endpoints without a key, besides this machine: <c>10.0.0.0/8</c>.</summary>
    public List<string> Allow { get; init; } = [];
}

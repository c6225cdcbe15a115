namespace StreamSupervisor.Configuration;

/// <summary><c>management</c>: health and cluster endpoints on a listener of their own.</summary>
public sealed class ManagementOptions
{
    public List<string> Listen { get; init; } = [];
}

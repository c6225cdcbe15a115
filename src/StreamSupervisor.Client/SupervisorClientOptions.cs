namespace StreamSupervisor.Client;

/// <summary>Where the supervisors are and how to call them.</summary>
public sealed record SupervisorClientOptions
{
    /// <summary>
    /// Base addresses of the supervisors, such as <c>http://10.0.0.5:8085</c>. Any member answers for any stream; the first that answers is
    /// kept.
    /// </summary>
    public required IReadOnlyList<Uri> Addresses { get; init; }

    /// <summary>The API key; null where the supervisor asks for none (callers from its own machine).</summary>
    public string? ApiKey { get; init; }

    /// <summary>How long one supervisor has for one answer, beyond the time that a call itself asks it to wait. Default 3 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Takes one sentence when an address does not answer and the next one is asked; null for none. It must be quick and must not throw.
    /// </summary>
    public ClientLog? Log { get; init; }
}

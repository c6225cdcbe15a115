namespace StreamSupervisor.Server.Configuration;

/// <summary><c>http</c>: hooks and API.</summary>
public sealed class HttpOptions
{
    public List<string> Listen { get; init; } = [];
}

namespace StreamSupervisor.Server.Configuration;

/// <summary><c>http</c>: hooks and API.</summary>
public sealed class HttpOptions
{
    /// <summary><c>http://ADDRESS:PORT</c> or <c>https://ADDRESS:PORT</c>.</summary>
    public List<string> Listen { get; init; } = [];

    /// <summary>For the addresses with <c>https</c>, here and of <c>management.listen</c>.</summary>
    public PemCertificateOptions Certificate { get; init; } = new();
}

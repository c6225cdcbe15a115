using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Server.Configuration;

/// <summary><c>api</c>.</summary>
public sealed class ApiOptions
{
    /// <summary>Keys that may call the API, by name. With none, only callers from loopback are answered.</summary>
    public List<ApiKeyOptions> Keys { get; init; } = [];
    public int MaxPage { get; init; } = 500;
    public int MaxFeeds { get; init; } = 50;
}

/// <summary>An item of <c>api.keys</c>: what a caller shows, what it may do then, and with what.</summary>
public sealed class ApiKeyOptions
{
    public string Name { get; init; } = "";

    /// <summary>The key itself; or <see cref="KeyHash"/>.</summary>
    [Secret]
    public string Key { get; init; } = "";

    /// <summary>Its hash instead, <c>sha256:HEX</c>: who reads the settings can't call with that.</summary>
    [Secret]
    public string KeyHash { get; init; } = "";

    /// <summary><c>viewer</c>, <c>operator</c> or <c>admin</c>; <c>read</c> and <c>operate</c> are old words for the first two.</summary>
    public string Role { get; init; } = "viewer";

    /// <summary>Patterns of the stream keys that it sees and orders about; none: all.</summary>
    public List<string> Streams { get; init; } = [];

    /// <summary>Names of the servers that it sees and orders about, or patterns with <c>*</c>; none: all.</summary>
    public List<string> Origins { get; init; } = [];

    /// <summary>Its last day, <c>2026-12-31</c>, or the time of its end; empty: it does not end.</summary>
    public string Expires { get; init; } = "";

    /// <summary>When it ends; null: never.</summary>
    internal DateTimeOffset? ExpiresAt => Expires.Length > 0 ? ApiKeyHash.EndOf(Expires) : null;
}

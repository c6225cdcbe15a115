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

public sealed class ApiKeyOptions
{
    public string Name { get; init; } = "";
    [Secret]
    public string Key { get; init; } = "";

    /// <summary><c>read</c> or <c>operate</c>.</summary>
    public string Role { get; init; } = "read";
}

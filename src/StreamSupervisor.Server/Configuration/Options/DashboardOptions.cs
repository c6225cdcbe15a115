namespace StreamSupervisor.Server.Configuration;

/// <summary><c>dashboard</c>.</summary>
public sealed class DashboardOptions
{
    public bool Enabled { get; init; } = true;

    /// <summary>What a proxy has put before every path, without a slash at its end; empty: nothing.</summary>
    public string PathBase { get; init; } = "";

    /// <summary>What the pages call this cluster; empty: StreamSupervisor.</summary>
    public string Title { get; init; } = "";

    /// <summary><c>auto</c> (as the browser asks), <c>en</c> or <c>zh</c>.</summary>
    public string Language { get; init; } = "auto";
    public int MaxFeeds { get; init; } = 50;
    public DashboardLinkOptions Links { get; init; } = new();
}

/// <summary>Where pages of other programs are; empty: nowhere.</summary>
public sealed class DashboardLinkOptions
{
    public string Grafana { get; init; } = "";

    /// <summary>With <c>{traceId}</c> in it.</summary>
    public string Traces { get; init; } = "";
}

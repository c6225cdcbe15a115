using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Server.Configuration;

/// <summary>One SRS server: an entry of <c>origins</c>.</summary>
public sealed class OriginOptions
{
    public string Name { get; init; } = "";

    /// <summary>Base address of its HTTP API.</summary>
    public string Api { get; init; } = "";

    /// <summary>The secret in the path of its hooks: names the node, and is the only thing that authenticates a hook.</summary>
    [Secret]
    public string HookToken { get; init; } = "";

    /// <summary>
    /// Where encoders publish to it: <c>rtmp://live.example/{app}/{stream}</c>. Unset: RTMP at the host of <see cref="Api"/>.
    /// </summary>
    public string? PublishUrl { get; init; }

    /// <summary>
    /// The secret in the address that stands in this server's <c>coworkers</c>: names the node that asks where a stream is. Empty: it may
    /// not ask.
    /// </summary>
    [Secret]
    public string CoworkersToken { get; init; } = "";

    /// <summary>
    /// Where other SRS servers play from it, <c>host</c> or <c>host:port</c>. Unset: where encoders publish to it by RTMP.
    /// </summary>
    public string? PlayAddress { get; init; }

    /// <summary>
    /// The servers whose streams are copied to this one, by <c>forward</c> or as an edge: their copies are no second publishers.
    /// </summary>
    public List<string> RelaysFrom { get; init; } = [];
    public string? Username { get; init; }
    [Secret]
    public string? Password { get; init; }
}

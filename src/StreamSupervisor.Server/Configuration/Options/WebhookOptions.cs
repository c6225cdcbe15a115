using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Server.Configuration;

/// <summary>An item of <c>webhooks</c>: a receiver that is told what happens.</summary>
public sealed class WebhookOptions
{
    /// <summary>What people call it; empty: its number. With a name its address may change and it still hears what it has not.</summary>
    public string Name { get; init; } = "";

    /// <summary>Where its messages are posted.</summary>
    public string Url { get; init; } = "";

    /// <summary>What its messages are signed with: <c>whsec_</c> and 24 to 64 random bytes in base64.</summary>
    [Secret]
    public string Secret { get; init; } = "";

    /// <summary>Signed with as well while the receiver changes to another secret.</summary>
    [Secret]
    public string SecondSecret { get; init; } = "";

    /// <summary>Names of events; none: all but refusals.</summary>
    public List<string> Events { get; init; } = [];

    /// <summary>Patterns of stream keys; none: all. Events of servers and members have no key and are not asked.</summary>
    public List<string> Match { get; init; } = [];

    /// <summary>The secrets in force; the first is the one that stays.</summary>
    internal IReadOnlyList<string> Secrets => [.. new[] { Secret, SecondSecret }.Where(secret => secret.Length > 0)];
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.Notices;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Server.Webhooks;

/// <summary>A receiver as the settings name it.</summary>
internal sealed class WebhookTarget
{
    private readonly IReadOnlySet<NoticeKind> _kinds;
    private readonly IReadOnlyList<StreamPattern> _patterns;

    /// <param name="number">Its place in the settings, from 0.</param>
    /// <param name="options">Checked.</param>
    public WebhookTarget(int number, WebhookOptions options)
    {
        (Number, Options, Url) = (number, options, new Uri(options.Url));
        Name = options.Name.Length > 0 ? options.Name : number.ToString(CultureInfo.InvariantCulture);
        Id = options.Name.Length > 0
            ? $"name/{options.Name}"
            : $"url/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(options.Url)))[..32]}";
        Secrets = [.. options.Secrets.Select(WebhookSecret.Parse).OfType<WebhookSecret>()];
        _kinds = options.Events.Count == 0 ? NoticeKinds.Default : options.Events.Select(NoticeKinds.Of).ToHashSet();
        _patterns = [.. options.Match.Select(StreamPattern.Parse)];
    }

    /// <summary>Its place in the settings, from 0.</summary>
    public int Number { get; }

    /// <summary>What people call it: its name, or its number.</summary>
    public string Name { get; }

    /// <summary>What its place is kept by. The address is not: its path or query may be a secret.</summary>
    public string Id { get; }

    public Uri Url { get; }

    /// <summary>The address as logs and lists show it.</summary>
    public string Host => Url.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped);

    /// <summary>What messages are signed with.</summary>
    public IReadOnlyList<WebhookSecret> Secrets { get; }

    public WebhookOptions Options { get; }

    /// <summary>All receivers of the settings.</summary>
    public static IReadOnlyList<WebhookTarget> Of(IReadOnlyList<WebhookOptions> webhooks) =>
        [.. webhooks.Select((options, number) => new WebhookTarget(number, options))];

    /// <summary>Whether it hears of this kind.</summary>
    public bool Wants(NoticeKind kind) => _kinds.Contains(kind);

    /// <summary>Whether it hears of this stream key.</summary>
    public bool Wants(StreamKey key) => _patterns.Count == 0 || _patterns.Any(pattern => pattern.Matches(key));
}

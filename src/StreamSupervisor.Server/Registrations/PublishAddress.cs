using StreamSupervisor.Domain;

namespace StreamSupervisor.Server.Registrations;

/// <summary>
/// Publish addresses from <c>origins[].publish-url</c>: <c>{vhost}</c>, <c>{app}</c> and <c>{stream}</c> are replaced; the credential goes
/// where
/// <c>{query}</c> stands, or behind. Nothing is percent-encoded: encoders hand the parts to SRS as they are.
/// </summary>
public static class PublishAddress
{
    /// <summary>RTMP on its standard port at the host of the node's API.</summary>
    public static string DefaultTemplate(string api) =>
        Uri.TryCreate(api, UriKind.Absolute, out var address)
            ? $"rtmp://{address.Host}/{{app}}/{{stream}}"
            : "rtmp://127.0.0.1/{app}/{stream}";

    public static string Make(string template, StreamKey key, string query)
    {
        // SRS takes the vhost from the query; the default one need not be named.
        if (key.Vhost != StreamKey.DefaultVhost && !template.Contains("{vhost}", StringComparison.Ordinal))
        {
            query = $"vhost={key.Vhost}&{query}";
        }

        var address = template
            .Replace("{vhost}", key.Vhost, StringComparison.Ordinal)
            .Replace("{app}", key.App, StringComparison.Ordinal)
            .Replace("{stream}", key.Stream, StringComparison.Ordinal);
        return template.Contains("{query}", StringComparison.Ordinal)
            ? address.Replace("{query}", query, StringComparison.Ordinal)
            : $"{address}{(template.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{query}";
    }
}

using Microsoft.AspNetCore.Http.Features;
using StreamSupervisor.Domain;

namespace StreamSupervisor.Server.Api;

/// <summary>
/// The stream key in a path: <c>/api/v1/streams/{vhost}/{app}/{stream}[/{verb}]</c>. Every part is percent-encoded by itself, so a slash
/// inside an app is <c>%2F</c>; <c>-</c> stands for SRS's default vhost.
///
/// Read from the request's raw target: the server's decoded path tells <c>%252F</c> from <c>%2F</c> no more, and both are legal in an app.
/// Plain slashes inside an app are taken too, for people and for proxies that decode them; then a last part that is a verb is the verb.
/// </summary>
internal static class StreamPath
{
    public const string Prefix = "/api/v1/streams/";
    private const string DefaultVhostShort = "-";

    /// <param name="prefix">What stands before the key: another one than the API's for the pages.</param>
    public static string Of(StreamKey key, string prefix = Prefix)
    {
        var vhost = key.Vhost == StreamKey.DefaultVhost ? DefaultVhostShort : Uri.EscapeDataString(key.Vhost);
        return $"{prefix}{vhost}/{Uri.EscapeDataString(key.App)}/{Uri.EscapeDataString(key.Stream)}";
    }

    /// <summary>The key, and the verb behind it if it is one of <paramref name="verbs"/>.</summary>
    /// <exception cref="ApiProblemException">The path holds no stream key.</exception>
    public static (StreamKey Key, string? Verb) Read(HttpContext call, IReadOnlyCollection<string> verbs, string prefix = Prefix)
    {
        var target = call.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (!TrySplit(string.IsNullOrEmpty(target) ? call.Request.Path.Value ?? "" : target, prefix, out var parts))
        {
            throw new ApiProblemException(Bad("A path is made of percent-encoded parts; '.' and '..' are none."));
        }

        var verb = parts.Length > 3 && verbs.Contains(parts[^1]) ? parts[^1] : null;
        var named = verb is null ? parts : parts[..^1];
        if (named.Length < 3)
        {
            throw new ApiProblemException(Bad($"{prefix} is followed by vhost, app and stream."));
        }

        var key = new StreamKey(named[0] == DefaultVhostShort
            ? StreamKey.DefaultVhost
            : named[0], string.Join('/', named[1..^1]), named[^1]);
        return key.IsValid ? (key, verb) : throw new ApiProblemException(Bad(
            "Each of vhost, app and stream has at least one character and no control character, and together at most "
                + $"{StreamKey.MaxLength}; a slash is allowed in the app only."));
    }

    private static bool TrySplit(string target, string prefix, out string[] parts)
    {
        parts = [];
        var path = target.Split('?', 2)[0];
        if (!path.StartsWith('/') && Uri.TryCreate(path, UriKind.Absolute, out _))
        {
            var authority = path.IndexOf("://", StringComparison.Ordinal) + 3;
            path = path.IndexOf('/', authority) is var start and >= 0 ? path[start..] : "/";
        }

        if (!path.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        parts = [.. path[prefix.Length..].TrimEnd('/').Split('/').Select(Uri.UnescapeDataString)];
        return !parts.Any(part => part is "." or "..");
    }

    private static ApiProblem Bad(string detail) =>
        Problems.BadKey.Of($"{detail} Write {Prefix}VHOST/APP/STREAM, with '-' for the default vhost and %2F for a slash inside the app.");
}

using StreamSupervisor.Domain;

namespace StreamSupervisor.Srs.Api;

/// <summary>
/// How SRS writes a stream in <c>/clients</c>: <c>/app/stream</c>, with the vhost in front unless it is the default one
/// (<c>srs_generate_stream_url</c>, the same in 4 to 7). An app may hold slashes, a vhost and a stream name may not.
/// </summary>
internal static class SrsUrl
{
    public static string Of(StreamKey key) =>
        key.Vhost == StreamKey.DefaultVhost ? $"/{key.App}/{key.Stream}" : $"{key.Vhost}/{key.App}/{key.Stream}";

    /// <summary>
    /// The key behind a client's url; null for one that names no stream (a client of the API, one that has not said yet).
    /// </summary>
    public static StreamKey? KeyOf(string url)
    {
        var first = url.IndexOf('/', StringComparison.Ordinal);
        var last = url.LastIndexOf('/');
        if (first < 0 || last <= first)
        {
            return null;
        }

        var key = new StreamKey(first == 0 ? StreamKey.DefaultVhost : url[..first], url[(first + 1)..last], url[(last + 1)..]);
        return key.IsValid ? key : null;
    }
}

using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Srs;

/// <summary>
/// How SRS writes a stream in <c>/clients</c>: <c>/app/stream</c>, with the vhost in front unless it is the default one
/// (<c>srs_generate_stream_url</c>, the same in 4 to 7).
/// </summary>
internal static class SrsUrl
{
    public static string Of(StreamKey key) => key.Vhost == StreamKey.DefaultVhost ? $"/{key.App}/{key.Stream}" : $"{key.Vhost}/{key.App}/{key.Stream}";

    /// <summary>Whether SRS lists this client as a publisher of this key. One that waits in <c>on_publish</c> is listed so, too.</summary>
    public static bool Publishes(this SrsClient client, StreamKey key) => client.Publishing && client.Url == Of(key);
}

using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Domain.Origins;

/// <summary>
/// Reads rows of SRS's lists by the settings: what they say about a stream that was found there, without anybody having asked.
/// </summary>
/// <param name="EffectiveKeyOf">The key that a stream of SRS stands for: another one where the stream name carries a secret.</param>
/// <param name="IdentityOf">Who its publisher is by the rule of the key: the holder of the key, or its address.</param>
public sealed record RowReader(Func<StreamKey, StreamKey> EffectiveKeyOf, Func<StreamKey, string, string> IdentityOf)
{
    /// <summary>Which addresses belong to other servers, so that their copies are known when they are found; null: to none.</summary>
    public Reloadable<Relays>? Relays { get; init; }

    /// <summary>The key of a row; null for a row whose names are no key.</summary>
    public StreamKey? KeyOf(StreamRow row)
    {
        var key = new StreamKey(row.Vhost, row.App, row.Name);
        return key.IsValid ? EffectiveKeyOf(key) : null;
    }

    /// <summary>
    /// Whether SRS lists this client as a publisher of this key. One that waits in <c>on_publish</c> is listed so, too.
    /// </summary>
    public bool Publishes(ClientRow client, StreamKey key) =>
        client.Publishing && client.NamedKey is { } named && EffectiveKeyOf(named) == key;

    /// <summary>The publisher that a client is.</summary>
    /// <param name="origin">The configured name of the server.</param>
    public Publisher PublisherOf(StreamKey key, string origin, SessionId session, ClientRow client) =>
        new(session, origin, client.Address, IdentityOf(key, client.Address));
}

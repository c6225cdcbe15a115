using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Srs.Api;

/// <summary>What the settings say about a stream that was found in SRS's lists, without anybody having asked.</summary>
/// <param name="EffectiveKeyOf">The key that a stream of SRS stands for: another one where the stream name carries a secret.</param>
/// <param name="IdentityOf">Who its publisher is by the rule of the key: the holder of the key, or its address.</param>
internal sealed record KeyRules(Func<StreamKey, StreamKey> EffectiveKeyOf, Func<StreamKey, string, string> IdentityOf)
{
    /// <summary>The key of a row; null for a row whose names are no key.</summary>
    public StreamKey? KeyOf(SrsStream row)
    {
        var key = new StreamKey(row.Vhost, row.App, row.Name);
        return key.IsValid ? EffectiveKeyOf(key) : null;
    }

    /// <summary>Whether SRS lists this client as a publisher of this key. One that waits in <c>on_publish</c> is listed so, too.</summary>
    public bool Publishes(SrsClient client, StreamKey key) =>
        client.Publishing && SrsUrl.KeyOf(client.Url) is { } named && EffectiveKeyOf(named) == key;

    public Publisher PublisherOf(StreamKey key, string origin, SessionId session, SrsClient client) =>
        new(session, origin, client.Address, IdentityOf(key, client.Address));
}

using System.Collections.Immutable;

namespace StreamSupervisor.Domain.Origins;

/// <content>Rows of <c>/streams</c> that name another client than the one that publishes.</content>
public sealed partial class Sightings
{
    private Dictionary<StreamKey, (SessionId By, string Named)> _misnamed = [];

    /// <summary>Streams whose row named another client than their publisher at the last comparison.</summary>
    public IEnumerable<StreamKey> Misnamed => _misnamed.Keys;

    /// <summary>
    /// The row names a client that does not publish the stream, and whoever is believed does. Nothing follows from it for the stream, but
    /// a person who kicks by SRS's list hits nobody, or somebody else. Told once, until the row or the session changes.
    /// </summary>
    private ImmutableArray<LookFinding> FindMisnamed(Pending pending, LookAnswer.Clients clients)
    {
        var (before, found) = (_misnamed, ImmutableArray.CreateBuilder<LookFinding>());
        _misnamed = [];
        foreach (var (key, row) in pending.Unknown)
        {
            var publisher = pending.Missing.FindIndex(one => one.Key == key && Publishes(clients, one.Session.ClientId, key));
            if (publisher < 0 || Publishes(clients, row.PublisherClientId, key))
            {
                continue;
            }

            var by = pending.Missing[publisher].Session;
            _misnamed[key] = (by, row.PublisherClientId);
            if (!before.TryGetValue(key, out var told) || told != _misnamed[key])
            {
                found.Add(new LookFinding.Misnamed(key, by, row.PublisherClientId));
            }
        }

        return found.DrainToImmutable();
    }

    private bool Publishes(LookAnswer.Clients clients, string clientId, StreamKey key) =>
        clients.Find(clientId) is { } client && rows.Publishes(client, key);
}

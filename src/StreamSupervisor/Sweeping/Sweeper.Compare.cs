using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Srs;

namespace StreamSupervisor.Sweeping;

/// <summary>
/// The difference between a node's streams and what the entities believe. Rows of <c>/streams</c> lie: a refused WHIP attempt leaves a live
/// stream inactive for good, an orphan shows the wrong client, an ended republish leaves its row for ever. So a row that agrees with the belief is
/// taken as it is, and where they differ the client itself is asked before anything is said.
/// </summary>
internal sealed partial class Sweeper
{
    /// <summary>Rows that name a client that does not exist, asked about once: they stay as they are until the process ends.</summary>
    private readonly HashSet<(string Row, string ClientId)> _searched = [];
    private const int MaxSearched = 10_000;

    /// <summary>How far the clocks of two members may be apart.</summary>
    private static readonly TimeSpan ClockSlack = TimeSpan.FromSeconds(2);

    private async Task CompareAsync(Look look, CancellationToken cancellation)
    {
        EndOlderProcesses(look.Process, look.At);

        var active = new HashSet<(StreamKey Key, string ClientId)>();
        foreach (var row in look.Streams.Where(row => row.Active))
        {
            active.Add((Look.KeyOf(row), row.PublisherClientId));
        }

        // What is believed and not seen comes first: whoever replaced it is then told to an entity that knows that the old one is gone.
        var missing = Unseen(look, active);
        var unknown = Unknown(look);
        if (missing.Count + unknown.Count == 0)
        {
            return;
        }

        var ids = missing.Select(belief => belief.Session!.By.Session.ClientId).Concat(unknown.Select(row => row.PublisherClientId)).Distinct().ToList();
        var clients = await ClientLook.AskAsync(_origin, look, ids, cancellation);
        foreach (var belief in missing)
        {
            TellOfUnseen(belief, look, clients);
        }

        var lying = new List<SrsStream>();
        foreach (var row in unknown)
        {
            if (clients.Find(row.PublisherClientId) is { } client && client.Publishes(Look.KeyOf(row)))
            {
                TellSeen(Look.KeyOf(row), look, client);
            }
            else
            {
                lying.Add(row);
            }
        }

        await SearchBehindAsync(lying, look, cancellation);
    }

    /// <summary>
    /// Tells every session of an earlier process that it is over. A session that our knowledge of the node does not fit is only
    /// meant if it is older than the look: another member may have admitted it in a process that is newer than what we have seen.
    /// </summary>
    private void EndOlderProcesses(SrsProcess process, DateTimeOffset lookedAt)
    {
        foreach (var belief in _directory.On(_origin.Name))
        {
            if (belief.Session is { } session && session.By.Origin == _origin.Name && session.By.Session.ServiceId != process.ServiceId
                && (_origin.Supersedes(session.By.Session.ServiceId) || session.Since < lookedAt - ClockSlack))
            {
                // Named by the session's own server id: one that is not configured changes with every start, like the service id.
                _region.Tell(belief.EntityId, new NoteProcessReplaced(session.By.Session.ServerId, process.ServiceId));
            }

            foreach (var wedge in belief.Wedges)
            {
                if (wedge.Origin == _origin.Name && wedge.ServiceId != process.ServiceId
                    && (_origin.Supersedes(wedge.ServiceId) || wedge.Since < lookedAt - ClockSlack))
                {
                    _region.Tell(belief.EntityId, new NoteProcessReplaced(wedge.ServerId, process.ServiceId));
                }
            }
        }
    }

    /// <summary>Sessions that were confirmed once, began before this look, and have no active row of their own in it.</summary>
    private List<Belief> Unseen(Look look, HashSet<(StreamKey Key, string ClientId)> active)
    {
        var unseen = new List<Belief>();
        foreach (var belief in _directory.On(_origin.Name))
        {
            if (belief.SessionIn(_origin.Name, look.Process.ServiceId) is not { } session)
            {
                continue;
            }

            if (active.Contains((belief.Key, session.By.Session.ClientId)))
            {
                // /streams is enough to confirm what was admitted; a session that needs nothing is left in peace.
                if (!session.Confirmed || session.MissedSince is not null)
                {
                    var row = look.Streams.First(row => row.Active && row.PublisherClientId == session.By.Session.ClientId && Look.KeyOf(row) == belief.Key);
                    _region.Tell(belief.EntityId, new NotePublisherSeen(session.By, row.ReceivedBytes, look.At, Verified: false));
                }
            }
            else if (session.Confirmed && session.Since < look.At)
            {
                // One that is not confirmed yet may still be on its way from on_connect, and is in no list: its entity asks when it is overdue.
                unseen.Add(belief);
            }
        }

        return unseen;
    }

    /// <summary>Active rows whose publisher the key's entity does not believe in, is not about to admit, and has not ordered away.</summary>
    private List<SrsStream> Unknown(Look look)
    {
        var unknown = new List<SrsStream>();
        foreach (var row in look.Streams)
        {
            if (!row.Active || row.PublisherClientId.Length == 0 || !Look.KeyOf(row).IsValid)
            {
                continue;
            }

            var session = look.Name(row.PublisherClientId);
            var belief = _directory.Find(Look.KeyOf(row));
            if (belief?.Session?.By.Session != session && belief?.Challenger?.Session != session && belief?.IsEvicting(session) != true)
            {
                unknown.Add(row);
            }
        }

        return unknown;
    }

    private void TellOfUnseen(Belief belief, Look look, ClientLook clients)
    {
        var session = belief.Session!;
        if (clients.Find(session.By.Session.ClientId) is not { } client || !client.Publishes(belief.Key))
        {
            _region.Tell(belief.EntityId, new NotePublisherMissing(session.By.Session, look.At, Verified: true));
        }
        else if (session.MissedSince is not null)
        {
            _region.Tell(belief.EntityId, new NotePublisherSeen(session.By, client.ReceivedBytes, look.At, Verified: true));
        }
    }

    private void TellSeen(StreamKey key, Look look, SrsClient client)
    {
        var by = new Publisher(look.Name(client.Id), _origin.Name, client.Address, _identityOf(key, client.Address));
        _region.Tell(key.ToString(), new NotePublisherSeen(by, client.ReceivedBytes, look.At, Verified: true));
    }

    /// <summary>An active row whose client does not exist: an orphan shows the wrong one. The list of clients knows who really publishes.</summary>
    private async Task SearchBehindAsync(List<SrsStream> lying, Look look, CancellationToken cancellation)
    {
        var rows = lying.FindAll(row => row.Clients > 0 && !_searched.Contains((row.Id, row.PublisherClientId)));
        if (rows.Count == 0)
        {
            return;
        }

        var clients = await _origin.Api.GetClientsAsync(cancellation);
        if (clients.ServiceId.Length > 0 && clients.ServiceId != look.Process.ServiceId)
        {
            return;
        }

        if (_searched.Count > MaxSearched)
        {
            _searched.Clear();
        }

        foreach (var row in rows)
        {
            _searched.Add((row.Id, row.PublisherClientId));
            var key = Look.KeyOf(row);
            var belief = _directory.Find(key);
            foreach (var client in clients.Value.Where(client => client.Publishes(key)))
            {
                var session = look.Name(client.Id);
                if (belief?.Session?.By.Session != session && belief?.Challenger?.Session != session && belief?.IsEvicting(session) != true)
                {
                    TellSeen(key, look, client);
                }
            }
        }
    }
}

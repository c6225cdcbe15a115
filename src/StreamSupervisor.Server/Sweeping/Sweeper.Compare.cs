using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Server.Sweeping;

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

        var active = new List<ActiveRow>();
        foreach (var row in look.Streams)
        {
            if (row.Active && row.PublisherClientId.Length > 0 && _rules.KeyOf(row) is { } key && _duty.Owns(key))
            {
                active.Add(new ActiveRow(key, row));
            }
        }

        // What is believed and not seen comes first: whoever replaced it is then told to an entity that knows that the old one is gone.
        var missing = Unseen(look, active);
        var unknown = active.FindAll(row => IsUnknown(row.Key, look.Name(row.Row.PublisherClientId)));
        if (missing.Count + unknown.Count == 0)
        {
            return;
        }

        var ids = missing.Select(belief => belief.Session!.By.Session.ClientId).Concat(unknown.Select(row => row.Row.PublisherClientId)).Distinct().ToList();
        var clients = await ClientLook.AskAsync(_origin, look, ids, cancellation);
        foreach (var belief in missing)
        {
            TellOfUnseen(belief, look, clients);
        }

        var lying = new List<ActiveRow>();
        foreach (var row in unknown)
        {
            if (clients.Find(row.Row.PublisherClientId) is { } client && _rules.Publishes(client, row.Key))
            {
                TellSeen(row.Key, look, client);
            }
            else
            {
                lying.Add(row);
            }
        }

        await SearchBehindAsync(lying, look, cancellation);
    }

    private readonly record struct ActiveRow(StreamKey Key, SrsStream Row);

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
                _region.Tell(belief.EntityId, new ReportProcessReplaced(session.By.Session.ServerId, process.ServiceId));
            }

            foreach (var wedge in belief.Wedges)
            {
                if (wedge.Origin == _origin.Name && wedge.ServiceId != process.ServiceId
                    && (_origin.Supersedes(wedge.ServiceId) || wedge.Since < lookedAt - ClockSlack))
                {
                    _region.Tell(belief.EntityId, new ReportProcessReplaced(wedge.ServerId, process.ServiceId));
                }
            }
        }
    }

    /// <summary>Sessions that were confirmed once, began before this look, and have no active row of their own in it.</summary>
    private List<Belief> Unseen(Look look, List<ActiveRow> active)
    {
        var rows = new Dictionary<(StreamKey, string), SrsStream>(active.Count);
        foreach (var row in active)
        {
            rows[(row.Key, row.Row.PublisherClientId)] = row.Row;
        }

        var unseen = new List<Belief>();
        foreach (var belief in _directory.On(_origin.Name))
        {
            if (belief.SessionIn(_origin.Name, look.Process.ServiceId) is not { } session)
            {
                continue;
            }

            if (rows.TryGetValue((belief.Key, session.By.Session.ClientId), out var row))
            {
                // /streams is enough to confirm what was admitted; a session that needs nothing is left in peace.
                if (!session.Confirmed)
                {
                    _region.Tell(belief.EntityId, new ReportPublisherSeen(session.By, row.ReceivedBytes, look.At, Verified: false));
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

    /// <summary>Whether the key's entity does not believe in this publisher, is not about to admit it, and has not ordered it away.</summary>
    private bool IsUnknown(StreamKey key, SessionId session)
    {
        var belief = _directory.Find(key);
        return belief?.Session?.By.Session != session && belief?.Challenger?.Session != session && belief?.IsEvicting(session) != true;
    }

    private void TellOfUnseen(Belief belief, Look look, ClientLook clients)
    {
        var session = belief.Session!;
        if (clients.Find(session.By.Session.ClientId) is not { } client || !_rules.Publishes(client, belief.Key))
        {
            _region.Tell(belief.EntityId, new ReportPublisherMissing(session.By.Session, look.At, Verified: true));
        }
    }

    private void TellSeen(StreamKey key, Look look, SrsClient client) => _region.Tell(key.ToString(),
        new ReportPublisherSeen(_rules.PublisherOf(key, _origin.Name, look.Name(client.Id), client), client.ReceivedBytes, look.At, Verified: true));

    /// <summary>An active row whose client does not exist: an orphan shows the wrong one. The list of clients knows who really publishes.</summary>
    private async Task SearchBehindAsync(List<ActiveRow> lying, Look look, CancellationToken cancellation)
    {
        var rows = lying.FindAll(row => row.Row.Clients > 0 && !_searched.Contains((row.Row.Id, row.Row.PublisherClientId)));
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

        foreach (var (key, row) in rows)
        {
            _searched.Add((row.Id, row.PublisherClientId));
            foreach (var client in clients.Value)
            {
                if (_rules.Publishes(client, key) && IsUnknown(key, look.Name(client.Id)))
                {
                    TellSeen(key, look, client);
                }
            }
        }
    }
}

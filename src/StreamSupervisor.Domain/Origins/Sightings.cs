using System.Collections.Immutable;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Domain.Origins;

/// <summary>
/// The difference between a server's streams and what the streams believe. Rows of <c>/streams</c> lie: a refused WHIP attempt leaves a
/// live stream inactive for good, an orphan shows the wrong client, an ended republish leaves its row for ever. So a row that agrees with
/// the belief is taken as it is, and where they differ the client itself is asked before anything is said: <see cref="Compare"/> gives
/// what is known at once and what must be asked, <see cref="Next"/> takes the answer. A look that is given up half-way has said nothing
/// wrong.
/// <para>
/// It decides nothing: it tells streams what was seen and what was known of them when the look began; what a stream has done that was not
/// known then outranks the look.
/// </para>
/// </summary>
/// <param name="origin">The configured name of the server.</param>
/// <param name="rows">The settings that rows are read by.</param>
public sealed partial class Sightings(string origin, RowReader rows)
{
    private const int MaxSearched = 10_000;

    /// <summary>Rows that name a client that does not exist, asked about once: they stay as they are until the process ends.</summary>
    private readonly HashSet<(string Row, string ClientId)> _searched = [];
    private readonly OrphanDetector _orphans = new(rows);

    // Used within one comparison and kept for the next: of many streams these are large objects, and would be new ones at each sweep.
    private readonly List<ActiveRow> _active = [];
    private readonly Dictionary<(StreamKey, string), StreamRow> _named = [];
    private Pending? _pending;

    private readonly record struct ActiveRow(StreamKey Key, StreamRow Row);

    private readonly record struct Believed(StreamKey Key, SessionId Session);

    private sealed record Pending(Look Look, BeliefBook Beliefs, List<Believed> Missing, List<ActiveRow> Unknown,
        List<ActiveRow>? Searching = null, bool All = false);

    /// <summary>The streams that the server published for nobody at the last look.</summary>
    public IEnumerable<StreamKey> Orphans => _orphans.Orphans;

    /// <inheritdoc cref="OrphanDetector.AskedForItsOwn"/>
    public void AskedForItsOwn(StreamKey key, SessionId by, TimeSpan at) => _orphans.AskedForItsOwn(key, by, at);

    /// <summary>Compares a look with the beliefs.</summary>
    /// <param name="look">The look, of the process that runs there.</param>
    /// <param name="beliefs">What streams believe.</param>
    /// <param name="known">What is known of the server, for what is over.</param>
    /// <param name="all">
    /// Whether the store has gone back in time: the list of clients is read too, for streams whose row lies, and challengers and
    /// sessions that were not confirmed count as strangers.
    /// </param>
    public LookStep Compare(Look look, BeliefBook beliefs, OriginSnapshot known, bool all = false)
    {
        _pending = null;
        var reports = new List<StreamReport>();
        EndOlderProcesses(look, beliefs, known, reports);

        foreach (var row in look.Streams)
        {
            if (row.Active && row.PublisherClientId.Length > 0 && rows.KeyOf(row) is { } key)
            {
                _active.Add(new ActiveRow(key, row));
                _named[(key, row.PublisherClientId)] = row;
            }
        }

        // What is believed and not seen comes first: a stream is told of its new publisher when it knows that the old one is gone.
        var missing = Unseen(look, beliefs, reports);
        var unknown = _active.FindAll(row => IsStranger(beliefs, row.Key, look.Name(row.Row.PublisherClientId), all));
        _active.Clear();
        _named.Clear();
        LookQuestion? question = null;
        if (missing.Count + unknown.Count == 0)
        {
            _misnamed = [];
        }
        else
        {
            _pending = new Pending(look, beliefs, missing, unknown, All: all);
            var gone = missing.Select(one => one.Session.ClientId);
            question = look.AskFor([.. gone.Concat(unknown.Select(row => row.Row.PublisherClientId)).Distinct()]);
        }

        if (all && question is null)
        {
            _pending = new Pending(look, beliefs, [], [], Searching: [], All: true);
            question = look.AskForAll();
        }

        return new LookStep([.. reports], question) { Findings = _orphans.Observe(look) };
    }

    /// <summary>Takes the answer to what the last step asked.</summary>
    public LookStep Next(LookAnswer.Clients clients)
    {
        if (_pending is not { } pending)
        {
            return LookStep.Done;
        }

        _pending = null;
        if (!clients.AreOf(pending.Look.Process))
        {
            return LookStep.Done; // another process answers: the next look is about that one
        }

        return pending.Searching is { } searching ? Found(pending, searching, clients) : Verified(pending, clients);
    }

    private LookStep Verified(Pending pending, LookAnswer.Clients clients)
    {
        var (reports, misnamed) = (new List<StreamReport>(), FindMisnamed(pending, clients));
        foreach (var (key, session) in pending.Missing)
        {
            if (!Publishes(clients, session.ClientId, key))
            {
                reports.Add(new StreamReport(key, Gone(pending, key, session)));
            }
        }

        var lying = new List<ActiveRow>();
        foreach (var row in pending.Unknown)
        {
            if (clients.Find(row.Row.PublisherClientId) is { } client && rows.Publishes(client, row.Key))
            {
                reports.Add(Seen(row.Key, pending, client));
            }
            else if (row.Row.Clients > 0 && !_searched.Contains((row.Row.Id, row.Row.PublisherClientId)))
            {
                lying.Add(row);
            }
        }

        if (lying.Count == 0 && !pending.All)
        {
            return new LookStep([.. reports]) { Findings = misnamed };
        }

        // An active row whose client does not exist: an orphan shows the wrong one. The list of clients knows who really publishes.
        _pending = pending with { Searching = lying };
        return new LookStep([.. reports], pending.Look.AskForAll()) { Findings = misnamed };
    }

    private LookStep Found(Pending pending, List<ActiveRow> searching, LookAnswer.Clients clients)
    {
        if (_searched.Count > MaxSearched)
        {
            _searched.Clear();
        }

        var reports = ImmutableArray.CreateBuilder<StreamReport>();
        foreach (var (key, row) in searching)
        {
            _searched.Add((row.Id, row.PublisherClientId));
            foreach (var client in clients.Found)
            {
                if (rows.Publishes(client, key) && IsStranger(pending.Beliefs, key, pending.Look.Name(client.Id), pending.All))
                {
                    reports.Add(Seen(key, pending, client));
                }
            }
        }

        if (pending.All)
        {
            reports.AddRange(Hidden(pending, clients));
        }

        return new LookStep(reports.DrainToImmutable());
    }

    /// <summary>
    /// Sessions that were confirmed once, and copies, that were believed before this look began and have no active row of their own in it.
    /// </summary>
    private List<Believed> Unseen(Look look, BeliefBook beliefs, List<StreamReport> reports)
    {
        var unseen = new List<Believed>();
        foreach (var (belief, heardAt) in beliefs.On(origin))
        {
            if (!belief.Relays.IsEmpty && heardAt < look.At.Elapsed)
            {
                unseen.AddRange(UnseenCopies(look, belief));
            }

            if (belief.SessionIn(origin, look.Process.ServiceId) is not { } session)
            {
                continue;
            }

            if (_named.TryGetValue((belief.Key, session.By.Session.ClientId), out var row))
            {
                // /streams is enough to confirm what was admitted; a session that needs nothing is left in peace.
                if (!session.Confirmed)
                {
                    reports.Add(new StreamReport(belief.Key, new ReportPublisherSeen(session.By, row.ReceivedBytes, look.At.Utc,
                        Verified: false, session.By.RelayOf, Known: beliefs.KnownAt(belief.Key, look.At.Elapsed))));
                }
            }
            else if (session.Confirmed && heardAt < look.At.Elapsed)
            {
                // One that is not confirmed yet may still be on its way from on_connect, in no list: its stream asks when it is overdue.
                unseen.Add(new Believed(belief.Key, session.By.Session));
            }
        }

        return unseen;
    }

    /// <summary>One that was let in a moment ago may not be active yet: its stream knows since when it is there.</summary>
    private IEnumerable<Believed> UnseenCopies(Look look, StreamBelief belief) => belief.Relays.Select(relay => relay.By)
        .Where(by => by.Origin == origin && by.Session.ServiceId == look.Process.ServiceId
            && !_named.ContainsKey((belief.Key, by.Session.ClientId)))
        .Select(by => new Believed(belief.Key, by.Session));

    /// <param name="all">
    /// Whether the journal may have lost that a challenger was let in, or that anybody was whom no look has shown yet: then the stream
    /// must hear that it is on air.
    /// </param>
    private static bool IsStranger(BeliefBook beliefs, StreamKey key, SessionId session, bool all) =>
        beliefs.Find(key) is not { } belief || belief.IsStranger(session)
        || (all && (belief.Challenger?.Session == session || belief.Session is { Confirmed: false }));

    private static ReportPublisherMissing Gone(Pending pending, StreamKey key, SessionId session) =>
        new(session, pending.Look.At.Utc, Verified: true, Known: pending.Beliefs.KnownAt(key, pending.Look.At.Elapsed));

    private StreamReport Seen(StreamKey key, Pending pending, ClientRow client)
    {
        var look = pending.Look;
        var by = rows.PublisherOf(key, origin, look.Name(client.Id), client);
        var relay = rows.Relays?.Value.RelayOf(client.Address, origin);
        return new StreamReport(key, new ReportPublisherSeen(by, client.ReceivedBytes, look.At.Utc, Verified: true, relay?.Origin,
            relay?.Configured ?? false, Known: pending.Beliefs.KnownAt(key, look.At.Elapsed)));
    }
}

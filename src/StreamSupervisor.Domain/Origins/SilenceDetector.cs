using System.Runtime.InteropServices;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Domain.Origins;

/// <summary>
/// Finds publishers of one server whose bytes stand still, so that they are removed before their encoder comes back.
/// <para>
/// It promises: a session whose bytes move is never called silent; one that falls silent is called so at most one sample of SRS (3 s) +
/// one look + <paramref name="silentAfter"/> later, as long as the server answers and has few streams.
/// </para>
/// <para>
/// What must not be mistaken for silence, and what stands against it:
/// </para>
/// <list type="bullet">
/// <item>SRS samples every 3 s, and WebRTC every 5 s (6.0.157, 7.0.18), so a value that stood still between two looks says little. It must
/// have stood still for all of <paramref name="silentAfter"/>, counted from the end of the look that saw it first to the end of one that
/// still sees it, and for longer than it ever has before while bytes came.</item>
/// <item>The server or we ourselves stood still (frozen, out of reach, a slow answer): then samples are missing, and all clocks start
/// again. A gap between looks counts like a failed look.</item>
/// <item>SRS's sampler stood still while its API answers: the timer that samples also waits for the answer to SRS's heartbeat. So there
/// must be a sign that it ran: another stream's bytes moved meanwhile, or <c>/summaries</c> gives a fresh sample time.</item>
/// <item>Nothing has flowed yet: a publisher that is slow to send its first frame is SRS's to end (20 s). Its row shows that frame up to
/// one sample before the bytes do, so all clocks start with the look that saw it.</item>
/// </list>
/// <para>
/// What must not hide silence: the row of a stream adds up the bytes of its players (each sends some 3.5 kB when it joins). So where
/// there are players and the row moves, the client itself is asked. SRS 4 counts no bytes per client: there, coming and going players
/// hide a silent publisher and SRS's own timeout ends it.
/// </para>
/// <para>All times are those of one monotonic clock: a wall clock that is set back hides nothing and invents nothing.</para>
/// </summary>
/// <param name="origin">The configured name of the server.</param>
/// <param name="rows">The settings that rows are read by.</param>
/// <param name="silentAfter">
/// Bytes that stood still for this long are a silent publisher (<c>sweep.silent-after</c>, 6 s by default).
/// </param>
public sealed partial class SilenceDetector(string origin, RowReader rows, TimeSpan silentAfter)
{
    private static readonly TimeSpan SampledEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SlowAnswer = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ToldAgainAfter = TimeSpan.FromSeconds(5);

    private readonly Dictionary<SessionId, SilenceTrack> _tracks = [];
    private readonly Dictionary<string, (long Bytes, long Look)> _rows = [];

    // Filled anew by each look and kept for the next: of many streams these are large objects.
    private readonly List<Watched> _sessions = [];
    private readonly Dictionary<(StreamKey, string), StreamRow> _named = [];
    private long _look;
    private TimeSpan? _lastLook;
    private TimeSpan? _anyMovedAt;
    private TimeSpan? _clientsAskedAt;
    private TimeSpan _clientsSpacing;
    private Stage? _stage;

    /// <summary>What is asked about a look.</summary>
    /// <param name="Sessions">Those that are judged when it is answered.</param>
    /// <param name="Asked">Those that it is asked about.</param>
    private sealed record Stage(Look Look, List<Watched> Sessions, List<Watched> Asked, Asking For);

    private readonly record struct Watched(StreamBelief Belief, SilenceTrack Track, KnownAtLook Known);

    private enum Asking
    {
        WhoMoved,
        SampleAge,
        LastWord,
    }

    /// <summary>A look failed: what the bytes did meanwhile is not known. What was asked about it is dropped.</summary>
    public void Blind()
    {
        _lastLook = null;
        _stage = null;
    }

    /// <summary>How long from now until a session may be silent; null when none stands still.</summary>
    /// <param name="now">On the monotonic clock.</param>
    public TimeSpan? NextDecisionIn(TimeSpan now)
    {
        TimeSpan? next = null;
        foreach (var track in _tracks.Values)
        {
            if (track.StandsStillSince is { } since && track.ToldAt is null)
            {
                // One that is overdue was looked at and let be, or could not be told: the next regular look is soon enough.
                var left = silentAfter - (now - since);
                next = left > TimeSpan.Zero && (next is null || left < next) ? left : next;
            }
        }

        return next;
    }

    /// <summary>Takes a look's bytes.</summary>
    /// <param name="spacing">How far apart looks are at this server.</param>
    /// <param name="beliefs">What streams believe.</param>
    /// <returns>What must be asked before anybody is called silent; <see cref="Next"/> takes the answer.</returns>
    public LookStep Observe(Look look, TimeSpan spacing, BeliefBook beliefs)
    {
        _stage = null;
        _look++;
        var sessions = Sessions(look, beliefs);
        RestartAfterGap(look, spacing);
        var ambiguous = NoteRows(look, sessions);
        if (ambiguous.Count == 0 || (_clientsAskedAt is { } last && look.Seen - last < _clientsSpacing))
        {
            return Judge(look, sessions, look.Seen);
        }

        _stage = new Stage(look, sessions, ambiguous, Asking.WhoMoved);
        var question = look.AskFor(ambiguous.ConvertAll(one => one.Track.Session.ClientId));
        _clientsAskedAt = look.Seen;
        _clientsSpacing = Look.SpacingFor(question.Cost);
        return new LookStep([], question);
    }

    /// <summary>Takes the answer to what the last step asked.</summary>
    public LookStep Next(LookAnswer answer)
    {
        if (_stage is not { } stage)
        {
            return LookStep.Done;
        }

        _stage = null;
        switch (answer, stage.For)
        {
            case (LookAnswer.Clients clients, _) when !clients.AreOf(stage.Look.Process):
                Blind();
                return LookStep.Done;
            case (LookAnswer.Clients clients, Asking.WhoMoved):
                NoteClients(stage.Asked, clients);
                return Judge(stage.Look, stage.Sessions, clients.At);
            case (LookAnswer.SampleAge age, Asking.SampleAge):
                return Sampled(stage, age);
            case (LookAnswer.Clients clients, Asking.LastWord):
                return Decide(stage, clients);
            default:
                return LookStep.Done;
        }
    }

    private List<Watched> Sessions(Look look, BeliefBook beliefs)
    {
        _sessions.Clear();
        foreach (var (belief, _) in beliefs.On(origin))
        {
            if (belief.SessionIn(origin, look.Process.ServiceId) is not { SilentSince: null } session)
            {
                continue;
            }

            var id = session.By.Session;
            if (!_tracks.TryGetValue(id, out var track) || track.Generation != session.Generation)
            {
                // One connection can publish again under the same id: that is another session, with a clock of its own.
                _tracks[id] = track = new SilenceTrack(id, session.Generation);
            }

            track.SeenIn = _look;
            _sessions.Add(new Watched(belief, track, beliefs.KnownAt(belief.Key, look.At.Elapsed)));
        }

        foreach (var gone in _tracks.Values.Where(track => track.SeenIn != _look).ToList())
        {
            _tracks.Remove(gone.Session);
        }

        return _sessions;
    }

    private void RestartAfterGap(Look look, TimeSpan spacing)
    {
        var longest = (spacing > SampledEvery ? spacing : SampledEvery) + SlowAnswer;
        var unbroken = _lastLook is { } last && look.Seen - last <= longest && look.Took <= SlowAnswer;
        _lastLook = look.Seen;
        if (!unbroken)
        {
            foreach (var track in _tracks.Values)
            {
                track.Restart(look.Seen);
            }
        }
    }

    /// <summary>Takes the rows; returns the sessions of which only the client itself can tell.</summary>
    private List<Watched> NoteRows(Look look, List<Watched> sessions)
    {
        foreach (var row in look.Streams)
        {
            if (rows.KeyOf(row) is { } key)
            {
                _named[(key, row.PublisherClientId)] = row;
            }

            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, row.Id, out var isKnown);
            _anyMovedAt = isKnown && known.Bytes != row.ReceivedBytes ? look.Seen : _anyMovedAt;
            known = (row.ReceivedBytes, _look);
        }

        foreach (var gone in _rows.Where(row => row.Value.Look != _look).Select(row => row.Key).ToList())
        {
            _rows.Remove(gone);
        }

        var ambiguous = new List<Watched>();
        foreach (var watched in sessions)
        {
            var track = watched.Track;
            if (!_named.TryGetValue((watched.Belief.Key, track.Session.ClientId), out var row))
            {
                track.RowUnknown();
                ambiguous.Add(watched); // the row is gone or names another: only the client itself can tell
            }
            else if (track.NoteRow(row, look.Seen) && row.Clients > 1)
            {
                track.MovedWithPlayers();
                ambiguous.Add(watched);
            }
            else if (row.Clients > 1 && track.AsksClient)
            {
                ambiguous.Add(watched);
            }
            else if (row.Clients <= 1)
            {
                track.RowIsEnough();
            }
        }

        _named.Clear();
        return ambiguous;
    }

    private void NoteClients(List<Watched> asked, LookAnswer.Clients clients)
    {
        foreach (var (belief, track, _) in asked)
        {
            if (clients.Find(track.Session.ClientId) is { } client && rows.Publishes(client, belief.Key))
            {
                track.NoteClient(client.ReceivedBytes, clients.At);
            }
        }
    }
}

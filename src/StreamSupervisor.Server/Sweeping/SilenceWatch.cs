using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.Server.Sweeping;

/// <summary>
/// Finds publishers of one node whose bytes stand still, so that they are removed before their encoder comes back.
/// <para>
/// It promises: a session whose bytes move is never called silent; one that falls silent is called so at most
/// one sample of SRS (3 s) + one look + <see cref="SweepOptions.SilentAfter"/> later, as long as the node answers and has few streams.
/// </para>
/// <para>
/// What must not be mistaken for silence, and what stands against it:
/// </para>
/// <list type="bullet">
/// <item>SRS samples every 3 s, so a value that stood still between two looks says little. It must have stood still for all of
/// <c>SilentAfter</c>, counted from the end of the look that saw it first to the end of one that still sees it.</item>
/// <item>The node or we ourselves stood still (frozen, out of reach, a slow answer): then samples are missing, and all clocks start
/// again. A gap between looks counts like a failed look.</item>
/// <item>SRS's sampler stood still while its API answers: the timer that samples also waits for the answer to SRS's heartbeat. So there must be
/// a sign that it ran: another stream's bytes moved meanwhile, or <c>/summaries</c> gives a fresh sample time.</item>
/// <item>Nothing has flowed yet: a publisher that is slow to send its first frame is SRS's to end (20 s).</item>
/// </list>
/// <para>
/// What must not hide silence: the row of a stream adds up the bytes of its players (each sends some 3.5 kB when it joins). So where there
/// are players and the row moves, the client itself is asked. SRS 4 counts no bytes per client: there, coming and going players hide a silent publisher
/// and SRS's own timeout ends it.
/// </para>
/// </summary>
internal sealed class SilenceWatch
{
    private static readonly TimeSpan SampledEvery = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan SlowAnswer = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ToldAgainAfter = TimeSpan.FromSeconds(5);

    private readonly Origin _origin;
    private readonly LiveDirectory _directory;
    private readonly IShardRegion<LiveStreamCommand, LiveStreamReply> _region;
    private readonly KeyRules _rules;
    private readonly SweepOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Dictionary<SessionId, Track> _tracks = [];
    private readonly Dictionary<string, long> _rows = [];
    private long? _lastLook;
    private long? _anyMovedAt;
    private long? _clientsAskedAt;
    private TimeSpan _clientsSpacing;

    public SilenceWatch(Origin origin, LiveDirectory directory, IShardRegion<LiveStreamCommand, LiveStreamReply> region, KeyRules rules,
        SweepOptions options, TimeProvider time, ILogger logger)
    {
        _origin = origin;
        _directory = directory;
        _region = region;
        _rules = rules;
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>A look failed: what the bytes did meanwhile is not known.</summary>
    public void Blind() => _lastLook = null;

    /// <summary>How long from now until a session may be silent; null when none stands still.</summary>
    public TimeSpan? NextDecisionIn()
    {
        TimeSpan? next = null;
        var now = _time.GetTimestamp();
        foreach (var track in _tracks.Values)
        {
            if (track.StandsStillSince is { } since && track.ToldAt is null)
            {
                // One that is overdue was looked at and let be, or could not be told: the next regular look is soon enough.
                var left = _options.SilentAfter - _time.GetElapsedTime(since, now);
                next = left > TimeSpan.Zero && (next is null || left < next) ? left : next;
            }
        }

        return next;
    }

    /// <summary>Takes a look's bytes, and calls silent what has stood still for long enough.</summary>
    /// <param name="spacing">How far apart looks are at this node.</param>
    /// <exception cref="SrsUnreachableException">The node stopped answering in between.</exception>
    public async Task ObserveAsync(Look look, TimeSpan spacing, CancellationToken cancellation)
    {
        var sessions = Sessions(look);
        RestartAfterGap(look, spacing);
        NoteRows(look, sessions, out var ambiguous);
        if (ambiguous.Count > 0 && MayAskClients())
        {
            await NoteClientsAsync(look, ambiguous, cancellation);
        }

        foreach (var (belief, track) in sessions)
        {
            if (track.StoodStill(_time) >= _options.SilentAfter && !track.ToldWithin(ToldAgainAfter, _time))
            {
                await DecideAsync(belief, track, look, cancellation);
            }
        }
    }

    private List<(Belief Belief, Track Track)> Sessions(Look look)
    {
        var sessions = new List<(Belief, Track)>();
        var known = new HashSet<SessionId>();
        foreach (var belief in _directory.On(_origin.Name))
        {
            if (belief.SessionIn(_origin.Name, look.Process.ServiceId) is not { SilentSince: null } session)
            {
                continue;
            }

            var id = session.By.Session;
            if (!_tracks.TryGetValue(id, out var track) || track.Generation != session.Generation)
            {
                // One connection can publish again under the same id: that is another session, with a clock of its own.
                _tracks[id] = track = new Track(id, session.Generation);
            }

            known.Add(id);
            sessions.Add((belief, track));
        }

        foreach (var gone in _tracks.Keys.Where(id => !known.Contains(id)).ToList())
        {
            _tracks.Remove(gone);
        }

        return sessions;
    }

    private void RestartAfterGap(Look look, TimeSpan spacing)
    {
        var longest = (spacing > SampledEvery ? spacing : SampledEvery) + SlowAnswer;
        var unbroken = _lastLook is { } last && _time.GetElapsedTime(last, look.Seen) <= longest && look.Took <= SlowAnswer;
        _lastLook = look.Seen;
        if (!unbroken)
        {
            foreach (var track in _tracks.Values)
            {
                track.Restart(look.Seen);
            }
        }
    }

    private void NoteRows(Look look, List<(Belief Belief, Track Track)> sessions, out List<(Belief Belief, Track Track)> ambiguous)
    {
        var rows = new Dictionary<(StreamKey, string), SrsStream>();
        var seen = new HashSet<string>();
        foreach (var row in look.Streams)
        {
            if (_rules.KeyOf(row) is { } key)
            {
                rows[(key, row.PublisherClientId)] = row;
            }

            seen.Add(row.Id);
            if (_rows.TryGetValue(row.Id, out var bytes) && bytes != row.ReceivedBytes)
            {
                _anyMovedAt = look.Seen;
            }

            _rows[row.Id] = row.ReceivedBytes;
        }

        foreach (var gone in _rows.Keys.Where(id => !seen.Contains(id)).ToList())
        {
            _rows.Remove(gone);
        }

        ambiguous = [];
        foreach (var (belief, track) in sessions)
        {
            if (!rows.TryGetValue((belief.Key, track.Session.ClientId), out var row))
            {
                track.RowUnknown();
                ambiguous.Add((belief, track)); // the row is gone or names another: only the client itself can tell
            }
            else if (track.NoteRow(row, look.Seen) && row.Clients > 1)
            {
                track.MovedWithPlayers();
                ambiguous.Add((belief, track));
            }
            else if (row.Clients > 1 && track.AsksClient)
            {
                ambiguous.Add((belief, track));
            }
            else if (row.Clients <= 1)
            {
                track.RowIsEnough();
            }
        }
    }

    private bool MayAskClients() => _clientsAskedAt is not { } last || _time.GetElapsedTime(last) >= _clientsSpacing;

    private async Task NoteClientsAsync(Look look, List<(Belief Belief, Track Track)> ambiguous, CancellationToken cancellation)
    {
        _clientsAskedAt = _time.GetTimestamp();
        var ids = ambiguous.ConvertAll(one => one.Track.Session.ClientId);
        var clients = await ClientLook.AskAsync(_origin, look, ids, cancellation);
        var seen = _time.GetTimestamp();
        _clientsSpacing = Look.SpacingFor(clients.Cost);
        foreach (var (belief, track) in ambiguous)
        {
            if (clients.Find(track.Session.ClientId) is { } client && _rules.Publishes(client, belief.Key))
            {
                track.NoteClient(client.ReceivedBytes, seen);
            }
        }
    }

    private async Task DecideAsync(Belief belief, Track track, Look look, CancellationToken cancellation)
    {
        if (!await SamplerRanAsync(track, cancellation))
        {
            _logger.LogWarning("{Origin} answers but has not sampled its bytes for a while (is the receiver of its heartbeat slow?): silence can't be seen there now.", _origin.Name);
            track.Restart(_time.GetTimestamp());
            return;
        }

        var askedAt = _time.GetUtcNow();
        var answer = await _origin.Api.GetClientAsync(track.Session.ClientId, cancellation);
        if (answer.Value is null)
        {
            _region.Tell(belief.EntityId, new ReportPublisherMissing(track.Session, askedAt, Verified: true));
            return;
        }

        if (!_rules.Publishes(answer.Value, belief.Key) || (answer.ServiceId.Length > 0 && answer.ServiceId != look.Process.ServiceId)
            || track.ClientMovedTo(answer.Value.ReceivedBytes))
        {
            // What is asked last knows best: not this session, or not silent.
            track.Restart(_time.GetTimestamp());
            return;
        }

        var still = track.StoodStill(_time);
        _logger.LogWarning("{Key}: {Session} on {Origin} has been silent for {Seconds:0.0} s after {Bytes} bytes.", belief.EntityId, track.Session,
            _origin.Name, still.TotalSeconds, answer.Value.ReceivedBytes);
        if (_region.Tell(belief.EntityId, new ReportSilent(track.Session, askedAt - still)))
        {
            track.ToldAt = _time.GetTimestamp();
        }
    }

    /// <summary>Whether SRS sampled at all since these bytes stand still: otherwise they say nothing.</summary>
    private async Task<bool> SamplerRanAsync(Track track, CancellationToken cancellation)
    {
        var half = _options.SilentAfter / 2;
        if (track.StandsStillSince is { } since && _anyMovedAt is { } moved && moved > since && _time.GetElapsedTime(since, moved) >= half)
        {
            return true;
        }

        return await _origin.Api.GetSampleAgeAsync(cancellation) is not { } age || age <= half + TimeSpan.FromMilliseconds(500);
    }

    /// <summary>What was seen of one session's bytes: in its stream's row, and at the client itself where the row is not enough.</summary>
    private sealed class Track(SessionId session, long generation)
    {
        /// <summary>
        /// Where a row does not say whether media came, bytes must: the handshake and the commands of a publish come to 3.5 kB, more with a
        /// long token. Half a second of video is beyond this.
        /// </summary>
        private const long BeyondWords = 16 * 1024;

        private ByteWatch _row;
        private ByteWatch _client;
        private bool? _media;
        private long _clientBytes = -1;

        public SessionId Session => session;

        public long Generation => generation;

        public long? ToldAt { get; set; }

        public bool AsksClient { get; private set; }

        /// <summary>The earlier of the two: a row that stands still speaks for everyone in it, a client that stands still for itself.</summary>
        public long? StandsStillSince => (Flowed(_row), AsksClient && Flowed(_client)) switch
        {
            (true, true) => Math.Min(_row.ChangedAt, _client.ChangedAt),
            (true, false) => _row.ChangedAt,
            (false, true) => _client.ChangedAt,
            _ => null,
        };

        public TimeSpan StoodStill(TimeProvider time)
        {
            var row = Flowed(_row) ? _row.StoodStill(time) : TimeSpan.Zero;
            var client = AsksClient && Flowed(_client) ? _client.StoodStill(time) : TimeSpan.Zero;
            return row > client ? row : client;
        }

        public bool ToldWithin(TimeSpan span, TimeProvider time) => ToldAt is { } told && time.GetElapsedTime(told) < span;

        public bool NoteRow(SrsStream row, long at)
        {
            _media = row.HasMedia;
            var moved = _row.Note(row.ReceivedBytes, at);
            if (moved)
            {
                ToldAt = null;
            }

            return moved;
        }

        public void RowUnknown()
        {
            _row = default;
            _media = null;
            AsksClient = true;
        }

        public void MovedWithPlayers() => AsksClient = true;

        public void RowIsEnough()
        {
            AsksClient = false;
            _client = default;
            _clientBytes = -1;
        }

        public void NoteClient(long bytes, long at)
        {
            _client.Note(bytes, at);
            _clientBytes = bytes;
        }

        /// <summary>Whether media has come. A counter that stays at 0 is one that SRS does not keep for this kind of client.</summary>
        private bool Flowed(in ByteWatch bytes) => bytes.Seen && bytes.Bytes > 0 && (_media ?? bytes.Bytes >= BeyondWords);

        /// <summary>Whether the client itself has moved on since it was asked last.</summary>
        public bool ClientMovedTo(long bytes) => _clientBytes >= 0 && bytes != _clientBytes;

        public void Restart(long at)
        {
            _row.Restart(at);
            _client.Restart(at);
            ToldAt = null;
        }
    }
}

namespace StreamSupervisor.Domain.Origins;

/// <summary>What was seen of one session's bytes: in its stream's row, and at the client itself where the row is not enough.</summary>
internal sealed class SilenceTrack(SessionId session, long generation)
{
    /// <summary>
    /// Where a row does not say whether media came, bytes must: the handshake and the commands of a publish come to 3.5 kB, more with a
    /// long token. Half a second of video is beyond this.
    /// </summary>
    internal const long BeyondWords = 16 * 1024;

    /// <summary>
    /// Where the row says that none came, more must: a stream that SRS makes no RTMP of (WHIP, SRT) never says that any did. No hook takes
    /// a token as long as this, unless <c>hooks.max-body</c> was raised.
    /// </summary>
    internal const long BeyondAnyWords = 64 * 1024;

    private ByteWatch _row;
    private ByteWatch _client;
    private bool? _media;
    private bool _mediaCame;
    private long _clientBytes = -1;

    public SessionId Session => session;

    public long Generation => generation;

    /// <summary>The number of the newest look whose sessions it was among.</summary>
    public long SeenIn { get; set; }

    public TimeSpan? ToldAt { get; private set; }

    public bool AsksClient { get; private set; }

    /// <summary>
    /// The earlier of the two: a row that stands still speaks for everyone in it, a client that stands still for itself.
    /// </summary>
    public TimeSpan? StandsStillSince => (Flowed(_row), AsksClient && Flowed(_client)) switch
    {
        (true, true) => _row.ChangedAt < _client.ChangedAt ? _row.ChangedAt : _client.ChangedAt,
        (true, false) => _row.ChangedAt,
        (false, true) => _client.ChangedAt,
        _ => null,
    };

    public TimeSpan StoodStill
    {
        get
        {
            var row = Flowed(_row) ? _row.StoodStill : TimeSpan.Zero;
            var client = AsksClient && Flowed(_client) ? _client.StoodStill : TimeSpan.Zero;
            return row > client ? row : client;
        }
    }

    /// <summary>How long it may stand still though bytes come.</summary>
    public TimeSpan BetweenCounts => AsksClient && _client.Seen && _client.BetweenCounts > _row.BetweenCounts
        ? _client.BetweenCounts : _row.BetweenCounts;

    public bool ToldWithin(TimeSpan span, TimeSpan now) => ToldAt is { } told && now - told < span;

    public void Told(TimeSpan now) => ToldAt = now;

    public bool NoteRow(StreamRow row, TimeSpan at)
    {
        if (row.HasMedia == true && !_mediaCame)
        {
            _mediaCame = true;
            Restart(at); // What stood still before the first of it waited, in on_publish or for its encoder.
        }

        _media = row.HasMedia;
        var moved = _row.Note(row.ReceivedBytes, at, alone: row.Clients <= 1);
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

    public void NoteClient(long bytes, TimeSpan at)
    {
        _client.Note(bytes, at);
        _clientBytes = bytes;
    }

    /// <summary>Whether the client itself has moved on since it was asked last.</summary>
    public bool ClientMovedTo(long bytes) => _clientBytes >= 0 && bytes != _clientBytes;

    public void Restart(TimeSpan at)
    {
        _row.Restart(at);
        _client.Restart(at);
        ToldAt = null;
    }

    /// <summary>Whether media has come. A counter that stays at 0 is one that SRS does not keep for this kind of client.</summary>
    private bool Flowed(in ByteWatch bytes) => bytes.Seen && bytes.Bytes > 0 && _media switch
    {
        true => true,
        false => bytes.Grown >= BeyondAnyWords, // Grown, for a row goes on counting where the publisher before ended.
        null => bytes.Bytes >= BeyondWords,
    };
}

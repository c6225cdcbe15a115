using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Domain.Origins;

/// <summary>
/// The connections of one server between their hooks: <c>on_close</c> names no stream, so what a client asked for is kept until it
/// closes.
/// <para>
/// It is fed with every hook of the server, whichever member took it, so hooks of one client may come in a slightly wrong order. A client
/// that connected and closed is therefore judged only after <see cref="Grace"/>: an <c>on_play</c> or <c>on_publish</c> that was
/// overtaken still counts.
/// </para>
/// <para>
/// Bounded: beyond that the oldest are forgotten, those who only connected apart from those who publish, so that a crowd of players
/// pushes out no publisher. A forgotten publisher's end is found by the sweep.
/// </para>
/// </summary>
/// <param name="capacity">How many of each kind are kept.</param>
public sealed class ClientIndex(int capacity)
{
    /// <summary>
    /// How late a hook may be behind a later one of the same client: two members, one of them in a collection or a slow moment.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(300);

    private readonly RecentMap<SessionId, Wish> _connecting = new(capacity);
    private readonly RecentMap<SessionId, (StreamKey Key, TimeSpan Since)> _publishing = new(capacity);
    private readonly RecentMap<SessionId, TimeSpan> _closed = new(capacity);
    private readonly RecentMap<SessionId, (Wish Wish, TimeSpan Due)> _judging = new(capacity);

    /// <summary>What a client connected for.</summary>
    /// <param name="InTheWay">Who was known to publish the stream on this server then; null for nobody.</param>
    public readonly record struct Wish(StreamKey Key, Publisher By, SessionId? InTheWay = null);

    /// <summary>When the next client is judged, on the monotonic clock; null when none waits for it.</summary>
    public TimeSpan? DueAt => _judging.Oldest?.Value.Due;

    /// <summary><c>on_connect</c> of a client that names a stream and may publish it.</summary>
    /// <param name="busyCheckComesFirst">As in <see cref="Closed"/>.</param>
    /// <param name="inTheWay">Who is known to publish the stream on this server now; null for nobody.</param>
    public void Connected(SessionId client, StreamKey key, Publisher by, bool busyCheckComesFirst, SessionId? inTheWay, TimeSpan now)
    {
        var wish = new Wish(key, by, inTheWay);
        if (!ClosedLately(client, now))
        {
            _connecting.Set(client, wish);
        }
        else if (busyCheckComesFirst && !BeganAfterClosing(inTheWay, client))
        {
            // Its on_close overtook this one.
            _judging.Set(client, (wish, now + Grace));
        }
    }

    /// <summary><c>on_publish</c>, or an <c>on_connect</c> that is asked for as a publish.</summary>
    /// <returns>False when the client's <c>on_close</c> was here before: the stream must be told that it closed.</returns>
    public bool AskedToPublish(SessionId client, StreamKey key, TimeSpan now)
    {
        _connecting.Take(client, out _);
        _judging.Take(client, out _);
        if (ClosedLately(client, now))
        {
            return false;
        }

        _publishing.Set(client, (key, now));
        return true;
    }

    /// <summary><c>on_play</c>: a player closes without consequence.</summary>
    public void Plays(SessionId client)
    {
        _connecting.Take(client, out _);
        _judging.Take(client, out _);
    }

    /// <summary>
    /// <c>on_unpublish</c>: it published, whatever else was heard of it. Its connection may publish again, and is known until it closes.
    /// </summary>
    public void Unpublished(SessionId client, StreamKey? key, TimeSpan now)
    {
        _connecting.Take(client, out _);
        _judging.Take(client, out _);
        if (key is { } published && !_publishing.TryGet(client, out _) && !ClosedLately(client, now))
        {
            _publishing.Set(client, (published, now));
        }
    }

    /// <summary><c>on_close</c>: forgets the client.</summary>
    /// <param name="busyCheckComesFirst">
    /// Whether the server's version refuses a busy key before <c>on_publish</c>
    /// (<see cref="CallOrder.BusyCheckComesBeforeOnPublish"/>). Only then "connected, closed, and neither published nor played" can mean
    /// a publisher that SRS refused.
    /// </param>
    /// <returns>The key that it had asked to publish; null when it had not, or is not known.</returns>
    public StreamKey? Closed(SessionId client, bool busyCheckComesFirst, TimeSpan now)
    {
        _closed.Set(client, now);
        if (_connecting.Take(client, out var wish) && busyCheckComesFirst)
        {
            _judging.Set(client, (wish, now + Grace));
        }

        return _publishing.Take(client, out var published) ? published.Key : null;
    }

    /// <summary>Judges those whose time has come.</summary>
    /// <returns>
    /// Who connected and closed without publishing or playing: a publisher that SRS refused as busy, or a viewer that left the same
    /// trace.
    /// </returns>
    public IReadOnlyList<Wish> Expire(TimeSpan now)
    {
        var unseen = new List<Wish>();
        while (_judging.Oldest is { } oldest && oldest.Value.Due <= now)
        {
            _judging.Take(oldest.Key, out _);
            unseen.Add(oldest.Value.Wish);
        }

        return unseen;
    }

    /// <summary>Whether who is in the way now asked to publish when the client had closed already: then it was not in its way.</summary>
    private bool BeganAfterClosing(SessionId? inTheWay, SessionId client) => inTheWay is { } other
        && _publishing.TryGet(other, out var publish) && _closed.TryGet(client, out var closedAt) && publish.Since > closedAt;

    private bool ClosedLately(SessionId client, TimeSpan now) => _closed.TryGet(client, out var at) && now - at < Grace;
}

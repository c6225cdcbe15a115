using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Domain.Origins;

/// <summary>
/// What streams believe, by key, by server and by client: what hooks without a stream name, sweeps and the watch for silence ask. A read
/// model: it is as old as the last message, and whoever acts on it tells the stream, which decides. Of two beliefs of one key the one
/// with the higher sequence wins, in whatever order they come.
/// </summary>
/// <param name="origin">The server that it is kept for: what concerns only others is not kept. Null: all is kept.</param>
public sealed class BeliefBook(string? origin = null)
{
    /// <summary>
    /// So many keys are remembered after nothing was left of them, so that a message that was overtaken does not bring a dead session
    /// back.
    /// </summary>
    private const int MaxForgotten = 10_000;

    private readonly Dictionary<StreamKey, Entry> _byKey = [];
    private readonly Dictionary<SessionId, StreamKey> _byClient = [];
    private readonly RecentMap<StreamKey, Forgotten> _forgotten = new(MaxForgotten);

    /// <summary>
    /// Keys with a session, a relay or a wedge, by the name of its server. Dictionaries, because they are enumerated in an order that
    /// replays.
    /// </summary>
    private readonly Dictionary<string, Dictionary<StreamKey, Entry>> _byOrigin = [];

    /// <summary>A belief, and when it came on the monotonic clock of the member that keeps the book.</summary>
    /// <param name="HeardAt">A look that began later has seen what the stream had done until this belief.</param>
    public sealed record Entry(StreamBelief Belief, TimeSpan HeardAt)
    {
        /// <summary>When its revision was heard of first: a belief may change without one.</summary>
        public TimeSpan KnownSince { get; init; }
    }

    private readonly record struct Forgotten(long Sequence, long Revision, TimeSpan KnownSince);

    /// <summary>How many keys there is something to look for.</summary>
    public int Count => _byKey.Count;

    /// <summary>How many keys are on air on the server that the book is kept for.</summary>
    public int OnAir { get; private set; }

    /// <summary>Takes a belief.</summary>
    /// <param name="belief">What the stream believes now.</param>
    /// <param name="heardAt">When it came, on the monotonic clock.</param>
    /// <returns>False when it is older than what is known, and was dropped.</returns>
    public bool Changed(StreamBelief belief, TimeSpan heardAt)
    {
        var key = belief.Key;
        var known = _byKey.GetValueOrDefault(key);
        var wasForgotten = _forgotten.TryGet(key, out var forgotten);
        var newest = known?.Belief.Sequence ?? (wasForgotten ? forgotten.Sequence : long.MinValue);
        if (belief.Sequence < newest)
        {
            return false;
        }

        var since = known is not null && known.Belief.Revision == belief.Revision ? known.KnownSince
            : wasForgotten && forgotten.Revision == belief.Revision ? forgotten.KnownSince
            : heardAt;
        if (known is not null)
        {
            if (belief.Sequence == newest)
            {
                return true; // told again: it was known at the first time
            }

            Remove(known.Belief);
        }

        // An idle key is nothing to look for; a million of them must not stand here.
        if (belief.IsNothing || (origin is not null && !belief.Origins().Contains(origin)))
        {
            _forgotten.Set(key, new Forgotten(belief.Sequence, belief.Revision, since));
            return true;
        }

        _forgotten.Take(key, out _);
        Add(new Entry(belief, heardAt) { KnownSince = since });
        return true;
    }

    /// <summary>
    /// Takes what the index of all streams says. What stands here and not there is forgotten, since its last message was lost, unless it
    /// was heard lately: the index may lag.
    /// </summary>
    /// <param name="all">Every belief that concerns the server, as the index has it.</param>
    /// <param name="indexLag">How old a belief must be to be forgotten.</param>
    /// <param name="now">On the monotonic clock.</param>
    public void Reload(IReadOnlyCollection<StreamBelief> all, TimeSpan indexLag, TimeSpan now)
    {
        Forget(all.Select(belief => belief.Key), indexLag, now);
        foreach (var belief in all)
        {
            Changed(belief, now);
        }
    }

    /// <summary>Whether nothing in the index is newer than what is known.</summary>
    /// <param name="listed">Every key that concerns the server, as the index has it, with the number of its newest event there.</param>
    public bool Knows(IEnumerable<(StreamKey Key, long Sequence)> listed) => listed.All(one =>
        _byKey.TryGetValue(one.Key, out var known) ? known.Belief.Sequence >= one.Sequence
        : _forgotten.TryGet(one.Key, out var forgotten) && forgotten.Sequence >= one.Sequence);

    /// <summary>Drops what the index of all streams does not have, as <see cref="Reload"/> does.</summary>
    public void Forget(IEnumerable<StreamKey> listed, TimeSpan indexLag, TimeSpan now)
    {
        var there = listed.ToHashSet();
        foreach (var lost in _byKey.Values.Where(entry => now - entry.HeardAt >= indexLag && !there.Contains(entry.Belief.Key)).ToList())
        {
            Remove(lost.Belief);
        }
    }

    /// <summary>The belief of a key; null where nothing is to be looked for.</summary>
    public StreamBelief? Find(StreamKey key) => _byKey.GetValueOrDefault(key)?.Belief;

    /// <summary>What was known of a key when a look began, also of one that there is nothing to look for.</summary>
    /// <param name="lookedAt">When it began, on the monotonic clock.</param>
    public KnownAtLook KnownAt(StreamKey key, TimeSpan lookedAt)
    {
        var (revision, since) = _byKey.GetValueOrDefault(key) is { } entry ? (entry.Belief.Revision, entry.KnownSince)
            : _forgotten.TryGet(key, out var forgotten) ? (forgotten.Revision, forgotten.KnownSince)
            : default;
        return revision > 0 && since < lookedAt ? new KnownAtLook(revision, lookedAt - since) : default;
    }

    /// <summary>The key that a client publishes, asks for, or is being removed from.</summary>
    public StreamKey? KeyOf(SessionId session) => _byClient.TryGetValue(session, out var key) ? key : null;

    /// <summary>
    /// Every key with a session, a relay or a wedge on a server. Not a copy, which would be a large object at each look: nothing may be
    /// changed while it is enumerated.
    /// </summary>
    public IReadOnlyCollection<Entry> On(string server) => _byOrigin.TryGetValue(server, out var live) ? live.Values : [];

    private void Add(Entry entry)
    {
        var (belief, key) = (entry.Belief, entry.Belief.Key);
        _byKey[key] = entry;
        OnAir += IsOnAirHere(belief) ? 1 : 0;
        foreach (var client in ClientsOf(belief))
        {
            _byClient[client] = key;
        }

        foreach (var server in LookedForOn(belief))
        {
            if (!_byOrigin.TryGetValue(server, out var live))
            {
                _byOrigin[server] = live = [];
            }

            live[key] = entry;
        }
    }

    private void Remove(StreamBelief belief)
    {
        _byKey.Remove(belief.Key);
        OnAir -= IsOnAirHere(belief) ? 1 : 0;
        foreach (var client in ClientsOf(belief))
        {
            // One connection may publish several keys in turn: only the entry that is ours is taken back.
            if (_byClient.TryGetValue(client, out var owner) && owner == belief.Key)
            {
                _byClient.Remove(client);
            }
        }

        foreach (var server in LookedForOn(belief))
        {
            _byOrigin[server].Remove(belief.Key);
        }
    }

    private bool IsOnAirHere(StreamBelief belief) =>
        belief is { Phase: LiveStreamPhase.Live, Session: { } session } && session.By.Origin == origin;

    private static IEnumerable<SessionId> ClientsOf(StreamBelief belief)
    {
        IEnumerable<Publisher?> all =
        [
            .. belief.Evictions.Select(eviction => eviction.Of), .. belief.Relays.Select(relay => relay.By),
            belief.Session?.By, belief.Challenger,
        ];
        return all.OfType<Publisher>().Select(publisher => publisher.Session);
    }

    private static IEnumerable<string> LookedForOn(StreamBelief belief)
    {
        IEnumerable<string?> all =
        [
            belief.Session?.By.Origin, .. belief.Relays.Select(relay => relay.By.Origin), .. belief.Wedges.Select(wedge => wedge.Origin),
        ];
        return all.OfType<string>().Distinct();
    }
}

using System.Collections.Immutable;
using StreamSupervisor.Cluster.Entities;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Sweeping;

/// <summary>What a key's entity believes, as far as a look at a node needs it.</summary>
internal sealed record Belief(StreamKey Key, LiveStreamPhase Phase, Session? Session, Publisher? Challenger, ImmutableList<Eviction> Evictions, ImmutableList<Wedge> Wedges)
{
    public string EntityId { get; } = Key.ToString();

    /// <summary>The session, if it is on this node in this process.</summary>
    public Session? SessionIn(string origin, string serviceId) =>
        Session is { } session && session.By.Origin == origin && session.By.Session.ServiceId == serviceId ? session : null;

    public bool IsEvicting(SessionId session) => Evictions.Exists(eviction => eviction.Of.Session == session);
}

/// <summary>
/// The sessions that the entities of this member believe in, by key, by node and by client: what hooks without a stream name, sweeps and
/// the watch for silence ask. A read model: it is as old as the last event, and whoever acts on it tells the entity, which decides.
/// </summary>
internal sealed class LiveDirectory : IEntityObserver<LiveStreamState>
{
    private readonly System.Threading.Lock _gate = new();
    private readonly Dictionary<string, Belief> _byKey = [];
    private readonly Dictionary<SessionId, string> _byClient = [];
    private readonly int[] _phases = new int[Enum.GetValues<LiveStreamPhase>().Length];

    /// <summary>Keys with a session or a wedge, by the name of its node. Dictionaries, because they are enumerated in an order that replays.</summary>
    private readonly Dictionary<string, Dictionary<string, Belief>> _byOrigin = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byKey.Count;
            }
        }
    }

    /// <summary>How many keys are in a phase; of the idle ones only those where something is left to remove or a ghost is known.</summary>
    public int CountOf(LiveStreamPhase phase)
    {
        lock (_gate)
        {
            return _phases[(int)phase];
        }
    }

    public void Changed(string entityId, LiveStreamState? state)
    {
        lock (_gate)
        {
            if (_byKey.Remove(entityId, out var before))
            {
                Forget(entityId, before);
            }

            // An idle key is nothing to look for; a million of them must not stand here.
            if (state is null or { Phase: LiveStreamPhase.Idle, Evictions.IsEmpty: true, Wedges.IsEmpty: true })
            {
                return;
            }

            var belief = new Belief(state.Key, state.Phase, state.Session, state.Handover?.To, state.Evictions, state.Wedges);
            _byKey[entityId] = belief;
            Know(entityId, belief);
        }
    }

    public Belief? Find(StreamKey key)
    {
        lock (_gate)
        {
            return _byKey.GetValueOrDefault(key.ToString());
        }
    }

    /// <summary>The key that a client publishes, asks for, or is being removed from.</summary>
    public StreamKey? KeyOf(SessionId session)
    {
        lock (_gate)
        {
            return _byClient.TryGetValue(session, out var entityId) ? _byKey[entityId].Key : null;
        }
    }

    /// <summary>Every key with a session or a wedge on a node, as of now.</summary>
    public IReadOnlyList<Belief> On(string origin)
    {
        lock (_gate)
        {
            return _byOrigin.TryGetValue(origin, out var live) ? [.. live.Values] : [];
        }
    }

    private void Know(string entityId, Belief belief)
    {
        _phases[(int)belief.Phase]++;
        if (belief.Session is { } session)
        {
            _byClient[session.By.Session] = entityId;
            OfOrigin(session.By.Origin)[entityId] = belief;
        }

        if (belief.Challenger is { } challenger)
        {
            _byClient[challenger.Session] = entityId;
        }

        foreach (var eviction in belief.Evictions)
        {
            _byClient[eviction.Of.Session] = entityId;
        }

        foreach (var wedge in belief.Wedges)
        {
            OfOrigin(wedge.Origin)[entityId] = belief;
        }
    }

    private void Forget(string entityId, Belief belief)
    {
        _phases[(int)belief.Phase]--;
        if (belief.Session is { } session)
        {
            ForgetClient(entityId, session.By.Session);
            OfOrigin(session.By.Origin).Remove(entityId);
        }

        if (belief.Challenger is { } challenger)
        {
            ForgetClient(entityId, challenger.Session);
        }

        foreach (var eviction in belief.Evictions)
        {
            ForgetClient(entityId, eviction.Of.Session);
        }

        foreach (var wedge in belief.Wedges)
        {
            OfOrigin(wedge.Origin).Remove(entityId);
        }
    }

    /// <summary>One connection may publish several keys in turn: only the entry that is ours is taken back.</summary>
    private void ForgetClient(string entityId, SessionId session)
    {
        if (_byClient.TryGetValue(session, out var owner) && owner == entityId)
        {
            _byClient.Remove(session);
        }
    }

    private Dictionary<string, Belief> OfOrigin(string origin)
    {
        if (!_byOrigin.TryGetValue(origin, out var live))
        {
            _byOrigin[origin] = live = [];
        }

        return live;
    }
}

using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Simulator.Servers;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>
/// What happened in a world, and the promises that can be checked the moment something happens. The journal is the truth that all is held to: it is
/// read as it becomes durable, not as the supervisor tells it.
/// </summary>
internal sealed class History(World world)
{
    private const int Remembered = 4_000;

    private readonly Queue<Entry> _entries = new();
    private readonly Dictionary<string, KeyHistory> _keys = [];
    private readonly Dictionary<(int Shard, long Epoch), string> _writers = [];
    private readonly Dictionary<SessionId, List<(bool Yes, long Sequence)>> _answers = [];
    private ulong _hash = 14695981039346656037UL;

    private static readonly int Undecided = HookRefusals.Of(RefusalReason.Unavailable).Code;

    /// <summary>The first promise that was broken.</summary>
    public string? Broken { get; private set; }

    /// <summary>A number that two runs of one seed agree on only if they took the same way to the letter.</summary>
    public ulong Trace => _hash;

    /// <summary>Counts what became durable: the order that all answers must fit.</summary>
    public long Moment { get; private set; }
    public int Reads { get; private set; }
    public int Deletes { get; private set; }
    public int Admissions { get; private set; }
    public int Handovers { get; private set; }

    public KeyHistory Of(string key)
    {
        if (!_keys.TryGetValue(key, out var history))
        {
            _keys[key] = history = new KeyHistory(key);
        }

        return history;
    }

    /// <summary>Something became durable.</summary>
    public void Durable(string life, AppendRequest request)
    {
        if (_writers.TryGetValue((request.Owner.Shard, request.Owner.Epoch), out var writer) && writer != life)
        {
            Break("I1", request.EntityId, $"epoch {request.Owner.Epoch} of shard {request.Owner.Shard} was used by {writer} and {life}");
        }

        _writers[(request.Owner.Shard, request.Owner.Epoch)] = life;
        var key = Of(request.EntityId);
        if (request.PreviousSequence != key.Sequence)
        {
            Break("I1", request.EntityId, $"events behind {request.PreviousSequence} were stored, and the journal ended with {key.Sequence}");
        }

        Moment++;
        foreach (var stored in request.Events)
        {
            var @event = EventCodec.Decode(stored.Kind, stored.Payload.Span);
            Note("journal", stored.Kind, request.EntityId, @event);
            if (key.Apply(@event) is { } wrong)
            {
                Break("I1", request.EntityId, wrong);
            }

            key.Passed(Moment);
            Admissions += @event is Admitted ? 1 : 0;
            Handovers += @event is Admitted { Rule: AdmissionRule.HandoverDone } ? 1 : 0;
        }

        CheckOneOnAir(key);
    }

    /// <summary>I7: while a session is ordered away, the order is on the list of those to be carried out; else nobody would after a crash.</summary>
    public void EffectsEnded(string key)
    {
        var open = world.Store.EffectsOf(key);
        foreach (var eviction in Of(key).State.Evictions.Where(eviction => !open.Contains(EvictSession.NameOf(eviction.Of.Session))))
        {
            Break("I7", key, $"{eviction.Of.Session} is to be removed, and the order is not in the store any more");
        }
    }

    /// <summary>Somebody looked at a key and was told its state: one that it had while he waited, however many members there are.</summary>
    public void Read(string name, long asked, LiveStreamState told)
    {
        Reads++;
        Note("reader", "told", name, (told.Generation, told.Phase));
        if (!Of(name).Between(asked, Moment).Any(state => IsSame(state, told)))
        {
            Break("Order", name, $"a reader was told of generation {told.Generation}, {told.Session?.By.Session.ToString() ?? "nobody"}, which was over before he asked, or never was");
        }

        static bool IsSame(LiveStreamState one, LiveStreamState other) =>
            one.Generation == other.Generation && one.Session?.By.Session == other.Session?.By.Session && one.Handover?.To.Session == other.Handover?.To.Session
            && one.Evictions.Count == other.Evictions.Count && one.Locked == other.Locked && one.ChangedAt == other.ChangedAt && one.Phase == other.Phase;
    }

    /// <summary>A simulated server noted something.</summary>
    public void Happened(Node node, SimulatedEvent happened)
    {
        var key = happened.Url.Length > 0 ? StreamKey.DefaultVhost + happened.Url : "";
        Note(node.Name, happened.Kind.ToString(), key, happened);
        if (key.Length == 0)
        {
            return;
        }

        switch (happened.Kind)
        {
            case SimulatedEventKind.PublishStarted:
                Of(key).OnAir.Add(node.Session(happened.ClientId));
                CheckOneOnAir(Of(key));
                break;
            case SimulatedEventKind.Closed:
                Of(key).OnAir.Remove(node.Session(happened.ClientId));
                break;
            case SimulatedEventKind.RefusedBusy:
                CheckWayWasFree(Of(key), node.Session(happened.ClientId));
                break;
            case SimulatedEventKind.Deleted when happened.Detail == "0":
                CheckRemoved(node, Of(key), node.Session(happened.ClientId));
                break;
        }
    }

    /// <summary>I3: the supervisor sends a DELETE.</summary>
    public void Deleting(Node node, string clientId)
    {
        Deletes++;
        Note(node.Name, "DELETE sent", "", clientId);
        if (!_keys.Values.Any(key => key.Seats.Any(seat => seat.Key.ServerId == node.Srs.Options.ServerId && seat.Key.ClientId == clientId && seat.Value.OrderedAt > 0)))
        {
            Break("I3", "", $"a DELETE of {clientId} was sent to {node.Name}, and no durable event had ordered it");
        }
    }

    /// <summary>The supervisor answered a hook.</summary>
    public void Answered(SessionId session, SrsHook call, SrsHookReply reply, long asked)
    {
        var name = $"{StreamKey.DefaultVhost}/{call.App}/{call.Stream}";
        Note(session.ServerId, "answered", name, (session, call.Action, reply.Code));
        var decides = call.Action == HookAction.OnPublish || (call.Action == HookAction.OnConnect && world.Plan.PublishOnly);
        if (!decides || reply.Code == Undecided || reply == HookRefusals.WrongServer || reply == HookRefusals.ReplacedProcess)
        {
            return;
        }

        var key = Of(name);
        var yes = reply.Code == 0;
        var seat = key.Seats.GetValueOrDefault(session);
        if (yes && seat is null or { AdmittedAt: 0 })
        {
            Break("I6", name, $"{session} was answered 0, and no admission of it is in the journal");
        }

        if (yes && !key.Between(asked, Moment).Any(state => state.Session?.By.Session == session))
        {
            Break("Order", name, $"{session} was answered 0, and at no time since it asked the key was its own");
        }

        if (!_answers.TryGetValue(session, out var before))
        {
            _answers[session] = before = [];
        }

        foreach (var past in before)
        {
            // A session that has ended since hears no, also when a look has found it again by now; an attempt that was refused never hears yes.
            if (yes != past.Yes && (yes || key.Between(asked, Moment).All(state => IsItsOwn(state, session))))
            {
                Break("I5", name, $"{session} was answered {(past.Yes ? "yes" : "no")} before and {(yes ? "yes" : "no")} now");
            }
        }

        before.Add((yes, key.Sequence));
    }

    private static bool IsItsOwn(LiveStreamState state, SessionId session) =>
        state.Session?.By.Session == session && !state.Evictions.Exists(eviction => eviction.Of.Session == session);

    public void Note(string where, string what, string key, object? detail)
    {
        var entry = new Entry(world.Time.GetUtcNow(), where, what, key, detail);
        Mix((ulong)entry.At.Ticks);
        Mix(where);
        Mix(what);
        Mix(detail is SimulatedEvent happened ? happened.ClientId : detail as string ?? "");
        if (_entries.Count == Remembered)
        {
            _entries.Dequeue();
        }

        _entries.Enqueue(entry);
    }

    public void Break(string promise, string key, string how)
    {
        if (Broken is null)
        {
            Broken = $"{promise} {key}: {how} ({world.Time.GetUtcNow():HH:mm:ss.fff})\n{Tail(key, world.Telling)}";
        }
    }

    /// <summary>The last so many things that happened to a key, or that concern every key.</summary>
    public string Tail(string key, int count) =>
        string.Join('\n', _entries.Where(entry => key.Length == 0 || entry.Key.Length == 0 || entry.Key == key).TakeLast(count));

    /// <summary>I2: never two that were admitted and not ordered away. The number only grows when a publish starts or an admission becomes durable.</summary>
    private void CheckOneOnAir(KeyHistory key)
    {
        var simulated = key.Simulated;
        List<SessionId>? onAir = null;
        foreach (var node in world.Nodes)
        {
            foreach (var clientId in node.Srs.ActivePublishers(simulated))
            {
                if (key.Seats.GetValueOrDefault(node.Session(clientId)) is { AdmittedAt: > 0 } seat && seat.OrderedAt < seat.AdmittedAt)
                {
                    (onAir ??= []).Add(node.Session(clientId));
                }
            }
        }

        if (onAir is { Count: > 1 })
        {
            Break("I2", key.Name, $"{string.Join(" and ", onAir)} are on air, admitted, and not ordered away");
        }
    }

    /// <summary>I4: the newest session is only removed by an order that is younger than its admission.</summary>
    private void CheckRemoved(Node node, KeyHistory key, SessionId session)
    {
        if (key.Seats.GetValueOrDefault(session) is not { OrderedAt: > 0 } seat)
        {
            Break("I3", key.Name, $"{session} was removed from {node.Name}, and no durable event had ordered it");
        }
        else if (key.State.Session?.By.Session == session && seat.OrderedAt < seat.AdmittedAt)
        {
            Break("I4", key.Name, $"{session} has the highest generation and was removed by the order {seat.OrderedAt}, older than its admission {seat.AdmittedAt}");
        }
    }

    /// <summary>The promise of the hold: who was let in is not refused because of a session that was ordered away before.</summary>
    private void CheckWayWasFree(KeyHistory key, SessionId refused)
    {
        if (key.Seats.GetValueOrDefault(refused) is not { AdmittedAt: > 0 } mine || mine.OrderedAt > mine.AdmittedAt)
        {
            return;
        }

        foreach (var (session, seat) in key.Seats)
        {
            if (session != refused && session.ServerId == refused.ServerId && session.ServiceId == refused.ServiceId
                && seat.OrderedAt > 0 && seat.OrderedAt < mine.AdmittedAt && seat.OrderedAt > seat.AdmittedAt && key.OnAir.Contains(session))
            {
                Break("Hold", key.Name, $"{refused} was let in and refused as busy, for {session} was still there");
            }
        }
    }

    private void Mix(string text)
    {
        foreach (var letter in text)
        {
            Mix(letter);
        }
    }

    private void Mix(ulong value) => _hash = (_hash ^ value) * 1099511628211UL;

    private sealed record Entry(DateTimeOffset At, string Where, string What, string Key, object? Detail)
    {
        public override string ToString() => $"  {At:HH:mm:ss.ffff} {Where,-8} {What,-20} {Detail}";
    }
}

using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Stores;
using StreamSupervisor.Tests.Simulation.Members;
using StreamSupervisor.Tests.Simulation.Servers;

namespace StreamSupervisor.Tests.Simulation.Judging;

/// <content>The promises.</content>
internal sealed partial class History
{
    /// <summary>Why there is no reply: the deadline passed.</summary>
    public const string NoAnswer = "no answer in time";
    private const int PlacesOfAGate = 4;
    private static readonly TimeSpan BytesAreCountedEvery = TimeSpan.FromSeconds(3);

    private readonly Dictionary<SessionId, List<bool>> _answers = [];
    private readonly Dictionary<SessionId, SrsConnection> _sources = [];
    private readonly Dictionary<(string Key, string Ip), List<SrsConnection>> _turnedAway = [];

    /// <summary>A publish has begun.</summary>
    public void OnAir(SrsConnection connection)
    {
        Of(connection.Stream).OnAir.Add(connection.Session);
        Of(connection.Stream).SeatOf(connection.Session).OnAirAt = world.Age;
        CheckOneOnAir(Of(connection.Stream));
    }

    public void Left(SrsConnection connection)
    {
        if (connection is { IsPlayer: false, IsPublishing: false })
        {
            if (!_turnedAway.TryGetValue((connection.Stream, connection.Ip), out var others))
            {
                _turnedAway[(connection.Stream, connection.Ip)] = others = [];
            }

            others.Add(connection);
        }

        if (connection.Stream.Length > 0)
        {
            Of(connection.Stream).OnAir.Remove(connection.Session);
        }
    }

    /// <summary>A server copies a stream.</summary>
    public void Relays(SrsConnection source, SrsConnection relay) => _sources[relay.Session] = source;

    /// <summary>A place of a gate is for a call, and there are so many.</summary>
    public void Calls(Member member, SrsServer server, int running)
    {
        if (running > PlacesOfAGate)
        {
            Break("Gate", "", $"{member.Name} has {running} calls to {server.Name} under way");
        }
    }

    /// <summary>I3: a member sends a DELETE.</summary>
    public void Deleting(string key, SessionId session)
    {
        Deletes++;
        if (Of(key).Seats.GetValueOrDefault(session) is not { OrderedAt: > 0 })
        {
            Break("I3", key, $"a DELETE of {session} was sent, and no durable event had ordered it");
        }
    }

    /// <summary>
    /// I3, I4: a DELETE found its client. The newest session is only removed by an order that is younger than its admission.
    /// </summary>
    public void Deleted(SrsConnection connection)
    {
        var (session, key) = (connection.Session, Of(connection.Stream));
        if (key.Seats.GetValueOrDefault(session) is not { OrderedAt: > 0 } seat)
        {
            Break("I3", key.Name, $"{session} was removed, and no durable event had ordered it");
        }
        else if (key.State.Session?.By.Session == session && seat is { IsLost: false } && seat.OrderedAt < seat.AdmittedAt)
        {
            Break("I4", key.Name, $"{session} has the key, and was removed by an order that is older than its admission");
        }
    }

    /// <summary>A publisher's hook was answered by what its stream decided, or nobody knew.</summary>
    /// <param name="session">The client as the member named it: SRS 4 does not say which process it is, and it may have been replaced
    /// meanwhile.</param>
    public void Answered(SrsConnection client, SessionId session, SrsHook hook, AskedIn askedIn, LiveStreamReply? reply, string why,
        long asked, TimeSpan askedAt)
    {
        var key = Of(hook.Stream);
        Note(client.Server.Name, "answered", key.Name, hook.ClientId, reply is null ? $"{askedIn}: {why}" : $"{askedIn}: {reply}");
        var isHeld = world.RollsBack && world.Cluster.Members.Any(member => member.HeldAt(askedAt));
        if (reply is null && why == NoAnswer && !isHeld && world.IsCalm(askedAt))
        {
            Break("I5", key.Name, $"{session} asked when all was well, and nobody answered");
        }

        if (reply is not PublishReply)
        {
            return;
        }

        var yes = reply is Allowed;
        var seat = key.Seats.GetValueOrDefault(session);
        if (seat is { IsLost: true })
        {
            return;
        }

        if (yes && seat is null or { AdmittedAt: 0, RelayAt: 0 })
        {
            Break("I6", key.Name, $"{session} was answered 0, and no admission of it is in the journal");
        }

        if (yes && !key.AnyBetween(asked, Moment, state => IsItsOwn(state, session)
            || state.Relays.Exists(relay => relay.By.Session == session)))
        {
            Break("Order", key.Name, $"{session} was answered 0, and at no time since it asked the key was its own");
        }

        if (!_answers.TryGetValue(session, out var before))
        {
            _answers[session] = before = [];
        }

        // A session that has ended since hears no, also when a look has found it again by now; an attempt that was refused never hears yes.
        // Where asks wait for a rollback to be dealt with, the first answer may arrive after a later one.
        var isLate = world.RollsBack && yes && key.AnyBetween(asked, Moment, state => IsItsOwn(state, session));
        if (!isLate && before.Contains(!yes) && (yes || !key.AnyBetween(asked, Moment, state => !IsItsOwn(state, session)
            || state.Evictions.Exists(eviction => eviction.Of.Session == session))))
        {
            Break("I5", key.Name, $"{session} was answered {(yes ? "no" : "yes")} before and {(yes ? "yes" : "no")} now");
        }

        before.Add(yes);
    }

    /// <summary>The promise of the hold: who was let in is not refused because of a session that was ordered away before.</summary>
    public void RefusedBusy(SrsConnection refused)
    {
        var key = Of(refused.Stream);
                var session = refused.Session;
        if (key.Seats.GetValueOrDefault(session) is not { AdmittedAt: > 0, IsLost: false } mine || mine.OrderedAt > mine.AdmittedAt)
        {
            return;
        }

        foreach (var (other, seat) in key.Seats)
        {
            if (!seat.IsLost && other != session && other.ServerId == session.ServerId && other.ServiceId == session.ServiceId && !seat.IsDropped
                && seat.OrderedAt > 0 && seat.OrderedAt < mine.AdmittedAt && seat.OrderedAt > seat.AdmittedAt && key.OnAir.Contains(other))
            {
                Break("Hold", key.Name, $"{session} was let in and refused as busy, for {other} was still there");
            }
        }
    }

    private static bool IsItsOwn(LiveStreamState state, SessionId session) => state.Session?.By.Session == session;

    /// <summary>
    /// I2: never two that were admitted and not ordered away. The number only grows when a publish starts or a record becomes durable. A
    /// connection that
    /// publishes for the second time under its id is known to no hook: a late on_unpublish of its first publish ends the second, until a
    /// look finds it.
    /// <para>
    /// A server whose API hangs is waited for no longer than <see cref="AdmissionHold.Longest"/> after the database went back: nobody can
    /// know whom it has on air, and everybody else would wait for it. Until it was looked at, whom the journal has lost there counts not.
    /// </para>
    /// <para>
    /// Nor does one whose row says inactive, and which had not published for so long that SRS had counted its bytes: SRS shows it as it
    /// shows who waits in on_publish. To wait 3 s for the count would hold everybody after each failover, for somebody always waits.
    /// </para>
    /// </summary>
    private void CheckOneOnAir(KeyHistory key)
    {
        SessionId? first = null;
        foreach (var server in world.Servers)
        {
            foreach (var publisher in server.Publishers(key.Name))
            {
                if (publisher.Publishes > 1 || key.Seats.GetValueOrDefault(publisher.Session) is not { AdmittedAt: > 0 } seat
                    || seat.OrderedAt >= seat.AdmittedAt || (publisher.IsRelay && seat.IsLost)
                    || (seat.IsLost && (world.Cluster.WasGivenUp(server.Name) || IsUnseen(seat, publisher))))
                {
                    continue;
                }

                if (first is { } other)
                {
                    Break("I2", key.Name, $"{other} and {publisher.Session} are on air, admitted, and not ordered away");
                }

                first = publisher.Session;
            }
        }
    }

    private static bool IsUnseen(KeyHistory.Seat seat, SrsConnection publisher) =>
        publisher.Server.Kind.Major >= 5 && seat.OnAirAt > seat.LostAt - BytesAreCountedEvery
        && !publisher.Run.Rows.Any(row => row.Active && row.Id == publisher.Stream && row.ClientId == publisher.ClientId);

    private void CheckEvent(KeyHistory key, LiveStreamState before, LiveStreamEvent happened)
    {
        switch (happened)
        {
            case Admitted { By.Session: var relay } when _sources.TryGetValue(relay, out var source)
                && before.Session?.By.Session == source.Session && source.IsPublishing:
                Break("Relay", key.Name, $"{relay} copies {source.Session}, and took its key");
                break;
            case EvictionOrdered { Cause: EvictionCause.Takeover, Of.Session: var evicted } when before.Handover is { } handover
                && _sources.TryGetValue(handover.To.Session, out var source) && source.Session == evicted:
                Break("Relay", key.Name, $"{evicted} is evicted for {handover.To.Session}, which copies it");
                break;
            case EvictionOrdered { Cause: EvictionCause.Silent, Of: var evicted }
                when Find(evicted) is { IsPublishing: true, IsSending: true, Publishes: 1 }:
                // A second publish under the same id takes over the silence of the first where the on_unpublish in between was lost.
                Break("Silence", key.Name, $"{evicted.Session} sends, and is evicted because it does not");
                break;
            case EvictionOrdered { Cause: EvictionCause.RefusedUnseen, Of: var evicted }
                when Find(evicted) is { IsPublishing: true, IsSending: true } sender
                && !(_turnedAway.TryGetValue((key.Name, sender.Ip), out var others)
                    && others.Exists(other => other.HeardAt >= sender.ConnectedAt)):
                // Attempts count in the order in which their hooks arrive: one that arrived after the sender came is newer.
                Break("Viewer", key.Name, $"{evicted.Session} sends and is evicted, and nobody of its address came since");
                break;
        }
    }

    private SrsConnection? Find(Publisher publisher) =>
        world.Servers.FirstOrDefault(server => server.Name == publisher.Origin)?.Find(publisher.Session);
}

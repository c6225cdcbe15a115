using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Api;

/// <summary>
/// The story of one attempt, gathered from its key's journal from the newest event backwards. A client id alone may name several attempts
/// (SRS draws them at random per process, and one connection may publish twice): the newest is told.
/// </summary>
internal sealed class AttemptStory(StreamKey key, string clientId, string? serviceId)
{
    private readonly List<(long Sequence, string Kind, LiveStreamEvent Event)> _newestFirst = [];
    private (long Sequence, LiveStreamEvent Event)? _answer;
    private DateTimeOffset? _askedAt;
    private readonly List<EvictionOrdered> _olderOrders = [];
    private DateTimeOffset? _beginsAt;
    private bool _incumbentKnown;

    public StreamKey Key => key;

    /// <summary>Which attempt it is; null while none was found.</summary>
    public SessionId? Session { get; private set; }
    public Publisher? By { get; private set; }
    public (Publisher By, long Generation)? Incumbent { get; private set; }
    public LiveStreamEvent? Answer => _answer?.Event;
    public DateTimeOffset? AskedAt => _askedAt;

    /// <summary>The event with which its hold began.</summary>
    public LiveStreamEvent? Opening { get; private set; }

    /// <summary>Whether nothing older can belong to it.</summary>
    public bool IsComplete => _beginsAt is not null && _incumbentKnown;

    /// <summary>Takes the next older event.</summary>
    public void Add(long sequence, string kind, LiveStreamEvent happened)
    {
        if (happened.At < _beginsAt)
        {
            LookFurtherBack(happened);
            return;
        }

        _newestFirst.Add((sequence, kind, happened));
        if (Session is null && Mentions(happened) is { } named)
        {
            Session = named;
        }

        if (happened is DecisionObserved observed && observed.By.Session == Session && _answer is { Event: Admitted } admitted
            && admitted.Event.At == observed.At)
        {
            // Observe mode lets everybody in: what the rules said is the answer.
            _answer = (sequence, observed);
        }
        else if (Session is { } session && _beginsAt is null)
        {
            Follow(sequence, happened, session);
        }
    }

    /// <summary>Everything that is about it, oldest first.</summary>
    public IEnumerable<TimelineEntry> Events =>
        from one in Enumerable.Reverse(_newestFirst)
        where NamesOf(one.Event).Contains(Session!.Value)
        select TimelineEntry.From(one.Sequence, one.Kind, one.Event);

    /// <summary>The loss of the session that it became.</summary>
    public PublisherLost? Ended => _newestFirst.Where(one => one.Sequence > (_answer?.Sequence ?? 0)).Select(one => one.Event)
        .OfType<PublisherLost>().LastOrDefault(lost => lost.Session == Session);

    /// <summary>
    /// The removals that it waited for, in the order in which they were ordered: also those that were under way when it asked.
    /// </summary>
    public IEnumerable<Removal> Removals()
    {
        if (Opening is null)
        {
            return [];
        }

        var held = Enumerable.Reverse(_newestFirst).ToList();
        var orders = held.Where(one => _answer is null || one.Sequence < _answer.Value.Sequence).Select(one => one.Event)
            .OfType<EvictionOrdered>()
            .Concat(_olderOrders.Where(order => held.Exists(one => one.Event is EvictionFinished finish && finish.Of == order.Of.Session
                && finish.OrderedAt == order.At)));
        return
            from order in orders
            where order.Of.Session != Session
            orderby order.At
            select new Removal(order,
                held.Select(one => one.Event).OfType<EvictionFinished>()
                    .FirstOrDefault(finish => finish.Of == order.Of.Session && finish.At >= order.At),
                held.Select(one => one.Event).OfType<EvictionStalled>()
                    .LastOrDefault(stall => stall.Of == order.Of.Session && stall.At >= order.At));
    }

    private void Follow(long sequence, LiveStreamEvent happened, SessionId session)
    {
        switch (happened)
        {
            case Admitted e when e.By.Session == session && _answer is null:
                Answered(sequence, e, e.By, e.AskedAt);
                break;
            case AttemptRefused e when e.By.Session == session && _answer is null:
                Answered(sequence, e, e.By, e.AskedAt);
                break;
            case ChallengerReplaced e when e.Old.Session == session && _answer is null:
                // Its own question stands in the handover before: only what is newer than that is known here.
                _answer = (sequence, e);
                By = e.Old;
                break;
            case SessionAdopted e when e.By.Session == session && _answer is null:
                Answered(sequence, e, e.By, e.At);
                break;
            case DecisionObserved e when e.By.Session == session && _answer is null:
                Answered(sequence, e, e.By, e.At);
                break;
            case HandoverStarted e when e.To.Session == session:
                Opened(e, e.To);
                _beginsAt = e.At;
                break;
            case HandoverStarted e when Opening is not null:
                // It had taken the place of an older attempt: the removals that it waited for began with that one.
                _beginsAt = e.At;
                break;
            case ChallengerReplaced e when e.By.Session == session:
                Opened(e, e.By);
                break;
        }
    }

    private void Answered(long sequence, LiveStreamEvent answer, Publisher by, DateTimeOffset askedAt)
    {
        _answer = (sequence, answer);
        By = by;
        _askedAt = askedAt;
        // One that was answered at once has no other beginning. One that was held begins with the event that opened its hold.
        _beginsAt = answer.At <= askedAt ? askedAt : null;
    }

    private void Opened(LiveStreamEvent opening, Publisher by)
    {
        Opening = opening;
        By = by;
        _askedAt ??= opening.At;
    }

    private void LookFurtherBack(LiveStreamEvent older)
    {
        if (older is EvictionOrdered order)
        {
            _olderOrders.Add(order);
        }

        if (_incumbentKnown)
        {
            return;
        }

        (Incumbent, _incumbentKnown) = older switch
        {
            Admitted e => ((e.By, e.Generation), true),
            SessionAdopted e => ((e.By, e.Generation), true),
            PublisherLost or BroadcastEnded => (default((Publisher, long)?), true),
            _ => (null, false),
        };
    }

    private SessionId? Mentions(LiveStreamEvent happened)
    {
        foreach (var id in NamesOf(happened))
        {
            if (id.ClientId == clientId && (serviceId is null || id.ServiceId == serviceId))
            {
                return id;
            }
        }

        return null;
    }

    private static IReadOnlyList<SessionId> NamesOf(LiveStreamEvent happened) => happened switch
    {
        Admitted e => [e.By.Session],
        AttemptRefused e => [e.By.Session],
        HandoverStarted e => [e.To.Session],
        ChallengerReplaced e => [e.By.Session, e.Old.Session],
        EvictionOrdered e => [e.Of.Session],
        EvictionFinished e => [e.Of],
        EvictionStalled e => [e.Of],
        PublisherConfirmed e => [e.Session],
        ConfirmationOverdue e => [e.Of.Session],
        PublisherSilent e => [e.Session],
        PublisherLost e => [e.Session],
        SessionAdopted e => [e.By.Session],
        LateHookIgnored e => [e.Session],
        DecisionObserved e => [e.By.Session],
        _ => [],
    };
}

/// <summary>The removal of a session, as far as it has come.</summary>
internal sealed record Removal(EvictionOrdered Order, EvictionFinished? Finish, EvictionStalled? Stall);

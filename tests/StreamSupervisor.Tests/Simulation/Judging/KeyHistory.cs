using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Tests.Simulation.Judging;

/// <summary>One key as its journal tells it.</summary>
internal sealed class KeyHistory(string name, LiveStreamState empty)
{
    private readonly LiveStreamState _empty = empty;
    private readonly List<(long Moment, LiveStreamState State)> _past = [];

    public string Name => name;
    public LiveStreamState State { get; private set; } = empty;
    public long Sequence { get; private set; }
    private long _highest;

    /// <summary>Counts events: the order of what happened to sessions.</summary>
    public long Events { get; private set; }

    /// <summary>Every session that the journal names.</summary>
    public Dictionary<SessionId, Seat> Seats { get; } = [];

    /// <summary>Sessions that have begun to publish and have not left their server yet.</summary>
    public HashSet<SessionId> OnAir { get; } = [];

    /// <summary>A record became durable. Its events did so together: who waited then may have been told any of their states.</summary>
    public void Passed(long moment) => _past.Add((moment, State));

    public void Stored() => Sequence++;

    /// <summary>The states that were true at some time between two moments.</summary>
    public bool AnyBetween(long from, long until, Predicate<LiveStreamState> holds)
    {
        for (var i = _past.Count - 1; i >= 0; i--)
        {
            var (moment, state) = _past[i];
            if (moment <= until && holds(state))
            {
                return true;
            }

            if (moment <= from)
            {
                return false;
            }
        }

        return holds(_empty);
    }

    /// <summary>The journal ends earlier than it did: what was admitted by what is gone, and is not on air, has never been.</summary>
    public void RollBack(LiveStreamState state, long sequence, IEnumerable<LiveStreamEvent> lost, TimeSpan at)
    {
        _highest = Math.Max(_highest, State.Generation);
        (State, Sequence) = (state, sequence);
        foreach (var happened in lost)
        {
            SessionId? named = happened switch
            {
                Admitted e => e.By.Session,
                SessionAdopted e => e.By.Session,
                RelayAdmitted e => e.By.Session,
                EvictionOrdered e => e.Of.Session,
                AttemptRefused e => e.By.Session,
                AnswerRepeated e => e.Attempt,
                PublisherLost e => e.Session,
                _ => null,
            };
            if (named is not { } session)
            {
                continue;
            }

            var seat = SeatOf(session);
            seat.LostAt ??= at;
            if (!OnAir.Contains(session))
            {
                (seat.AdmittedAt, seat.RelayAt) = (0, 0);
            }
        }
    }

    /// <summary>Takes over an event; says what is wrong with it.</summary>
    public string? Apply(LiveStreamEvent happened)
    {
        Events++;
        var generation = _highest = Math.Max(_highest, State.Generation);
        State = LiveStream.Evolve(State, happened);
        switch (happened)
        {
            case Admitted e:
                SeatOf(e.By.Session).AdmittedAt = Events;
                return e.Generation > generation ? null : $"generation {e.Generation} was given out behind {generation}";
            case SessionAdopted e:
                Adopt(SeatOf(e.By.Session));
                return e.Generation > generation ? null : $"generation {e.Generation} was given out behind {generation}";
            case RelayAdmitted e:
                // One that had the key by mistake has it no longer.
                (SeatOf(e.By.Session).RelayAt, SeatOf(e.By.Session).AdmittedAt) = (Events, 0);
                break;
            case EvictionOrdered e:
                SeatOf(e.Of.Session).OrderedAt = Events;
                break;
            case EvictionDropped e:
                SeatOf(e.Of).IsDropped = true;
                break;
        }

        return null;
    }

    /// <summary>
    /// Two may be on air when the database goes back: the one that was ordered away is not gone yet, and nobody remembers which it was.
    /// </summary>
    private void Adopt(Seat seat) => seat.AdmittedAt = seat.IsLost && seat.OrderedAt > seat.AdmittedAt ? seat.AdmittedAt : Events;

    public Seat SeatOf(SessionId session)
    {
        if (!Seats.TryGetValue(session, out var seat))
        {
            Seats[session] = seat = new Seat();
        }

        return seat;
    }

    /// <summary>The last events that concern a session, by their order; 0 for none.</summary>
    internal sealed class Seat
    {
        public long AdmittedAt { get; set; }
        public long RelayAt { get; set; }
        public long OrderedAt { get; set; }

        /// <summary>When it began to publish.</summary>
        public TimeSpan OnAirAt { get; set; }

        /// <summary>When the journal lost a record that named it first: what it was told before, nobody can know.</summary>
        public TimeSpan? LostAt { get; set; }
        public bool IsLost => LostAt is not null;

        /// <summary>Its removal was given up by an operator, or nobody knows its server any more.</summary>
        public bool IsDropped { get; set; }
    }
}

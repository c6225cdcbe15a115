using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>One key as its journal tells it.</summary>
internal sealed class KeyHistory
{
    public KeyHistory(string name)
    {
        Name = name;
        State = new LiveStreamState { Key = StreamKey.Parse(name) };
        Simulated = new SimulatedStreamKey(State.Key.Vhost, State.Key.App, State.Key.Stream);
    }

    public string Name { get; }
    public SimulatedStreamKey Simulated { get; }
    public LiveStreamState State { get; private set; }
    public long Sequence { get; private set; }

    /// <summary>Every session that the journal names.</summary>
    public Dictionary<SessionId, Seat> Seats { get; } = [];

    /// <summary>Sessions that have begun to publish and have not left their server yet.</summary>
    public HashSet<SessionId> OnAir { get; } = [];

    /// <summary>Every state that it had, each with the moment in which it became durable.</summary>
    private readonly List<(long Moment, LiveStreamState State)> _past = [];

    /// <summary>An event became durable. Those of one moment did so together; whoever waited then may have been told any of their states.</summary>
    public void Passed(long moment) => _past.Add((moment, State));

    /// <summary>The states that were true at some time between two moments.</summary>
    public IEnumerable<LiveStreamState> Between(long from, long until)
    {
        for (var i = _past.Count - 1; i >= 0; i--)
        {
            var (moment, state) = _past[i];
            if (moment <= until)
            {
                yield return state;
            }

            if (moment <= from)
            {
                yield break;
            }
        }

        yield return new LiveStreamState { Key = State.Key };
    }

    /// <summary>Takes over an event; says what is wrong with it.</summary>
    public string? Apply(LiveStreamEvent @event)
    {
        Sequence++;
        var generation = State.Generation;
        State = LiveStream.Evolve(State, @event);
        switch (@event)
        {
            case Admitted e:
                SeatOf(e.By.Session).AdmittedAt = Sequence;
                return e.Generation > generation ? null : $"generation {e.Generation} was given out behind {generation}";
            case SessionAdopted e:
                SeatOf(e.By.Session).AdmittedAt = Sequence;
                return e.Generation > generation ? null : $"generation {e.Generation} was given out behind {generation}";
            case EvictionOrdered e:
                SeatOf(e.Of.Session).OrderedAt = Sequence;
                break;
            case PublisherLost e:
                SeatOf(e.Session).LostAt = Sequence;
                break;
        }

        return null;
    }

    private Seat SeatOf(SessionId session)
    {
        if (!Seats.TryGetValue(session, out var seat))
        {
            Seats[session] = seat = new Seat();
        }

        return seat;
    }

    /// <summary>The sequences of the last events that concern a session; 0 for none.</summary>
    internal sealed class Seat
    {
        public long AdmittedAt { get; set; }
        public long OrderedAt { get; set; }
        public long LostAt { get; set; }
    }
}

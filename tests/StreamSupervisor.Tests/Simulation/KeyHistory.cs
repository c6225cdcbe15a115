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

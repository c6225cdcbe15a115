using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Dashboard.Lanes;

/// <summary>The timeline of a key as swim-lanes: one for each attempt, in the order of asking.</summary>
/// <param name="From">The left edge: the oldest event.</param>
/// <param name="To">The right edge.</param>
/// <param name="Lanes">At most <see cref="Most"/>, and whatever goes on at the right edge.</param>
internal sealed record TimelineLanes(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<Lane> Lanes)
{
    /// <summary>More rows than one looks through; what is older is folded.</summary>
    public const int Most = 40;

    /// <summary>The lanes of a key.</summary>
    /// <param name="entries">Its events, in any order. Those that this version can't read are left out.</param>
    /// <param name="now">The right edge: what has not ended goes on until then.</param>
    public static TimelineLanes Of(IEnumerable<JournaledEvent> entries, DateTimeOffset now)
    {
        var events = entries.Where(one => one.Event is not null).OrderBy(one => one.Sequence).ToList();
        if (events.Count == 0)
        {
            return new TimelineLanes(now, now, []);
        }

        var (first, last) = (events.Min(one => one.Event!.At), events.Max(one => one.Event!.At));
        var reading = new Reading(first, isCut: events[0].Sequence > EventSequence.First);
        foreach (var one in events)
        {
            reading.Read(one);
        }

        var end = last > now ? last : now;
        return new TimelineLanes(first, end, reading.Build(end));
    }

    /// <summary>When anything in the drawing begins, ends or happens: between them nothing changes.</summary>
    public IEnumerable<DateTimeOffset> Moments => Lanes.SelectMany(lane =>
        lane.Marks.Select(mark => mark.At).Concat(lane.Bars.SelectMany(bar => (DateTimeOffset[])[bar.From, bar.To])));

    /// <summary>What is seen of it from a moment on.</summary>
    public TimelineLanes Since(DateTimeOffset from) => from <= From ? this : new TimelineLanes(from, To,
    [
        .. Lanes.Select(lane => lane with
        {
            Bars = [.. lane.Bars.Where(bar => bar.To >= from).Select(bar => bar.From >= from
                ? bar
                : bar with { From = from, BeganEarlier = true })],
            Marks = [.. lane.Marks.Where(mark => mark.At >= from)],
        }).Where(lane => lane.Bars.Count + lane.Marks.Count > 0),
    ]);

    private sealed class Reading(DateTimeOffset first, bool isCut)
    {
        private readonly List<LaneMark> _key = [];
        private readonly Dictionary<SessionId, LaneBuilder> _lanes = [];

        public void Read(JournaledEvent one)
        {
            switch (one.Event)
            {
                case HandoverStarted e:
                    LaneOf(e.To).Starts(BarKind.Held, e.At);
                    break;
                case ChallengerReplaced e:
                    // The refusal of the old one follows, and ends its hold.
                    LaneOf(e.By).Starts(BarKind.Held, e.At);
                    break;
                case AttemptRefused e:
                    LaneOf(e.By).Ends(BarKind.Held, e.At, e.AskedAt).Marked(MarkKind.Refused, one);
                    break;
                case Admitted e:
                    LaneOf(e.By).Ends(BarKind.Held, e.At, e.AskedAt).Starts(BarKind.OnAir, e.At).Marked(MarkKind.Admitted, one);
                    break;
                case SessionAdopted e:
                    LaneOf(e.By).Starts(BarKind.OnAir, e.At).Marked(MarkKind.Admitted, one);
                    break;
                case RelayAdmitted e:
                    LaneOf(e.By).Starts(BarKind.Copy, e.At).Marked(MarkKind.Admitted, one);
                    break;
                case RelayEnded e:
                    WasSo(LaneOf(e.Relay).Named(e.Origin), BarKind.Copy).Ends(BarKind.Copy, e.At).Marked(MarkKind.Ended, one);
                    break;
                case EvictionOrdered e:
                    // A double was never admitted: when it began to publish is not known.
                    (e.Cause == EvictionCause.Doubled ? LaneOf(e.Of) : WasOnAir(LaneOf(e.Of))).Ends(BarKind.OnAir, e.At)
                        .Starts(BarKind.BeingRemoved, e.At).Marked(MarkKind.KickOrdered, one);
                    break;
                case EvictionFinished e:
                    LaneOf(e.Of).Ends(BarKind.BeingRemoved, e.At, e.OrderedAt).Marked(MarkKind.Ended, one);
                    break;
                case EvictionStalled e:
                    LaneOf(e.Of).Marked(MarkKind.Trouble, one);
                    break;
                case EvictionDropped e:
                    LaneOf(e.Of).Named(e.Origin).Ends(BarKind.BeingRemoved, e.At).Marked(MarkKind.Trouble, one);
                    break;
                case PublisherConfirmed e:
                    WasOnAir(LaneOf(e.Session));
                    break;
                case PublisherSilent e:
                    WasOnAir(LaneOf(e.Session)).Marked(MarkKind.Silent, one);
                    break;
                case PublisherLost e:
                    WasOnAir(LaneOf(e.Session).Named(e.Origin)).Ends(BarKind.OnAir, e.At).Marked(MarkKind.Ended, one);
                    break;
                case DecisionObserved e:
                    LaneOf(e.By).Marked(MarkKind.Observed, one);
                    break;
                case KeyLocked or KeyUnlocked or KeyPinned or OperatorActed:
                    Mark(MarkKind.Operator, one);
                    break;
                case EncoderRegistered or KeyReserved:
                    Mark(MarkKind.Registered, one);
                    break;
                case RegistrationRefused:
                    Mark(MarkKind.Refused, one);
                    break;
                case FightDetected or KeyWedged or FlappingSeen:
                    Mark(MarkKind.Trouble, one);
                    break;
            }
        }

        public IReadOnlyList<Lane> Build(DateTimeOffset end)
        {
            var lanes = LaneFolding.Of(
                [.. _lanes.Values.Where(lane => !lane.IsEmpty).OrderBy(lane => lane.Begin).Select(lane => lane.Build(end))], Most);
            return _key.Count > 0 ? [new KeyLane { Marks = _key }, .. lanes] : lanes;
        }

        private LaneBuilder LaneOf(Publisher by) => LaneOf(by.Session).Named(by);

        private LaneBuilder LaneOf(SessionId session)
        {
            if (!_lanes.TryGetValue(session, out var lane))
            {
                _lanes.Add(session, lane = new LaneBuilder(session, first));
            }

            return lane;
        }

        /// <summary>What is told of a session whose admission is not among the events: it was on air before them.</summary>
        private LaneBuilder WasOnAir(LaneBuilder lane) => WasSo(lane, BarKind.OnAir);

        private LaneBuilder WasSo(LaneBuilder lane, BarKind kind) => isCut && !lane.IsKnown ? lane.WentOn(kind) : lane;

        private void Mark(MarkKind kind, JournaledEvent one) => _key.Add(new LaneMark(kind, one.Event!.At, one));
    }
}

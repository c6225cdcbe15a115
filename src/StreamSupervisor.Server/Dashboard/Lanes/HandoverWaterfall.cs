using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Dashboard.Lanes;

/// <summary>What is done in a handover, in its order.</summary>
internal enum HandoverStepKind
{
    /// <summary>The hook of the attempt arrived.</summary>
    HookArrived,

    /// <summary>The rule spoke.</summary>
    Decided,

    /// <summary>The decision is in the journal.</summary>
    Durable,

    /// <summary>The DELETE for a session left.</summary>
    KickSent,

    /// <summary>From the order to remove a session to the proof that it is gone.</summary>
    Removal,

    /// <summary>A removal did not get on.</summary>
    Stalled,

    /// <summary>A removal was given up.</summary>
    GivenUp,

    /// <summary>A newer attempt took the place of the one that was held.</summary>
    Replaced,
    Admitted,
    Refused,
}

/// <summary>One step.</summary>
/// <param name="FromMs">Milliseconds since the decision; null: the journal does not say when, only that it was then.</param>
/// <param name="ToMs">The same of its end; null while it goes on.</param>
/// <param name="Of">The event that tells it; of a removal, the proof where there is one. Null where none does.</param>
/// <param name="Order">Of a removal: the order, where it was given in this handover.</param>
internal sealed record HandoverStep(HandoverStepKind Kind, double? FromMs, double? ToMs, LiveStreamEvent? Of, EvictionOrdered? Order = null)
{
    public bool IsRecorded => FromMs is not null;
}

/// <summary>
/// One change of hands in milliseconds. Its times are those of the events: of the arrival of the hook, of the journal and of the DELETE
/// only the order is known from them, and they are shown so; a trace has their times.
/// </summary>
/// <param name="Sequence">Of the event with which it began; names it.</param>
/// <param name="Start">When it was decided.</param>
/// <param name="To">Who got the key, or asked for it last.</param>
/// <param name="TookMs">From the decision to the answer; null while it goes on.</param>
/// <param name="WasAdmitted">Whether the answer was yes.</param>
internal sealed record HandoverWaterfall(long Sequence, DateTimeOffset Start, Publisher To, double? TookMs, bool WasAdmitted,
    IReadOnlyList<HandoverStep> Steps)
{
    /// <summary>The right edge of the drawing, in milliseconds.</summary>
    public double EndMs => Math.Max(Steps.Max(step => Math.Max(step.FromMs ?? 0, step.ToMs ?? 0)), 0.1);

    /// <summary>All handovers whose beginning is among the events, oldest first.</summary>
    /// <param name="entries">Events of one key, in any order.</param>
    public static IReadOnlyList<HandoverWaterfall> All(IEnumerable<JournaledEvent> entries)
    {
        var found = new List<HandoverWaterfall>();
        Reading? open = null;
        foreach (var one in entries.Where(one => one.Event is not null).OrderBy(one => one.Sequence))
        {
            if (one.Event is HandoverStarted started)
            {
                Close();
                open = new Reading(one.Sequence, started);
            }
            else if (open is not null && open.Read(one.Event!))
            {
                Close();
            }
        }

        Close();
        return found;

        void Close()
        {
            if (open is not null)
            {
                found.Add(open.Build());
            }

            open = null;
        }
    }

    private sealed class Reading
    {
        private readonly long _sequence;
        private readonly DateTimeOffset _start;
        private readonly List<HandoverStep> _steps;
        private Publisher _to;
        private double? _took;
        private bool _admitted;

        public Reading(long sequence, HandoverStarted started)
        {
            (_sequence, _start, _to) = (sequence, started.At, started.To);
            _steps =
            [
                new(HandoverStepKind.HookArrived, null, null, null),
                new(HandoverStepKind.Decided, 0, 0, started),
                new(HandoverStepKind.Durable, null, null, null),
            ];
        }

        /// <summary>Takes the next event; true when it is the answer that ends the handover.</summary>
        public bool Read(LiveStreamEvent happened)
        {
            switch (happened)
            {
                case EvictionOrdered e:
                    _steps.Add(new(HandoverStepKind.KickSent, null, null, null, e));
                    _steps.Add(new(HandoverStepKind.Removal, Ms(e), null, null, e));
                    break;
                case EvictionFinished e:
                    Finish(e);
                    break;
                case EvictionStalled e:
                    Add(HandoverStepKind.Stalled, e);
                    break;
                case EvictionDropped e:
                    Add(HandoverStepKind.GivenUp, e);
                    break;
                case ChallengerReplaced e:
                    _to = e.By;
                    Add(HandoverStepKind.Replaced, e);
                    break;
                case Admitted e when e.By.Session == _to.Session:
                    return Answer(HandoverStepKind.Admitted, e);
                case AttemptRefused e when e.By.Session == _to.Session:
                    return Answer(HandoverStepKind.Refused, e);
            }

            return false;
        }

        public HandoverWaterfall Build() => new(_sequence, _start, _to, _took, _admitted, _steps);

        private void Finish(EvictionFinished proof)
        {
            var at = _steps.FindIndex(step => step is { Kind: HandoverStepKind.Removal, Of: null } && step.Order?.Of.Session == proof.Of);
            if (at >= 0)
            {
                _steps[at] = _steps[at] with { ToMs = Ms(proof), Of = proof };
            }
            else
            {
                // Ordered before this attempt asked.
                _steps.Add(new(HandoverStepKind.Removal, (proof.OrderedAt - _start).TotalMilliseconds, Ms(proof), proof));
            }
        }

        private bool Answer(HandoverStepKind kind, LiveStreamEvent answer)
        {
            Add(kind, answer);
            (_took, _admitted) = (Ms(answer), kind == HandoverStepKind.Admitted);
            return true;
        }

        private void Add(HandoverStepKind kind, LiveStreamEvent happened) => _steps.Add(new(kind, Ms(happened), Ms(happened), happened));

        private double Ms(LiveStreamEvent happened) => Math.Round((happened.At - _start).TotalMilliseconds, 1);
    }
}

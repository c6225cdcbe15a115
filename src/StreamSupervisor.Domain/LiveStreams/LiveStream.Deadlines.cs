namespace StreamSupervisor.Domain.LiveStreams;

public static partial class LiveStream
{
    /// <summary>The earliest moment at which <see cref="Wake"/> has something to do.</summary>
    public static DateTimeOffset? WakeAt(LiveStreamState state) => Earliest(
        state.Handover?.HoldUntil,
        state.Session?.ConfirmBy,
        state.ReconnectUntil,
        state.ReservedUntil,
        state.Locked?.Until);

    /// <summary>Every deadline that has come, in the order of their weight. Idempotent: each moves or clears what it was for.</summary>
    private static void WakeUp(DecisionContext context)
    {
        if (context.State.Handover is { } handover && context.HasCome(handover.AskedAt, handover.HoldUntil))
        {
            EndHold(context, handover);
        }

        if (context.State.Session is { } session && context.HasCome(session.Since, session.ConfirmBy))
        {
            context.Raise(new ConfirmationOverdue(context.Now, session.By, context.Now + context.Policy.ConfirmWithin));
        }

        if (context.HasCome(context.State.ChangedAt, context.State.ReconnectUntil))
        {
            context.Raise(new BroadcastEnded(context.Now));
            EndRelaysWithoutSource(context);
        }

        if (context.State.ReservedFor is { } holder
            && context.HasCome(context.State.ReservedSince ?? context.Now, context.State.ReservedUntil))
        {
            context.Raise(new ReservationEnded(context.Now, holder, EndOfBroadcast: false));
        }

        EndLock(context);
    }

    /// <summary>A lock whose time is over has ended, also before <see cref="Wake"/> comes: nobody is refused for it.</summary>
    private static bool IsLocked(DecisionContext context) => context.State.Locked is { } mark && !IsOver(context, mark);

    /// <summary>
    /// A lock keeps people out on purpose, so it lasts to its end by the clock of whoever looks. One that was given in the future of this
    /// clock is kept too: between members with different clocks it would end at once, and an operator can end it.
    /// </summary>
    private static bool IsOver(DecisionContext context, OperatorMark mark) => mark.Until <= context.Now;

    private static void EndLock(DecisionContext context)
    {
        if (context.State.Locked is { } mark && IsOver(context, mark))
        {
            context.Raise(new KeyUnlocked(context.Now, mark.By, mark.Why, TimeOver: true));
        }
    }

    private static DateTimeOffset? Earliest(params ReadOnlySpan<DateTimeOffset?> moments)
    {
        DateTimeOffset? earliest = null;
        foreach (var moment in moments)
        {
            if (moment is { } at && (earliest is null || at < earliest))
            {
                earliest = at;
            }
        }

        return earliest;
    }
}

namespace StreamSupervisor.Domain.LiveStreams;

public static partial class LiveStream
{
    /// <summary>The earliest moment at which <see cref="Wake"/> has something to do.</summary>
    public static DateTimeOffset? WakeAt(LiveStreamState state) => Earliest(
        state.Handover?.HoldUntil,
        state.Session?.ConfirmBy,
        state.ReconnectUntil,
        state.ReservedUntil);

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

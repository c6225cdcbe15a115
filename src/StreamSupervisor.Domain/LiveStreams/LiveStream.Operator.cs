using System.Globalization;
using StreamSupervisor.Domain.Policies;

namespace StreamSupervisor.Domain.LiveStreams;

public static partial class LiveStream
{
    /// <summary>What an order would be answered in this state. It follows from the state alone, whatever the policy is.</summary>
    public static LiveStreamReply Foresee(LiveStreamState state, OperatorCommand order, DateTimeOffset now) =>
        Decide(state, order, StreamPolicy.Default, now).Reply!;

    private static LiveStreamReply Operate(DecisionContext context, OperatorCommand order)
    {
        switch (order)
        {
            case { IfGeneration: { } seen } when seen != context.State.Generation:
                return new GenerationMoved(context.State.Generation);
            case Kick when context.State.Session is not { } session:
                return new Done(false, "Nobody publishes this key: nothing to kick.");
            case Kick:
                context.Raise(new OperatorActed(context.Now, "kick", order.By, order.Why));
                Evict(context, context.State.Session!.By, EvictionCause.Operator, order.By);
                return new Done(true, "The publisher is being removed. Its encoder may come back at once; lock the key to keep it out.");
            case Release release:
                return ReleaseKey(context, release);
            case Lock @lock:
                return LockKey(context, @lock);
            case Unlock when context.State is { Locked: null, PinnedTo: null }:
                return new Done(false, "The key is neither locked nor pinned.");
            case Unlock:
                context.Raise(new KeyUnlocked(context.Now, order.By, order.Why));
                return new Done(true, "Unlocked.");
            case Pin pin when context.State.PinnedTo == pin.Identity:
                return new Done(false, $"Pinned to {pin.Identity} already.");
            case Pin pin:
                context.Raise(new KeyPinned(context.Now, pin.Identity, pin.By, pin.Why));
                if (context.State.Handover is { } handover && handover.To.Identity != pin.Identity)
                {
                    RefuseChallenger(context, RefusalReason.PinnedToAnother);
                }

                return new Done(true, $"Pinned: only {pin.Identity} may start to publish. A session that is live stays.");
            case RecordOrder record:
                context.Raise(new OperatorActed(context.Now, record.Action, record.By, record.Why));
                return new Done(true, "Written down.");
            default:
                return new Done(false, "Unknown order.");
        }
    }

    /// <summary>
    /// A lock that is there already can only become longer: unlocking it first would let somebody in, and an order that is sent twice must
    /// not shorten what another operator wants.
    /// </summary>
    private static Done LockKey(DecisionContext context, Lock order)
    {
        EndLock(context);
        var until = context.Now + order.For;
        if (context.State.Locked is { } mark && (mark.Until is null || until <= mark.Until))
        {
            return new Done(false, $"Locked already by {mark.By}{(mark.Until is { } end ? $" until {At(end)}" : "")}: {mark.Why}");
        }

        context.Raise(new KeyLocked(context.Now, order.By, order.Why, until));
        RefuseChallenger(context, RefusalReason.Locked);
        return new Done(true, $"Locked: nobody may start to publish until {(until is { } over ? $"{At(over)}, or until " : "")}"
            + "it is unlocked. A session that is live stays.");
    }

    private static string At(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Removes what is known, and has every origin searched for what is not.</summary>
    private static Done ReleaseKey(DecisionContext context, Release release)
    {
        context.Raise(new OperatorActed(context.Now, "release", release.By, release.Why));
        bool IsUnknown(string origin) => release.Origins.Count > 0 && !release.Origins.Contains(origin);
        foreach (var stuck in context.State.Evictions.Where(e => e.Stalled || IsUnknown(e.Of.Origin)))
        {
            DropEviction(context, stuck, LossCause.Replaced,
                $"{release.By} released the key; {stuck.Of.Origin} did not let its client be removed until now.");
        }

        if (context.State.Session is { } session)
        {
            Evict(context, session.By, EvictionCause.Operator, release.By);
        }

        foreach (var wedge in context.State.Wedges)
        {
            context.Raise(new WedgeCleared(context.Now, wedge.Origin));
        }

        foreach (var origin in release.Origins.Where(origin => !context.State.Releasing.Contains(origin)))
        {
            context.Raise(new SearchOrdered(context.Now, origin, Evict: true));
        }

        CompleteHandover(context);
        return new Done(true, "Whatever SRS holds for the key is being removed on every origin.");
    }

    private static void RefuseChallenger(DecisionContext context, RefusalReason reason)
    {
        if (context.State.Handover is { } handover)
        {
            context.Raise(new AttemptRefused(context.Now, handover.To, context.State.Generation, reason, null, handover.In,
                handover.AskedAt));
        }
    }

    private static Done Reserve(DecisionContext context, Reserve reserve)
    {
        if (context.State.ReservedFor is { } holder && holder != reserve.EncoderId && context.State.ReservedUntil > context.Now)
        {
            return new Done(false, $"Reserved for {holder} until {context.State.ReservedUntil:O}.");
        }

        context.Raise(new KeyReserved(context.Now, reserve.EncoderId, context.Now + reserve.ReserveFor));
        return new Done(true, "Reserved.");
    }

    private static Done Cancel(DecisionContext context, CancelReservation cancel)
    {
        if (cancel.RegistrationId is { } id && EncoderThatMayEnd(context.State, id, context.Now) != cancel.EncoderId)
        {
            return new Done(false, "No such registration, or nothing of it is left to end.");
        }

        var owns = (context.State.Session ?? context.State.Interrupted)?.By.Identity == cancel.EncoderId;
        if (context.State.ReservedFor != cancel.EncoderId && !(cancel.EndOfBroadcast && owns))
        {
            return new Done(false, "No such reservation.");
        }

        context.Raise(new ReservationEnded(context.Now, cancel.EncoderId, cancel.EndOfBroadcast && owns));
        if (cancel.EndOfBroadcast && owns && context.State.ReconnectUntil is not null)
        {
            context.Raise(new BroadcastEnded(context.Now));
            EndRelaysWithoutSource(context);
        }

        return new Done(true, cancel.EndOfBroadcast ? "The broadcast is over." : "The reservation is given up.");
    }
}

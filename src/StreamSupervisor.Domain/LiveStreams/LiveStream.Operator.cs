namespace StreamSupervisor.Domain.LiveStreams;

public static partial class LiveStream
{
    private static Done Operate(Turn turn, OperatorCommand order)
    {
        switch (order)
        {
            case Kick when turn.State.Session is not { } session:
                return new Done(false, "Nobody publishes this key: nothing to kick.");
            case Kick:
                turn.Raise(new OperatorActed(turn.Now, "kick", order.By, order.Why));
                Evict(turn, turn.State.Session!.By, EvictionCause.Operator, order.By);
                return new Done(true, "The publisher is being removed. Its encoder may come back at once; lock the key to keep it out.");
            case Release release:
                return ReleaseKey(turn, release);
            case Lock when turn.State.Locked is { } mark:
                return new Done(false, $"Locked already by {mark.By}: {mark.Why}");
            case Lock:
                turn.Raise(new KeyLocked(turn.Now, order.By, order.Why));
                RefuseChallenger(turn, RefusalReason.Locked);
                return new Done(true, "Locked: nobody may start to publish until it is unlocked. A session that is live stays.");
            case Unlock when turn.State is { Locked: null, PinnedTo: null }:
                return new Done(false, "The key is neither locked nor pinned.");
            case Unlock:
                turn.Raise(new KeyUnlocked(turn.Now, order.By, order.Why));
                return new Done(true, "Unlocked.");
            case Pin pin when turn.State.PinnedTo == pin.Identity:
                return new Done(false, $"Pinned to {pin.Identity} already.");
            case Pin pin:
                turn.Raise(new KeyPinned(turn.Now, pin.Identity, pin.By, pin.Why));
                if (turn.State.Handover is { } handover && handover.To.Identity != pin.Identity)
                {
                    RefuseChallenger(turn, RefusalReason.PinnedToAnother);
                }

                return new Done(true, $"Pinned: only {pin.Identity} may start to publish. A session that is live stays.");
            default:
                return new Done(false, "Unknown order.");
        }
    }

    /// <summary>Removes what is known, and has every node searched for what is not.</summary>
    private static Done ReleaseKey(Turn turn, Release release)
    {
        turn.Raise(new OperatorActed(turn.Now, "release", release.By, release.Why));
        if (turn.State.Session is { } session)
        {
            Evict(turn, session.By, EvictionCause.Operator, release.By);
        }

        foreach (var wedge in turn.State.Wedges)
        {
            turn.Raise(new WedgeCleared(turn.Now, wedge.Origin));
        }

        foreach (var origin in release.Origins.Where(origin => !turn.State.Releasing.Contains(origin)))
        {
            turn.Raise(new SearchOrdered(turn.Now, origin, Evict: true));
        }

        return new Done(true, "Whatever SRS holds for the key is being removed on every node.");
    }

    private static void RefuseChallenger(Turn turn, RefusalReason reason)
    {
        if (turn.State.Handover is { } handover)
        {
            turn.Raise(new AttemptRefused(turn.Now, handover.To, turn.State.Generation, reason, null, handover.In, handover.AskedAt));
        }
    }

    private static Done Reserve(Turn turn, Reserve reserve)
    {
        if (turn.State.ReservedFor is { } holder && holder != reserve.EncoderId && turn.State.ReservedUntil > turn.Now)
        {
            return new Done(false, $"Reserved for {holder} until {turn.State.ReservedUntil:O}.");
        }

        turn.Raise(new KeyReserved(turn.Now, reserve.EncoderId, turn.Now + reserve.ReserveFor));
        return new Done(true, "Reserved.");
    }

    private static Done Cancel(Turn turn, CancelReservation cancel)
    {
        var owns = (turn.State.Session ?? turn.State.Interrupted)?.By.Identity == cancel.EncoderId;
        if (turn.State.ReservedFor != cancel.EncoderId && !(cancel.Goodbye && owns))
        {
            return new Done(false, "No such reservation.");
        }

        turn.Raise(new ReservationEnded(turn.Now, cancel.EncoderId, cancel.Goodbye && owns));
        if (cancel.Goodbye && owns && turn.State.ReconnectUntil is not null)
        {
            turn.Raise(new BroadcastEnded(turn.Now));
        }

        return new Done(true, cancel.Goodbye ? "Goodbye." : "The reservation is given up.");
    }
}

namespace StreamSupervisor.Domain.LiveStreams;

public static partial class LiveStream
{
    /// <summary>SRS refuses a client as busy within milliseconds of our yes; the rest is for a slow journal and a busy machine.</summary>
    private static readonly TimeSpan SaysBusyWithin = TimeSpan.FromMilliseconds(200);

    /// <summary>What hooks, looks, effects and deadlines report. Whoever reports is told that it was heard, and nothing more.</summary>
    private static Noted Note(Turn turn, LiveStreamCommand command)
    {
        switch (command)
        {
            case NoteUnpublished note:
                Unpublished(turn, note.Session);
                break;
            case NoteClosed note:
                Closed(turn, note.Session);
                break;
            case NoteRefusedUnseen note:
                RefusedUnseen(turn, note.By);
                break;
            case NotePublisherSeen note:
                Seen(turn, note);
                break;
            case NotePublisherMissing note:
                Missing(turn, note);
                break;
            case NoteSilent note:
                Silent(turn, note);
                break;
            case NoteProcessReplaced note:
                EndEarlierProcess(turn, note.ServerId, note.ServiceId);
                break;
            case NoteEvicted { Proof: not ReleaseProof.Unknown } note when IsEvicting(turn, note.Session, out var eviction):
                FinishEviction(turn, eviction, note.Proof);
                CompleteHandover(turn);
                break;
            case NoteEvictionStalled note when IsEvicting(turn, note.Session, out var eviction) && !eviction.Stalled:
                turn.Raise(new EvictionStalled(turn.Now, note.Session, note.Why));
                break;
            case NoteSearched note:
                Searched(turn, note);
                break;
            case Wake:
                WakeUp(turn);
                break;
        }

        return Noted.Instance;
    }

    /// <summary>The stream ended. No proof that SRS has freed the key: an eviction that waits for one goes on waiting.</summary>
    private static void Unpublished(Turn turn, SessionId session)
    {
        if (IsEvicting(turn, session, out _))
        {
            // The proof is a millisecond away and ends the session. To write this first would hold the challenger for one more sync of the disk.
            return;
        }

        if (IsIncumbent(turn, session, out var incumbent))
        {
            Lose(turn, incumbent, LossCause.Unpublished);
        }
        else if (!WasRefused(turn.State, session))
        {
            turn.Raise(new LateHookIgnored(turn.Now, session, "on_unpublish"));
        }
    }

    private static void Closed(Turn turn, SessionId session)
    {
        if (IsEvicting(turn, session, out var eviction))
        {
            FinishEviction(turn, eviction, ReleaseProof.Closed);
            CompleteHandover(turn);
        }
        else if (turn.State.Handover is { } handover && handover.To.Session == session)
        {
            Withdraw(turn, handover);
        }
        else if (IsIncumbent(turn, session, out var incumbent))
        {
            Lose(turn, incumbent, SaidBusy(turn, incumbent) ? LossCause.BusySeen : LossCause.Closed);
        }
        else if (!WasRefused(turn.State, session) && turn.State.Interrupted?.By.Session != session)
        {
            turn.Raise(new LateHookIgnored(turn.Now, session, "on_close"));
        }
    }

    /// <summary>
    /// Whether a session that closed without an unpublish was refused by SRS as busy: it was never seen publishing, and it closed at once. One that
    /// closes later had published, and its unpublish is late or lost; it may come through another member than the close.
    /// </summary>
    private static bool SaidBusy(Turn turn, Session session) => !session.Confirmed && turn.Now - session.Since < SaysBusyWithin;

    /// <summary>
    /// A node with the publish token refused an attempt before it asked us. If the rules would have let it in, the way is cleared now, so
    /// that its next try succeeds.
    /// </summary>
    private static void RefusedUnseen(Turn turn, Publisher by)
    {
        EndEarlierProcess(turn, by.Session.ServerId, by.Session.ServiceId);
        var free = turn.State is { Handover: null, Locked: null, Evictions.Count: 0 } && (turn.State.PinnedTo ?? by.Identity) == by.Identity;
        if (free && !turn.Observes
            && turn.State.Session is { } incumbent && incumbent.By.Session.ServerId == by.Session.ServerId
            && InCoolDown(turn, by) is null && RuleOfTakeover(turn, by) != AdmissionRule.Unknown && IsFight(turn, by) is null)
        {
            NoteContest(turn, by);
            Evict(turn, incumbent.By, EvictionCause.RefusedUnseen);
        }
    }

    private static void Seen(Turn turn, NotePublisherSeen note)
    {
        if (note.LookedAt >= turn.State.ChangedAt)
        {
            // One that began earlier may have seen the process before the one that runs.
            EndEarlierProcess(turn, note.By.Session.ServerId, note.By.Session.ServiceId);
        }

        var session = note.By.Session;
        if (IsIncumbent(turn, session, out var incumbent))
        {
            if (!incumbent.Confirmed && note.LookedAt >= incumbent.Since)
            {
                turn.Raise(new PublisherConfirmed(turn.Now, session));
                ForgetWedge(turn, note.By.Origin);
            }

            return;
        }

        // A challenger that waits in on_publish is listed as publishing already; one that is being removed is known; a look that began
        // before the last change may show what was true then; and /streams alone is no witness.
        if (turn.State.Handover?.To.Session == session || IsEvicting(turn, session, out _) || note.LookedAt < turn.State.ChangedAt || !note.Verified)
        {
            return;
        }

        if (turn.State.Releasing.Contains(note.By.Origin))
        {
            Evict(turn, note.By, EvictionCause.Operator);
        }
        else if (turn.Observes || turn.State is { Session: null, Handover: null })
        {
            Replace(turn);
            turn.Raise(new SessionAdopted(turn.Now, note.By, turn.State.Generation + 1));
            ForgetWedge(turn, note.By.Origin);
        }
        else
        {
            // Two active publishers of one key. The one that we did not admit has no generation: the key's own is the highest.
            Evict(turn, note.By, turn.State.Handover is null ? EvictionCause.Doubled : EvictionCause.Takeover);
        }
    }

    private static void Missing(Turn turn, NotePublisherMissing note)
    {
        if (!note.Verified)
        {
            return;
        }

        if (IsEvicting(turn, note.Session, out var eviction))
        {
            if (note.LookedAt >= eviction.OrderedAt)
            {
                FinishEviction(turn, eviction, ReleaseProof.ClientGone);
                CompleteHandover(turn);
            }
        }
        else if (IsIncumbent(turn, note.Session, out var incumbent)
            && note.LookedAt >= incumbent.Since + (incumbent.Confirmed ? TimeSpan.Zero : turn.Policy.ConfirmWithin))
        {
            // Before that time an admitted client may not be listed yet: one that is answered in on_connect is not.
            Lose(turn, incumbent, LossCause.NotFound);
        }
    }

    private static void Silent(Turn turn, NoteSilent note)
    {
        if (IsIncumbent(turn, note.Session, out var incumbent) && incumbent.SilentSince is null && note.Since >= incumbent.Since)
        {
            turn.Raise(new PublisherSilent(turn.Now, note.Session, note.Since));
            if (!turn.Observes)
            {
                Evict(turn, incumbent.By, EvictionCause.Silent);
            }
        }
    }

    private static void Searched(Turn turn, NoteSearched note)
    {
        turn.Raise(new SearchFinished(turn.Now, note.Origin, note.Found));
        // Where a ghost was seen already, one failed probe says that it is there still.
        var wedge = turn.State.Wedges.Find(w => w.Origin == note.Origin);
        var ghost = turn.State.NeverActive >= (wedge is null ? 2 : 1) && turn.State.NeverActiveOn == note.Origin && note.Found == 0 && note.ServiceId.Length > 0;
        if (ghost && (wedge is null || !IsFresh(wedge, turn.Now)))
        {
            turn.Raise(new KeyWedged(turn.Now, note.Origin, note.ServerId, note.ServiceId));
        }
    }

    /// <summary>A node's new process: whatever an earlier one held is gone, which is the best proof there is.</summary>
    private static void EndEarlierProcess(Turn turn, string serverId, string serviceId)
    {
        if (serverId.Length == 0 || serviceId.Length == 0)
        {
            return;
        }

        foreach (var eviction in turn.State.Evictions.Where(e => e.Of.Session.IsOfAnEarlierProcess(serverId, serviceId)))
        {
            FinishEviction(turn, eviction, ReleaseProof.ProcessReplaced);
        }

        if (turn.State.Session is { } incumbent && incumbent.By.Session.IsOfAnEarlierProcess(serverId, serviceId))
        {
            Lose(turn, incumbent, LossCause.ProcessGone);
        }

        if (turn.State.Handover is { } handover && handover.To.Session.IsOfAnEarlierProcess(serverId, serviceId))
        {
            Withdraw(turn, handover);
        }

        foreach (var wedge in turn.State.Wedges.Where(w => w.ServerId == serverId && w.ServiceId != serviceId))
        {
            turn.Raise(new WedgeCleared(turn.Now, wedge.Origin));
        }

        CompleteHandover(turn);
    }

    private static void FinishEviction(Turn turn, Eviction eviction, ReleaseProof proof)
    {
        turn.Raise(new EvictionFinished(turn.Now, eviction.Of.Session, proof, eviction.OrderedAt));
        if (IsIncumbent(turn, eviction.Of.Session, out var incumbent))
        {
            Lose(turn, incumbent, proof == ReleaseProof.ProcessReplaced ? LossCause.ProcessGone : LossCause.Evicted);
        }
    }

    /// <summary>The session has ended; without a goodbye its encoder is expected back.</summary>
    private static void Lose(Turn turn, Session session, LossCause cause)
    {
        var neverActive = !session.Confirmed && cause is (LossCause.BusySeen or LossCause.NotFound);
        DateTimeOffset? reconnectUntil = turn.State.Goodbye ? null : turn.Now + turn.Policy.ReconnectWindow;
        turn.Raise(new PublisherLost(turn.Now, session.By.Session, session.By.Origin, cause, reconnectUntil, neverActive));
        if (neverActive)
        {
            turn.Raise(new SearchOrdered(turn.Now, session.By.Origin, Evict: false));
        }
    }

    /// <summary>A session that goes though nobody could remove it ends like any other: what was under way for it ends with it.</summary>
    private static void Replace(Turn turn)
    {
        if (turn.State.Session is { } old)
        {
            Lose(turn, old, LossCause.Replaced);
        }
    }

    /// <summary>Whoever publishes there proves that there is no ghost (any more).</summary>
    private static void ForgetWedge(Turn turn, string origin)
    {
        if (turn.State.Wedges.Exists(wedge => wedge.Origin == origin))
        {
            turn.Raise(new WedgeCleared(turn.Now, origin));
        }
    }

    private static void Withdraw(Turn turn, Handover handover) =>
        turn.Raise(new AttemptRefused(turn.Now, handover.To, turn.State.Generation, RefusalReason.Withdrawn, null, handover.In, handover.AskedAt));

    /// <summary>Every deadline that has come, in the order of their weight. Idempotent: each moves or clears what it was for.</summary>
    private static void WakeUp(Turn turn)
    {
        if (turn.State.Handover is { } handover && handover.HoldUntil <= turn.Now)
        {
            EndHold(turn, handover);
        }

        if (turn.State.Session is { Confirmed: false, ConfirmBy: { } confirmBy } session && confirmBy <= turn.Now)
        {
            turn.Raise(new ConfirmationOverdue(turn.Now, session.By, turn.Now + turn.Policy.ConfirmWithin));
        }

        if (turn.State.ReconnectUntil <= turn.Now)
        {
            turn.Raise(new BroadcastEnded(turn.Now));
        }

        if (turn.State is { ReservedFor: { } holder, ReservedUntil: { } until } && until <= turn.Now)
        {
            turn.Raise(new ReservationEnded(turn.Now, holder, Goodbye: false));
        }
    }

    private static void EndHold(Turn turn, Handover handover)
    {
        var server = handover.To.Session.ServerId;
        if (turn.State.Evictions.TrueForAll(eviction => eviction.Stalled && eviction.Of.Session.ServerId != server))
        {
            // The old node can't be reached, so its viewers can't either: the new session has the higher generation, and the
            // eviction goes on until the old node is back.
            Replace(turn);
            Grant(turn, handover.To, AdmissionRule.OldNodeUnreachable, handover.In, handover.AskedAt);
        }
        else
        {
            turn.Raise(new AttemptRefused(turn.Now, handover.To, turn.State.Generation, RefusalReason.HoldExhausted,
                RefusalCatalog.Of(RefusalReason.HoldExhausted).RetryAfter, handover.In, handover.AskedAt));
        }
    }

    private static bool IsIncumbent(Turn turn, SessionId session, out Session incumbent)
    {
        incumbent = turn.State.Session!;
        return incumbent is not null && incumbent.By.Session == session;
    }

    private static bool IsEvicting(Turn turn, SessionId session, out Eviction eviction)
    {
        eviction = turn.State.Evictions.Find(e => e.Of.Session == session)!;
        return eviction is not null;
    }

    /// <summary>SRS closes whom we refuse, and some versions send an unpublish before it: nothing late about that.</summary>
    private static bool WasRefused(LiveStreamState state, SessionId session) =>
        state.Answers.Exists(answer => answer.Session == session && !answer.Ended);
}

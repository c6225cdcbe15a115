namespace StreamSupervisor.Domain.LiveStreams;

public static partial class LiveStream
{
    /// <summary>SRS refuses a client as busy within milliseconds of our yes; the rest is for a slow journal and a busy machine.</summary>
    private static readonly TimeSpan SaysBusyWithin = TimeSpan.FromMilliseconds(200);

    /// <summary>What hooks, looks, effects and deadlines report. Whoever reports is told that it was heard, and nothing more.</summary>
    private static Ack Note(DecisionContext context, LiveStreamCommand command)
    {
        switch (command)
        {
            case ReportUnpublished note:
                Unpublished(context, note.Session);
                break;
            case ReportClosed note:
                Closed(context, note.Session);
                break;
            case ReportRefusedUnseen note:
                RefusedUnseen(context, note.By);
                break;
            case ReportPublisherSeen note:
                Seen(context, note);
                break;
            case ReportPublisherMissing note:
                Missing(context, note);
                break;
            case ReportSilent note:
                Silent(context, note);
                break;
            case ReportProcessReplaced note:
                EndEarlierProcess(context, note.ServerId, note.ServiceId);
                break;
            case ReportEvicted { Proof: not ReleaseProof.Unknown } note when IsEvicting(context, note.Session, out var eviction):
                FinishEviction(context, eviction, note.Proof);
                CompleteHandover(context);
                break;
            case ReportEvictionStalled note when IsEvicting(context, note.Session, out var eviction) && !eviction.Stalled:
                context.Raise(new EvictionStalled(context.Now, note.Session, note.Why));
                break;
            case ReportSearched note:
                Searched(context, note);
                break;
            case Wake:
                WakeUp(context);
                break;
        }

        return Ack.Instance;
    }

    /// <summary>The stream ended. No proof that SRS has freed the key: an eviction that waits for one goes on waiting.</summary>
    private static void Unpublished(DecisionContext context, SessionId session)
    {
        if (IsEvicting(context, session, out _))
        {
            // The proof is a millisecond away and ends the session. To write this first would hold the challenger for one more sync of the disk.
            return;
        }

        if (IsIncumbent(context, session, out var incumbent))
        {
            Lose(context, incumbent, LossCause.Unpublished);
        }
        else if (!WasRefused(context.State, session))
        {
            context.Raise(new LateHookIgnored(context.Now, session, "on_unpublish"));
        }
    }

    private static void Closed(DecisionContext context, SessionId session)
    {
        if (IsEvicting(context, session, out var eviction))
        {
            FinishEviction(context, eviction, ReleaseProof.Closed);
            CompleteHandover(context);
        }
        else if (context.State.Handover is { } handover && handover.To.Session == session)
        {
            Withdraw(context, handover);
        }
        else if (IsIncumbent(context, session, out var incumbent))
        {
            Lose(context, incumbent, SaidBusy(context, incumbent) ? LossCause.BusySeen : LossCause.Closed);
        }
        else if (!WasRefused(context.State, session) && context.State.Interrupted?.By.Session != session)
        {
            context.Raise(new LateHookIgnored(context.Now, session, "on_close"));
        }
    }

    /// <summary>
    /// Whether a session that closed without an unpublish was refused by SRS as busy: it was never seen publishing, and it closed at once. One that
    /// closes later had published, and its unpublish is late or lost; it may come through another member than the close.
    /// </summary>
    private static bool SaidBusy(DecisionContext context, Session session) => !session.Confirmed && context.Now - session.Since < SaysBusyWithin;

    /// <summary>
    /// A node with the publish token refused an attempt before it asked us. If the rules would have let it in, the way is cleared now, so
    /// that its next try succeeds.
    /// </summary>
    private static void RefusedUnseen(DecisionContext context, Publisher by)
    {
        EndEarlierProcess(context, by.Session.ServerId, by.Session.ServiceId);
        var free = context.State is { Handover: null, Locked: null, Evictions.Count: 0 } && (context.State.PinnedTo ?? by.Identity) == by.Identity;
        if (free && !context.Observes
            && context.State.Session is { } incumbent && incumbent.By.Session.ServerId == by.Session.ServerId
            && InCoolDown(context, by) is null && RuleOfTakeover(context, by) != AdmissionRule.Unknown && IsFight(context, by) is null)
        {
            ReportContest(context, by);
            Evict(context, incumbent.By, EvictionCause.RefusedUnseen);
        }
    }

    private static void Seen(DecisionContext context, ReportPublisherSeen note)
    {
        if (note.LookedAt >= context.State.ChangedAt)
        {
            // One that began earlier may have seen the process before the one that runs.
            EndEarlierProcess(context, note.By.Session.ServerId, note.By.Session.ServiceId);
        }

        var session = note.By.Session;
        if (IsIncumbent(context, session, out var incumbent))
        {
            if (!incumbent.Confirmed && note.LookedAt >= incumbent.Since)
            {
                context.Raise(new PublisherConfirmed(context.Now, session));
                ForgetWedge(context, note.By.Origin);
            }

            return;
        }

        // A challenger that waits in on_publish is listed as publishing already; one that is being removed is known; a look that began
        // before the last change may show what was true then; and /streams alone is no witness.
        if (context.State.Handover?.To.Session == session || IsEvicting(context, session, out _) || note.LookedAt < context.State.ChangedAt || !note.Verified)
        {
            return;
        }

        if (context.State.Releasing.Contains(note.By.Origin))
        {
            Evict(context, note.By, EvictionCause.Operator);
        }
        else if (context.Observes || context.State is { Session: null, Handover: null })
        {
            Replace(context);
            context.Raise(new SessionAdopted(context.Now, note.By, context.State.Generation + 1));
            ForgetWedge(context, note.By.Origin);
        }
        else
        {
            // Two active publishers of one key. The one that we did not admit has no generation: the key's own is the highest.
            Evict(context, note.By, context.State.Handover is null ? EvictionCause.Doubled : EvictionCause.Takeover);
        }
    }

    private static void Missing(DecisionContext context, ReportPublisherMissing note)
    {
        if (!note.Verified)
        {
            return;
        }

        if (IsEvicting(context, note.Session, out var eviction))
        {
            if (note.LookedAt >= eviction.OrderedAt)
            {
                FinishEviction(context, eviction, ReleaseProof.ClientGone);
                CompleteHandover(context);
            }
        }
        else if (IsIncumbent(context, note.Session, out var incumbent)
            && note.LookedAt >= incumbent.Since + (incumbent.Confirmed ? TimeSpan.Zero : context.Policy.ConfirmWithin))
        {
            // Before that time an admitted client may not be listed yet: one that is answered in on_connect is not.
            Lose(context, incumbent, LossCause.NotFound);
        }
    }

    private static void Silent(DecisionContext context, ReportSilent note)
    {
        if (IsIncumbent(context, note.Session, out var incumbent) && incumbent.SilentSince is null && note.Since >= incumbent.Since)
        {
            context.Raise(new PublisherSilent(context.Now, note.Session, note.Since));
            if (!context.Observes)
            {
                Evict(context, incumbent.By, EvictionCause.Silent);
            }
        }
    }

    private static void Searched(DecisionContext context, ReportSearched note)
    {
        context.Raise(new SearchFinished(context.Now, note.Origin, note.Found));
        // Where a ghost was seen already, one failed probe says that it is there still.
        var wedge = context.State.Wedges.Find(w => w.Origin == note.Origin);
        var ghost = context.State.NeverActive >= (wedge is null ? 2 : 1) && context.State.NeverActiveOn == note.Origin && note.Found == 0 && note.ServiceId.Length > 0;
        if (ghost && (wedge is null || !IsFresh(wedge, context.Now)))
        {
            context.Raise(new KeyWedged(context.Now, note.Origin, note.ServerId, note.ServiceId));
        }
    }

    /// <summary>A node's new process: whatever an earlier one held is gone, which is the best proof there is.</summary>
    private static void EndEarlierProcess(DecisionContext context, string serverId, string serviceId)
    {
        if (serverId.Length == 0 || serviceId.Length == 0)
        {
            return;
        }

        foreach (var eviction in context.State.Evictions.Where(e => e.Of.Session.IsOfAnEarlierProcess(serverId, serviceId)))
        {
            FinishEviction(context, eviction, ReleaseProof.ProcessReplaced);
        }

        if (context.State.Session is { } incumbent && incumbent.By.Session.IsOfAnEarlierProcess(serverId, serviceId))
        {
            Lose(context, incumbent, LossCause.ProcessGone);
        }

        if (context.State.Handover is { } handover && handover.To.Session.IsOfAnEarlierProcess(serverId, serviceId))
        {
            Withdraw(context, handover);
        }

        foreach (var wedge in context.State.Wedges.Where(w => w.ServerId == serverId && w.ServiceId != serviceId))
        {
            context.Raise(new WedgeCleared(context.Now, wedge.Origin));
        }

        CompleteHandover(context);
    }

    private static void FinishEviction(DecisionContext context, Eviction eviction, ReleaseProof proof)
    {
        context.Raise(new EvictionFinished(context.Now, eviction.Of.Session, proof, eviction.OrderedAt));
        if (IsIncumbent(context, eviction.Of.Session, out var incumbent))
        {
            Lose(context, incumbent, proof == ReleaseProof.ProcessReplaced ? LossCause.ProcessGone : LossCause.Evicted);
        }
    }

    /// <summary>The session has ended; without a goodbye its encoder is expected back.</summary>
    private static void Lose(DecisionContext context, Session session, LossCause cause)
    {
        var neverActive = !session.Confirmed && cause is (LossCause.BusySeen or LossCause.NotFound);
        DateTimeOffset? reconnectUntil = context.State.Goodbye ? null : context.Now + context.Policy.ReconnectWindow;
        context.Raise(new PublisherLost(context.Now, session.By.Session, session.By.Origin, cause, reconnectUntil, neverActive));
        if (neverActive)
        {
            context.Raise(new SearchOrdered(context.Now, session.By.Origin, Evict: false));
        }
    }

    /// <summary>A session that goes though nobody could remove it ends like any other: what was under way for it ends with it.</summary>
    private static void Replace(DecisionContext context)
    {
        if (context.State.Session is { } old)
        {
            Lose(context, old, LossCause.Replaced);
        }
    }

    /// <summary>Whoever publishes there proves that there is no ghost (any more).</summary>
    private static void ForgetWedge(DecisionContext context, string origin)
    {
        if (context.State.Wedges.Exists(wedge => wedge.Origin == origin))
        {
            context.Raise(new WedgeCleared(context.Now, origin));
        }
    }

    private static void Withdraw(DecisionContext context, Handover handover) =>
        context.Raise(new AttemptRefused(context.Now, handover.To, context.State.Generation, RefusalReason.Withdrawn, null, handover.In, handover.AskedAt));

    /// <summary>Every deadline that has come, in the order of their weight. Idempotent: each moves or clears what it was for.</summary>
    private static void WakeUp(DecisionContext context)
    {
        if (context.State.Handover is { } handover && handover.HoldUntil <= context.Now)
        {
            EndHold(context, handover);
        }

        if (context.State.Session is { Confirmed: false, ConfirmBy: { } confirmBy } session && confirmBy <= context.Now)
        {
            context.Raise(new ConfirmationOverdue(context.Now, session.By, context.Now + context.Policy.ConfirmWithin));
        }

        if (context.State.ReconnectUntil <= context.Now)
        {
            context.Raise(new BroadcastEnded(context.Now));
        }

        if (context.State is { ReservedFor: { } holder, ReservedUntil: { } until } && until <= context.Now)
        {
            context.Raise(new ReservationEnded(context.Now, holder, Goodbye: false));
        }
    }

    private static void EndHold(DecisionContext context, Handover handover)
    {
        var server = handover.To.Session.ServerId;
        if (context.State.Evictions.TrueForAll(eviction => eviction.Stalled && eviction.Of.Session.ServerId != server))
        {
            // The old node can't be reached, so its viewers can't either: the new session has the higher generation, and the
            // eviction goes on until the old node is back.
            Replace(context);
            Grant(context, handover.To, AdmissionRule.OldNodeUnreachable, handover.In, handover.AskedAt);
        }
        else
        {
            context.Raise(new AttemptRefused(context.Now, handover.To, context.State.Generation, RefusalReason.HoldExhausted,
                RefusalCatalog.Of(RefusalReason.HoldExhausted).RetryAfter, handover.In, handover.AskedAt));
        }
    }

    private static bool IsIncumbent(DecisionContext context, SessionId session, out Session incumbent)
    {
        incumbent = context.State.Session!;
        return incumbent is not null && incumbent.By.Session == session;
    }

    private static bool IsEvicting(DecisionContext context, SessionId session, out Eviction eviction)
    {
        eviction = context.State.Evictions.Find(e => e.Of.Session == session)!;
        return eviction is not null;
    }

    /// <summary>SRS closes whom we refuse, and some versions send an unpublish before it: nothing late about that.</summary>
    private static bool WasRefused(LiveStreamState state, SessionId session) =>
        state.Answers.Exists(answer => answer.Session == session && !answer.Ended);
}

namespace StreamSupervisor.Domain.LiveStreams;

/// <remarks>
/// An attempt waits for the proof of every removal in its way, with one exception: a removal on another origin that has stalled (the
/// origin does not answer) holds the first attempt until its hold ends, and none after it. Otherwise a dead server would cost each later
/// return of each of its keys a whole hold.
/// </remarks>
public static partial class LiveStream
{
    /// <summary>Holds the attempt, orders every session of the key away, and waits for the proofs.</summary>
    private static Refused? HandOver(DecisionContext context, RequestPublish ask, AdmissionRule rule)
    {
        ReportContest(context, ask.By);
        if (!IsHeldUp(context, ask.By))
        {
            LetIn(context, ask.By, ask.In, context.Now);
            return null;
        }

        context.Raise(new HandoverStarted(context.Now, ask.By, rule, ask.In, context.Now + HoldOf(context, ask)));
        if (context.State.Session is { } incumbent)
        {
            Evict(context, incumbent.By, EvictionCause.Takeover);
        }

        EvictRelayOn(context, ask.By.Session.ServerId);
        return null;
    }

    /// <summary>
    /// The newer attempt takes the place of the one that is held: that encoder has gone, or it is the one that came back.
    /// </summary>
    private static Refused? ReplaceChallenger(DecisionContext context, RequestPublish ask, Handover handover)
    {
        if (handover.To.Identity != ask.By.Identity)
        {
            ReportContest(context, ask.By);
        }

        // The new one is in place before the old one is answered, so that its refusal does not end the handover.
        context.Raise(new ChallengerReplaced(context.Now, handover.To, ask.By, ask.In, context.Now + HoldOf(context, ask)));
        context.Raise(new AttemptRefused(context.Now, handover.To, context.State.Generation, RefusalReason.Superseded,
            RefusalCatalog.Of(RefusalReason.Superseded).RetryAfter, handover.In, handover.AskedAt));
        EvictRelayOn(context, ask.By.Session.ServerId);
        CompleteHandover(context);
        return null;
    }

    /// <summary>
    /// How long this attempt may wait. Only a session on its own node keeps SRS's source alive meanwhile; otherwise the attempt is its
    /// node's first publish, which some versions orphan when it is held.
    /// </summary>
    private static TimeSpan HoldOf(DecisionContext context, RequestPublish ask)
    {
        var server = ask.By.Session.ServerId;
        var sameNode = context.State.Session?.By.Session.ServerId == server
            || context.State.Relays.Exists(relay => relay.By.Session.ServerId == server)
            || context.State.Evictions.Exists(e => e.Of.Session.ServerId == server);
        var limit = sameNode ? ask.Hold.SameNode : ask.Hold.OtherNode;
        return limit < context.Policy.Hold ? limit : context.Policy.Hold;
    }

    /// <summary>Whether something must be proven gone before this attempt gets the key.</summary>
    private static bool IsHeldUp(DecisionContext context, Publisher attempt)
    {
        var state = context.State;
        var server = attempt.Session.ServerId;
        return state.Evictions.Exists(eviction => !eviction.Stalled || eviction.Of.Session.ServerId == server)
            || state.Relays.Exists(relay => relay.By.Session.ServerId == server)
            || state.Searching.Exists(origin => IsSearchedForDoubles(context, origin))
            || (state.Session is { } incumbent && !state.Evictions.Exists(eviction => eviction.Of.Session == incumbent.By.Session));
    }

    /// <summary>Lets the challenger in once nothing is left that holds it up.</summary>
    private static void CompleteHandover(DecisionContext context)
    {
        // While admissions are held, the deadline of the handover comes back to it.
        if (!context.Store.HoldsAdmissions && context.State.Handover is { } handover && !IsHeldUp(context, handover.To))
        {
            LetIn(context, handover.To, handover.In, handover.AskedAt);
        }
    }

    private static void LetIn(DecisionContext context, Publisher by, AskedIn @in, DateTimeOffset askedAt)
    {
        // What is left could not be reached, so its viewers can't reach it either: the new session has the higher generation, and the
        // removal goes on until the old origin is back.
        var rule = context.State.Evictions.IsEmpty ? AdmissionRule.HandoverDone : AdmissionRule.OldNodeUnreachable;
        Replace(context);
        Grant(context, by, rule, @in, askedAt);
    }

    private static void EndHold(DecisionContext context, Handover handover)
    {
        if (context.Store.HoldsAdmissions)
        {
            return;
        }

        CompleteHandover(context);
        if (context.State.Handover is not null)
        {
            RefuseHeld(context, handover);
        }
    }

    /// <summary>The next try is promised success only where the removal can get on.</summary>
    private static void RefuseHeld(DecisionContext context, Handover handover)
    {
        var server = handover.To.Session.ServerId;
        var reason = context.State.Evictions.Exists(eviction => eviction.Forbidden && eviction.Of.Session.ServerId == server)
            ? RefusalReason.KickForbidden
            : RefusalReason.HoldExhausted;
        context.Raise(new AttemptRefused(context.Now, handover.To, context.State.Generation, reason, RefusalCatalog.Of(reason).RetryAfter,
            handover.In, handover.AskedAt));
    }

    private static void Withdraw(DecisionContext context, Handover handover) =>
        context.Raise(new AttemptRefused(context.Now, handover.To, context.State.Generation, RefusalReason.Withdrawn, null, handover.In,
            handover.AskedAt));

    private static void Evict(DecisionContext context, Publisher of, EvictionCause cause, string? operatorName = null)
    {
        if (!IsEvicting(context, of.Session, out _))
        {
            // From now, not from the admission: our answer left when that was durable, and a slow store may have taken its time. A repeated
            // answer may be the first that arrives, and gives the session the time to show up once more.
            var mayBeUnlisted = context.State.Session is { Confirmed: false } session && session.By.Session == of.Session
                && (session.ConfirmBy > context.Now || context.IsRecent(session.Since, context.Policy.ConfirmWithin));
            context.Raise(new EvictionOrdered(context.Now, of, cause, operatorName, mayBeUnlisted ? context.Now + Unlisted : null));
        }
    }

    private static void FinishEviction(DecisionContext context, Eviction eviction, ReleaseProof proof)
    {
        context.Raise(new EvictionFinished(context.Now, eviction.Of.Session, proof, eviction.OrderedAt));
        if (IsIncumbent(context, eviction.Of.Session, out var incumbent))
        {
            Lose(context, incumbent, proof == ReleaseProof.ProcessReplaced ? LossCause.ProcessGone : LossCause.Evicted);
        }
        else if (IsRelay(context, eviction.Of.Session, out var relay))
        {
            EndRelay(context, relay, proof == ReleaseProof.ProcessReplaced ? LossCause.ProcessGone : LossCause.Evicted);
        }
    }

    /// <summary>
    /// Gives a removal up. What it was to remove is believed no longer; if it is alive, a look at its origin finds it again.
    /// </summary>
    private static void DropEviction(DecisionContext context, Eviction eviction, LossCause cause, string why)
    {
        context.Raise(new EvictionDropped(context.Now, eviction.Of.Session, eviction.Of.Origin, why));
        if (IsIncumbent(context, eviction.Of.Session, out var incumbent))
        {
            Lose(context, incumbent, cause);
        }
        else if (IsRelay(context, eviction.Of.Session, out var relay))
        {
            EndRelay(context, relay, cause);
        }
    }

    private static bool IsEvicting(DecisionContext context, SessionId session, out Eviction eviction)
    {
        eviction = context.State.Evictions.Find(e => e.Of.Session == session)!;
        return eviction is not null;
    }
}

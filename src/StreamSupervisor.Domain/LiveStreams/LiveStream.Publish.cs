using StreamSupervisor.Domain.Policies;

namespace StreamSupervisor.Domain.LiveStreams;

public static partial class LiveStream
{
    /// <summary>
    /// The table of admission: the first rule that applies speaks. Null: the attempt is answered by an event, now or when its handover ends.
    /// </summary>
    private static LiveStreamReply? Publish(DecisionContext context, RequestPublish ask)
    {
        if (!ask.ProcessConfirmed && KnowsAnotherProcess(context.State, ask.By.Session))
        {
            // The hook may come from the newer of the two, or may have lain with a member that was paused while the node was started anew.
            return ProcessInDoubt.Instance;
        }

        EndEarlierProcess(context, ask.By.Session.ServerId, ask.By.Session.ServiceId);
        if (Repeated(context.State, ask.By.Session, out var same))
        {
            // Before every other rule: a lock that came meanwhile must not make two answers out of one.
            return same;
        }

        return context.Observes ? Observe(context, ask) : Admit(context, ask);
    }

    private static bool KnowsAnotherProcess(LiveStreamState state, SessionId attempt)
    {
        return IsOther(state.Session?.By) || IsOther(state.Handover?.To) || state.Evictions.Exists(eviction => IsOther(eviction.Of));

        bool IsOther(Publisher? known) => known is not null && known.Session.IsOfAnEarlierProcess(attempt.ServerId, attempt.ServiceId);
    }

    private static PublishReply? Admit(DecisionContext context, RequestPublish ask) => (context.State, ask.By) switch
    {
        _ when RefusalOfCredential(context.State, ask) is { } reason => Refuse(context, ask, reason),
        ({ Locked: not null }, _) => Refuse(context, ask, RefusalReason.Locked),
        ({ PinnedTo: { } pinned }, var by) when pinned != by.Identity => Refuse(context, ask, RefusalReason.PinnedToAnother),
        _ when IsWedged(context, ask.By) => Refuse(context, ask, RefusalReason.Wedged),
        _ when ReservedForAnother(context, ask.By) is { } left => Refuse(context, ask, RefusalReason.Reserved, left),
        ({ Session: null, Handover: null }, _) => AdmitToFreeKey(context, ask),
        ({ Handover: { } handover }, var by) when handover.To.Identity == by.Identity => ReplaceChallenger(context, ask, handover),
        _ when InCoolDown(context, ask.By) is { } left => Refuse(context, ask, RefusalReason.FightCoolDown, left),
        _ when RuleOfTakeover(context, ask.By) is var rule && rule == AdmissionRule.Unknown =>
            Refuse(context, ask, context.State.Handover is null ? RefusalReason.IncumbentAlive : RefusalReason.HandoverRunning),
        _ when IsFight(context, ask.By) is { } coolDown => Refuse(context, ask, RefusalReason.FightCoolDown, coolDown),
        ({ Handover: { } handover }, _) => ReplaceChallenger(context, ask, handover),
        _ => HandOver(context, ask, RuleOfTakeover(context, ask.By)),
    };

    /// <summary>A repeated hook changes nothing and hears what it heard: yes, wait, or no.</summary>
    private static bool Repeated(LiveStreamState state, SessionId attempt, out PublishReply? same)
    {
        // Admitted in on_connect, ordered away since, and now in on_publish: a yes would put it on air beside its successor.
        var isEvicted = state.Evictions.Exists(eviction => eviction.Of.Session == attempt);
        if (!isEvicted && state.Session is { } session && session.By.Session == attempt)
        {
            same = new Allowed(session.Generation);
            return true;
        }

        if (state.Handover is { } handover && handover.To.Session == attempt)
        {
            same = null;
            return true;
        }

        if (isEvicted)
        {
            same = new Refused(state.Generation, RefusalReason.Superseded, RefusalCatalog.Of(RefusalReason.Superseded).RetryAfter);
            return true;
        }

        var past = state.Answers.FindLast(answer => answer.Session == attempt);
        same = past is null ? null : new Refused(state.Generation, past.Reason, past.RetryAfter);
        return past is not null;
    }

    private static RefusalReason? RefusalOfCredential(LiveStreamState state, RequestPublish ask) => ask.Credential switch
    {
        CredentialVerdict.NotRequired or CredentialVerdict.Valid => null,
        CredentialVerdict.Missing => RefusalReason.CredentialMissing,

        // A broadcast outlives its ticket: whoever had proven this identity and comes back inside the window is let in.
        CredentialVerdict.Expired when (state.Session ?? state.Interrupted) is { } last && last.By.Proven && last.By.Identity == ask.By.Identity
            => null,
        CredentialVerdict.Expired => RefusalReason.CredentialExpired,
        _ => RefusalReason.CredentialWrong,
    };

    /// <summary>
    /// A wedge is a guess: an encoder that hangs up twice while it is held leaves the same trace. So it keeps attempts out only for as long
    /// as they are told to wait; then one may try, and SRS itself says whether the ghost is real.
    /// </summary>
    private static bool IsWedged(DecisionContext context, Publisher by) => context.State.Wedges.Exists(wedge =>
        wedge.ServerId == by.Session.ServerId && wedge.ServiceId == by.Session.ServiceId && IsFresh(wedge, context.Now));

    private static bool IsFresh(Wedge wedge, DateTimeOffset now) => now - wedge.Since < RefusalCatalog.Of(RefusalReason.Wedged).RetryAfter;

    private static PublishReply? AdmitToFreeKey(DecisionContext context, RequestPublish ask)
    {
        // The session has ended, but SRS may hold it still: what was ordered away must be proven gone here too.
        if (context.State.Evictions.Count > 0)
        {
            return HandOver(context, ask, AdmissionRule.KeyFree);
        }

        Grant(context, ask.By, AdmissionRule.KeyFree, ask.In, context.Now);
        return null;
    }

    /// <summary>The rule under which the policy gives the key to this attempt; Unknown when it does not.</summary>
    private static AdmissionRule RuleOfTakeover(DecisionContext context, Publisher by)
    {
        // Whoever is being handed the key holds it against all but the newest: the silence of the old session was his chance.
        if (context.State is { Handover: null, Session: { } session } && IsSilentOrGoing(context.State, session))
        {
            return AdmissionRule.IncumbentSilent;
        }

        return context.Policy.Takeover switch
        {
            TakeoverPolicy.NewestWins => AdmissionRule.NewestWins,
            TakeoverPolicy.SameIdentity when IncumbentOf(context.State)?.Identity == by.Identity => AdmissionRule.SameIdentity,
            _ => AdmissionRule.Unknown,
        };
    }

    private static bool IsSilentOrGoing(LiveStreamState state, Session session) =>
        session.SilentSince is not null
        || state.Evictions.Exists(eviction => eviction.Of.Session == session.By.Session && eviction.Cause != EvictionCause.Takeover);

    /// <summary>Holds the attempt, orders every session of the key away, and waits for the proofs.</summary>
    private static PublishReply? HandOver(DecisionContext context, RequestPublish ask, AdmissionRule rule)
    {
        ReportContest(context, ask.By);
        context.Raise(new HandoverStarted(context.Now, ask.By, rule, ask.In, context.Now + HoldOf(context, ask)));
        if (context.State.Session is { } incumbent)
        {
            Evict(context, incumbent.By, EvictionCause.Takeover);
        }

        return null;
    }

    /// <summary>The newer attempt takes the place of the one that is held: that encoder has gone, or it is the one that came back.</summary>
    private static PublishReply? ReplaceChallenger(DecisionContext context, RequestPublish ask, Handover handover)
    {
        if (handover.To.Identity != ask.By.Identity)
        {
            ReportContest(context, ask.By);
        }

        // The new one is in place before the old one is answered, so that its refusal does not end the handover.
        context.Raise(new ChallengerReplaced(context.Now, handover.To, ask.By, ask.In, context.Now + HoldOf(context, ask)));
        context.Raise(new AttemptRefused(context.Now, handover.To, context.State.Generation, RefusalReason.Superseded,
            RefusalCatalog.Of(RefusalReason.Superseded).RetryAfter, handover.In, handover.AskedAt));
        return null;
    }

    /// <summary>
    /// How long this attempt may wait. Only a session on its own node keeps SRS's source alive meanwhile; otherwise the attempt is its
    /// node's first publish, which some versions orphan when it is held.
    /// </summary>
    private static TimeSpan HoldOf(DecisionContext context, RequestPublish ask)
    {
        var server = ask.By.Session.ServerId;
        var sameNode = context.State.Session?.By.Session.ServerId == server || context.State.Evictions.Exists(e => e.Of.Session.ServerId == server);
        var limit = sameNode ? ask.Hold.SameNode : ask.Hold.OtherNode;
        return limit < context.Policy.Hold ? limit : context.Policy.Hold;
    }

    private static void Evict(DecisionContext context, Publisher of, EvictionCause cause, string? operatorName = null)
    {
        if (!context.State.Evictions.Exists(eviction => eviction.Of.Session == of.Session))
        {
            // From now, not from the admission: our answer left when that was durable, and a slow store may have taken its time.
            var mayBeUnlisted = context.State.Session is { Confirmed: false } session && session.By.Session == of.Session && session.Since + context.Policy.ConfirmWithin > context.Now;
            context.Raise(new EvictionOrdered(context.Now, of, cause, operatorName, mayBeUnlisted ? context.Now + Unlisted : null));
        }
    }

    /// <summary>The key is this attempt's from now on.</summary>
    private static void Grant(DecisionContext context, Publisher by, AdmissionRule rule, AskedIn @in, DateTimeOffset askedAt)
    {
        var sameBroadcast = context.State.ReconnectUntil is not null || context.State.Session is not null;
        context.Raise(new Admitted(context.Now, by, context.State.Generation + 1, rule, @in, askedAt, context.Now + context.Policy.ConfirmWithin, sameBroadcast));
        if (context.State.ReservedFor is { } holder && holder == by.Identity)
        {
            context.Raise(new ReservationEnded(context.Now, holder, Goodbye: false));
        }

        var publishes = 0;
        foreach (var at in context.State.Publishes)
        {
            publishes += at > context.Now - context.Policy.FightWindow ? 1 : 0;
        }

        if (publishes == context.Policy.FlappingPublishes)
        {
            context.Raise(new FlappingSeen(context.Now, publishes));
        }
    }

    /// <summary>Lets the challenger in once nothing of the key is left to remove.</summary>
    private static void CompleteHandover(DecisionContext context)
    {
        if (context.State is { Handover: { } handover, Evictions.Count: 0 })
        {
            Grant(context, handover.To, AdmissionRule.HandoverDone, handover.In, handover.AskedAt);
        }
    }

    private static PublishReply? Refuse(DecisionContext context, RequestPublish ask, RefusalReason reason, TimeSpan? retryAfter = null)
    {
        var advice = RefusalCatalog.Of(reason);
        context.Raise(new AttemptRefused(context.Now, ask.By, context.State.Generation, reason, advice.Permanent ? null : retryAfter ?? advice.RetryAfter,
            ask.In, context.Now));
        return null;
    }

    /// <summary>Decides on a copy, records what it would have been, lets SRS do what it does, and keeps nobody out.</summary>
    private static Allowed Observe(DecisionContext context, RequestPublish ask)
    {
        var dry = new DecisionContext(context.State, context.Policy with { Mode = AdmissionMode.Enforce }, context.Now);
        Admit(dry, ask);
        var refused = dry.Events.OfType<AttemptRefused>().FirstOrDefault(e => e.By.Session == ask.By.Session);
        var verdict = refused is not null ? "refuse" : dry.Events.Any(e => e is HandoverStarted or ChallengerReplaced) ? "handover" : "admit";
        context.Raise(new DecisionObserved(context.Now, ask.By, verdict, refused?.Reason ?? RefusalReason.Unknown, ask.In));
        if (context.State.Session is null)
        {
            Grant(context, ask.By, AdmissionRule.KeyFree, ask.In, context.Now);
        }

        return new Allowed(context.State.Generation);
    }
}

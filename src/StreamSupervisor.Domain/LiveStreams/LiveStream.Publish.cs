namespace StreamSupervisor.Domain.LiveStreams;

public static partial class LiveStream
{
    /// <summary>
    /// The table of admission: the first rule that applies speaks. Null: the attempt is answered by an event, now or when its handover ends.
    /// </summary>
    private static LiveStreamReply? Publish(Turn turn, RequestPublish ask)
    {
        if (!ask.ProcessConfirmed && KnowsAnotherProcess(turn.State, ask.By.Session))
        {
            // The hook may come from the newer of the two, or may have lain with a member that was paused while the node was started anew.
            return ProcessInDoubt.Instance;
        }

        EndEarlierProcess(turn, ask.By.Session.ServerId, ask.By.Session.ServiceId);
        if (Repeated(turn.State, ask.By.Session, out var same))
        {
            // Before every other rule: a lock that came meanwhile must not make two answers out of one.
            return same;
        }

        return turn.Observes ? Observe(turn, ask) : Admit(turn, ask);
    }

    private static bool KnowsAnotherProcess(LiveStreamState state, SessionId attempt)
    {
        return IsOther(state.Session?.By) || IsOther(state.Handover?.To) || state.Evictions.Exists(eviction => IsOther(eviction.Of));

        bool IsOther(Publisher? known) => known is not null && known.Session.IsOfAnEarlierProcess(attempt.ServerId, attempt.ServiceId);
    }

    private static PublishReply? Admit(Turn turn, RequestPublish ask) => (turn.State, ask.By) switch
    {
        _ when RefusalOfCredential(turn.State, ask) is { } reason => Refuse(turn, ask, reason),
        ({ Locked: not null }, _) => Refuse(turn, ask, RefusalReason.Locked),
        ({ PinnedTo: { } pinned }, var by) when pinned != by.Identity => Refuse(turn, ask, RefusalReason.PinnedToAnother),
        _ when IsWedged(turn, ask.By) => Refuse(turn, ask, RefusalReason.Wedged),
        _ when ReservedForAnother(turn, ask.By) is { } left => Refuse(turn, ask, RefusalReason.Reserved, left),
        ({ Session: null, Handover: null }, _) => AdmitToFreeKey(turn, ask),
        ({ Handover: { } handover }, var by) when handover.To.Identity == by.Identity => ReplaceChallenger(turn, ask, handover),
        _ when InCoolDown(turn, ask.By) is { } left => Refuse(turn, ask, RefusalReason.FightCoolDown, left),
        _ when RuleOfTakeover(turn, ask.By) is var rule && rule == AdmissionRule.Unknown =>
            Refuse(turn, ask, turn.State.Handover is null ? RefusalReason.IncumbentAlive : RefusalReason.HandoverRunning),
        _ when IsFight(turn, ask.By) is { } coolDown => Refuse(turn, ask, RefusalReason.FightCoolDown, coolDown),
        ({ Handover: { } handover }, _) => ReplaceChallenger(turn, ask, handover),
        _ => HandOver(turn, ask, RuleOfTakeover(turn, ask.By)),
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
    private static bool IsWedged(Turn turn, Publisher by) => turn.State.Wedges.Exists(wedge =>
        wedge.ServerId == by.Session.ServerId && wedge.ServiceId == by.Session.ServiceId && IsFresh(wedge, turn.Now));

    private static bool IsFresh(Wedge wedge, DateTimeOffset now) => now - wedge.Since < RefusalCatalog.Of(RefusalReason.Wedged).RetryAfter;

    private static PublishReply? AdmitToFreeKey(Turn turn, RequestPublish ask)
    {
        // The session has ended, but SRS may hold it still: what was ordered away must be proven gone here too.
        if (turn.State.Evictions.Count > 0)
        {
            return HandOver(turn, ask, AdmissionRule.KeyFree);
        }

        Grant(turn, ask.By, AdmissionRule.KeyFree, ask.In, turn.Now);
        return null;
    }

    /// <summary>The rule under which the policy gives the key to this attempt; Unknown when it does not.</summary>
    private static AdmissionRule RuleOfTakeover(Turn turn, Publisher by)
    {
        // Whoever is being handed the key holds it against all but the newest: the silence of the old session was his chance.
        if (turn.State is { Handover: null, Session: { } session } && IsSilentOrGoing(turn.State, session))
        {
            return AdmissionRule.IncumbentSilent;
        }

        return turn.Policy.Takeover switch
        {
            TakeoverPolicy.NewestWins => AdmissionRule.NewestWins,
            TakeoverPolicy.SameIdentity when IncumbentOf(turn.State)?.Identity == by.Identity => AdmissionRule.SameIdentity,
            _ => AdmissionRule.Unknown,
        };
    }

    private static bool IsSilentOrGoing(LiveStreamState state, Session session) =>
        session.SilentSince is not null
        || state.Evictions.Exists(eviction => eviction.Of.Session == session.By.Session && eviction.Cause != EvictionCause.Takeover);

    /// <summary>Holds the attempt, orders every session of the key away, and waits for the proofs.</summary>
    private static PublishReply? HandOver(Turn turn, RequestPublish ask, AdmissionRule rule)
    {
        NoteContest(turn, ask.By);
        turn.Raise(new HandoverStarted(turn.Now, ask.By, rule, ask.In, turn.Now + HoldOf(turn, ask)));
        if (turn.State.Session is { } incumbent)
        {
            Evict(turn, incumbent.By, EvictionCause.Takeover);
        }

        return null;
    }

    /// <summary>The newer attempt takes the place of the one that is held: that encoder has gone, or it is the one that came back.</summary>
    private static PublishReply? ReplaceChallenger(Turn turn, RequestPublish ask, Handover handover)
    {
        if (handover.To.Identity != ask.By.Identity)
        {
            NoteContest(turn, ask.By);
        }

        // The new one is in place before the old one is answered, so that its refusal does not end the handover.
        turn.Raise(new ChallengerReplaced(turn.Now, handover.To, ask.By, ask.In, turn.Now + HoldOf(turn, ask)));
        turn.Raise(new AttemptRefused(turn.Now, handover.To, turn.State.Generation, RefusalReason.Superseded,
            RefusalCatalog.Of(RefusalReason.Superseded).RetryAfter, handover.In, handover.AskedAt));
        return null;
    }

    /// <summary>
    /// How long this attempt may wait. Only a session on its own node keeps SRS's source alive meanwhile; otherwise the attempt is its
    /// node's first publish, which some versions orphan when it is held.
    /// </summary>
    private static TimeSpan HoldOf(Turn turn, RequestPublish ask)
    {
        var server = ask.By.Session.ServerId;
        var sameNode = turn.State.Session?.By.Session.ServerId == server || turn.State.Evictions.Exists(e => e.Of.Session.ServerId == server);
        var limit = sameNode ? ask.Hold.SameNode : ask.Hold.OtherNode;
        return limit < turn.Policy.Hold ? limit : turn.Policy.Hold;
    }

    private static void Evict(Turn turn, Publisher of, EvictionCause cause, string? operatorName = null)
    {
        if (!turn.State.Evictions.Exists(eviction => eviction.Of.Session == of.Session))
        {
            // From now, not from the admission: our answer left when that was durable, and a slow store may have taken its time.
            var mayBeUnlisted = turn.State.Session is { Confirmed: false } session && session.By.Session == of.Session && session.Since + turn.Policy.ConfirmWithin > turn.Now;
            turn.Raise(new EvictionOrdered(turn.Now, of, cause, operatorName, mayBeUnlisted ? turn.Now + Unlisted : null));
        }
    }

    /// <summary>The key is this attempt's from now on.</summary>
    private static void Grant(Turn turn, Publisher by, AdmissionRule rule, AskedIn @in, DateTimeOffset askedAt)
    {
        var sameBroadcast = turn.State.ReconnectUntil is not null || turn.State.Session is not null;
        turn.Raise(new Admitted(turn.Now, by, turn.State.Generation + 1, rule, @in, askedAt, turn.Now + turn.Policy.ConfirmWithin, sameBroadcast));
        if (turn.State.ReservedFor is { } holder && holder == by.Identity)
        {
            turn.Raise(new ReservationEnded(turn.Now, holder, Goodbye: false));
        }

        var publishes = 0;
        foreach (var at in turn.State.Publishes)
        {
            publishes += at > turn.Now - turn.Policy.FightWindow ? 1 : 0;
        }

        if (publishes == turn.Policy.FlappingPublishes)
        {
            turn.Raise(new FlappingSeen(turn.Now, publishes));
        }
    }

    /// <summary>Lets the challenger in once nothing of the key is left to remove.</summary>
    private static void CompleteHandover(Turn turn)
    {
        if (turn.State is { Handover: { } handover, Evictions.Count: 0 })
        {
            Grant(turn, handover.To, AdmissionRule.HandoverDone, handover.In, handover.AskedAt);
        }
    }

    private static PublishReply? Refuse(Turn turn, RequestPublish ask, RefusalReason reason, TimeSpan? retryAfter = null)
    {
        var advice = RefusalCatalog.Of(reason);
        turn.Raise(new AttemptRefused(turn.Now, ask.By, turn.State.Generation, reason, advice.Permanent ? null : retryAfter ?? advice.RetryAfter,
            ask.In, turn.Now));
        return null;
    }

    /// <summary>Decides on a copy, records what it would have been, lets SRS do what it does, and keeps nobody out.</summary>
    private static Allowed Observe(Turn turn, RequestPublish ask)
    {
        var dry = new Turn(turn.State, turn.Policy with { Mode = AdmissionMode.Enforce }, turn.Now);
        Admit(dry, ask);
        var refused = dry.Events.OfType<AttemptRefused>().FirstOrDefault(e => e.By.Session == ask.By.Session);
        var verdict = refused is not null ? "refuse" : dry.Events.Any(e => e is HandoverStarted or ChallengerReplaced) ? "handover" : "admit";
        turn.Raise(new DecisionObserved(turn.Now, ask.By, verdict, refused?.Reason ?? RefusalReason.Unknown, ask.In));
        if (turn.State.Session is null)
        {
            Grant(turn, ask.By, AdmissionRule.KeyFree, ask.In, turn.Now);
        }

        return new Allowed(turn.State.Generation);
    }
}

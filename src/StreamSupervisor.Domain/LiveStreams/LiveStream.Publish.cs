using StreamSupervisor.Domain.Policies;

namespace StreamSupervisor.Domain.LiveStreams;

public static partial class LiveStream
{
    /// <summary>
    /// The table of admission: the first rule that applies speaks. Null: the attempt is answered by an event, now or when its handover
    /// ends.
    /// </summary>
    private static LiveStreamReply? Publish(DecisionContext context, RequestPublish asked)
    {
        var ask = WithoutEmptyClaim(context.State, asked with { By = MarkRelay(asked.By, asked.RelayOf) });
        if (DoubtOf(context.State, ask) is { } doubt && !(ask.ProcessConfirmed && ask.Settles == doubt))
        {
            return new ProcessInDoubt(doubt);
        }

        EndEarlierProcess(context, ask.By.Session.ServerId, ask.By.Session.ServiceId);
        LoseWhoWaited(context, ask.By.Session);
        if (Repeat(context, ask))
        {
            // Before every other rule: a lock that came meanwhile must not make two answers out of one.
            return null;
        }

        return context.Observes ? Observe(context, ask) : Admit(context, ask);
    }

    /// <summary>
    /// The processes of the attempt's node that the key knows besides the attempt's own; null: none. The hook may come from the newer one,
    /// or may have lain with a member that was paused while the node was started anew. What the node said before may be as old: a request
    /// is sent again while the journal is away. It once ended the session of the new process for an encoder of the old one.
    /// </summary>
    private static string? DoubtOf(LiveStreamState state, RequestPublish ask)
    {
        SortedSet<string>? others = null;
        Compare(state.Session?.By);
        Compare(state.Handover?.To);
        state.Evictions.ForEach(eviction => Compare(eviction.Of));
        return others is not null ? string.Join(' ', others) : ask.ProcessSuperseded ? "" : null;

        void Compare(Publisher? known)
        {
            if (known is not null && known.Session.IsOfAnEarlierProcess(ask.By.Session.ServerId, ask.By.Session.ServiceId))
            {
                (others ??= new SortedSet<string>(StringComparer.Ordinal)).Add(known.Session.ServiceId);
            }
        }
    }

    private static Refused? Admit(DecisionContext context, RequestPublish ask)
    {
        var source = SourceOf(context.State, ask);
        return (context.State, ask.By) switch
        {
            _ when RefusalOfCredential(context.State, ask, source) is { } reason => Refuse(context, ask, reason),
            _ when IsLocked(context) => Refuse(context, ask, RefusalReason.Locked),
            ({ PinnedTo: { } pinned }, var by) when pinned != (source ?? by).Identity =>
                Refuse(context, ask, RefusalReason.PinnedToAnother),
            _ when source is not null => AdmitRelay(context, ask),
            _ when ask.RelayConfigured && IncumbentOf(context.State) is not null => Refuse(context, ask, RefusalReason.IncumbentAlive),
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
    }

    /// <summary>
    /// A repeated hook changes nothing and hears what it heard: yes or no, by an event that only the owner of the key can write. One
    /// that is held goes on waiting for the answer of the first.
    /// </summary>
    private static bool Repeat(DecisionContext context, RequestPublish ask)
    {
        var (state, attempt) = (context.State, ask.By.Session);
        if (state.Handover?.To.Session == attempt)
        {
            return true;
        }

        // Admitted in on_connect and evicted since. Allowing on_publish now would give the key two publishers.
        var isEvicted = IsEvicting(context, attempt, out _);
        var isLive = state.Session?.By.Session == attempt || state.Relays.Exists(relay => relay.By.Session == attempt);
        if (isLive && !isEvicted)
        {
            context.Raise(new AnswerRepeated(context.Now, attempt, Allowed: true, state.Generation, RefusalReason.Unknown, null, ask.In,
                ConfirmBy(context, attempt)));
            return true;
        }

        var past = isEvicted
            ? new PastAnswer(attempt, RefusalReason.Superseded, RefusalCatalog.Of(RefusalReason.Superseded).RetryAfter, Ended: true)
            : state.Answers.FindLast(answer => answer.Session == attempt);
        if (past is not null)
        {
            context.Raise(new AnswerRepeated(context.Now, attempt, Allowed: false, state.Generation, past.Reason, past.RetryAfter, ask.In));
        }

        return past is not null;
    }

    private static RefusalReason? RefusalOfCredential(LiveStreamState state, RequestPublish ask, Publisher? source = null) =>
        ask.Credential switch
    {
        CredentialVerdict.NotRequired or CredentialVerdict.Valid => null,

        // SRS's forward sends no credential of its own: the configured address of the source stands for it.
        CredentialVerdict.Missing when source is not null && ask.RelayConfigured => null,
        CredentialVerdict.Missing => RefusalReason.CredentialMissing,

        // A broadcast outlives its ticket: whoever had proven this identity and comes back inside the window is let in.
        CredentialVerdict.Expired when (state.Session ?? state.Interrupted) is { } last && last.By.Proven
            && last.By.Identity == ask.By.Identity
            => null,
        CredentialVerdict.Expired => RefusalReason.CredentialExpired,
        _ => RefusalReason.CredentialWrong,
    };

    /// <summary>
    /// A wedge is a guess: an encoder that hangs up twice while it is held leaves the same trace. So it keeps attempts out only for as
    /// long as they are told to wait; then one may try, and SRS itself says whether the ghost is real.
    /// </summary>
    private static bool IsWedged(DecisionContext context, Publisher by) => context.State.Wedges.Exists(wedge =>
        wedge.ServerId == by.Session.ServerId && wedge.ServiceId == by.Session.ServiceId && IsFresh(wedge, context.Now));

    private static bool IsFresh(Wedge wedge, DateTimeOffset now) =>
        now - wedge.Since < RefusalCatalog.Of(RefusalReason.Wedged).RetryAfter && wedge.Since - now <= ClockStep;

    private static Refused? AdmitToFreeKey(DecisionContext context, RequestPublish ask)
    {
        // The session has ended, but SRS may hold it still: what was ordered away must be proven gone here too.
        if (IsHeldUp(context, ask.By))
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
        // One that was ordered away for a challenger who has given up is going too: nobody holds the key for it.
        if (context.State is { Handover: null, Session: { } session }
            && (IsSilentOrGoing(context.State, session) || IsEvicting(context, session.By.Session, out _)))
        {
            return AdmissionRule.IncumbentSilent;
        }

        if (IsOutOfReach(context, by))
        {
            return AdmissionRule.OldNodeUnreachable;
        }

        return context.Policy.Takeover switch
        {
            TakeoverPolicy.NewestWins => AdmissionRule.NewestWins,
            TakeoverPolicy.SameIdentity when IncumbentOf(context.State)?.Identity == by.Identity => AdmissionRule.SameIdentity,
            _ => AdmissionRule.Unknown,
        };
    }

    /// <summary>
    /// Whether the incumbent is on another server that is down or not configured any more. Nobody can ask or remove it there, and whoever
    /// watches it there may see nothing. Under a policy that waits until it is gone the key would be refused until a person came, so it
    /// counts as gone. On the attempt's own server, whose hook has just come, it may live.
    /// </summary>
    private static bool IsOutOfReach(DecisionContext context, Publisher by) =>
        context is { SessionOutOfReach: true, State: { Handover: null, Session.By.Session.ServerId: var server } }
        && server != by.Session.ServerId;

    private static bool IsSilentOrGoing(LiveStreamState state, Session session) =>
        session.SilentSince is not null
        || state.Evictions.Exists(eviction => eviction.Of.Session == session.By.Session && eviction.Cause != EvictionCause.Takeover);

    /// <summary>The key is this attempt's from now on.</summary>
    private static void Grant(DecisionContext context, Publisher by, AdmissionRule rule, AskedIn @in, DateTimeOffset askedAt)
    {
        var sameBroadcast = context.State.ReconnectUntil is not null || context.State.Session is not null;
        context.Raise(new Admitted(context.Now, by, context.NextGeneration, rule, @in, askedAt,
            context.Now + context.Policy.ConfirmWithin, sameBroadcast));
        if (context.State.ReservedFor is { } holder && holder == by.Identity)
        {
            context.Raise(new ReservationEnded(context.Now, holder, EndOfBroadcast: false));
        }

        EndRelaysWithoutSource(context);
        var publishes = 0;
        foreach (var at in context.State.Publishes)
        {
            publishes += context.IsRecent(at, context.Policy.FightWindow) ? 1 : 0;
        }

        if (publishes == context.Policy.FlappingPublishes)
        {
            context.Raise(new FlappingSeen(context.Now, publishes));
        }
    }

    private static Refused? Refuse(DecisionContext context, RequestPublish ask, RefusalReason reason, TimeSpan? retryAfter = null)
    {
        var advice = RefusalCatalog.Of(reason);
        var after = advice.Permanent ? null : retryAfter ?? advice.RetryAfter;
        if (IsOffTheRecord(context, reason))
        {
            return new Refused(context.State.Generation, reason, after);
        }

        context.Raise(new AttemptRefused(context.Now, ask.By, context.State.Generation, reason, after, ask.In, context.Now));
        return null;
    }

    /// <summary>Whether a refusal is not written: anybody can invent names and guess, and must not fill the disk with it.</summary>
    private static bool IsOffTheRecord(DecisionContext context, RefusalReason reason) => context.OffTheRecord =
        reason is RefusalReason.CredentialMissing or RefusalReason.CredentialWrong or RefusalReason.CredentialExpired
        && !HasHistory(context.State);

    /// <summary>Decides on a copy, records what it would have been, lets SRS do what it does, and keeps nobody out.</summary>
    private static Allowed? Observe(DecisionContext context, RequestPublish ask)
    {
        if (SourceOf(context.State, ask) is not null)
        {
            AdmitRelay(context, ask);
            return null;
        }

        var dry = new DecisionContext(context.State, context.Policy with { Mode = AdmissionMode.Enforce }, context.Now,
            context.SessionOutOfReach, context.Store);
        var unwritten = Admit(dry, ask);
        var refusal = unwritten?.Reason ?? dry.Events.OfType<AttemptRefused>().FirstOrDefault(e => e.By.Session == ask.By.Session)?.Reason;
        var verdict = refusal is not null ? "refuse"
            : dry.Events.Any(e => e is HandoverStarted or ChallengerReplaced) ? "handover" : "admit";
        context.Raise(new DecisionObserved(context.Now, ask.By, verdict, refusal ?? RefusalReason.Unknown, ask.In));
        if (context.State.Session is null)
        {
            Grant(context, ask.By, AdmissionRule.KeyFree, ask.In, context.Now);
        }

        return new Allowed(context.State.Generation);
    }
}

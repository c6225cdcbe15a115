namespace StreamSupervisor.Domain.LiveStreams;

/// <remarks>
/// A registration asks before it publishes, so what is in the way can be gone when the encoder arrives: on nodes with the publish token
/// (7.0.62 and later) the busy check comes before any hook that names a publisher. It goes through the same rules as an attempt, in the
/// same order, and reserves the key: between the removal of the old session and the arrival of the new one nobody else gets in.
/// </remarks>
public static partial class LiveStream
{
    /// <summary>
    /// A registration that is repeated so soon while its encoder is on air is a late copy of the message, not a new try: encoders publish
    /// after the answer, and one that lost its stream in this time counts a new attempt. Counted from the registration and not from the
    /// admission: an encoder knows when it began, not when SRS let it in, so a slow start would make its next first try look like a copy.
    /// </summary>
    private static readonly TimeSpan CopiesArriveWithin = TimeSpan.FromSeconds(10);

    /// <summary>What a registration may do as things stand, for those who watch it. Unknown when it is over.</summary>
    public static RegistrationReply StandingOf(LiveStreamState state, string registrationId, DateTimeOffset now)
    {
        if (state.Registration is not { } last || last.Id != registrationId)
        {
            return Answer(state, registrationId, RegistrationDecision.Unknown);
        }

        if (state.ReservedFor == last.EncoderId && state.ReservedUntil > now)
        {
            // A removal that has stalled holds nobody who publishes elsewhere, and where it stalled nobody publishes.
            return state.Evictions.TrueForAll(eviction => eviction.Stalled)
                ? Answer(state, last.Id, RegistrationDecision.Publish)
                : Answer(state, last.Id, RegistrationDecision.Wait, RefusalReason.HoldExhausted,
                    RefusalCatalog.Of(RefusalReason.HoldExhausted).RetryAfter);
        }

        var isOnAir = state.Session?.By.Identity == last.EncoderId || state.Handover?.To.Identity == last.EncoderId;
        return Answer(state, last.Id, isOnAir ? RegistrationDecision.Publish : RegistrationDecision.Unknown);
    }

    /// <summary>
    /// The encoder for which a registration may say that the broadcast is over. Longer than it stands (<see cref="StandingOf"/>): an
    /// encoder stops its stream first and says so then, and meanwhile <c>on_unpublish</c> has come and the stream waits for its return.
    /// </summary>
    /// <returns>Null when the registration is not the key's last one, or has nothing left to end.</returns>
    public static string? EncoderThatMayEnd(LiveStreamState state, string registrationId, DateTimeOffset now) =>
        state.Registration is { } last && last.Id == registrationId
        && (StandingOf(state, registrationId, now).Decision != RegistrationDecision.Unknown
            || state.Interrupted?.By.Identity == last.EncoderId)
            ? last.EncoderId
            : null;

    private static RegistrationReply Register(DecisionContext context, Register ask)
    {
        if (context.State.Registration is { } last && last.EncoderId == ask.EncoderId && last.Attempt == ask.Attempt
            && (context.State.Session is null || context.IsRecent(last.At, CopiesArriveWithin))
            && StandingOf(context.State, last.Id, context.Now) is { Decision: not RegistrationDecision.Unknown } same)
        {
            return same;
        }

        var by = new Publisher(new SessionId("", "", ""), "", ask.Address, ask.EncoderId, Proven: true);
        if (!context.Observes && RefusalOf(context, ask, by) is { } refusal)
        {
            var advice = RefusalCatalog.Of(refusal.Reason);
            var retryAfter = advice.Permanent ? null : refusal.RetryAfter ?? advice.RetryAfter;
            if (!IsOffTheRecord(context, refusal.Reason))
            {
                context.Raise(new RegistrationRefused(context.Now, ask.EncoderId, ask.Attempt, refusal.Reason, retryAfter, ask.LastError));
            }

            return Answer(context.State, "", RegistrationDecision.Refused, refusal.Reason, retryAfter) with
            {
                Tries = TriesOf(context.State, ask),
            };
        }

        context.Raise(new EncoderRegistered(context.Now, ask.RegistrationId, ask.EncoderId, ask.Attempt, context.Now + ask.ReserveFor,
            TriesOf(context.State, ask), ask.LastError));
        if (!context.Observes && context.State is { Handover: null, Session: { } incumbent })
        {
            // Also its own: whoever announces that it is about to publish has lost the session that we believe in.
            ReportContest(context, by);
            Evict(context, incumbent.By, EvictionCause.Registration);
        }

        return StandingOf(context.State, ask.RegistrationId, context.Now);
    }

    private static RegistrationReply Renew(DecisionContext context, RenewRegistration renewal)
    {
        var standing = StandingOf(context.State, renewal.RegistrationId, context.Now);
        var reserved = context.State.ReservedFor is not null && context.State.ReservedFor == context.State.Registration?.EncoderId;
        if (standing.Decision == RegistrationDecision.Unknown || !reserved
            || context.State.ReservedUntil - context.Now > renewal.ReserveFor / 2)
        {
            return standing;
        }

        // Written at half of its life only: an encoder that asks every second must not cost an event every second.
        context.Raise(new KeyReserved(context.Now, context.State.Registration!.EncoderId, context.Now + renewal.ReserveFor));
        return StandingOf(context.State, renewal.RegistrationId, context.Now);
    }

    /// <summary>The first rule that keeps this encoder out; null when none does.</summary>
    private static (RefusalReason Reason, TimeSpan? RetryAfter)? RefusalOf(DecisionContext context, Register ask, Publisher by)
    {
        // A credential that proved the encoder's name may be old inside the reconnect window, as it may at the hook.
        var identity = ask.Subject is { } subject ? by with { Identity = subject } : by;
        if (RefusalOfCredential(context.State, new RequestPublish(identity, AskedIn.OnConnect, ask.Credential, default)) is { } wrong)
        {
            return (wrong, null);
        }

        if (IsLocked(context))
        {
            return (RefusalReason.Locked, null);
        }

        if (context.State.PinnedTo is { } pinned && pinned != ask.EncoderId)
        {
            return (RefusalReason.PinnedToAnother, null);
        }

        if (ReservedForAnother(context, by) is { } left)
        {
            return (RefusalReason.Reserved, left);
        }

        if (context.State.Handover is { } handover)
        {
            return handover.To.Identity == ask.EncoderId ? null : (RefusalReason.HandoverRunning, null);
        }

        if (context.State.Session is not { } incumbent || incumbent.By.Identity == ask.EncoderId)
        {
            return null;
        }

        return InCoolDown(context, by) is { } cooling ? (RefusalReason.FightCoolDown, cooling)
            : RuleOfTakeover(context, by) == AdmissionRule.Unknown ? (RefusalReason.IncumbentAlive, null)
            : IsFight(context, by) is { } coolDown ? (RefusalReason.FightCoolDown, coolDown)
            : null;
    }

    /// <summary>The time that another encoder's live reservation has left; null when there is none.</summary>
    private static TimeSpan? ReservedForAnother(DecisionContext context, Publisher by) =>
        context.State.ReservedFor is { } holder && holder != by.Identity && context.State.ReservedUntil > context.Now
            ? context.State.ReservedUntil - context.Now
            : null;

    private static int TriesOf(LiveStreamState state, Register ask)
    {
        var wasOnAir = (state.Session ?? state.Interrupted) is { } session && session.By.Identity == ask.EncoderId
            && session.Since >= state.Registration?.At;
        return state.Registration is { } last && last.EncoderId == ask.EncoderId && !wasOnAir ? last.Tries + 1 : 1;
    }

    private static RegistrationReply Answer(LiveStreamState state, string id, RegistrationDecision decision,
        RefusalReason reason = RefusalReason.Unknown, TimeSpan? retryAfter = null) =>
        new(id, decision, state.Generation, reason, retryAfter,
            decision is RegistrationDecision.Publish or RegistrationDecision.Wait ? state.ReservedUntil : null,
            state.Registration?.Tries ?? 0,
            (state.Session ?? state.Interrupted)?.By.Origin ?? "",
            [.. state.Wedges.Select(wedge => wedge.Origin)],
            IsOnAir(state));

    private static bool IsOnAir(LiveStreamState state) =>
        state is { Session: { } session, Registration: { } last } && session.By.Identity == last.EncoderId
        && !state.Evictions.Exists(eviction => eviction.Of.Session == session.By.Session);

    /// <summary>A credential of a registration that is not the key's last is worth nothing.</summary>
    private static RequestPublish WithoutEmptyClaim(LiveStreamState state, RequestPublish ask) =>
        ask.Registered is not { } claim || claim.Holds(state, ask.By.Identity)
            ? ask
            : ask with
            {
                Credential = claim.Otherwise,
                By = ask.By with { Identity = claim.Identity, Proven = claim.Proven },
                Registered = null,
            };
}

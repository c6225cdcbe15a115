using System.Globalization;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Api;

/// <summary>
/// One English sentence for each event, as an operator would tell it to another; <see cref="TimelineTextZh"/> has the Chinese ones.
/// </summary>
internal static class TimelineText
{
    public static string Of(LiveStreamEvent happened) => happened switch
    {
        Admitted e => $"{Who(e.By)} was admitted as generation {e.Generation}{Held(e.At - e.AskedAt)}: "
            + $"{Rule(e.Rule)}{(e.SameBroadcast ? "; the same broadcast goes on" : "")}.",
        AttemptRefused e => $"{Who(e.By)} was refused{Held(e.At - e.AskedAt)}: {Reason(e.Reason)}; {Advice(e.RetryAfter)}.",
        HandoverStarted e =>
            $"{Who(e.To)} is held for at most {Span(e.HoldUntil - e.At)} while the sessions in its way are removed: {Rule(e.Rule)}.",
        ChallengerReplaced e =>
            $"{Who(e.By)} took the place of the older attempt {e.Old.Session.ClientId}, whose encoder had come back; the removal goes on.",
        TakeoverContested e => $"{e.To} takes the key from {e.From}, which was alive: too many such turns in a short while are a fight.",
        SearchOrdered e => $"{e.Origin} is searched for publishers of this key{(e.Evict ? "; whoever is found is removed" : "")}.",
        SearchFinished e => $"The search of {e.Origin} found {e.Found} publisher{(e.Found == 1 ? "" : "s")} of this key.",
        EvictionOrdered e => $"{Who(e.Of)} is to be removed: {Cause(e.Cause, e.OperatorName)}.",
        EvictionFinished e => $"Client {e.Of.ClientId} is gone after {Span(e.At - e.OrderedAt)}: {Proof(e.Proof)}.",
        EvictionStalled e => $"Client {e.Of.ClientId} could not be removed yet ({e.Why}); the supervisor goes on trying.",
        PublisherConfirmed e => $"SRS shows client {e.Session.ClientId} as the active publisher.",
        ConfirmationOverdue e => $"{Who(e.Of)} has not shown up as the active publisher; its node is asked for the client itself.",
        PublisherSilent e => $"Client {e.Session.ClientId} has sent no byte since {Clock(e.Since)}.",
        PublisherLost e => $"Client {e.Session.ClientId} no longer publishes: "
            + $"{Loss(e.Cause)}{(e.ReconnectUntil is { } until ? $"; a return until {Clock(until)} is the same broadcast" : "")}.",
        BroadcastEnded => "The broadcast is over.",
        SessionAdopted e => $"{Who(e.By)} was found publishing without having asked, and is the key's session now as generation "
            + $"{e.Generation}.",
        LateHookIgnored e => $"A late {e.Hook} of client {e.Session.ClientId} changed nothing: it no longer owns the key.",
        KeyWedged e => $"{e.Origin} holds a ghost of this key: admitted twice, never active, and nothing there to remove. Only a restart "
            + "of that SRS frees it.",
        WedgeCleared e => $"The ghost on {e.Origin} is forgotten: its SRS runs in a new process, a publisher was seen there, or an "
            + "operator released the key.",
        FightDetected e => $"{e.Incumbent} and {e.Challenger} pushed each other out in turn; {e.Incumbent} is kept until "
            + $"{Clock(e.CoolDownUntil)}.",
        FlappingSeen e => $"The key was published {e.Publishes} times in a short while: its encoder has a bad network or restarts.",
        KeyReserved e => $"The key is kept for {e.EncoderId} until {Clock(e.Until)}.",
        EncoderRegistered e => $"{e.EncoderId} announced itself (try {e.Tries}); the key is kept for it until {Clock(e.Until)}.",
        RegistrationRefused e => $"{e.EncoderId} announced itself and was refused: {Reason(e.Reason)}.",
        ReservationEnded e => e.EndOfBroadcast
            ? $"{e.EncoderId} said that its broadcast is over."
            : $"The reservation of {e.EncoderId} was used, given up or ran out.",
        KeyLocked e => $"{e.By} locked the key{(e.Until is { } until ? $" until {Day(until)}{Clock(until)}" : "")}: {e.Why}",
        KeyUnlocked { TimeOver: true } e => $"The lock of {e.By} has ended by itself, its time was over. It was given for: {e.Why}",
        KeyUnlocked e => $"{e.By} unlocked the key: {e.Why}",
        KeyPinned e => $"{e.By} pinned the key to {e.Identity}: {e.Why}",
        OperatorActed e => $"{e.By} ordered {e.Action}: {e.Why}",
        DecisionObserved e => $"{Who(e.By)} would have been {Verdict(e)}; nothing was done, since the supervisor only observes here.",
        AnswerRepeated e => $"Client {e.Attempt.ClientId} asked again and heard the same: {(e.Allowed ? "yes" : Reason(e.Reason))}.",
        EvictionDropped e => $"The removal of client {e.Of.ClientId} is given up: {e.Why}",
        RelayAdmitted e => $"{Who(e.By)} is {e.Of}'s copy of the stream{(e.Adopted ? ", found there" : "")}; it stands beside the key's "
            + "session and evicts nobody.",
        RelayEnded e => $"The copy on {e.Origin} (client {e.Relay.ClientId}) has ended: {Loss(e.Cause)}.",
        _ => "An event without a sentence.",
    };

    public static string Who(Publisher by) =>
        $"Client {by.Session.ClientId} on {by.Origin}{(by.Address.Length > 0 ? $" from {by.Address}" : "")}";

    public static string Rule(AdmissionRule rule) => rule switch
    {
        AdmissionRule.KeyFree => "nobody had the key",
        AdmissionRule.ProcessGone => "the SRS process of the old session was gone",
        AdmissionRule.NewestWins => "the newest attempt wins",
        AdmissionRule.SameIdentity => "the same identity came back",
        AdmissionRule.IncumbentSilent => "the old session had gone silent",
        AdmissionRule.HandoverDone => "every session in its way is proven gone",
        AdmissionRule.OldNodeUnreachable => "the old session's node could not be reached in time; it is removed there as soon as it can be",
        _ => "for a reason that was not recorded",
    };

    public static string Reason(RefusalReason reason) => reason switch
    {
        RefusalReason.CredentialMissing => "a credential is needed and none came",
        RefusalReason.CredentialWrong => "the credential is wrong",
        RefusalReason.CredentialExpired => "the credential has expired",
        RefusalReason.Locked => "an operator locked the key",
        RefusalReason.PinnedToAnother => "the key is pinned to another identity",
        RefusalReason.InvalidKey => "the stream key is malformed",
        RefusalReason.Quarantined => "the key's journal can't be read until an operator ends its quarantine",
        RefusalReason.Reserved => "another encoder has reserved the key",
        RefusalReason.Superseded => "a newer attempt of the same identity took its place",
        RefusalReason.FightCoolDown => "two encoders push each other out, and the present one is kept for a while",
        RefusalReason.IncumbentAlive => "the policy keeps a publisher that is alive",
        RefusalReason.HandoverRunning => "a change of hands for another identity is under way",
        RefusalReason.HoldExhausted => "the old session could not be removed in time; its removal goes on",
        RefusalReason.KickForbidden => "the server's API does not allow to kick the old session",
        RefusalReason.Wedged => "SRS holds a ghost of the key on this node until it is restarted",
        RefusalReason.Withdrawn => "the encoder went away while it was held",
        RefusalReason.Unavailable => "the supervisor could not decide at that moment",
        RefusalReason.TooManyGuesses => "too many wrong credentials came from its address",
        _ => "for a reason that was not recorded",
    };

    public static string Proof(ReleaseProof proof) => proof switch
    {
        ReleaseProof.ClientGone => "SRS no longer knows the client",
        ReleaseProof.Closed => "SRS reported its close",
        ReleaseProof.ProcessReplaced => "its SRS runs in another process now",
        _ => "the proof was not recorded",
    };

    public static string Cause(EvictionCause cause, string? operatorName = null) => cause switch
    {
        EvictionCause.Takeover => "another attempt takes over",
        EvictionCause.Silent => "it sends nothing any more",
        EvictionCause.Doubled => "the key has another publisher of a higher generation",
        EvictionCause.Operator => $"{operatorName ?? "an operator"} ordered it",
        EvictionCause.Registration => "an encoder has announced itself; the way is cleared before it arrives",
        EvictionCause.Orphaned => "SRS publishes it for nobody: it received, and sent its players nothing",
        EvictionCause.RefusedUnseen => "SRS refused an encoder as busy before asking; the way is cleared for its next try",
        _ => "the cause was not recorded",
    };

    public static string Span(TimeSpan span) => span.TotalSeconds >= 60
        ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0.#} min")
        : span.TotalSeconds >= 1
            ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.##} s")
            : string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0.#} ms");

    public static string Clock(DateTimeOffset at) => at.ToUniversalTime().ToString("HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>What lasts for hours may end on another day.</summary>
    public static string Day(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd ", CultureInfo.InvariantCulture);

    public static string Advice(TimeSpan? retryAfter) => retryAfter switch
    {
        null => "trying again does not help without a change",
        { Ticks: <= 0 } => "it may try again at once",
        { } delay => $"a new try pays after {Span(delay)}",
    };

    private static string Held(TimeSpan held) => held > TimeSpan.Zero ? $" after {Span(held)}" : " at once";

    public static string Loss(LossCause cause) => cause switch
    {
        LossCause.Unpublished => "SRS reported its unpublish",
        LossCause.Closed => "SRS reported its close",
        LossCause.Evicted => "it was removed",
        LossCause.NotFound => "its node no longer shows it",
        LossCause.ProcessGone => "its SRS process is gone",
        LossCause.BusySeen => "it was admitted and SRS refused it all the same, as busy",
        LossCause.Replaced => "another session has the key; this one could not be removed",
        LossCause.SourceEnded => "the session that it copied is there no longer",
        LossCause.OriginUnknown => "its origin is not configured any more",
        _ => "the cause was not recorded",
    };

    public static string Verdict(DecisionObserved observed) => observed.Verdict switch
    {
        "admit" => "admitted",
        "handover" => "held while the session in its way is removed",
        _ => $"refused, because {Reason(observed.Reason)}",
    };
}

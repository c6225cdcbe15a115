using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Domain.Stores;

namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>
/// The rules of one stream key: who may publish it, and how it changes hands. Pure: no clock, no I/O, no randomness.
/// </summary>
/// <remarks>
/// <para>
/// What it guarantees. At most one session owns a key. An attempt is answered by an event and by nothing else, so that what was answered
/// is in the journal; the same attempt hears the same answer again. A session is removed only by an <see cref="EvictionOrdered"/> that
/// names it, and a challenger is let in only when each removal in its way is proven (<see cref="ReleaseProof"/>), with one exception: a
/// session on another node that can't be reached does not keep the key from an encoder that is here (<see
/// cref="AdmissionRule.OldNodeUnreachable"/>).
/// </para>
/// <para>
/// How it can still be wrong. It knows what SRS told: a publisher that got in while the hooks were off is unknown until a look finds it.
/// One connection may publish twice under one client id; if its hooks cross, the second publish hears the answer of the first and is
/// adopted by the next look.
/// </para>
/// <para>
/// Rejected: to trust <c>publish.active</c> or <c>on_unpublish</c> as proof of release (SRS 7.0.62 and later frees the key after both),
/// to evict "the publisher of the stream" (it may be the newer one), and timers in here (the state says when to wake it instead).
/// </para>
/// <code>
///            request                    all evictions proven
///   idle ──────────────▶ live ──request──▶ handover ──────────▶ live (generation + 1)
///    ▲                    │                   │ hold exhausted: the challenger is refused, the eviction goes on
///    │ window passed      │ session ended     ▼
///    └──── interrupted ◀──┴──────────────── live or interrupted
/// </code>
/// </remarks>
public static partial class LiveStream
{
    /// <summary>Final answers and past takeovers are remembered up to this number, oldest forgotten first.</summary>
    internal const int MaxAnswers = 32;

    internal const int MaxTakeovers = 8;

    /// <summary>
    /// How long an admitted client may be on its way into SRS's list: the answer to it, and its on_publish with our answer. Under the
    /// hold, so that a challenger need not be refused for it.
    /// </summary>
    internal static readonly TimeSpan Unlisted = TimeSpan.FromSeconds(1);

    internal const int MaxPublishes = 16;

    /// <summary>
    /// The clocks of members differ by less; what lies further in the future was written by a clock that was set back since.
    /// </summary>
    private static readonly TimeSpan ClockStep = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Whether a look at an origin found somebody without knowing of the key's last change. Its origin must hear what the key is now, or
    /// it would never know: it is told of changes only, and hears nothing of a key that has nothing there.
    /// </summary>
    public static bool IsOutdated(LiveStreamState state, LiveStreamCommand command) =>
        command is ReportPublisherSeen { Verified: true, Asked: false, Known.Revision: var known } && known != state.Revision;

    /// <summary>What follows from a command. The only place that knows a rule of admission.</summary>
    public static Decision Decide(LiveStreamState state, LiveStreamCommand command, StreamPolicy policy, DateTimeOffset now)
    {
        if (command is RequestPublish { Store.HoldsAdmissions: true } or Register { Store.HoldsAdmissions: true })
        {
            return new Decision([], AdmissionsHeld.Instance);
        }

        var context = new DecisionContext(state, policy, now, command.SessionOutOfReach, command.Store);
        var reply = command switch
        {
            RequestPublish ask => Publish(context, ask),
            GetState => new StateReply(state),
            OperatorCommand order => Operate(context, order),
            Reserve reserve => Reserve(context, reserve),
            CancelReservation cancel => Cancel(context, cancel),
            Register register => Register(context, register),
            RenewRegistration renewal => Renew(context, renewal),
            _ => Report(context, command),
        };
        return new Decision(context.Events, reply, context.OffTheRecord);
    }

    /// <summary>The answer to an attempt that an event gives.</summary>
    public static (SessionId Attempt, PublishReply Reply)? AnswerOf(LiveStreamEvent @event) => @event switch
    {
        Admitted admitted => (admitted.By.Session, new Allowed(admitted.Generation)),
        AttemptRefused refused => (refused.By.Session, new Refused(refused.Generation, refused.Reason, refused.RetryAfter)),
        AnswerRepeated { Allowed: true } repeated => (repeated.Attempt, new Allowed(repeated.Generation)),
        AnswerRepeated repeated => (repeated.Attempt, new Refused(repeated.Generation, repeated.Reason, repeated.RetryAfter)),
        RelayAdmitted { Adopted: false } relay => (relay.By.Session, new Allowed(relay.Generation)),
        _ => null,
    };

    /// <summary>
    /// One decision in the making: each event is applied as it is raised, so that later rules see what earlier ones did.
    /// </summary>
    private sealed class DecisionContext(LiveStreamState state, StreamPolicy policy, DateTimeOffset now, bool sessionOutOfReach,
        StoreStanding store)
    {
        private readonly List<LiveStreamEvent> _events = [];
        private readonly long _revision = state.Revision;

        public LiveStreamState State { get; private set; } = state;
        public StreamPolicy Policy { get; } = policy;
        public DateTimeOffset Now { get; } = now;
        public bool SessionOutOfReach { get; } = sessionOutOfReach;
        public StoreStanding Store { get; } = store;

        /// <summary>Above every one that the key has had, and above those that the journal has lost.</summary>
        public long NextGeneration => Math.Max(State.Generation, Store.GenerationFloor) + 1;
        public IReadOnlyList<LiveStreamEvent> Events => _events;
        public bool Observes => Policy.Mode == AdmissionMode.Observe;

        /// <summary>A refusal of a stranger that is answered and not written.</summary>
        public bool OffTheRecord { get; set; }

        /// <summary>
        /// Whether a deadline has come. A wait that began in the future was begun by a clock that has been set back since: it is over,
        /// or it would last for as long as the clock was wrong.
        /// </summary>
        public bool HasCome(DateTimeOffset since, DateTimeOffset? until) => until <= Now || (until is not null && since - Now > ClockStep);

        /// <summary>
        /// Whether something happened inside this time. It stands in the journal by the clock of the member that wrote it, since no other
        /// is the same after a crash; what lies in the future of this one's was long ago for all that is known, and counts no more.
        /// </summary>
        public bool IsRecent(DateTimeOffset at, TimeSpan window) => at > Now - window && at - Now <= ClockStep;

        /// <summary>
        /// Whether a look began when all that had happened to the key before this decision was known, for at least this long: what it
        /// shows is true of the state. No clock says that (<see cref="KnownAtLook"/>).
        /// </summary>
        public bool Knew(KnownAtLook look, TimeSpan atLeast = default) => look.Revision == _revision && look.For >= atLeast;

        public void Raise(LiveStreamEvent @event)
        {
            _events.Add(@event);
            State = Evolve(State, @event);
        }
    }
}

using Shouldly;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;

namespace StreamSupervisor.TestKit.Domain;

/// <summary>
/// Given/When/Then over the pure rules of one key: <c>Scene.Given(live("srs-1")).When(publish("srs-2")).Then(...)</c>. The clock stands
/// still until <see cref="After"/> moves it.
/// </summary>
public sealed class Scene
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly StreamKey Key = new("__defaultVhost__", "live", "cam1");
    public static readonly HoldLimits Patient = new(TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(2.5));

    private readonly List<LiveStreamEvent> _all = [];
    /// <summary>When each revision began, by a clock that nobody sets.</summary>
    private readonly List<(TimeSpan Since, long Revision)> _revisions = [(TimeSpan.MinValue, 0)];
    private TimeSpan _elapsed;

    private Scene(StreamPolicy policy) => Policy = policy;

    public StreamPolicy Policy { get; set; }
    public DateTimeOffset Now { get; private set; } = Start;
    public LiveStreamState State { get; private set; } = new() { Key = Key };

    /// <summary>What the last command brought.</summary>
    public IReadOnlyList<LiveStreamEvent> Events { get; private set; } = [];

    /// <summary>What whoever gave the last command heard, from the decision itself or from one of its events; null: nothing yet.</summary>
    public LiveStreamReply? Reply { get; private set; }

    /// <summary>Whether the last answer was given without a trace in the journal.</summary>
    public bool OffTheRecord { get; private set; }

    /// <summary>Everything that has happened.</summary>
    public IReadOnlyList<LiveStreamEvent> History => _all;

    public static Scene Empty(StreamPolicy? policy = null) => new(policy ?? StreamPolicy.Default);

    /// <summary>A key that this attempt publishes, seen active.</summary>
    public static Scene Live(Publisher by, StreamPolicy? policy = null) =>
        Empty(policy).When(Ask(by)).After(1).When(new ReportPublisherSeen(by, 1000, Start.AddSeconds(1), Verified: false));

    public static Publisher Encoder(string client, string origin = "srs-1", string address = "10.0.0.1", string service = "run-1",
        string identity = "key", bool proven = false) =>
        new(new SessionId(origin, service, client), origin, address, identity, proven);

    public static RequestPublish Ask(Publisher by, AskedIn @in = AskedIn.OnPublish, CredentialVerdict credential = CredentialVerdict.NotRequired,
        HoldLimits? hold = null, bool confirmed = true, string? relayOf = null, bool configured = false) =>
        new(by, @in, credential, hold ?? Patient, confirmed, relayOf, configured);

    public Scene When(params ReadOnlySpan<LiveStreamCommand> commands)
    {
        foreach (var given in commands)
        {
            var command = WithKnown(given);
            var decision = LiveStream.Decide(State, command, Policy, Now);
            if (decision.Reply is ProcessInDoubt doubt && command is RequestPublish { ProcessConfirmed: true, Settles: null } asked)
            {
                // As the hook does: the node, asked about this doubt, says that the attempt's process runs there.
                decision = LiveStream.Decide(State, asked with { Settles = doubt.Of }, Policy, Now);
            }

            foreach (var @event in decision.Events)
            {
                State = LiveStream.Evolve(State, @event);
            }

            if (State.Revision != _revisions[^1].Revision)
            {
                _revisions.Add((_elapsed, State.Revision));
            }

            Events = decision.Events;
            OffTheRecord = decision.OffTheRecord;
            Reply = decision.Reply ?? (command is RequestPublish ask
                ? decision.Events.Select(LiveStream.AnswerOf).FirstOrDefault(answer => answer?.Attempt == ask.By.Session)?.Reply
                : null);
            _all.AddRange(decision.Events);
        }

        return this;
    }

    /// <summary>A look that does not say what it knew of the key knew all that had happened to it by then, by the clock of the scene.</summary>
    private LiveStreamCommand WithKnown(LiveStreamCommand command)
    {
        return command switch
        {
            ReportPublisherSeen { Known.Revision: 0 } seen => seen with { Known = KnownAt(seen.LookedAt) },
            ReportPublisherMissing { Known.Revision: 0 } missing => missing with { Known = KnownAt(missing.LookedAt) },
            _ => command,
        };

        KnownAtLook KnownAt(DateTimeOffset lookedAt)
        {
            var looked = _elapsed - (Now - lookedAt);
            var (since, revision) = _revisions.FindLast(one => one.Since <= looked);
            return new KnownAtLook(revision, revision > 0 ? looked - since : default);
        }
    }

    public Scene After(double seconds)
    {
        Now = Now.AddSeconds(seconds);
        _elapsed += TimeSpan.FromSeconds(Math.Max(0, seconds));
        return this;
    }

    /// <summary>Delivers every deadline up to this many seconds from now, each at its time.</summary>
    public Scene Wait(double seconds)
    {
        var (end, elapsed) = (Now.AddSeconds(seconds), _elapsed + TimeSpan.FromSeconds(seconds));
        while (LiveStream.WakeAt(State) is { } at && at <= end)
        {
            _elapsed += at > Now ? at - Now : TimeSpan.Zero;
            Now = at > Now ? at : Now;
            When(Wake.Instance);
        }

        (Now, _elapsed) = (end, elapsed);
        return this;
    }

    /// <summary>The last command brought exactly these kinds of events, in this order.</summary>
    public Scene Then(params ReadOnlySpan<Type> kinds)
    {
        Events.Select(e => e.GetType().Name).ShouldBe(kinds.ToArray().Select(kind => kind.Name));
        return this;
    }

    public Scene ThenNothing() => Then();

    /// <summary>The last command brought one event of this kind, which this says more about.</summary>
    public Scene Then<T>(Action<T>? more = null)
        where T : LiveStreamEvent
    {
        var found = Events.OfType<T>().ToList();
        found.Count.ShouldBe(1, $"one {typeof(T).Name} among: {string.Join(", ", Events.Select(e => e.GetType().Name))}");
        more?.Invoke(found[0]);
        return this;
    }

    public Scene ThenNo<T>()
        where T : LiveStreamEvent
    {
        Events.OfType<T>().ShouldBeEmpty();
        return this;
    }

    public Scene ThenRefused(Publisher by, RefusalReason reason) => Then<AttemptRefused>(e =>
    {
        e.By.ShouldBe(by);
        e.Reason.ShouldBe(reason);
        if (RefusalCatalog.Of(reason).Permanent)
        {
            e.RetryAfter.ShouldBeNull();
        }
    });

    public Scene ThenAdmitted(Publisher by, AdmissionRule? rule = null) => Then<Admitted>(e =>
    {
        e.By.ShouldBe(by);
        e.Rule.ShouldBe(rule ?? e.Rule);
    });

    public Scene ThenHeld(Publisher by)
    {
        State.Handover.ShouldNotBeNull().To.ShouldBe(by);
        Events.OfType<Admitted>().ShouldBeEmpty();
        return this;
    }

    public Scene ThenIs(LiveStreamPhase phase)
    {
        State.Phase.ShouldBe(phase);
        return this;
    }

    public static ReportEvicted Gone(Publisher by) => new(by.Session, ReleaseProof.ClientGone);
}

using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.TestKit.Domain;
using Lock = StreamSupervisor.Domain.LiveStreams.Lock;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

/// <summary>
/// Random commands over a few encoders and nodes; after each, what must always hold is checked. A failure names its seed.
/// </summary>
public class LiveStreamProperties
{
#if MUTATION
    /// <summary>Nearly every changed rule is reached by this test: few, or a mutant takes half a minute.</summary>
    private const int Seeds = 15;
#else
    private const int Seeds = 600;
#endif

    [Fact]
    public void Whatever_comes_the_promises_hold()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            Run(seed);
        }
    }

    private static void Run(int seed)
    {
        var random = new Random(seed);
        var policy = StreamPolicy.Default with
        {
            Takeover = (TakeoverPolicy)random.Next(3),
            Mode = random.Next(8) == 0 ? AdmissionMode.Observe : AdmissionMode.Enforce,
        };
        var scene = Scene.Empty(policy);
        var answers = new Dictionary<SessionId, List<PublishReply>>();
        for (var step = 0; step < 120; step++)
        {
            if (random.Next(4) == 0)
            {
                scene.After(random.NextDouble() * (random.Next(6) == 0 ? 40 : 3));
            }

            var before = scene.State;
            var command = Any(random, scene);
            scene.When(command);
            Check(seed, step, command, before, scene, answers);
        }

        var replayed = scene.History.Aggregate(new LiveStreamState { Key = Scene.Key }, LiveStream.Evolve);
        StateCodec.Encode(replayed).ShouldBe(StateCodec.Encode(scene.State), $"seed {seed}: the journal tells the state");
        StateCodec.Encode(StateCodec.Decode(StateCodec.Encode(replayed)))
            .ShouldBe(StateCodec.Encode(replayed), $"seed {seed}: the snapshot is whole");
    }

    private static void Check(int seed, int step, LiveStreamCommand command, LiveStreamState before, Scene scene,
        Dictionary<SessionId, List<PublishReply>> answers)
    {
        var at = $"seed {seed}, step {step}, {command}";
        var state = scene.State;
        state.Generation.ShouldBe(before.Generation + scene.Events.Count(e => e is Admitted or SessionAdopted), at);
        state.Evictions.Select(e => e.Of.Session).ShouldBeUnique(at);
        if (state.Handover is { } handover)
        {
            state.Evictions.ShouldNotBeEmpty(at);
            state.Evictions.ShouldNotContain(e => e.Of.Session == handover.To.Session, at);
        }

        (scene.Policy.Mode == AdmissionMode.Observe && scene.Events.OfType<EvictionOrdered>().Any(e => e.Cause != EvictionCause.Operator))
            .ShouldBeFalse(at);
        state.Answers.Count.ShouldBeLessThanOrEqualTo(32, at);
        if (command is Wake && LiveStream.WakeAt(state) is { } wake)
        {
            wake.ShouldBeGreaterThan(scene.Now, at);
        }

        // Found publishing though it was refused (while the hooks were off, say): what it was told before is void, and it may ask
        // anew later.
        foreach (var adopted in scene.Events.OfType<SessionAdopted>())
        {
            answers.Remove(adopted.By.Session);
        }

        foreach (var adopted in scene.Events.OfType<RelayAdmitted>().Where(relay => relay.Adopted))
        {
            answers.Remove(adopted.By.Session);
        }

        foreach (var answer in scene.Events.Where(e => e is not AnswerRepeated).Select(LiveStream.AnswerOf)
            .OfType<(SessionId Attempt, PublishReply Reply)>())
        {
            if (!answers.TryGetValue(answer.Attempt, out var given))
            {
                answers[answer.Attempt] = given = [];
            }

            // A second final answer is due only to a second attempt: one whose session had been admitted and had ended in between.
            (given.Count == 0 || given[^1] is Allowed).ShouldBeTrue(
                $"{at}: {answer.Attempt} heard {string.Join(", ", given)} and now {answer.Reply}");
            given.Add(answer.Reply);
        }

        foreach (var repeated in scene.Events.OfType<AnswerRepeated>())
        {
            var evicted = before.Evictions.Exists(e => e.Of.Session == repeated.Attempt);
            (repeated.Allowed && evicted).ShouldBeFalse($"{at}: a yes to one that is ordered away");
        }

        if (command is RequestPublish ask && scene.Reply is null)
        {
            (state.Handover?.To.Session == ask.By.Session).ShouldBeTrue($"{at}: neither answered nor held");
        }

        var work = LiveStream.OpenWork(state);
        work.Select(one => one.Name).ShouldBeUnique(at);
        if (work.Count == 0 && LiveStream.WakeAt(state) is null)
        {
            (LiveStream.IsIdle(state) || state.Session is not null || state.Locked is not null || state.PinnedTo is not null)
                .ShouldBeTrue($"{at}: nothing will ever end it");
        }

        (state.Generation > 0 && !LiveStream.HasHistory(state)).ShouldBeFalse(at);
        (scene.OffTheRecord && (scene.Events.Count > 0 || scene.Reply is not Refused || LiveStream.HasHistory(before))).ShouldBeFalse(at);
        state.Relays.Select(relay => relay.By.Session.ServerId).ShouldBeUnique(at);
        state.Relays.ShouldNotContain(relay => state.Session != null && relay.By.Session == state.Session.By.Session, at);
    }

    /// <summary>Any command, as a fault or an encoder may bring it about.</summary>
    internal static LiveStreamCommand Any(Random random, Scene scene)
    {
        var by = Scene.Encoder($"c{random.Next(12)}", $"srs-{random.Next(1, 4)}", $"10.0.0.{random.Next(1, 4)}",
            $"run-{(random.Next(15) == 0 ? 2 : 1)}",
            $"id-{random.Next(3)}", random.Next(2) == 0);
        var known = scene.State.Evictions.Count > 0 && random.Next(2) == 0
            ? scene.State.Evictions[random.Next(scene.State.Evictions.Count)].Of
            : scene.State.Session?.By ?? by;
        var relayOf = random.Next(3) == 0 ? $"srs-{random.Next(1, 4)}" : null;
        return random.Next(23) switch
        {
            <= 6 when relayOf is not null => Scene.Ask(by, relayOf: relayOf, configured: random.Next(3) == 0),
            <= 6 => Scene.Ask(by, (AskedIn)random.Next(2),
                random.Next(8) == 0 ? (CredentialVerdict)random.Next(6) : CredentialVerdict.NotRequired),
            7 => new ReportUnpublished(known.Session),
            8 => new ReportClosed(random.Next(2) == 0 ? known.Session : by.Session),
            9 => new ReportPublisherSeen(random.Next(2) == 0 ? known : by, 5, scene.Now, random.Next(2) == 0, relayOf),
            10 => new ReportPublisherMissing(known.Session, scene.Now, random.Next(2) == 0),
            11 => new ReportSilent(known.Session, scene.Now, scene.State.Generation),
            12 or 13 => new ReportEvicted(known.Session, ReleaseProof.ClientGone),
            14 => new ReportEvictionStalled(known.Session, "unreachable"),
            15 => new ReportProcessReplaced(by.Session.ServerId, random.Next(4) == 0 ? "run-2" : "run-1"),
            16 => new ReportSearched(by.Origin, by.Session.ServerId, by.Session.ServiceId, random.Next(2), scene.Now),
            17 => new ReportRefusedUnseen(by, random.Next(2) == 0),
            18 => random.Next(2) == 0 ? new Reserve(by.Identity, TimeSpan.FromSeconds(10))
                : new CancelReservation(by.Identity, random.Next(2) == 0),
            19 => random.Next(5) switch
            {
                0 => new Lock("a", "b"),
                1 => new Pin(by.Identity, "a", "b"),
                2 => new Kick("a", "b"),
                3 => new Release("a", "b") { Origins = ["srs-1", "srs-2"] },
                _ => new Unlock("a", "b"),
            },
            20 => new ReportOriginUnknown(by.Origin),
            21 => new Unlock("a", "b"),
            _ => Wake.Instance,
        };
    }
}

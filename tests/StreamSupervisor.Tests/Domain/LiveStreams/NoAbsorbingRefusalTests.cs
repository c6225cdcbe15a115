using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.TestKit.Domain;

namespace StreamSupervisor.Tests.Domain.LiveStreams;

/// <summary>
/// From any state that random commands lead to, when what was wrong is over, an honest encoder that waits as long as it is told gets in,
/// and nobody has to help. In half of the runs a server does not come back.
/// </summary>
public class NoAbsorbingRefusalTests
{
    private const int MaxTries = 5;
    private const string Dead = "srs-1";

    [Theory]
    [InlineData(TakeoverPolicy.NewestWins)]
    [InlineData(TakeoverPolicy.SameIdentity)]
    [InlineData(TakeoverPolicy.FirstWins)]
    public void An_honest_encoder_gets_in_within_a_few_tries(TakeoverPolicy takeover)
    {
        for (var seed = 1; seed <= 400; seed++)
        {
            var random = new Random(seed);
            var scene = Scene.Empty(StreamPolicy.Default with { Takeover = takeover });
            for (var step = random.Next(5, 80); step > 0; step--)
            {
                scene.After(random.NextDouble() * 3).When(LiveStreamProperties.Any(random, scene));
            }

            if (random.Next(4) == 0)
            {
                scene.After(-600);
            }

            scene.When(new Unlock("ops", "it was a test"));
            TriesUntilIn(scene, isDead: seed % 2 == 0, process: $"run-{random.Next(1, 4)}")
                .ShouldBeLessThanOrEqualTo(MaxTries, $"seed {seed}: {scene.Reply}, {scene.State}");
        }
    }

    private static int TriesUntilIn(Scene scene, bool isDead, string process)
    {
        var isOutOfReach = (string origin) => isDead && origin == Dead;
        for (var tries = 1; tries <= MaxTries; tries++)
        {
            var by = Scene.Encoder($"honest-{tries}", "srs-2", "10.9.9.9", process, "honest", proven: true);
            var outOfReach = scene.State.Session is { By.Origin: var origin } && isOutOfReach(origin);
            var before = scene.History.Count;
            scene.When(Scene.Ask(by) with { SessionOutOfReach = outOfReach });
            var advice = (scene.Reply as Refused)?.RetryAfter;
            Settle(scene, isOutOfReach);
            scene.Wait(3);
            if (scene.History.Skip(before).Any(happened => happened is Admitted admitted && admitted.By.Session == by.Session))
            {
                return tries;
            }

            // Two sweeps, or as long as it was told.
            Settle(scene, isOutOfReach);
            scene.Wait(Math.Max(10, advice?.TotalSeconds ?? 0));
            Settle(scene, isOutOfReach);
        }

        return MaxTries + 1;
    }

    /// <summary>What is open is carried out, and looks find nobody: servers that answer hold no client of the key any more.</summary>
    private static void Settle(Scene scene, Func<string, bool> isOutOfReach)
    {
        foreach (var work in LiveStream.OpenWork(scene.State))
        {
            switch (work)
            {
                case EvictSession evict when isOutOfReach(evict.Origin):
                    scene.When(new ReportEvictionStalled(evict.Session, "no answer"));
                    break;
                case EvictSession evict:
                    scene.When(new ReportEvicted(evict.Session, ReleaseProof.ClientGone));
                    break;
                case CheckSession check when !isOutOfReach(check.Origin):
                    scene.When(new ReportPublisherMissing(check.Session, scene.Now, Verified: true, Asked: true));
                    break;
                case SearchForPublishers search:
                    scene.When(new ReportSearched(search.Origin, search.Origin, isOutOfReach(search.Origin) ? "" : "run-1", 0, scene.Now));
                    break;
            }
        }

        foreach (var relay in scene.State.Relays.Where(relay => !isOutOfReach(relay.By.Origin)))
        {
            scene.When(new ReportPublisherMissing(relay.By.Session, scene.Now, Verified: true));
        }

        if (scene.State.Session is { } session && !isOutOfReach(session.By.Origin) && session.By.Identity != "honest")
        {
            scene.When(new ReportPublisherMissing(session.By.Session, scene.Now, Verified: true));
        }
    }
}

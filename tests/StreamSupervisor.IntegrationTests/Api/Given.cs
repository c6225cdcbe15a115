using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.IntegrationTests.Api;

/// <summary>People and states that the tests of the API talk about.</summary>
internal static class Given
{
    public static readonly StreamKey Cam1 = StreamKey.Parse("live/cam1");
    public static readonly Publisher Old = By("old11111", "srs-1");
    public static readonly Publisher New = By("new22222", "srs-1");

    public static DateTimeOffset At(double milliseconds) => ApiServer.Now.AddMilliseconds(milliseconds);

    public static Publisher By(string clientId, string origin) => new(new SessionId($"vid-{origin}", "svc-1", clientId), origin, "10.0.0.7", "key");

    public static OriginView Origin(string name, string state = "up") => new(name, $"http://{name}:1985", state, "6.0.157", $"vid-{name}", "svc-1", 3,
        At(-2000), null, []);

    public static LiveStreamState Idle(string key) => new() { Key = StreamKey.Parse(key) };

    public static LiveStreamState Live(string key, string origin = "srs-1", long generation = 1) => Idle(key) with
    {
        Generation = generation,
        Session = new Session(By("live9999", origin), generation, At(-60_000), null, Confirmed: true, Adopted: false, null),
    };

    /// <summary>The old session owns the key, the new one takes it over within 12.5 ms.</summary>
    public static LiveStreamEvent[] Takeover() =>
    [
        new Admitted(At(-9000), Old, 1, AdmissionRule.KeyFree, AskedIn.OnPublish, At(-9000), At(-4000), SameBroadcast: false),
        new PublisherConfirmed(At(-8000), Old.Session),
        new HandoverStarted(At(0), New, AdmissionRule.NewestWins, AskedIn.OnPublish, At(2500)),
        new EvictionOrdered(At(0), Old, EvictionCause.Takeover, null),
        new EvictionFinished(At(12.5), Old.Session, ReleaseProof.ClientGone, At(0)),
        new PublisherLost(At(12.5), Old.Session, "srs-1", LossCause.Evicted, null, NeverActive: false),
        new Admitted(At(12.5), New, 2, AdmissionRule.HandoverDone, AskedIn.OnPublish, At(0), At(5012.5), SameBroadcast: true),
        new PublisherConfirmed(At(1000), New.Session),
    ];
}

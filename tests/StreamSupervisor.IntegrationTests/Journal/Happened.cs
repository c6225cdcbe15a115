using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.IntegrationTests.Journal;

/// <summary>Events and states to store.</summary>
internal static class Happened
{
    public static readonly DateTimeOffset At = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly Publisher Encoder = new(new SessionId("vid-1", "run-1", "c1"), "srs-1", "10.0.0.1", "key");

    public static LiveStreamEvent Confirmed(int number) =>
        new PublisherConfirmed(At.AddSeconds(number), new SessionId("vid-1", "run-1", $"c{number}"));

    public static LiveStreamState Idle(string key, long generation = 1) => new() { Key = StreamKey.Parse(key), Generation = generation };

    public static LiveStreamState Live(string key, Publisher? by = null) => Idle(key) with
    {
        Session = new Session(by ?? Encoder, 1, At, ConfirmBy: At.AddSeconds(5), Confirmed: false, Adopted: false, SilentSince: null),
    };
}

using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Sweeping;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Srs;

/// <summary>A node, what is believed about it, and a clock that stands still until it is moved.</summary>
internal sealed class SrsScene
{
    public static readonly StreamKey Key = StreamKey.Parse("live/cam1");

    public SrsScene()
    {
        Scheduler = new SimulationScheduler(Time);
        Srs = new FakeSrs(Time);
        Origin = new Origin("srs-1", Srs, Time, NullLogger.Instance);
        Origins = new OriginRegistry([Origin]);
    }

    public VirtualTime Time { get; } = new();
    public SimulationScheduler Scheduler { get; }
    public FakeSrs Srs { get; }
    public Origin Origin { get; }
    public OriginRegistry Origins { get; }
    public FakeRegion Region { get; } = new();
    public LiveDirectory Directory { get; } = new();
    public KeyRules Rules { get; } = new(key => key, (_, _) => "key");

    public SessionId SessionOf(string clientId, string? serviceId = null) => new(Srs.ServerId, serviceId ?? Srs.ServiceId, clientId);

    public Publisher PublisherOf(string clientId, string? serviceId = null) => new(SessionOf(clientId, serviceId), "srs-1", "10.0.0.9", "key");

    /// <summary>Makes the entity of a key believe in a session, as an event would.</summary>
    public void Believe(StreamKey key, string clientId, bool confirmed = true, string? serviceId = null, DateTimeOffset? since = null) =>
        Directory.Changed(key.ToString(), new LiveStreamState
        {
            Key = key,
            Generation = 1,
            Session = new Session(PublisherOf(clientId, serviceId), 1, since ?? Time.GetUtcNow() - TimeSpan.FromMinutes(1),
                confirmed ? null : Time.GetUtcNow() + TimeSpan.FromSeconds(5), confirmed, Adopted: false, SilentSince: null),
        });
}

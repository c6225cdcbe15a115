using System.Globalization;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Benchmarks.Micro;

/// <summary>Keys and attempts to measure with.</summary>
internal static class Samples
{
    private static readonly TimeSpan s_hold = TimeSpan.FromSeconds(2.5);

    public static string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"__defaultVhost__/live/cam{number}");

    public static RequestPublish Publish(long client)
    {
        var session = new SessionId("vid-1", "svc-1", client.ToString("x8", CultureInfo.InvariantCulture));
        return new RequestPublish(new Publisher(session, "srs-1", "203.0.113.7", "key"), AskedIn.OnPublish, CredentialVerdict.NotRequired,
            new HoldLimits(s_hold, s_hold));
    }
}

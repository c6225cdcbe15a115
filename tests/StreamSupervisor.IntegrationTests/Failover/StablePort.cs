using System.Net;
using System.Net.NetworkInformation;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>
/// Ports for programs that are stopped and started again: below those that the system gives to outgoing connections, one of which would
/// sit on the port of a member while it is down.
/// </summary>
internal static class StablePort
{
    private const int From = 20_000;
    private const int To = 32_000;
    private static int _last = Random.Shared.Next(From, To);

    /// <summary>A port on loopback where nobody listens, each time another.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = From + (Interlocked.Increment(ref _last) % (To - From));
            if (!IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(taken => taken.Port == port))
            {
                return port;
            }
        }
    }

    public static string AddressOf(int port) => $"http://{IPAddress.Loopback}:{port}";
}

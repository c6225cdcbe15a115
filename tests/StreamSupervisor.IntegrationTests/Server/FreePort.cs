using System.Net;
using System.Net.NetworkInformation;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>
/// Ports for programs: below those that the system gives to outgoing connections, one of which would sit on the port of a program that is
/// about to start, or is down for a moment.
/// </summary>
internal static class FreePort
{
    private const int From = 20_000;
    private const int To = 32_000;
    private static int _last = Random.Shared.Next(From, To);

    /// <summary>A port on loopback where nobody listens at this moment, each time another.</summary>
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

    /// <summary><c>http://127.0.0.1:PORT</c>, where nobody listens at this moment.</summary>
    public static string Address() => AddressOf(Next());

    public static string AddressOf(int port) => $"http://{IPAddress.Loopback}:{port}";
}

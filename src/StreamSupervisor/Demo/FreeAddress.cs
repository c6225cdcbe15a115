using System.Net;
using System.Net.NetworkInformation;

namespace StreamSupervisor.Demo;

/// <summary>
/// Addresses for programs that are stopped and started again: below the ports that the system gives to outgoing connections, one of which
/// would sit on the port of a member while it is down.
/// </summary>
internal static class FreeAddress
{
    private const int From = 20_000;
    private const int To = 32_000;
    private static int _last = Random.Shared.Next(From, To);

    /// <summary><c>http://127.0.0.1:PORT</c>, where nobody listens at this moment, each time another.</summary>
    public static Uri Next()
    {
        while (true)
        {
            var port = From + (Interlocked.Increment(ref _last) % (To - From));
            if (!IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(taken => taken.Port == port))
            {
                return new Uri($"http://{IPAddress.Loopback}:{port}");
            }
        }
    }
}

using System.Net;
using StreamSupervisor.Demo;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>Ports for programs, from where the demo takes its own: no outgoing connection sits on them.</summary>
internal static class FreePort
{
    /// <summary>A port on loopback where nobody listens at this moment, each time another.</summary>
    public static int Next() => FreeAddress.Next().Port;

    /// <summary><c>http://127.0.0.1:PORT</c>, where nobody listens at this moment.</summary>
    public static string Address() => AddressOf(Next());

    public static string AddressOf(int port) => $"http://{IPAddress.Loopback}:{port}";
}

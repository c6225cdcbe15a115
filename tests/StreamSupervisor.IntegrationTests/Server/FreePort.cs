using System.Net;
using System.Net.Sockets;

namespace StreamSupervisor.IntegrationTests.Server;

internal static class FreePort
{
    /// <summary><c>http://127.0.0.1:PORT</c>, where nobody listens at this moment.</summary>
    public static string Address()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return $"http://{socket.LocalEndPoint}";
    }
}

using System.Net;
using System.Net.Sockets;

namespace StreamSupervisor.Demo;

internal static class FreeAddress
{
    /// <summary><c>http://127.0.0.1:PORT</c>, where nobody listens at this moment.</summary>
    public static Uri Next()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return new Uri($"http://{socket.LocalEndPoint}");
    }
}

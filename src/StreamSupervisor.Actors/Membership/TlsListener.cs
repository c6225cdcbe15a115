using System.Net;
using System.Net.Sockets;
using Akka.Actor.Setup;

namespace StreamSupervisor.Actors.Membership;

/// <summary>
/// Where a member hears the others. It listens before Akka is there, which would only log that it cannot, and never be ready. Who connects
/// meanwhile waits in the backlog.
/// </summary>
internal sealed class TlsListener : Setup, IDisposable
{
    private TlsListener(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    /// <exception cref="SocketException">Another program listens there, or it is no address of this machine.</exception>
    public static TlsListener Open(RemotingEndpoint at)
    {
        var address = IPAddress.TryParse(at.ListenHost, out var given) ? given : Dns.GetHostAddresses(at.ListenHost)[0];
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, at.ListenPort));
            socket.Listen(512);
            return new TlsListener(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose() => Socket.Dispose();
}

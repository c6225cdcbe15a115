using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace StreamSupervisor.Actors.Membership;

/// <summary>Opens a TCP connection to a member's port and closes it again. Blocks, for a known time at most: the member's actor has a thread of its own.</summary>
internal static class PortProbe
{
    /// <param name="advertised"><c>host:port</c>.</param>
    /// <param name="patience">For each address of the host.</param>
    /// <returns>True when every address of the host refuses. A timeout, an unreachable network or an unknown name prove nothing.</returns>
    public static bool Refuses(string advertised, TimeSpan patience)
    {
        var colon = advertised.LastIndexOf(':');
        if (colon < 0 || !int.TryParse(advertised.AsSpan(colon + 1), CultureInfo.InvariantCulture, out var port))
        {
            return false;
        }

        try
        {
            var addresses = Dns.GetHostAddresses(advertised[..colon].Trim('[', ']'));
            return addresses.Length > 0 && addresses.All(address => Refuses(new IPEndPoint(address, port), patience));
        }
        catch (Exception unknown) when (unknown is SocketException or ArgumentException)
        {
            return false;
        }
    }

    private static bool Refuses(IPEndPoint end, TimeSpan patience)
    {
        using var socket = new Socket(end.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            socket.Connect(end);
            return false;
        }
        catch (SocketException pending) when (pending.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // Writable once the attempt is over, however it went.
            return socket.Poll(patience, SelectMode.SelectWrite)
                && (SocketError)(int)socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! == SocketError.ConnectionRefused;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }
}

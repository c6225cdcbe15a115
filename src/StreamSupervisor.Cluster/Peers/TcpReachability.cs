using System.Net.Sockets;
using StreamSupervisor.Cluster.Membership;

namespace StreamSupervisor.Cluster.Peers;

/// <summary>Opens a TCP connection to the member's port and closes it again.</summary>
public sealed class TcpReachability : IReachability
{
    /// <inheritdoc/>
    public async Task<bool> RefusesConnectionsAsync(string baseUrl, CancellationToken cancellation)
    {
        if (!Uri.TryCreate(baseUrl, UriKind.Absolute, out var address))
        {
            return false;
        }

        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(address.DnsSafeHost, address.Port, cancellation);
            return false;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

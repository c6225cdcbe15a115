using System.Net.Sockets;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>Two connections made one.</summary>
internal static class Splice
{
    private const int BufferSize = 16 * 1024;

    /// <summary>Ends when either direction has ended in error, or both have ended well.</summary>
    /// <param name="there">Asked before each piece is passed on to the far end.</param>
    /// <param name="back">The same for the near end.</param>
    public static async Task BothWaysAsync(TcpClient near, TcpClient far, Func<Task> there, Func<Task> back, CancellationToken stop)
    {
        near.NoDelay = far.NoDelay = true;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAll(OneWayAsync(near, far, there, over), OneWayAsync(far, near, back, over));
    }

    private static async Task OneWayAsync(TcpClient from, TcpClient to, Func<Task> gate, CancellationTokenSource over)
    {
        var buffer = new byte[BufferSize];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, over.Token) is > 0 and var length)
            {
                await gate().WaitAsync(over.Token);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, length), over.Token);
            }

            await gate().WaitAsync(over.Token);
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch
        {
            await over.CancelAsync();
            throw;
        }
    }
}

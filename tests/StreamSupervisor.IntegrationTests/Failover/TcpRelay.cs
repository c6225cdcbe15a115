using System.Net;
using System.Net.Sockets;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>
/// A wire between two programs that can be cut: while it is, nothing is forwarded and nobody is told, as when packets are lost on the way. What
/// was on its way arrives after the repair. Refuses connections, like the port that it stands for, while no program listens there.
/// </summary>
internal sealed class TcpRelay : IAsyncDisposable
{
    private readonly int _target;
    private readonly CancellationTokenSource _stop = new();
    private volatile TaskCompletionSource _there = Opened();
    private volatile TaskCompletionSource _back = Opened();
    private TcpListener? _listener;

    /// <param name="target">The port on loopback that it leads to.</param>
    public TcpRelay(int target)
    {
        _target = target;
        Listen();
    }

    public int Port { get; } = FreePort.Next();

    /// <summary>Takes connections from now on.</summary>
    public void Listen()
    {
        if (_listener is null)
        {
            _listener = new TcpListener(IPAddress.Loopback, Port);
            _listener.Start();
            _ = AcceptAsync(_listener);
        }
    }

    /// <summary>Refuses connections from now on.</summary>
    public void Refuse()
    {
        _listener?.Dispose();
        _listener = null;
    }

    public void Cut()
    {
        CutThere();
        CutBack();
    }

    /// <summary>Only what goes to the target is lost: what it says arrives.</summary>
    public void CutThere() => _there = Closed();

    /// <summary>Only what the target says is lost: it hears everything.</summary>
    public void CutBack() => _back = Closed();

    public void Repair()
    {
        _there.TrySetResult();
        _back.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        Refuse();
        await _stop.CancelAsync();
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private static TaskCompletionSource Closed() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var near = await listener.AcceptTcpClientAsync(_stop.Token);
                _ = ServeAsync(near);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Refused or disposed.
        }
    }

    private async Task ServeAsync(TcpClient near)
    {
        using (near)
        {
            try
            {
                await _there.Task.WaitAsync(_stop.Token);
                using var far = new TcpClient();
                await far.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                await Splice.BothWaysAsync(near, far, () => _there.Task, () => _back.Task, _stop.Token);
            }
            catch (Exception broken) when (broken is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // One end has gone: the other hears it by the end of its connection.
            }
        }
    }
}

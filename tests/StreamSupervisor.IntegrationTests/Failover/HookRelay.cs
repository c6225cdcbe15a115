using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>
/// The balancer in front of the members, as people run it: round robin over TCP, health checks on <c>/ready</c>. Whoever refuses a connection is
/// passed over at once; whoever says not ready gets no new connections and keeps those it has; whoever answers no check three times in a row loses
/// those too, so that SRS need not wait for one that is frozen. A second for a check: HAProxy gives two. At half a second this balancer cut one
/// well member in eight rolling restarts, where three members, their database, two servers and all encoders share two cores.
/// </summary>
internal sealed class HookRelay : IAsyncDisposable
{
    private const int ChecksToFall = 3;
    private static readonly TimeSpan CheckEvery = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan CheckWithin = TimeSpan.FromSeconds(1);

    private readonly TcpListener _listener = new(IPAddress.Loopback, FreePort.Next());
    private readonly CancellationTokenSource _stop = new();
    private readonly ImmutableArray<Backend> _backends;
    private readonly HttpClient _http = new() { Timeout = CheckWithin };
    private readonly Task _running;
    private readonly ConcurrentQueue<string> _shut = new();
    private int _turn;
    private long _slowest;

    public HookRelay(IEnumerable<(int Hooks, int Management)> members)
    {
        _backends = [.. members.Select(member => new Backend(member.Hooks, new Uri($"{FreePort.AddressOf(member.Management)}/ready")))];
        _listener.Start();
        _running = Task.WhenAll([AcceptAsync(), .. _backends.Select(CheckAsync)]);
    }

    public string Address => FreePort.AddressOf(((IPEndPoint)_listener.LocalEndpoint).Port);

    /// <summary>Whose connections it ended and when: a hook that was under way there got no answer.</summary>
    public string Story => string.Join('\n', _shut);

    /// <summary>The slowest answer to a check since the last call; one that did not come in time counts as long as was waited.</summary>
    public TimeSpan TakeSlowestCheck() => TimeSpan.FromTicks(Interlocked.Exchange(ref _slowest, 0));

    public async ValueTask DisposeAsync()
    {
        // The listener goes last: between two connections a loop would ask one that has stopped, which is a fault and not an end.
        await _stop.CancelAsync();
        await _running;
        _listener.Dispose();
        _http.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
        }
        catch (Exception over) when (over is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task ServeAsync(TcpClient near)
    {
        using (near)
        {
            try
            {
                if (await DialAsync() is not var (backend, far))
                {
                    return;
                }

                using (far)
                {
                    using var down = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, backend.Down);
                    await Splice.BothWaysAsync(near, far, () => Task.CompletedTask, () => Task.CompletedTask, down.Token);
                }
            }
            catch (Exception broken) when (broken is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The member or SRS has gone.
            }
        }
    }

    /// <summary>The next member that takes a connection. When no check says well, all are tried: a check may be wrong.</summary>
    private async Task<(Backend Backend, TcpClient Connection)?> DialAsync()
    {
        var turn = Interlocked.Increment(ref _turn);
        var order = Enumerable.Range(0, _backends.Length).Select(step => _backends[(turn + step) % _backends.Length]).OrderByDescending(backend => backend.TakesNew);
        foreach (var backend in order)
        {
            var far = new TcpClient();
            try
            {
                await far.ConnectAsync(IPAddress.Loopback, backend.Port, _stop.Token);
                return (backend, far);
            }
            catch (SocketException)
            {
                far.Dispose();
            }
        }

        return null;
    }

    private async Task CheckAsync(Backend backend)
    {
        using var timer = new PeriodicTimer(CheckEvery);
        try
        {
            var failed = 0;
            do
            {
                var asked = Stopwatch.GetTimestamp();
                var fault = await FaultOfAsync(backend);
                failed = fault is null ? 0 : failed + 1;
                if (failed == ChecksToFall && !_stop.IsCancellationRequested)
                {
                    backend.TakesNew = false;
                    _shut.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} connections to {backend.Port} ended: {fault}"));
                    await backend.ShutAsync();
                }

                var took = Stopwatch.GetElapsedTime(asked).Ticks;
                for (var slowest = Interlocked.Read(ref _slowest); took > slowest; slowest = Interlocked.Read(ref _slowest))
                {
                    Interlocked.CompareExchange(ref _slowest, took, slowest);
                }
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // Disposed.
        }
    }

    /// <summary>
    /// What kept a member from answering its check; null: it answered. A check that is cut by the end of the relay fails in whatever way it
    /// was at: refused, cancelled, or on a connection that is disposed already. None of them may end the checks, or be thrown by their end.
    /// </summary>
    private async Task<string?> FaultOfAsync(Backend backend)
    {
        try
        {
            using var answer = await _http.GetAsync(backend.Ready, _stop.Token);
            backend.TakesNew = answer.IsSuccessStatusCode;
            return null;
        }
        catch (Exception fault) when (fault is HttpRequestException or OperationCanceledException or IOException or ObjectDisposedException)
        {
            return fault.GetType().Name;
        }
    }

    private sealed class Backend(int port, Uri ready)
    {
        private volatile CancellationTokenSource _down = new();

        public int Port => port;
        public Uri Ready => ready;
        public volatile bool TakesNew;

        /// <summary>Ends the connections that are open now.</summary>
        public CancellationToken Down => _down.Token;

        /// <summary>
        /// The source is not disposed: a connection that is just made asks for its token, and one that is just ended takes itself out of it.
        /// It has no timer, so nothing of it is left behind.
        /// </summary>
        public Task ShutAsync()
        {
            var down = _down;
            _down = new CancellationTokenSource();
            return down.CancelAsync();
        }
    }
}

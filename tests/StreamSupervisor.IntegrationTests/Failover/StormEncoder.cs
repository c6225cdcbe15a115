using System.Collections.Concurrent;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Simulator.Connections;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>One way back to the air, from the first try on.</summary>
/// <param name="Began">When it began to try.</param>
/// <param name="Started">When it was on air.</param>
/// <param name="Refused">Tries that were not let in.</param>
internal sealed record WayIn(string Key, DateTimeOffset Began, DateTimeOffset Started, int Refused);

/// <summary>
/// An encoder of a storm: on air for a moment, then its network goes, or it stops properly, or it appears on another server; and tries again and
/// again until it is let in.
/// </summary>
internal sealed class StormEncoder(SrsServers srs, string key, string address, TimeSpan pause, Random random)
{
    private readonly ConcurrentQueue<WayIn> _waysIn = new();
    private volatile EncoderEnd? _onAir;
    private long _tryingSince;
    private int _refused;

    public string Key => key;

    /// <summary>Every completed way in, oldest first.</summary>
    public IReadOnlyCollection<WayIn> WaysIn => _waysIn;

    /// <summary>Tries that were not let in.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Its connection while it is on air, as far as it knows.</summary>
    public EncoderEnd? OnAir => _onAir is { Closed.IsCompleted: false } open ? open : null;

    /// <summary>Since when it tries in vain; null when it does not.</summary>
    public DateTimeOffset? TryingSince => Volatile.Read(ref _tryingSince) is not 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <param name="calm">From then on it stays on air.</param>
    /// <param name="stop">From then on it does nothing.</param>
    public async Task RunAsync(CancellationToken calm, CancellationToken stop)
    {
        var server = random.Next(srs.All.Length);
        try
        {
            while (true)
            {
                stop.ThrowIfCancellationRequested();
                var mine = OnAir ?? await ComeInAsync(server, stop);
                using var end = CancellationTokenSource.CreateLinkedTokenSource(stop);
                await mine.KeepSendingAsync(StayUntil(end, calm));
                if (mine.Closed.IsCompleted)
                {
                    await Task.Delay(pause, stop);
                }
                else if (!calm.IsCancellationRequested && !stop.IsCancellationRequested)
                {
                    await LeaveAsync(mine, stop);
                    server = random.Next(5) == 0 ? random.Next(srs.All.Length) : server;
                }
            }
        }
        catch (OperationCanceledException)
        {
            await (OnAir?.HangUpAsync() ?? Task.CompletedTask);
        }
    }

    private async Task<EncoderEnd> ComeInAsync(int server, CancellationToken stop)
    {
        var began = TimeProvider.System.GetUtcNow();
        Volatile.Write(ref _tryingSince, began.UtcTicks);
        for (var refused = 0; ; refused++)
        {
            var encoder = await EncoderEnd.DialAsync(srs[server], address);
            if (await encoder.PublishAsync(key).WaitAsync(stop) == PublishOutcome.Started)
            {
                _onAir = encoder;
                Volatile.Write(ref _tryingSince, 0);
                _waysIn.Enqueue(new WayIn(key, began, TimeProvider.System.GetUtcNow(), refused));
                return encoder;
            }

            Interlocked.Increment(ref _refused);
            await Task.Delay(pause, stop);
        }
    }

    private CancellationToken StayUntil(CancellationTokenSource end, CancellationToken calm)
    {
        if (!calm.IsCancellationRequested)
        {
            end.CancelAfter(random.Next(200, 1200));
        }

        return end.Token;
    }

    /// <summary>Two of three times the network goes: SRS keeps the session, and the encoder comes back beside it.</summary>
    private async Task LeaveAsync(EncoderEnd mine, CancellationToken stop)
    {
        _onAir = null;
        if (random.Next(3) == 0)
        {
            await mine.HangUpAsync();
        }

        await Task.Delay(random.Next(10, 150), stop);
    }
}

using StreamSupervisor.Simulator.Connections;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Simulator.Encoders;

/// <summary>
/// An encoder on a bad network: publishes, sends media, drops out as its trouble has it, and comes back as its retry policy allows.
/// Two encoders of one key that both retry are a duel. To be used from the context of its servers only.
/// </summary>
public sealed class SimulatedEncoder
{
    private const int MaxReturns = 1_000;

    private readonly EncoderOptions options;
    private readonly IReadOnlyList<SimulatedSrs> servers;
    private readonly TimeProvider time;
    private readonly Queue<EncoderReturn> returns = new();
    private SimulatedConnection? connection;
    private int server;
    private bool onAir;
    private bool gaveUp;
    private int tries;
    private int starts;
    private int refusedBusy;
    private int refusedByHook;
    private int failed;
    private int failuresInRow;
    private TimeSpan offAir;
    private DateTimeOffset? tryingSince;
    private int triesSince;

    /// <summary>Creates an encoder that knows these servers and uses the first.</summary>
    public SimulatedEncoder(EncoderOptions options, IReadOnlyList<SimulatedSrs> servers, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(servers);
        ArgumentNullException.ThrowIfNull(time);
        if (servers.Count == 0)
        {
            throw new ArgumentException("An encoder needs at least one server.", nameof(servers));
        }

        this.options = options;
        this.servers = servers;
        this.time = time;
    }

    /// <summary>Whether it publishes now, as far as it knows.</summary>
    public bool IsOnAir => onAir && connection is { IsOpen: true };

    /// <summary>How it has fared.</summary>
    public EncoderReport Report => new(options.Name, options.Key, servers[server].Options.ServerId, connection?.ClientId
        ?? "", IsOnAir, gaveUp, tries,
        starts, refusedBusy, refusedByHook, failed, OffAirSoFar, [.. returns]);

    private TimeSpan OffAirSoFar => starts > 0 && tryingSince is { } since ? offAir + (time.GetUtcNow() - since) : offAir;

    /// <summary>Publishes until it gives up or is told to stop; then it hangs up.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && !gaveUp)
        {
            if (await TryAsync(stop))
            {
                await StayOnAirAsync(stop);
                continue;
            }

            if (options.Retry.Pause(failuresInRow, starts > 0) is not { } pause)
            {
                gaveUp = true;
                break;
            }

            await time.WaitAsync(pause, stop);
        }

        onAir = false;
        connection?.Close();
    }

    private async Task<bool> TryAsync(CancellationToken stop)
    {
        tryingSince ??= time.GetUtcNow();
        tries++;
        triesSince++;
        connection = servers[server].Connect(options.Address);
        var outcome = PublishOutcome.Closed;
        if (connection is { } mine)
        {
            var publish = mine.PublishAsync(options.Key.Vhost, options.Key.App, options.Key.Stream, options.Param);
            using var settled = CancellationTokenSource.CreateLinkedTokenSource(stop);
            _ = EndAfterAsync(publish, settled);
            await time.WaitAsync(options.StartTimeout, settled.Token);
            if (publish.IsCompleted)
            {
                outcome = await publish;
            }
            else
            {
                mine.Close();
            }
        }

        switch (outcome)
        {
            case PublishOutcome.Started:
                GoOnAir();
                return true;
            case PublishOutcome.RefusedBusy:
                refusedBusy++;
                break;
            case PublishOutcome.RefusedByHook:
                refusedByHook++;
                break;
            default:
                failed++;
                break;
        }

        failuresInRow++;
        return false;
    }

    private void GoOnAir()
    {
        var now = time.GetUtcNow();
        var took = now - tryingSince!.Value;
        if (starts > 0)
        {
            offAir += took;
            if (returns.Count == MaxReturns)
            {
                returns.Dequeue();
            }

            returns.Enqueue(new EncoderReturn(now, took, triesSince));
        }

        starts++;
        onAir = true;
        tryingSince = null;
        triesSince = 0;
    }

    private async Task StayOnAirAsync(CancellationToken stop)
    {
        var mine = connection!;
        var end = options.Trouble.Kind == TroubleKind.None ? DateTimeOffset.MaxValue : time.GetUtcNow() + options.Trouble.After;
        using var closed = CancellationTokenSource.CreateLinkedTokenSource(stop);
        _ = EndAfterAsync(mine.Closed, closed);
        while (mine.IsOpen && !stop.IsCancellationRequested && time.GetUtcNow() < end)
        {
            mine.SendMedia(options.MediaBytes);
            await time.WaitAsync(options.MediaInterval, closed.Token);
        }

        onAir = false;
        End(closed);
        if (stop.IsCancellationRequested)
        {
            return;
        }

        if (!mine.IsOpen)
        {
            await ReturnAfterCutAsync(mine, stop);
            return;
        }

        failuresInRow = 0;
        if (options.Trouble.Kind == TroubleKind.HangsUp)
        {
            mine.Close();
        }
        else if (options.Trouble.Kind == TroubleKind.MovesToNextServer)
        {
            server = (server + 1) % servers.Count;
        }

        // Silent: the connection is left as it is. This end has forgotten it; SRS has not.
        await time.WaitAsync(options.Trouble.GoneFor, stop);
    }

    /// <summary>The server has cut it off. On SRS 4 that is also how a refusal looks: Publish.Start had come already.</summary>
    private async Task ReturnAfterCutAsync(SimulatedConnection mine, CancellationToken stop)
    {
        tryingSince = time.GetUtcNow();
        var reason = await mine.Closed;
        var refused = reason is CloseReason.StreamBusy or CloseReason.RefusedByHook;
        failuresInRow = refused ? failuresInRow + 1 : 1;
        refusedBusy += reason == CloseReason.StreamBusy ? 1 : 0;
        refusedByHook += reason == CloseReason.RefusedByHook ? 1 : 0;
        if (options.Retry.Pause(failuresInRow, wasOnAir: true) is { } pause)
        {
            await time.WaitAsync(pause, stop);
        }
        else
        {
            gaveUp = true;
        }
    }

    // Neither WhenAny nor CancelAsync: both go through the thread pool, and a run would not repeat itself.
    private static async Task EndAfterAsync(Task task, CancellationTokenSource wait)
    {
        await task;
        try
        {
            End(wait);
        }
        catch (ObjectDisposedException)
        {
            // The encoder had stopped waiting for it long before.
        }
    }

    private static void End(CancellationTokenSource wait) => wait.Cancel();
}

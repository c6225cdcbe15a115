using System.Net.Sockets;

namespace StreamSupervisor.Client;

/// <content>While it publishes: whether it is on air, and how that ends.</content>
public sealed partial class EncoderSession
{
    /// <summary>
    /// Publishes, and stops a publish that has ended at the server without the encoder noticing: its connection went silent without being
    /// closed, and the supervisor removed it.
    /// </summary>
    private async Task<PublishEnd> PublishWatchedAsync(Func<PublishPermit, CancellationToken, Task<PublishEnd>> publish,
        PublishPermit permit, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var publishing = PublishAsync(publish, permit, stop.Token);
        if (publishing.IsCompleted || !permit.Supervised || _registrationId.Length == 0 || _options.WatchEvery <= TimeSpan.Zero)
        {
            return await publishing;
        }

        using var over = new CancellationTokenSource();
        var lost = LostAsync(_registrationId, over.Token);
        if (await Task.WhenAny(publishing, lost) == publishing)
        {
            await over.CancelAsync();
            await lost;
            return await publishing;
        }

        await stop.CancelAsync();
        try
        {
            await publishing;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Stopped by us. If it had ended by itself meanwhile, what it says no longer matters.
        }

        return new PublishEnd(LossKind.Network, "Nothing of the stream arrived at the server any more.") { TextZh = "服务器已收不到该流的数据。" };
    }

    /// <summary>
    /// Ends when an encoder that was on air is not any more, in two looks; or when it is told to. An encoder that ends by itself, or whose
    /// connection was closed, has the time between them to say so: what it says is worth more.
    /// </summary>
    private async Task LostAsync(string registrationId, CancellationToken over)
    {
        var (wasOnAir, wasLost) = (false, false);
        try
        {
            while (true)
            {
                await Task.Delay(_options.WatchEvery, _time, over);
                if (await IsOnAirAsync(registrationId, over) is not { } isOnAir)
                {
                    continue;
                }

                if (wasLost && !isOnAir)
                {
                    return;
                }

                // An encoder that takes its time to start is none that was lost.
                wasLost = wasOnAir && !isOnAir;
                wasOnAir |= isOnAir;
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The publish has ended first.
        }
    }

    /// <returns>Null when the supervisor does not say: that is no reason to stop an encoder.</returns>
    private async Task<bool?> IsOnAirAsync(string registrationId, CancellationToken cancellation)
    {
        try
        {
            return (await _supervisor.GetAsync(registrationId, cancellation: cancellation)).OnAir;
        }
        catch (SupervisorProblemException e) when (e.Problem.Status == 404)
        {
            // It outlives its reservation only while the encoder is on air.
            return false;
        }
        catch (Exception e) when (e is SupervisorUnavailableException or SupervisorProblemException)
        {
            return null;
        }
    }

    private static async Task<PublishEnd> PublishAsync(Func<PublishPermit, CancellationToken, Task<PublishEnd>> publish,
        PublishPermit permit, CancellationToken cancellation)
    {
        try
        {
            return await publish(permit, cancellation);
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException)
        {
            cancellation.ThrowIfCancellationRequested();
            return new PublishEnd(LossKind.Network, e.Message);
        }
    }
}

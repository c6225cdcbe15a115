using StreamSupervisor.Simulator.Hooks;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Simulator.Connections;

/// <content>SRS's coroutine: what it does in turn, what it waits for, and what ends a wait.</content>
public sealed partial class SimulatedConnection
{
    private Task<PublishOutcome> Serve(string tcUrl, string streamAndQuery, Func<Task<CloseReason?>> once)
    {
        if (!IsOpen)
        {
            return Task.FromResult(PublishOutcome.Closed);
        }

        if (serving)
        {
            throw new InvalidOperationException($"{ClientId} publishes or plays already; a connection does one thing at a time.");
        }

        // The tcUrl was parsed once with the connect command; what it held is there already when the stream is named.
        var first = Request.TcUrl.Length == 0;
        if (first)
        {
            connectParam = RtmpRequest.ParamOfConnect(tcUrl);
        }

        Request = RtmpRequest.Identify(srs.Options, tcUrl, streamAndQuery, first ? connectParam : Request.Param);
        var started = new TaskCompletionSource<PublishOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        outcome = started;
        serving = true;
        _ = ServeAsync(once);
        return started.Task;
    }

    private async Task ServeAsync(Func<Task<CloseReason?>> once)
    {
        try
        {
            var reason = await once();
            if (dead)
            {
                return;
            }

            if (reason is { } over)
            {
                await EndAsync(over);
                return;
            }

            serving = false;
            outcome?.TrySetResult(PublishOutcome.Closed);
            if (peerLeft || kicked)
            {
                serving = true;
                await EndAsync(kicked ? CloseReason.Kicked : CloseReason.ByPeer);
            }
        }
        catch (Exception exception)
        {
            // A fault of the simulator or of the hook delegate: whoever waits for this connection must see it, not hang.
            outcome?.TrySetException(exception);
            closed.TrySetException(exception);
            throw;
        }
    }

    /// <summary>
    /// on_close is sent and answered, then the client leaves the API, then TCP is closed: three steps that an observer can tell apart.
    /// </summary>
    private async Task EndAsync(CloseReason reason)
    {
        if (Request.TcUrl.Length > 0)
        {
            await PauseAsync(srs.Jitter(0.5, 1.5));
            if (dead)
            {
                return;
            }

            await AskAsync(HookActions.OnClose, Cuts.Kick);
            if (dead)
            {
                return;
            }

            await PauseAsync(srs.Jitter(0.4, 1.2));
            if (dead)
            {
                return;
            }
        }

        process.AdvanceTo(srs.Now);
        process.Statistics.OnDisconnect(this);
        process.Remove(order);
        srs.Note(SimulatedEventKind.Closed, ClientId, Request.Key == default ? "" : Request.Key.Url, reason.ToString());
        outcome?.TrySetResult(reason switch
        {
            CloseReason.StreamBusy => PublishOutcome.RefusedBusy,
            CloseReason.RefusedByHook => PublishOutcome.RefusedByHook,
            CloseReason.Redirected => PublishOutcome.Redirected,
            _ => PublishOutcome.Closed,
        });
        closed.TrySetResult(reason);
    }

    private async Task<HookResult> AskAsync(string action, Cuts endsWith)
    {
        if (!srs.Options.Hooks.Contains(action))
        {
            return HookResult.Accepted;
        }

        var url = Request.Key.Url;
        var hook = HookPayload.Of(action, srs.Options, process.ServiceId, this, process.Statistics.StreamOf(url)?.Id);
        var result = await WaitAsync(endsWith, cut => srs.SendHookAsync(hook, url, cut));
        process.AdvanceTo(srs.Now);
        return result;
    }

    private async Task PauseAsync(TimeSpan time, Cuts endsWith = Cuts.None)
    {
        await WaitAsync(endsWith, async cut =>
        {
            await srs.Time.WaitAsync(time, cut);
            return true;
        });
        process.AdvanceTo(srs.Now);
    }

    /// <summary>
    /// Waits for what <see cref="Cut"/> and <see cref="Die"/> end early. Whatever it throws, nothing is left for them to end.
    /// </summary>
    private async Task<T> WaitAsync<T>(Cuts endsWith, Func<CancellationToken, Task<T>> work)
    {
        using var cut = new CancellationTokenSource();
        (wait, waitEndsWith) = (cut, endsWith);
        try
        {
            return await work(cut.Token);
        }
        finally
        {
            wait = null;
        }
    }

    private void Cut(Cuts by)
    {
        if (wait is { } current && (waitEndsWith & by) != Cuts.None)
        {
            current.Cancel();
        }
    }
}

using StreamSupervisor.Simulator.Hooks;

namespace StreamSupervisor.Simulator.Servers;

public sealed partial class SimulatedSrs
{
    /// <summary>What the API does wrong from now on.</summary>
    public ApiFault ApiFault { get; set; }

    /// <summary>By how much the API is slower than usual from now on.</summary>
    public TimeSpan ApiDelay { get; set; }

    /// <summary>Asked for every hook what goes wrong with it; null: nothing.</summary>
    public Func<SimulatedHook, HookFault>? HookFaults { get; set; }

    /// <summary>
    /// Which streams have a <c>forward { backend … }</c> that answers with an error. From 5 on such a publish ends at once and leaves its
    /// key busy for ever: on_connect, on_publish, on_close, no on_unpublish, nothing in <c>/streams</c> or <c>/clients</c>. Only a restart
    /// helps.
    /// </summary>
    public Predicate<SimulatedStreamKey>? ForwardFails { get; set; }

    /// <summary>
    /// Makes the row of a stream say <c>publish.active: false</c> while it is published, for the rest of this publish, as a refused WHIP
    /// attempt does to a live RTMP stream.
    /// </summary>
    /// <returns>Whether there was an active row.</returns>
    public bool LieAboutActive(SimulatedStreamKey key)
    {
        if (process?.Statistics.StreamOf(key.Url) is not { Active: true } row)
        {
            return false;
        }

        row.Close();
        return true;
    }

    /// <summary>Sends a hook through what goes wrong with it, and waits for its result as SRS does: for 30 s at most.</summary>
    internal async Task<HookResult> SendHookAsync(SimulatedHook hook, string url, CancellationToken interrupt)
    {
        Note(SimulatedEventKind.HookSent, hook.ClientId, url, hook.Action);
        using var timeout = new CancellationTokenSource(Options.HookTimeout, Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, interrupt);
        // Not Task.WaitAsync: where the answer comes from a task source it would go through the thread pool, and a run would not repeat
        // itself.
        var answer = new TaskCompletionSource<HookResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var given = either.Token.UnsafeRegister(
            static state => ((TaskCompletionSource<HookResult>)state!).TrySetResult(HookResult.NoAnswer), answer);
        _ = BringAsync(DeliverAsync(hook, HookFaults?.Invoke(hook) ?? HookFault.None, either.Token), answer);
        var result = await answer.Task;
        Note(SimulatedEventKind.HookAnswered, hook.ClientId, url, $"{hook.Action} {result}");
        return result;
    }

    private static async Task BringAsync(Task<HookResult> delivery, TaskCompletionSource<HookResult> answer)
    {
        try
        {
            answer.TrySetResult(await delivery);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or HttpRequestException)
        {
            answer.TrySetResult(HookResult.NoAnswer);
        }
        catch (Exception exception)
        {
            answer.TrySetException(exception);
        }
    }

    private async Task<HookResult> DeliverAsync(SimulatedHook hook, HookFault fault, CancellationToken cancellation)
    {
        if (fault.LosesRequest)
        {
            return HookResult.NoAnswer;
        }

        if (fault.SrsGoesOn)
        {
            _ = DeliverLateAsync(hook, fault.Delay);
            return HookResult.NoAnswer;
        }

        if (fault.Delay > TimeSpan.Zero)
        {
            await Time.WaitAsync(fault.Delay, cancellation);
            cancellation.ThrowIfCancellationRequested();
        }

        var first = sendHook(hook, cancellation);
        if (fault.ArrivesTwice)
        {
            _ = ForgetAsync(sendHook(hook, CancellationToken.None));
        }

        if (fault.LosesAnswer)
        {
            await ForgetAsync(first);
            return HookResult.NoAnswer;
        }

        return await first;
    }

    private async Task DeliverLateAsync(SimulatedHook hook, TimeSpan delay)
    {
        await Time.WaitAsync(delay, CancellationToken.None);
        await ForgetAsync(sendHook(hook, CancellationToken.None));
    }

    private static async Task ForgetAsync(Task<HookResult> delivery)
    {
        try
        {
            await delivery;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or HttpRequestException)
        {
            // Nobody waits for this answer.
        }
    }
}

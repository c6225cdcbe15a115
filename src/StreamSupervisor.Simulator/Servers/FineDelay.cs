namespace StreamSupervisor.Simulator.Servers;

/// <summary>
/// Waits to the tick. <c>Task.Delay</c> cuts to whole milliseconds, also in virtual time: the steps of a kick are shorter than that, and
/// one that took no time at all would hide the states in between.
/// </summary>
internal static class FineDelay
{
    /// <summary>Ends when the time is over or the token is cancelled; the caller asks the token which it was.</summary>
    public static async Task WaitAsync(this TimeProvider time, TimeSpan delay, CancellationToken cancellation)
    {
        // Continuations go through the context, never inside the timer or the cancel call: what cancels us finds its own state unchanged.
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var timer = time.CreateTimer(End, over, delay, Timeout.InfiniteTimeSpan);
        await using var registration = cancellation.UnsafeRegister(End, over);
        await over.Task;
    }

    private static void End(object? state) => ((TaskCompletionSource)state!).TrySetResult();
}

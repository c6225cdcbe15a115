namespace StreamSupervisor.Srs.Api;

/// <summary>
/// A sign that somebody may wait for, but not for ever. Not <c>Task.WaitAsync</c> on a completion source: that one goes on
/// in the thread pool, and the simulation must keep every step on its own thread.
/// </summary>
internal sealed class Cue
{
    private readonly TaskCompletionSource<bool> _sign = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Gives the sign. Whoever waits goes on; never on the thread that gives it.</summary>
    public void Give() => _sign.TrySetResult(true);

    /// <summary>Waits for the sign or the time, whichever comes first. For one waiter, once.</summary>
    /// <returns>Whether the sign came.</returns>
    /// <exception cref="OperationCanceledException">The waiter is told to stop.</exception>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var timer = time.CreateTimer(static sign => ((TaskCompletionSource<bool>)sign!).TrySetResult(false), _sign,
            atMost > TimeSpan.Zero ? atMost : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        using var stop = cancellation.UnsafeRegister(static (sign, token) => ((TaskCompletionSource<bool>)sign!).TrySetCanceled(token), _sign);
        return await _sign.Task;
    }
}

using StreamSupervisor.Cluster.Membership;

namespace StreamSupervisor.TestKit.Kernel;

/// <summary>A member's session at the simulated database.</summary>
public sealed class MemoryClusterSession : IMemberSession
{
    private readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _hint = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Lost => _lost.Task;

    public async Task NextHintAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var hint = _hint;
        using (cancellation.UnsafeRegister(static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), hint))
        {
            await hint.Task;
        }

        _hint = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>The connection breaks.</summary>
    public void End()
    {
        _lost.TrySetResult();
        Hint();
    }

    public void Hint() => _hint.TrySetResult();

    public ValueTask DisposeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }
}

namespace StreamSupervisor.Actors.LiveStreams;

/// <summary>One ask that is not answered yet, or a message that nobody waits for.</summary>
internal sealed class PendingAsk(AskTable table, StreamEnvelope envelope, DateTimeOffset deadline)
{
    private TaskCompletionSource<AskResult>? _answer;
    private CancellationTokenRegistration _cancellation;

    public StreamEnvelope Envelope { get; } = envelope;

    public DateTimeOffset Deadline { get; } = deadline;

    /// <summary>When it was sent for the first time, as a timestamp of the clock.</summary>
    public long SentAt { get; set; }

    /// <summary>When it is sent again.</summary>
    public DateTimeOffset ResendAt { get; set; }

    /// <summary>The pause before that.</summary>
    public TimeSpan ResendAfter { get; set; }

    public bool IsTell => _answer is null;

    /// <summary>The answer, for the one who waits. It goes on elsewhere than on the hub's thread.</summary>
    public Task<AskResult> Wait() =>
        (_answer = new TaskCompletionSource<AskResult>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void CancelWith(CancellationToken cancellation)
    {
        if (!cancellation.CanBeCanceled)
        {
            return;
        }

        _cancellation = cancellation.UnsafeRegister(static (ask, token) => ((PendingAsk)ask!).Withdraw(token), this);
        if (_answer!.Task.IsCompleted)
        {
            // Answered before the registration was there to be disposed.
            _cancellation.Dispose();
        }
    }

    public void End(AskResult result)
    {
        _cancellation.Dispose();
        _answer?.TrySetResult(result);
    }

    public void Cancel(CancellationToken cancellation) => _answer?.TrySetCanceled(cancellation);

    private void Withdraw(CancellationToken cancellation) => table.Cancelled(this, cancellation);
}

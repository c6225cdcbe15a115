using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Cluster.Persistence;

/// <summary>An answer that writes nothing and waits to be confirmed.</summary>
internal interface IVerified
{
    ShardEpoch Owner { get; }

    /// <summary>Whether the epoch could still write after the answer was decided. Called once, without a lock.</summary>
    void Verified(bool current);
}

/// <summary>
/// Confirms answers that write nothing, many at a time: a member that was paused and replaced finds out before it speaks. A look at the
/// store counts only for answers that were decided before it began.
/// </summary>
internal sealed class Verifier(IJournal journal, Dispatcher dispatcher, CancellationToken stopping) : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ShardEpoch, int> _index = [];
    private List<IVerified> _waiting = [];
    private bool _running;

    public void Enqueue(IVerified answer)
    {
        lock (_gate)
        {
            _waiting.Add(answer);
            if (_running)
            {
                return;
            }

            _running = true;
        }

        dispatcher.Post(this);
    }

    void IThreadPoolWorkItem.Execute() => _ = RunAsync();

    private async Task RunAsync()
    {
        while (true)
        {
            List<IVerified> answers;
            lock (_gate)
            {
                if (_waiting.Count == 0)
                {
                    _running = false;
                    return;
                }

                (answers, _waiting) = (_waiting, []);
            }

            var epochs = new List<ShardEpoch>();
            foreach (var answer in answers)
            {
                if (_index.TryAdd(answer.Owner, epochs.Count))
                {
                    epochs.Add(answer.Owner);
                }
            }

            IReadOnlyList<bool> current = [];
            try
            {
                current = await journal.VerifyAsync(epochs, stopping);
            }
#pragma warning disable CA1031 // A store that throws against its promise has confirmed nothing.
            catch (Exception)
#pragma warning restore CA1031
            {
                current = [];
            }

            foreach (var answer in answers)
            {
                var at = _index[answer.Owner];
                answer.Verified(at < current.Count && current[at]);
            }

            _index.Clear();
        }
    }
}

using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Peers;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.TestKit.Kernel;

/// <summary>The simulated network between members: who listens where, and who reaches whom.</summary>
public sealed class MemoryNetwork<TCommand, TReply>(TimeProvider time)
    where TCommand : notnull
    where TReply : notnull
{
    private readonly Dictionary<string, (MemoryClusterProcess Process, ClusterRegion<TCommand, TReply> Region)> _listeners = [];
    private readonly HashSet<(string From, string To)> _cuts = [];

    public TimeProvider Time { get; } = time;

    /// <summary>Of one way.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>Questions that went from one member to another.</summary>
    public int Questions { get; internal set; }

    public void Listen(string baseUrl, MemoryClusterProcess process, ClusterRegion<TCommand, TReply> region)
    {
        ArgumentNullException.ThrowIfNull(process);
        _listeners[baseUrl] = (process, region);
        process.AtEnd(() =>
        {
            if (_listeners.GetValueOrDefault(baseUrl).Process == process)
            {
                _listeners.Remove(baseUrl);
            }
        });
    }

    /// <summary>Nobody listens there any more.</summary>
    public void StopListening(string baseUrl) => _listeners.Remove(baseUrl);

    /// <summary>Nothing goes between the two any more; nobody is told.</summary>
    public void Cut(string one, string other) => _cuts.UnionWith([(one, other), (other, one)]);

    public void Heal() => _cuts.Clear();

    public bool IsCut(string from, string to) => _cuts.Contains((from, to));

    internal (MemoryClusterProcess Process, ClusterRegion<TCommand, TReply> Region)? ListenerAt(string baseUrl) =>
        _listeners.TryGetValue(baseUrl, out var listener) ? listener : null;
}

/// <summary>One member's end of the <see cref="MemoryNetwork{TCommand, TReply}"/>.</summary>
public sealed class MemoryPeers<TCommand, TReply>(MemoryNetwork<TCommand, TReply> network, string from) : IPeers<TCommand, TReply>, IReachability
    where TCommand : notnull
    where TReply : notnull
{
    public async Task<PeerAnswer<TReply>> AskAsync(string baseUrl, string entityId, TCommand command, TimeSpan wait, CancellationToken cancellation)
    {
        network.Questions++;
        var until = network.Time.GetUtcNow() + wait;
        if (network.ListenerAt(baseUrl) is null && !network.IsCut(from, baseUrl))
        {
            return Not(AskStatus.Unavailable, "connection refused");
        }

        var answered = new TaskCompletionSource<PeerAnswer<TReply>>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var patience = network.Time.CreateTimer(_ => answered.TrySetResult(Not(AskStatus.Unknown, "no answer in time")), null, wait, Timeout.InfiniteTimeSpan);
        using var gone = cancellation.UnsafeRegister(_ => answered.TrySetResult(Not(AskStatus.Unknown, "given up")), null);
        await WayAsync();
        if (!network.IsCut(from, baseUrl))
        {
            if (network.ListenerAt(baseUrl) is { } listener)
            {
                using var reset = listener.Process.AtEnd(() => answered.TrySetResult(Not(AskStatus.Unknown, "connection reset")));
                listener.Process.Post(_ => Answer(listener.Region), null);
                return await answered.Task;
            }
            else
            {
                return Not(AskStatus.Unavailable, "connection refused");
            }
        }

        return await answered.Task;

        async void Answer(ClusterRegion<TCommand, TReply> region)
        {
            try
            {
                var answer = await region.AskLocalAsync(entityId, command, until - network.Time.GetUtcNow(), cancellation);
                await WayAsync();
                if (!network.IsCut(from, baseUrl))
                {
                    answered.TrySetResult(answer);
                }
            }
            catch (OperationCanceledException)
            {
                // Whoever asked went away.
            }
        }
    }

    public bool Tell(string baseUrl, string entityId, TCommand command)
    {
        if (network.ListenerAt(baseUrl) is { } listener && !network.IsCut(from, baseUrl))
        {
            listener.Process.Post(_ => listener.Region.TellLocal(entityId, command), null);
        }

        return true;
    }

    public async Task<bool> RefusesConnectionsAsync(string baseUrl, CancellationToken cancellation)
    {
        if (!network.IsCut(from, baseUrl))
        {
            return network.ListenerAt(baseUrl) is null;
        }

        var never = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using (cancellation.UnsafeRegister(_ => never.TrySetResult(), null))
        {
            await never.Task;
        }

        return false;
    }

    private static PeerAnswer<TReply> Not(AskStatus status, string why) => new(AskResult<TReply>.Not(status, why), false);

    private Task WayAsync() => network.Latency > TimeSpan.Zero ? Task.Delay(network.Latency, network.Time) : Task.CompletedTask;
}

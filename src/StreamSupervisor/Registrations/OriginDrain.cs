using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Registrations;

/// <summary>
/// Which nodes take no new streams. The mark is the lock of a reserved stream key, <c>__supervisor__/origins/{name}</c>: so it is durable,
/// says who set it and why, and is the same on every member, with nothing new to store. No encoder can reach that vhost: SRS would have to name it so.
/// </summary>
internal sealed class OriginDrain(IShardRegion<LiveStreamCommand, LiveStreamReply> region, TimeProvider time)
{
    private static readonly TimeSpan s_believeFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_askFor = TimeSpan.FromSeconds(2);

    private readonly System.Threading.Lock _lock = new();
    private volatile IReadOnlySet<string> _drained = new HashSet<string>();
    private DateTimeOffset _askAgainAt;
    private Task? _asking;

    /// <summary>As the last question found it; asks nobody.</summary>
    public IReadOnlySet<string> Known => _drained;

    public static string EntityOf(string origin) => new StreamKey("__supervisor__", "origins", origin).ToString();

    public Task<AskResult<LiveStreamReply>> SetAsync(string origin, bool draining, string by, string why, CancellationToken cancellation)
    {
        lock (_lock)
        {
            _askAgainAt = default;
        }

        return region.AskAsync(EntityOf(origin), draining ? new Domain.LiveStreams.Lock(by, why) : new Unlock(by, why), time.GetUtcNow() + s_askFor, cancellation);
    }

    /// <summary>The nodes that are being drained, not older than a second; where an owner does not answer, as it was known last.</summary>
    public async Task<IReadOnlySet<string>> GetAsync(IEnumerable<string> origins)
    {
        Task asking;
        lock (_lock)
        {
            if (time.GetUtcNow() < _askAgainAt)
            {
                return _drained;
            }

            asking = _asking ??= AskAsync([.. origins]);
        }

        await asking;
        return _drained;
    }

    private async Task AskAsync(IReadOnlyList<string> origins)
    {
        await Task.Yield();
        try
        {
            var answers = await Task.WhenAll(origins.Select(o => region.AskAsync(EntityOf(o), Inspect.Instance, time.GetUtcNow() + s_askFor, CancellationToken.None)));
            var drained = new HashSet<string>();
            for (var i = 0; i < origins.Count; i++)
            {
                var marked = answers[i].Reply is Inspected { State: var state } ? state.Locked is not null : _drained.Contains(origins[i]);
                if (marked)
                {
                    drained.Add(origins[i]);
                }
            }

            _drained = drained;
        }
        finally
        {
            lock (_lock)
            {
                _asking = null;
                _askAgainAt = time.GetUtcNow() + s_believeFor;
            }
        }
    }
}

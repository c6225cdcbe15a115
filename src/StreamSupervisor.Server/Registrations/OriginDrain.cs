using System.Collections.Immutable;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;

namespace StreamSupervisor.Server.Registrations;

/// <summary>
/// Which nodes take no new streams. The mark is the lock of a reserved stream key, <c>__supervisor__/origins/{name}</c>: so it is durable,
/// says who set it and why, and is the same on every member, with nothing new to store. No encoder can reach that vhost: SRS would have to
/// name it so.
/// </summary>
/// <param name="origins">The names of all nodes.</param>
internal sealed class OriginDrain(LiveStreamRegion region, IReadOnlyList<string> origins, TimeProvider time)
{
    private static readonly TimeSpan s_believeFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_askFor = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The owner of a mark may have died a moment ago; an encoder that has nothing to do with it must not wait for the next one.
    /// </summary>
    private static readonly TimeSpan s_waitFor = TimeSpan.FromMilliseconds(250);

    private readonly System.Threading.Lock _lock = new();
    private volatile IReadOnlyList<string> _origins = origins;
    private volatile ImmutableHashSet<string> _drained = [];
    private DateTimeOffset _askAgainAt;
    private Task? _asking;

    /// <summary>As the last question found it; asks nobody.</summary>
    public IReadOnlySet<string> Known => _drained;

    /// <summary>There are these nodes from now on.</summary>
    public void Use(IReadOnlyList<string> names) => _origins = names;

    public static string EntityOf(string origin) => ClusterOrders.OriginKey(origin).ToString();

    public async Task<AskResult> SetAsync(string origin, bool draining, string by, string why, CancellationToken cancellation)
    {
        var order = draining ? (LiveStreamCommand)new Domain.LiveStreams.Lock(by, why) : new Unlock(by, why);
        var answer = await region.AskAsync(EntityOf(origin), order, time.GetUtcNow() + s_askFor, cancellation);
        if (answer.Reply is Done)
        {
            Note(origin, draining);
        }

        return answer;
    }

    /// <summary>The nodes that are being drained, not older than a second; where an owner does not answer, as it was known last.</summary>
    public async Task<IReadOnlySet<string>> GetAsync()
    {
        Task asking;
        lock (_lock)
        {
            if (time.GetUtcNow() < _askAgainAt)
            {
                return _drained;
            }

            asking = _asking ??= AskAsync();
        }

        try
        {
            await asking.WaitAsync(s_waitFor, time);
        }
        catch (TimeoutException)
        {
            // What is known stands; the next one who asks may know more.
        }

        lock (_lock)
        {
            return _drained;
        }
    }

    private async Task AskAsync()
    {
        await Task.Yield();
        try
        {
            await Task.WhenAll(_origins.Select(AskAsync));
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

    private async Task AskAsync(string origin)
    {
        var answer = await region.AskAsync(EntityOf(origin), GetState.Instance, time.GetUtcNow() + s_askFor, CancellationToken.None);
        if (answer.Reply is StateReply { State: var state })
        {
            Note(origin, state.Locked is not null);
        }
    }

    private void Note(string origin, bool draining)
    {
        lock (_lock)
        {
            _drained = draining ? _drained.Add(origin) : _drained.Remove(origin);
        }
    }
}

using StreamSupervisor.Cluster.Membership;
using StreamSupervisor.Cluster.Peers;

namespace StreamSupervisor.Cluster.Sharding;

/// <summary>What a cluster-wide region is made of.</summary>
public sealed record ClusterRegionParts<TCommand, TReply>
    where TCommand : notnull
    where TReply : notnull
{
    /// <summary>The entities of this member.</summary>
    public required IShardRegion<TCommand, TReply> Local { get; init; }

    /// <summary>The same region, by its shards.</summary>
    public required IShardHost Host { get; init; }
    public required IClusterView View { get; init; }
    public required IPeers<TCommand, TReply> Peers { get; init; }
    public required TimeProvider Time { get; init; }

    /// <summary>The first pause before a question that found no owner is asked again; doubles up to <see cref="RetryMost"/>. News of the map end it early.</summary>
    public TimeSpan RetryFirst { get; init; } = TimeSpan.FromMilliseconds(20);
    public TimeSpan RetryMost { get; init; } = TimeSpan.FromMilliseconds(200);
}

/// <summary>
/// The door to every entity of the cluster, on any member: answers from the shards owned here, passes the rest on to their owners, and waits
/// for an owner where there is none.
///
/// Nothing that is under way to another owner is refused for that: an ask that meets a closed door (a shard being handed over, an owner
/// that died, a map that is old at either end) waits for the next news of the map and tries again, to the end of its caller's patience. That is safe
/// because such an answer means that nothing is known to have happened, and asking again is safe in any case. What has an unknown outcome goes
/// back to the caller, with one exception: when the member that was asked is declared dead, its answer will never come, and the question
/// goes to the next owner at once.
/// </summary>
public sealed partial class ClusterRegion<TCommand, TReply> : IShardRegion<TCommand, TReply>, IDisposable
    where TCommand : notnull
    where TReply : notnull
{
    private readonly ClusterRegionParts<TCommand, TReply> _parts;
    private readonly IShardRegion<TCommand, TReply> _local;
    private readonly IShardHost _host;
    private readonly IClusterView _view;
    private readonly TimeProvider _time;
    private readonly ForwardMetrics _metrics = new();

    public ClusterRegion(ClusterRegionParts<TCommand, TReply> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        _parts = parts;
        (_local, _host, _view, _time) = (parts.Local, parts.Host, parts.View, parts.Time);
    }

    /// <inheritdoc/>
    public async Task<AskResult<TReply>> AskAsync(string entityId, TCommand command, DateTimeOffset deadline, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(entityId);
        var shard = ShardMap.ShardOf(entityId);
        var began = _time.GetTimestamp();
        var patience = deadline - _time.GetUtcNow();
        var pause = _parts.RetryFirst;
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var left = patience - _time.GetElapsedTime(began);
            var result = IsHere(shard)
                ? await _local.AskAsync(entityId, command, deadline, cancellation)
                : await AskOwnerAsync(shard, entityId, command, left, cancellation);
            if (result.Status != AskStatus.Unavailable)
            {
                return result;
            }

            left = patience - _time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
            {
                return result;
            }

            _view.LookSoon();
            if (await NewsWithinAsync(left < pause ? left : pause, cancellation))
            {
                pause = _parts.RetryFirst;
            }
            else
            {
                pause = pause * 2 < _parts.RetryMost ? pause * 2 : _parts.RetryMost;
            }
        }
    }

    /// <inheritdoc/>
    public bool Tell(string entityId, TCommand command)
    {
        ArgumentException.ThrowIfNullOrEmpty(entityId);
        var shard = ShardMap.ShardOf(entityId);
        if (IsHere(shard))
        {
            return _local.Tell(entityId, command);
        }

        if (_view.OwnerOf(shard) is { } owner && owner.Id != _view.Self.Id)
        {
            return _parts.Peers.Tell(owner.BaseUrl, entityId, command);
        }

        _view.LookSoon();
        return false;
    }

    /// <summary>
    /// Answers another member: from the shards owned here only, never by asking a third. A shard that is being recovered counts as owned, the ask
    /// waits for it.
    /// </summary>
    /// <param name="entityId">The entity.</param>
    /// <param name="command">The command.</param>
    /// <param name="wait">How long the other member waits.</param>
    /// <param name="cancellation">It went away.</param>
    public async Task<PeerAnswer<TReply>> AskLocalAsync(string entityId, TCommand command, TimeSpan wait, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(entityId);
        var shard = ShardMap.ShardOf(entityId);
        if (IsHere(shard))
        {
            return new PeerAnswer<TReply>(await _local.AskAsync(entityId, command, _time.GetUtcNow() + wait, cancellation), false);
        }

        // Its map says that it is ours: one of us is behind.
        _view.LookSoon();
        return new PeerAnswer<TReply>(AskResult<TReply>.Not(AskStatus.Unavailable, $"Shard {shard} is not owned by {_view.Self.Name}."), true);
    }

    /// <summary>Takes a message that another member passed on.</summary>
    /// <returns>False when the shard is not owned here, or its mailbox is full: nothing will happen.</returns>
    public bool TellLocal(string entityId, TCommand command)
    {
        ArgumentException.ThrowIfNullOrEmpty(entityId);
        return IsHere(ShardMap.ShardOf(entityId)) && _local.Tell(entityId, command);
    }

    public void Dispose() => _metrics.Dispose();

    /// <summary>What stands here counts before what the map says: it is the younger news.</summary>
    private bool IsHere(int shard) => _host.StateOf(shard) is ShardState.Serving or ShardState.Recovering;

    /// <returns>Whether there were news of the map before the time was over.</returns>
    private async Task<bool> NewsWithinAsync(TimeSpan most, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(most, _time);
        using var gone = cancellation.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), patience);
        var news = await _view.NextChangeAsync(patience.Token);
        cancellation.ThrowIfCancellationRequested();
        return news;
    }
}

using Microsoft.Extensions.Logging;
using StreamSupervisor.Cluster.Observability;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Cluster.Leases;

/// <summary>
/// The ownership of a member that is alone with its store: every shard, from the start, under the epoch that the store gave when it was
/// opened. A shard that is lost all the same (it could not be read, or a raised epoch was not heard of) is taken again.
/// </summary>
public sealed class SoleOwner : IShardOwnership, IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly IShardOwnership _store;
    private readonly long _epoch;
    private readonly TimeProvider _time;
    private readonly KernelLog _log;
    private readonly CancellationTokenSource _stopping = new();
    private IShardHost? _host;

    /// <param name="store">Raises epochs, each shard for itself.</param>
    /// <param name="epoch">The epoch of every shard, as the store gave it at its opening.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where to say what goes wrong.</param>
    public SoleOwner(IShardOwnership store, long epoch, TimeProvider time, ILogger logger)
    {
        _store = store;
        _epoch = epoch;
        _time = time;
        _log = new KernelLog(logger);
    }

    /// <summary>Gives the host every shard.</summary>
    /// <returns>Ends when all are served.</returns>
    public Task OwnAllAsync(IShardHost host, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(host);
        _host = host;
        return Task.WhenAll(Enumerable.Range(0, ShardMap.Shards).Select(shard => host.OwnAsync(new ShardEpoch(shard, _epoch), cancellation)));
    }

    /// <summary>Takes every shard away: what was taken is finished, nothing new is.</summary>
    public Task DisownAllAsync(CancellationToken cancellation)
    {
        _stopping.Cancel();
        return _host is { } host
            ? Task.WhenAll(Enumerable.Range(0, ShardMap.Shards).Select(shard => host.DisownAsync(shard, graceful: true, cancellation)))
            : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<long?> ReacquireAsync(int shard, long epoch, CancellationToken cancellation) => _store.ReacquireAsync(shard, epoch, cancellation);

    /// <inheritdoc/>
    public void Lost(ShardEpoch owned) => _ = TakeAgainAsync(owned);

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private async Task TakeAgainAsync(ShardEpoch owned)
    {
        try
        {
            for (var told = false; ; told = true)
            {
                await Task.Delay(Pause, _time, _stopping.Token);
                if (await _store.ReacquireAsync(owned.Shard, owned.Epoch, _stopping.Token) is { } epoch)
                {
                    await _host!.OwnAsync(owned with { Epoch = epoch }, _stopping.Token);
                    return;
                }

                if (!told)
                {
                    _log.Dethroned(owned.Shard, owned.Epoch);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: nobody wants the shard any more.
        }
    }
}

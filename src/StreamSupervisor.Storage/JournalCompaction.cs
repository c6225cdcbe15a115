using Microsoft.Extensions.Logging;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Storage;

/// <summary>How the journal is kept short. The defaults clear up to 5,000 events a second and look at every shard about once an hour.</summary>
public sealed record JournalCompactionSettings
{
    /// <summary>Events older than this are cleared, by the clock of the store.</summary>
    public required TimeSpan Retention { get; init; }

    /// <summary>Between two rounds over all shards; also before the first, since a start has other things to do.</summary>
    public TimeSpan RoundEvery { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Between two steps, so that admissions come first.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Events that one step deletes at most.</summary>
    public int Step { get; init; } = 500;
}

/// <summary>
/// Clears old events of the shards that this member serves, a few at a time. Each step names the epoch under which the shard is served, so a shard
/// that goes to another member meanwhile costs one step that deletes nothing. Nothing is promised about when: a round that meets a silent store ends,
/// and the next begins with the same shard.
/// </summary>
/// <param name="journal">Deletes.</param>
/// <param name="host">Knows which shards are served here.</param>
/// <param name="settings">How old, how much, how often.</param>
/// <param name="time">The clock of the pauses.</param>
/// <param name="log">Where it is told what went.</param>
public sealed class JournalCompaction(IJournalRetention journal, IShardHost host, JournalCompactionSettings settings, TimeProvider time, ILogger log)
{
    private int _next;

    /// <summary>Goes on until it is cancelled. Throws nothing.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                await Task.Delay(settings.RoundEvery, time, cancellation);
                await RoundAsync(cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // As asked.
        }
    }

    private async Task RoundAsync(CancellationToken cancellation)
    {
        var (cleared, shards) = (0, 0);
        try
        {
            for (var done = 0; done < ShardMap.Shards; done++, _next = (_next + 1) % ShardMap.Shards)
            {
                var gone = await ClearAsync(_next, cancellation);
                cleared += gone;
                shards += gone > 0 ? 1 : 0;
            }
        }
        catch (StoreUnavailableException silent)
        {
            log.LogWarning("Old events were not cleared to the end: {Why} The next round goes on in {Every}.", silent.Message, settings.RoundEvery);
        }
#pragma warning disable CA1031 // The loop must not end for a fault of one round: the journal would grow without a word.
        catch (Exception fault) when (fault is not OperationCanceledException)
#pragma warning restore CA1031
        {
            log.LogError(fault, "Clearing old events failed at shard {Shard}; the next round goes on behind it.", _next);
            _next = (_next + 1) % ShardMap.Shards;
        }

        if (cleared > 0)
        {
            log.LogInformation("Cleared {Events} event(s) older than {Retention} from {Shards} shard(s).", cleared, settings.Retention, shards);
        }
    }

    private async Task<int> ClearAsync(int shard, CancellationToken cancellation)
    {
        var cleared = 0;
        while (host.ReportOf(shard, 0) is { State: ShardState.Serving, Epoch: var epoch })
        {
            var gone = await journal.CompactAsync(new ShardEpoch(shard, epoch), settings.Retention, settings.Step, cancellation);
            cleared += gone;
            await Task.Delay(settings.Pause, time, cancellation);
            if (gone < settings.Step)
            {
                break;
            }
        }

        return cleared;
    }
}

using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Npgsql;
using StreamSupervisor.Cluster.Persistence;

namespace StreamSupervisor.Storage.Postgres;

/// <summary>
/// Two connections that do nothing but append, so that a batch can be on its way while the one before waits for the disk. A connection on
/// which anything went wrong is given up, and the others that are idle with it: after a failover they all lead to the wrong server.
/// </summary>
internal sealed class PostgresAppender(NpgsqlDataSource source, Guid owner, ILogger log) : IAsyncDisposable
{
    public const int Connections = 2;

    /// <summary>
    /// The server plans the append once and keeps the plan: planning it for each batch takes longer than carrying it out. A plan that is kept must
    /// not hang on how full the tables were when it was made, so all that is looked up is looked up by its key.
    /// </summary>
    public const string Options = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off";

    /// <summary>How often a batch is run again after an error that says "certainly not written, try again".</summary>
    private const int Attempts = 4;

    private readonly SemaphoreSlim _free = new(Connections);
    private readonly ConcurrentBag<(NpgsqlConnection Connection, PostgresAppend Append)> _idle = [];

    /// <summary>Appends a batch; does not throw for a store that fails.</summary>
    public async Task<AppendOutcome[]> AppendAsync(IReadOnlyList<AppendRequest> batch, CancellationToken cancellation)
    {
        var outcomes = new AppendOutcome[batch.Count];
        try
        {
            await _free.WaitAsync(cancellation);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            return outcomes;
        }

        try
        {
            var waves = Waves(batch, outcomes);
            foreach (var wave in waves)
            {
                if (!await AppendAsync(batch, wave, outcomes, cancellation))
                {
                    break;
                }
            }

            return outcomes;
        }
        finally
        {
            _ = _free.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        // Waits for the batches under way; later ones are unknown.
        for (var i = 0; i < Connections; i++)
        {
            await _free.WaitAsync();
        }

        while (_idle.TryTake(out var idle))
        {
            await idle.Connection.DisposeAsync();
        }

        _free.Dispose();
    }

    /// <summary>
    /// Cuts a batch into statements in which every entity stands once: a statement sees the journal as it was at its start, not what its
    /// own first half wrote. An entity decides one message after another, so there is one wave; more is right, but slower.
    /// </summary>
    private List<List<int>> Waves(IReadOnlyList<AppendRequest> batch, AppendOutcome[] outcomes)
    {
        var waves = new List<List<int>>(1);
        var seen = new Dictionary<(int, string), int>(batch.Count);
        for (var i = 0; i < batch.Count; i++)
        {
            var request = batch[i];
            if (!Storable.Accepts(request))
            {
                Storable.Refused(log, request);
                outcomes[i] = AppendOutcome.Conflict;
                continue;
            }

            ref var wave = ref CollectionsMarshal.GetValueRefOrAddDefault(seen, (request.Owner.Shard, request.EntityId), out _);
            if (waves.Count <= wave)
            {
                waves.Add(new List<int>(batch.Count));
            }

            waves[wave++].Add(i);
        }

        return waves;
    }

    private async Task<bool> AppendAsync(IReadOnlyList<AppendRequest> batch, List<int> wave, AppendOutcome[] outcomes, CancellationToken cancellation)
    {
        var requests = wave.Count == batch.Count ? batch : [.. wave.Select(i => batch[i])];
        for (var attempt = 1; ; attempt++)
        {
            NpgsqlConnection? connection = null;
            try
            {
                (connection, var append) = _idle.TryTake(out var idle) ? idle : await ConnectAsync(cancellation);
                var codes = await append.RunAsync(requests, cancellation);
                _idle.Add((connection, append));
                for (var i = 0; i < codes.Length; i++)
                {
                    outcomes[wave[i]] = (AppendOutcome)codes[i];
                }

                return true;
            }
            catch (Exception e)
            {
                if (connection is not null)
                {
                    await connection.DisposeAsync();
                }

                if (PostgresFault.Of(e) == WriteVerdict.Again && attempt < Attempts)
                {
                    continue;
                }

                source.Clear();
                log.LogError(
                    e,
                    "An append of {Count} entities to PostgreSQL has no known outcome; their shards are read back under a new epoch.",
                    requests.Count);
                return false;
            }
        }
    }

    private async Task<(NpgsqlConnection Connection, PostgresAppend Append)> ConnectAsync(CancellationToken cancellation)
    {
        var connection = await source.OpenConnectionAsync(cancellation);
        return (connection, new PostgresAppend(connection, owner));
    }
}

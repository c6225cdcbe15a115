using BenchmarkDotNet.Attributes;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Cluster.Persistence;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Storage.Sqlite;

namespace StreamSupervisor.Benchmarks.Micro;

/// <summary>The durable append on SQLite (WAL, synchronous=FULL), beside one upsert in a transaction of its own under the same settings.</summary>
public class SqliteBenchmarks
{
    private const int Batch = 64;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamsupervisor-benchmark-");
    private readonly byte[] _payload = new byte[200];
    private readonly long[] _sequences = new long[Batch];
    private SqliteStore _store = null!;
    private SqliteConnection _plain = null!;
    private SqliteCommand _upsert = null!;

    [GlobalSetup]
    public void Start()
    {
        _store = SqliteStore.OpenAsync(Path.Combine(_folder.FullName, "store.db"), TimeProvider.System, NullLogger<SqliteStore>.Instance, ShardMap.Shards)
            .GetAwaiter().GetResult();
        SQLitePCL.Batteries_V2.Init();
        _plain = new SqliteConnection($"Data Source={Path.Combine(_folder.FullName, "plain.db")}");
        _plain.Open();
        using var create = _plain.CreateCommand();
        create.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE live_stream (key TEXT PRIMARY KEY, client BLOB NOT NULL)";
        create.ExecuteNonQuery();
        _upsert = _plain.CreateCommand();
        _upsert.CommandText = "INSERT INTO live_stream VALUES ('live/cam1', $client) ON CONFLICT (key) DO UPDATE SET client = excluded.client";
        _upsert.Parameters.AddWithValue("$client", _payload);
        _upsert.Prepare();
    }

    [GlobalCleanup]
    public void Stop()
    {
        _upsert.Dispose();
        _plain.Dispose();
        _store.DisposeAsync().AsTask().GetAwaiter().GetResult();
        SqliteConnection.ClearAllPools();
        _folder.Delete(recursive: true);
    }

    [Benchmark(Baseline = true, Description = "one upsert, one commit")]
    public int Plain() => _upsert.ExecuteNonQuery();

    [Benchmark(Description = "append of one entity")]
    public Task One() => AppendAsync(1);

    [Benchmark(Description = "append of 64 entities, each", OperationsPerInvoke = Batch)]
    public Task Many() => AppendAsync(Batch);

    private async Task AppendAsync(int entities)
    {
        var batch = new AppendRequest[entities];
        for (var i = 0; i < entities; i++)
        {
            var id = LocalRegion.KeyOf(i);
            batch[i] = new AppendRequest
            {
                Owner = new ShardEpoch(ShardMap.ShardOf(id), _store.Epoch),
                EntityId = id,
                PreviousSequence = _sequences[i]++,
                Events = [new EventData("admitted", _payload)],
                Labels = new EntityLabels("live", "srs-1", true, _payload),
            };
        }

        foreach (var outcome in await _store.AppendAsync(batch, CancellationToken.None))
        {
            if (outcome != AppendOutcome.Appended)
            {
                throw new InvalidOperationException(outcome.ToString());
            }
        }
    }
}

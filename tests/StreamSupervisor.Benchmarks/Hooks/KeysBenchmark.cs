using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.Benchmarks.Hooks;

/// <summary>
/// What many keys cost, in the memory of a member and in its database: keys that are published once and given up, cleared when they are older
/// than the retention, and again; and how long a member takes to be ready beside a journal of many keys that are on air.
/// </summary>
internal static class KeysBenchmark
{
    private const int KeysOfAnHour = 9_999_999;
    private static readonly TimeSpan Keep = TimeSpan.FromHours(1);

    public static async Task<int> RunAsync(Switches switches)
    {
        var (once, rounds) = (switches.Number("one-time", 1_000_000), switches.Number("rounds", 2));
        var (journal, connections) = (switches.Number("journal", 100_000), switches.Number("connections", 64));
        if (ChosenServer.WhyNot(ChosenServer.Product) is { } why)
        {
            Console.WriteLine($"Not run: {why}.");
            return 1;
        }

        await using var srs = await SrsStub.StartAsync();
        await using var server = await ChosenServer.StartAsync(ChosenServer.Product, srs);
        var table = new Report("after", "member, MB", "database, MB", "events", "keys in the index", "seconds");
        await AddAsync("the start", TimeSpan.Zero);
        for (var round = 0; round < rounds; round++)
        {
            var (first, count) = (round * once / rounds, once / rounds);
            var took = await LoadAsync(server, first, count, connections, gaveUp: true);
            await AddAsync($"{count:N0} one-time keys", took);
            took = await ClearAsync(server);
            await AddAsync("the retention", took);
        }

        await LoadAsync(server, KeysOfAnHour - journal, journal, connections, gaveUp: false);
        for (var start = 0; start < 3; start++)
        {
            await AddAsync($"a kill and a start beside {journal:N0} published keys", await server.RestartAsync());
        }

        table.Print();
        Console.WriteLine($"One member on PostgreSQL, {connections} connections, {Environment.ProcessorCount} cores for all. Load {Report.Load}.");
        return 0;

        async Task AddAsync(string after, TimeSpan took)
        {
            await using var connection = new NpgsqlConnection(server.Database);
            await connection.OpenAsync();
            await using var counts = new NpgsqlCommand(
                """
                SELECT pg_database_size(current_database()) / 1048576,
                  (SELECT count(*) FROM streamsupervisor.event_journal), (SELECT count(*) FROM streamsupervisor.stream_index)
                """,
                connection);
            await using var row = await counts.ExecuteReaderAsync();
            await row.ReadAsync();
            string[] cells = [after, $"{server.Memory}", $"{row.GetInt64(0)}", $"{row.GetInt64(1):N0}", $"{row.GetInt64(2):N0}", took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)];
            Console.WriteLine(string.Join("; ", cells));
            table.Add(cells);
        }
    }

    /// <summary>Publishes each key once, as a client of its own.</summary>
    /// <param name="gaveUp">Whether each ends its stream at once.</param>
    private static async Task<TimeSpan> LoadAsync(ChosenServer server, int first, int count, int connections, bool gaveUp)
    {
        var since = Stopwatch.StartNew();
        var next = first - 1;
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var connection = await HookConnection.OpenAsync(server.Target.Ports[0]);
            var (publish, unpublish) = (new HookRequest(server.Target, "on_publish"), new HookRequest(server.Target, "on_unpublish"));
            for (int key; (key = Interlocked.Increment(ref next)) < first + count;)
            {
                if (await connection.SendAsync(publish.Of(key, key)) != true || (gaveUp && await connection.SendAsync(unpublish.Of(key, key)) != true))
                {
                    throw new InvalidOperationException($"Key {key} was refused.");
                }
            }
        })));
        return since.Elapsed;
    }

    /// <summary>Clears as a member does, on a clock that is behind the retention already, beside the member that runs.</summary>
    private static async Task<TimeSpan> ClearAsync(ChosenServer server)
    {
        var since = Stopwatch.StartNew();
        await using var store = await JournalStore.OpenAsync(new StoreLocation.Postgres(server.Database), new LaterTime(Keep * 2), NullLogger.Instance);
        await new Retention(store, new RetentionSettings { Keep = Keep }, new LaterTime(Keep * 2), NullLogger.Instance).RoundAsync();
        return since.Elapsed;
    }

    private sealed class LaterTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}

using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StreamSupervisor.Actors.Journal;

namespace StreamSupervisor.Benchmarks.Hooks;

/// <summary>
/// What many keys cost, in the memory of a member and in its database: keys that are published once and given up, cleared when they are older
/// than the retention, and again; how long a member takes to be ready beside a journal of many keys; and keys that are on air in one member.
/// </summary>
internal static class KeysBenchmark
{
    private const int FirstInJournal = 8_000_000;
    private const int FirstLive = 9_000_000;
    private const int Batch = 1000;
    private const int EachRow = 10_000;
    private const int MostTries = 5;
    private static readonly TimeSpan Keep = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(10);

    /// <summary>A reconnect window of 60 s, and the time until the index has it.</summary>
    private static readonly TimeSpan ReconnectWindowIsOver = TimeSpan.FromSeconds(65);
    private static readonly TimeSpan MediaEvery = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(Switches switches)
    {
        var (once, rounds) = (switches.Number("one-time", 1_000_000), switches.Number("rounds", 2));
        var (journal, live, minutes) = (switches.Number("journal", 100_000), switches.Number("live", 100_000), switches.Number("minutes", 10));
        if (ChosenServer.WhyNot(ChosenServer.Product) is { } why)
        {
            Console.WriteLine($"Not run: {why}.");
            return 1;
        }

        var run = new Run(switches.Number("connections", 64));
        if (once > 0)
        {
            await run.OneTimeAsync(once, rounds);
        }

        if (journal > 0)
        {
            await run.StartsAsync(journal);
        }

        if (live > 0)
        {
            await run.LiveAsync(live, switches.Number("servers", 20), minutes);
        }

        run.Print();
        return 0;
    }

    private sealed class Run(int connections)
    {
        private int _refused;
        private readonly Report _table = new("after", "member, MB", "database, MB", "events", "keys in the index", "seconds");

        /// <summary>Keys that come once and never again.</summary>
        public async Task OneTimeAsync(int count, int rounds)
        {
            await using var srs = await SrsStub.StartAsync();
            await using var server = await ChosenServer.StartAsync(ChosenServer.Product, srs);
            await AddAsync(server, "the start", TimeSpan.Zero);
            for (var round = 0; round < rounds; round++)
            {
                var part = count / rounds;
                await AddAsync(server, $"{part:N0} one-time keys", await LoadAsync(server.Target, round * part, part, client: null, gaveUp: true));
                await AddAsync(server, "their reconnect windows", await SettleAsync(server));
                await AddAsync(server, "the retention", await ClearAsync(server));
            }
        }

        /// <summary>A kill and a start beside a journal of many keys.</summary>
        public async Task StartsAsync(int count)
        {
            await using var srs = await SrsStub.StartAsync();
            await using var server = await ChosenServer.StartAsync(ChosenServer.Product, srs);
            await AddAsync(server, $"{count:N0} keys in the journal", await LoadAsync(server.Target, FirstInJournal, count, client: null, gaveUp: true));
            await RestartAsync(server);
        }

        /// <summary>Keys that are on air and stay, on servers that list them.</summary>
        public async Task LiveAsync(int count, int servers, int minutes)
        {
            await using var srs = await SrsStub.StartAsync(servers);
            await using var server = await ChosenServer.StartAsync(ChosenServer.Product, srs);
            using var end = new CancellationTokenSource();
            var media = SendMediaAsync(srs, end.Token);
            var took = TimeSpan.Zero;
            for (var first = 0; first < count; first += Batch)
            {
                // They are on SRS a moment before their hooks come, as it is with its own hooks: who is seen for longer is adopted.
                var at = first / Batch % servers;
                var keys = Enumerable.Range(FirstLive + first, Math.Min(Batch, count - first)).ToArray();
                var clients = await srs.PublishAsync(at, [.. keys.Select(key => $"cam{key:0000000}")]);
                took += await LoadAsync(server.TargetOf(at), keys[0], keys.Length, clients, gaveUp: false);
                if ((first + Batch) % EachRow == 0 || first + Batch >= count)
                {
                    await AddAsync(server, $"{Math.Min(first + Batch, count):N0} live keys", took);
                }
            }

            for (var minute = 1; minute <= minutes; minute++)
            {
                await Task.Delay(TimeSpan.FromMinutes(1));
                await AddAsync(server, $"{minute} min on air", TimeSpan.FromMinutes(minute));
            }

            await RestartAsync(server);
            await end.CancelAsync();
            await media;
        }

        private async Task RestartAsync(ChosenServer server)
        {
            for (var start = 0; start < 3; start++)
            {
                await AddAsync(server, "a kill and a start until ready", await server.RestartAsync());
            }
        }

        public void Print()
        {
            _table.Print();
            Console.WriteLine($"One member on PostgreSQL, {connections} connections, {Environment.ProcessorCount} cores for all, {_refused} refused and tried again. Load {Report.Load}.");
        }

        /// <summary>Publishes each key once, as a client of its own.</summary>
        /// <param name="target">The SRS server that they publish to.</param>
        /// <param name="client">The clients of the keys; null where no server has to know them.</param>
        /// <param name="gaveUp">Whether each ends its stream at once.</param>
        private async Task<TimeSpan> LoadAsync(Target target, int first, int count, string[]? client, bool gaveUp)
        {
            var since = Stopwatch.StartNew();
            var next = -1;
            await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
            {
                using var connection = await HookConnection.OpenAsync(target.Ports[0]);
                var (publish, unpublish) = (new HookRequest(target, "on_publish"), new HookRequest(target, "on_unpublish"));
                for (int at; (at = Interlocked.Increment(ref next)) < count;)
                {
                    var key = first + at;
                    await SendAsync(connection, key, () => client is null ? publish.Of(key, key) : publish.Of(client[at], key));
                    if (gaveUp)
                    {
                        await SendAsync(connection, key, () => unpublish.Of(key, key));
                    }
                }
            })));
            return since.Elapsed;
        }

        /// <summary>As an encoder, whoever was refused comes again; not for ever.</summary>
        private async Task SendAsync(HookConnection connection, int key, Func<ReadOnlyMemory<byte>> hook)
        {
            for (var tries = 1; await connection.SendAsync(hook()) != true; tries++)
            {
                Interlocked.Increment(ref _refused);
                if (tries == MostTries)
                {
                    throw new InvalidOperationException($"Key {key} was refused {tries} times: {connection.Said}");
                }
            }
        }

        /// <summary>Waits until no more keys become idle: a key that was given up waits for its encoder's return first.</summary>
        private static async Task<TimeSpan> SettleAsync(ChosenServer server)
        {
            var since = Stopwatch.StartNew();
            await using var connection = new NpgsqlConnection(server.Database);
            await connection.OpenAsync();
            await using var count = new NpgsqlCommand("SELECT count(*) FROM streamsupervisor.stream_index WHERE idle", connection);
            for (var (before, now) = (-1L, 0L); now != before;)
            {
                await Task.Delay(ReconnectWindowIsOver);
                (before, now) = (now, (long)(await count.ExecuteScalarAsync())!);
            }

            return since.Elapsed;
        }

        /// <summary>Clears as a member does, but with shorter pauses, on a clock that is behind the retention already, beside the member that runs.</summary>
        private static async Task<TimeSpan> ClearAsync(ChosenServer server)
        {
            var since = Stopwatch.StartNew();
            var later = new LaterTime(Keep * 2);
            await using var store = await JournalStore.OpenAsync(new StoreLocation.Postgres(server.Database), later, NullLogger.Instance);
            await new Retention(store, new RetentionSettings { Keep = Keep, Pause = ShortPause }, later, NullLogger.Instance).RoundAsync();
            return since.Elapsed;
        }

        private static async Task SendMediaAsync(SrsStub srs, CancellationToken end)
        {
            using var timer = new PeriodicTimer(MediaEvery);
            while (!end.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None))
            {
                await srs.SendMediaAsync();
            }
        }

        private async Task AddAsync(ChosenServer server, string after, TimeSpan took)
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
            string[] cells =
            [
                after, $"{server.Memory}", $"{row.GetInt64(0)}", $"{row.GetInt64(1):N0}", $"{row.GetInt64(2):N0}",
                took.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture),
            ];
            Console.WriteLine(string.Join("; ", cells));
            _table.Add(cells);
        }
    }

    private sealed class LaterTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}

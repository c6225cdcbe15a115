using System.Globalization;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Benchmarks.Hooks;
using StreamSupervisor.Client;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.Simulator.Http;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Benchmarks.Recipe;

/// <summary>
/// The advice that is given where nobody supervises ("refused: query the API, delete the client, wait 100-300 ms, try at most 3 times") beside
/// the client library and a supervisor, on the same simulated SRS server: one encoder that loses its network again and again, and many
/// that publish one key by mistake.
/// </summary>
internal static class RecipeBenchmark
{
    private const string Token = "benchmark-0123456789";

    public static async Task<int> RunAsync(Switches switches)
    {
        var (rounds, encoders, time) = (switches.Number("rounds", 10), switches.Number("encoders", 50), switches.Seconds("seconds", 30));
        var table = new Report("scene", "who", "on air", "refused", "kicks", "gave up", "back on air p50 ms", "p99 ms", "publisher there", "longest stretch s", "load");
        foreach (var supervised in new[] { false, true })
        {
            await PlayAsync(table, "one encoder, network drops", supervised, encoders: 1, stayOnAir: TimeSpan.FromSeconds(1.5), rounds, TimeSpan.FromMinutes(2));
        }

        foreach (var supervised in new[] { false, true })
        {
            await PlayAsync(table, $"{encoders} encoders, one key", supervised, encoders, stayOnAir: time * 2, rounds: int.MaxValue, time);
        }

        table.Print();
        Console.WriteLine($"""
            one encoder: {rounds} drops after 1.5 s on air each; the network is away for 200 ms and SRS keeps the old session. Back on air is counted from the
            first try. one key: {time.TotalSeconds:0} s; publisher there: the share of that time with somebody on air. The recipe rests 5 s after its 3 tries; the
            client library has its default policy, except that it begins after 200 ms and counts 1 s as having been on air.
            """);
        return 0;
    }

    private static async Task PlayAsync(Report table, string scene, bool supervised, int encoders, TimeSpan stayOnAir, int rounds, TimeSpan atMost)
    {
        await using var fleet = await SimulatedFleet.StartAsync([new SimulatedSrsOptions { ServerId = "srs-1" }]);
        var srs = fleet.Servers[0];
        var folder = Directory.CreateTempSubdirectory("streamsupervisor-benchmark-");
        var supervisor = supervised ? await SuperviseAsync(srs, folder.FullName) : null;
        using var over = new CancellationTokenSource(atMost);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var logs = Enumerable.Range(0, encoders).Select(number => new EncoderLog()).ToArray();
        var began = TimeProvider.System.GetTimestamp();
        await Task.WhenAll(logs.Select((log, number) =>
        {
            var encoder = new PublishingEncoder(srs, $"198.51.100.{number + 1}", stayOnAir, rounds, log);
            return supervisor is null
                ? new RecipeClient(encoder, http, srs.ApiAddress).RunAsync(over.Token)
                : RunSessionAsync(encoder, http, supervisor.Addresses.First(), $"encoder-{number}", over.Token);
        }));

        var length = TimeProvider.System.GetElapsedTime(began);
        var kicks = await srs.RunAsync(core => core.Deletes.Count);
        await fleet.SendHooksToAsync(_ => null);
        if (supervisor is not null)
        {
            await supervisor.DisposeAsync();
        }

        folder.Delete(recursive: true);
        var returns = logs.SelectMany(log => log.Returns).Order().ToArray();
        var stretches = logs.SelectMany(log => log.OnAir).ToArray();
        table.Add(scene, supervised ? "EncoderSession + supervisor" : "recipe", Text(stretches.Length), Text(logs.Sum(log => log.Refused)), Text(kicks), Text(logs.Sum(log => log.GaveUp)),
            returns.Length == 0 ? "-" : Text(returns[returns.Length / 2].TotalMilliseconds), returns.Length == 0 ? "-" : Text(returns[(int)(returns.Length * 0.99)].TotalMilliseconds),
            Text(Math.Min(1, stretches.Sum(stretch => stretch.TotalSeconds) / length.TotalSeconds) * 100) + " %",
            stretches.Length == 0 ? "-" : stretches.Max().TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture), Report.Load);
    }

    private static async Task<SupervisorServer> SuperviseAsync(SimulatedSrsServer srs, string folder)
    {
        var supervisor = await SupervisorServer.BuildAsync(new SupervisorOptions
        {
            Http = new HttpOptions { Listen = { $"http://127.0.0.1:{ChildProcess.FreePort()}" } },
            Management = new ManagementOptions { Listen = { $"http://127.0.0.1:{ChildProcess.FreePort()}" } },
            Storage = new StorageOptions { Sqlite = new SqliteOptions { Path = Path.Combine(folder, "recipe.db") } },
            Origins = [new OriginOptions { Name = "srs-1", Api = srs.ApiAddress, HookToken = Token }],
        }, logging => logging.ClearProviders());
        await supervisor.StartAsync(CancellationToken.None);
        await srs.SendHooksToAsync(new Uri($"{supervisor.Addresses.First()}/hooks/v1/{Token}"));
        return supervisor;
    }

    private static async Task RunSessionAsync(PublishingEncoder encoder, HttpClient http, string supervisor, string name, CancellationToken over)
    {
        var client = new SupervisorClient(http, new SupervisorClientOptions { Addresses = [new Uri(supervisor)] });
        var session = new EncoderSession(client, new EncoderSessionOptions
        {
            Key = PublishingEncoder.Key,
            EncoderId = name,
            Retry = RetryPolicy.Default with { FirstDelay = PublishingEncoder.NetworkAway, StableAfter = TimeSpan.FromSeconds(1) },
        });
        var trying = false;
        try
        {
            await foreach (var happened in session.RunAsync(async (permit, cancellation) =>
            {
                trying = false;
                var query = new Uri(permit.Target.Url).Query;
                return await encoder.PublishAsync(query, cancellation) switch
                {
                    PublishResult.Done => PublishEnd.Done,
                    PublishResult.Refused => new PublishEnd(LossKind.Temporary, "refused"),
                    _ => new PublishEnd(LossKind.Network, "the network went away"),
                };
            }, over))
            {
                if (happened is Registering && !trying)
                {
                    trying = true;
                    encoder.BeginTry();
                }

                encoder.Log.Refused += happened is RefusedBySupervisor ? 1 : 0;
                encoder.Log.GaveUp += happened is SessionEnded { End: not SessionEnd.Finished } ? 1 : 0;
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // The time of the scene is over.
        }
    }

    private static string Text(double number) => number.ToString("0", CultureInfo.InvariantCulture);
}

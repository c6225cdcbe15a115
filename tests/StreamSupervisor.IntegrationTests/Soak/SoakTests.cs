using System.Globalization;
using Microsoft.Data.Sqlite;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Simulator.Servers;
using StreamSupervisor.TestKit.Metrics;
using Xunit.Abstractions;

namespace StreamSupervisor.IntegrationTests.Soak;

/// <summary>Not beside other tests: its figures are those of one process on a machine that does nothing else.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class SoakCollection
{
    public const string Name = "soak";
}

/// <summary>
/// A supervisor under everyday load for a while: nothing may grow but what is on air. <c>SOAK_MINUTES=30</c> takes longer, <c>SOAK_KEYS=100000</c>
/// puts more on air; the output has a line for each sample.
/// </summary>
[Collection(SoakCollection.Name)]
public sealed class SoakTests(ITestOutputHelper log)
{
    private const int Samples = 24;

    /// <summary>Of one key that is published once and given up: admitted, confirmed or lost, ended.</summary>
    private const int MaxEventsOfOneTimeKey = 4;

    private static readonly TimeSpan Length = TimeSpan.FromMinutes(Number("SOAK_MINUTES", 2));
    private static readonly int Keys = Number("SOAK_KEYS", 10_000);

    [Fact]
    public async Task Nothing_grows_but_what_is_on_air()
    {
        await using var srs = await SrsServers.StartAsync(SrsModel.V6);
        using var settings = new ServeFolder(srs,
            """
            credentials.rules = [ { match = "guarded/*", scheme = secret, primary = "a-word-that-nobody-knows-0123456789" } ]
            admission.reconnect-window = 10s
            kernel.passivate-after = 10s
            """);
        await using var supervisor = await SupervisorProcess.ServeAsync(settings, TimeSpan.FromMinutes(2));
        await srs.SendHooksToAsync(settings.Address);
        await using var crowd = new SoakCrowd(srs, settings);
        await crowd.ComeAsync(Keys);

        List<ProcessSample> samples = [];
        for (var sample = 0; sample < Samples; sample++)
        {
            await Task.Delay(Length / Samples);
            samples.Add(await TakeAsync(supervisor, settings, crowd));
            log.WriteLine($"{samples[^1]}");
        }

        // The first third is for code that is compiled and pools that fill; growth is what the last has more than the middle.
        var middle = samples[(Samples / 3)..(2 * Samples / 3)];
        var last = samples[(2 * Samples / 3)..];
        last.Average(one => one.Memory).ShouldBeLessThan((1.1 * middle.Average(one => one.Memory)) + 20, "MB");
        last.Max(one => one.Threads).ShouldBeLessThanOrEqualTo(middle.Max(one => one.Threads) + 10);
        last.Max(one => one.Handles).ShouldBeLessThanOrEqualTo(middle.Max(one => one.Handles) + 30);
        last.Max(one => one.Entities).ShouldBeLessThan((1.05 * middle.Max(one => one.Entities)) + 50, "keys in memory");
        var minutes = Length.TotalMinutes / 3;
        (last[^1].LogLines - middle[^1].LogLines).ShouldBeLessThan((int)Math.Ceiling(20 * minutes), $"lines of log in {minutes:F1} minutes\n{string.Join('\n', supervisor.Output.Split('\n').TakeLast(20))}");
        var once = samples[^1].OneTimeKeys - middle[0].OneTimeKeys;
        (samples[^1].Events - middle[0].Events).ShouldBeLessThanOrEqualTo(MaxEventsOfOneTimeKey * (once + 10), $"rows for {once} one-time keys");
        crowd.Refused.ShouldBeGreaterThan(100);
        crowd.OnAir.ShouldBe(Keys);
        (await CountAsync(settings, "persistence_id LIKE '%/guarded/%'")).ShouldBe(0, "strangers leave nothing on the disk");
        (await srs.BusyAsync()).ShouldBe(0);
    }

    private static async Task<ProcessSample> TakeAsync(SupervisorProcess supervisor, ServeFolder settings, SoakCrowd crowd)
    {
        using var http = new HttpClient();
        var metrics = PrometheusPage.Parse(await http.GetStringAsync(new Uri($"{settings.Management}/metrics")));
        var entities = metrics.Single(family => family.Name == "streamsupervisor_entities").Samples.Sum(sample => sample.Value);
        var (memory, threads, handles) = ProcessSample.Of(supervisor.Id);
        var lines = supervisor.Output.Count(letter => letter == '\n');
        return new ProcessSample(memory, threads, handles, entities, await CountAsync(settings, "true"), lines, crowd.OneTimeKeys);
    }

    private static async Task<long> CountAsync(ServeFolder settings, string where)
    {
        await using var connection = new SqliteConnection($"Data Source={settings.Database};Mode=ReadOnly;Pooling=false");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = $"SELECT count(*) FROM event_journal WHERE {where}";
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.Simulator.Servers;
using Xunit.Abstractions;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>
/// Bad inputs at the HTTP listeners of the real program, hooks, API, registrations and management: none of them may make it fail, show its
/// insides or fill its log. <c>BAD_INPUTS</c> is how many (1,000), <c>BAD_SEED</c> which ones.
/// </summary>
public sealed partial class BadInputTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const string Token = "token-of-srs-1";
    private const int AtOnce = 8;

    /// <summary>What the log may say of all of them together, the orders that are well-formed apart: each of those is a line.</summary>
    private const int MostLines = 60;

    private static readonly int Inputs = Setting("BAD_INPUTS", 1_000);
    private static readonly int Seed = Setting("BAD_SEED", 1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamsupervisor-bad-");
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly HttpClient _http = new();
    private SrsServers _srs = null!;
    private SupervisorOptions _options = null!;
    private SupervisorServer _server = null!;

    public async Task InitializeAsync()
    {
        _srs = await SrsServers.StartAsync(SrsModel.V5);
        _options = new SupervisorOptions
        {
            Http = new HttpOptions { Listen = { FreePort.Address() } },
            Management = new ManagementOptions { Listen = { FreePort.Address() } },
            Storage = new StorageOptions { Sqlite = new SqliteOptions { Path = Path.Combine(_folder.FullName, "bad.db") } },
            Origins = { new OriginOptions { Name = "srs-1", Api = _srs.Origins().First().Api, HookToken = Token } },
        };
        _server = await SupervisorServer.BuildAsync(_options, logging => logging.AddProvider(new Lines(_lines)));
        await _server.StartAsync(CancellationToken.None);
        await Eventually.HoldsAsync("the supervisor is ready", async () =>
            (await _http.GetAsync(new Uri(_options.Management.Listen[0] + "/ready"))).IsSuccessStatusCode);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        await _srs.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task No_input_makes_it_fail_shows_its_insides_or_fills_its_log()
    {
        var (statuses, broken) = (new ConcurrentDictionary<int, int>(), new ConcurrentQueue<string>());
        var unavailable = new ConcurrentQueue<string>();
        _lines.Clear();
        await Parallel.ForAsync(0, Inputs, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, stop) =>
        {
            var input = BadInput.Of(new Random((Seed * 1_000_003) + number), Token);
            var answer = await input.SendAsync(new Uri((input.IsManaged ? _options.Management.Listen : _options.Http.Listen)[0]), stop);
            var status = Status().Match(answer) is { Success: true } match ? int.Parse(match.Groups["code"].Value, CultureInfo.InvariantCulture) : 0;
            statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
            if (status is 503)
            {
                unavailable.Enqueue(input.ToString().Split('\n')[0]);
            }

            if (status == 500 || Insides().IsMatch(answer) || (status == 0 && input.IsHttp))
            {
                broken.Enqueue($"BAD_SEED={Seed}, input {number}: {answer}\n{input}");
            }
        });

        output.WriteLine($"{Inputs} inputs: {string.Join(", ", statuses.OrderBy(one => one.Key).Select(one => $"{one.Key}: {one.Value}"))}");
        output.WriteLine($"503: {string.Join(" | ", unavailable.Distinct().Take(5))}");
        var lines = _lines.Where(line => !line.Contains(" ordered ", StringComparison.Ordinal)).ToList();
        output.WriteLine($"{lines.Count} lines of log, and {_lines.Count - lines.Count} orders\n{string.Join('\n', lines.Take(100))}");
        string.Join("\n\n", broken.Take(3)).ShouldBe("");
        lines.Count.ShouldBeLessThanOrEqualTo(MostLines);
        lines.ShouldAllBe(line => !line.StartsWith("Error") && !line.StartsWith("Critical") && !Insides().IsMatch(line));
        using var still = await _http.GetAsync(new Uri(_options.Http.Listen[0] + "/api/v1/streams"));
        ((int)still.StatusCode).ShouldBe(200);
    }

    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;

    [GeneratedRegex(@"\AHTTP/1\.[01] (?<code>\d{3})", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Status();

    [GeneratedRegex(@"\n\s*at [A-Z]\w+\.|\w+Exception\b", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Insides();

    private sealed class Lines(ConcurrentQueue<string> all) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                all.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}

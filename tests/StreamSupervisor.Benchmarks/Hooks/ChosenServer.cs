using System.Diagnostics;
using System.Globalization;
using Npgsql;
using StreamSupervisor.TestKit.Storage;

namespace StreamSupervisor.Benchmarks.Hooks;

/// <summary>One of the servers that are compared, running. What it needs beside itself runs with it.</summary>
internal sealed class ChosenServer : IAsyncDisposable
{
    public const string Node = "node-redis";
    public const string Product = "product-postgres";
    public const string ThreeMembers = "product-postgres-3";
    public const string Ceiling = "parse-only";

    /// <summary>The variable that names the program of an earlier tree, to be a row beside this one: <c>…/StreamSupervisor.dll</c>.</summary>
    private const string BeforeVariable = "BENCHMARK_BEFORE";
    private const string Before = "before-";

    private readonly Stack<ChildProcess> _processes = new();
    private readonly List<string> _folders = [];
    private readonly SrsStub _srs;
    private readonly List<Func<Task>> _members = [];
    private PostgresServer? _postgres;

    private ChosenServer(string name, SrsStub srs) => (Name, _srs) = (name, srs);

    /// <summary>All names, in the order of the table.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        Ceiling, "product-sqlite", "before-sqlite", Product, "before-postgres", ThreeMembers, "before-postgres-3", "advisory-lock", "upsert", Node,
    ];

    public string Name { get; }

    /// <summary>What a decision has survived when it is answered.</summary>
    public string Durability { get; private set; } = "nothing is kept";

    public Target Target { get; private set; } = null!;

    /// <summary>Where the hooks of one of the SRS servers go; <see cref="Target"/> is the first one's.</summary>
    public Target TargetOf(int server) => TargetAt(server, Target.Ports);

    /// <summary>Where the first member of the product answers operators; null of others.</summary>
    public Uri? Management { get; private set; }

    /// <summary>The connection string of the database of a server that has one.</summary>
    public string Database => _postgres!.ConnectionStringOf("benchmark");

    /// <summary>Resident memory of the process that was started last, in MB.</summary>
    public int Memory => _processes.Peek().Memory;

    public bool SaysAlwaysYes => Name == Ceiling;

    /// <summary>The others know no encoders that announce themselves.</summary>
    public bool TakesRegistrations => Name.StartsWith("product-", StringComparison.Ordinal) || IsBefore(Name);

    /// <summary>Why it can't run here; null when it can.</summary>
    public static string? WhyNot(string name) => name switch
    {
        Node when !IsInstalled("node") || !IsInstalled("redis-server") => "node or redis-server is not installed here",
        _ when IsBefore(name) && Environment.GetEnvironmentVariable(BeforeVariable) is not { Length: > 0 } => $"{BeforeVariable} names no program",
        Product or ThreeMembers or "advisory-lock" or "upsert" or "before-postgres" or "before-postgres-3" when PostgresBinaries.Folder is null => "PostgreSQL is not installed here",
        _ => null,
    };

    public static async Task<ChosenServer> StartAsync(string name, SrsStub srs)
    {
        var server = new ChosenServer(name, srs);
        try
        {
            await (name switch
            {
                Ceiling => server.StartPlainAsync(""),
                "advisory-lock" or "upsert" => server.StartPlainAsync(await server.StartPostgresAsync()),
                "product-sqlite" or "before-sqlite" => server.StartProductOnSqliteAsync(),
                Product or "before-postgres" => server.StartProductOnPostgresAsync(members: 1),
                ThreeMembers or "before-postgres-3" => server.StartProductOnPostgresAsync(members: 3),
                Node => server.StartNodeAsync(),
                _ => throw new ArgumentException($"There is no server '{name}'; there are {string.Join(", ", Names)}.", nameof(name)),
            });
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Lets PostgreSQL keep the files of its log for the next row: one that is young stops at each new one to write it full of zeros.</summary>
    public async Task SettleAsync()
    {
        if (_postgres is not null)
        {
            await using var connection = new NpgsqlConnection(_postgres.ConnectionString);
            await connection.OpenAsync();
            await using var checkpoint = new NpgsqlCommand("CHECKPOINT", connection);
            await checkpoint.ExecuteNonQueryAsync();
        }
    }

    /// <summary>Kills the one member of the product and starts it again.</summary>
    /// <returns>How long it took from the start until it was ready.</returns>
    public async Task<TimeSpan> RestartAsync()
    {
        await _processes.Pop().DisposeAsync();
        var since = Stopwatch.StartNew();
        await _members.Single()();
        return since.Elapsed;
    }

    public async ValueTask DisposeAsync()
    {
        while (_processes.TryPop(out var process))
        {
            await process.DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        foreach (var folder in _folders)
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task StartPlainAsync(string database)
    {
        var port = ChildProcess.FreePort();
        var process = Keep(ChildProcess.StartDotNet("StreamSupervisor.Benchmarks.dll", PlainServer.Command, "--kind", Name, "--port", Text(port), "--database", database));
        await process.UntilListensAsync(port);
        Target = TargetAt(0, [port]);
    }

    private async Task StartNodeAsync()
    {
        var (redis, port) = (ChildProcess.FreePort(), ChildProcess.FreePort());
        var folder = NewFolder();
        await Keep(ChildProcess.Start(null, "redis-server", "--port", Text(redis), "--bind", "127.0.0.1", "--dir", folder,
            "--appendonly", "yes", "--appendfsync", "always", "--save", "")).UntilListensAsync(redis);
        var script = System.IO.Path.Combine(folder, "redis-hooks.js");
        await using (var source = typeof(ChosenServer).Assembly.GetManifestResourceStream("redis-hooks.js")!)
        await using (var file = File.Create(script))
        {
            await source.CopyToAsync(file);
        }

        await Keep(ChildProcess.Start(null, "node", script, Text(port), Text(redis))).UntilListensAsync(port);
        Durability = "appendonly yes, appendfsync always";
        Target = TargetAt(0, [port]);
    }

    private Task StartProductOnSqliteAsync()
    {
        Durability = "WAL, synchronous=FULL";
        return StartProductAsync($$"""storage.sqlite.path = "{{System.IO.Path.Combine(NewFolder(), "benchmark.db")}}" """, cluster: false, members: 1);
    }

    private async Task StartProductOnPostgresAsync(int members) =>
        await StartProductAsync($$"""storage { provider = postgres, postgres.connection-string = "{{await StartPostgresAsync()}}" }""", cluster: true, members);

    private async Task StartProductAsync(string storage, bool cluster, int members)
    {
        var ports = new List<int>();
        for (var member = 1; member <= members; member++)
        {
            var (http, management, peers) = (ChildProcess.FreePort(), ChildProcess.FreePort(), ChildProcess.FreePort());
            Management ??= new Uri($"http://127.0.0.1:{management}");
            var file = System.IO.Path.Combine(NewFolder(), "benchmark.conf");
            await File.WriteAllTextAsync(file, $$"""
                streamsupervisor {
                  http.listen = ["http://127.0.0.1:{{http}}"]
                  management.listen = ["http://127.0.0.1:{{management}}"]
                  {{storage}}
                  cluster { enabled = {{(cluster ? "true" : "false")}}, name = "m{{member}}", advertise = "http://127.0.0.1:{{peers}}", listen = ["http://127.0.0.1:{{peers}}"], secret = "benchmark-0123456789abcdef" }
                  origins = [{{string.Join(", ", _srs.Servers.Select((origin, index) => $$"""{ name = "{{origin.ServerId}}", api = "{{origin.Address}}", hook-token = "{{TokenOf(index)}}" }"""))}}]

                  # Nobody has to be kicked in the hot workload, and what counts how often a key is published does not count here: a key in a
                  # benchmark is published more often in a second than a real one in a day.
                  admission { takeover = first-wins, fight-window = 1s, flapping-publishes = 1000 }

                  # The one reservation that all others meet lasts for the run.
                  registrations.reserve = 10m

                  # All connections may wait for one key.
                  kernel.mailbox-size = 1024
                }
                """);
            _members.Add(() => Keep(ChildProcess.StartDotNet(Program, "serve", "--config", file)).UntilAsync("ready", async () =>
            {
                using var client = new HttpClient();
                using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{management}/ready"));
                return answer.IsSuccessStatusCode;
            }));
            ports.Add(http);
        }

        await Task.WhenAll(_members.Select(start => start()));
        Target = TargetAt(0, ports);
    }

    private async Task<string> StartPostgresAsync()
    {
        _postgres = await PostgresServer.StartAsync();
        await using (var connection = new NpgsqlConnection(_postgres.ConnectionString))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand("SHOW synchronous_commit", connection);
            Durability = $"fsync=on, synchronous_commit={await command.ExecuteScalarAsync()}";
            foreach (var statement in (string[])["CREATE DATABASE benchmark", "ALTER SYSTEM SET min_wal_size = '1GB'", "SELECT pg_reload_conf()"])
            {
                await using var prepare = new NpgsqlCommand(statement, connection);
                await prepare.ExecuteNonQueryAsync();
            }
        }

        return _postgres.ConnectionStringOf("benchmark");
    }

    private static string TokenOf(int server) => $"benchmark-0123456789-{server}";

    private Target TargetAt(int server, IReadOnlyList<int> ports) =>
        new(ports, $"/hooks/v1/{TokenOf(server)}", _srs.Servers[server].ServerId, _srs.Servers[server].ServiceId);

    private ChildProcess Keep(ChildProcess process)
    {
        _processes.Push(process);
        return process;
    }

    private string NewFolder()
    {
        var folder = Directory.CreateTempSubdirectory("streamsupervisor-benchmark-").FullName;
        _folders.Add(folder);
        return folder;
    }

    private string Program => IsBefore(Name) ? Environment.GetEnvironmentVariable(BeforeVariable)! : "streamsupervisor.dll";

    private static bool IsBefore(string name) => name.StartsWith(Before, StringComparison.Ordinal);

    private static bool IsInstalled(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
        .Any(folder => File.Exists(System.IO.Path.Combine(folder, program)));

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

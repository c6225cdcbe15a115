using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.Demo;

/// <summary>
/// One member: <c>serve</c> of this same program in a process of its own, which can be killed and started again at its address.
/// </summary>
internal sealed class DemoMember : IAsyncDisposable
{
    private readonly string _config;
    private readonly string _log;
    private readonly TimeProvider _time;
    private KeptProcess? _process;

    public DemoMember(string name, DirectoryInfo folder, string connectionString, IEnumerable<OriginOptions> origins,
        DemoWords words, TimeProvider time)
    {
        (Name, _time) = (name, time);
        _log = Path.Combine(folder.FullName, $"{name}.log");
        _config = Path.Combine(folder.FullName, $"{name}.conf");
        var peers = FreeAddress.Next().GetLeftPart(UriPartial.Authority);
        var listed = string.Join(", ", origins.Select(origin =>
            $$"""{ name = "{{origin.Name}}", api = "{{origin.Api}}", hook-token = "{{origin.HookToken}}" }"""));
        File.WriteAllText(_config,
            $$"""
            streamsupervisor {
              http.listen = ["{{Http.GetLeftPart(UriPartial.Authority)}}"]
              management.listen = ["{{Management.GetLeftPart(UriPartial.Authority)}}"]
              cluster { enabled = true, name = "{{name}}", advertise = "{{peers}}", listen = ["{{peers}}"], secret = "demo-cluster-secret" }
              storage { provider = postgres, postgres.connection-string = "{{connectionString}}" }
              dashboard.title = "{{words.Title}}"
              origins = [ {{listed}} ]
            }
            """);
    }

    public string Name { get; }
    public Uri Http { get; } = FreeAddress.Next();
    public Uri Management { get; } = FreeAddress.Next();

    /// <summary>What it wrote last, for the message when it does not start.</summary>
    public string LastWords => File.Exists(_log) ? string.Join('\n', File.ReadLines(_log).TakeLast(10)) : "";

    public void Start() => _process = KeptProcess.Start("KILL", _log, [.. Program(), "serve", "--config", _config], _time);

    /// <param name="signal"><c>KILL</c> or <c>TERM</c>.</param>
    public async Task EndAsync(string signal)
    {
        if (_process is { } process)
        {
            await process.EndAsync(signal);
            await process.DisposeAsync();
            _process = null;
        }
    }

    public ValueTask DisposeAsync() => _process?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>How this program was started: by its own name, or as a library of <c>dotnet</c>.</summary>
    private static string[] Program()
    {
        // Not the assembly's Location, which is empty in a single file.
        var library = Path.Combine(AppContext.BaseDirectory, $"{typeof(DemoMember).Assembly.GetName().Name}.dll");
        var process = Environment.ProcessPath ?? "dotnet";
        return Path.GetFileNameWithoutExtension(process) == Path.GetFileNameWithoutExtension(library) ? [process]
            : Path.GetFileNameWithoutExtension(process) == "dotnet" ? [process, library]
            : ["dotnet", library];
    }
}

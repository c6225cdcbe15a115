using System.Collections.Immutable;
using System.Globalization;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Commands;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Failover;

/// <summary>
/// One member: a process of <c>serve</c>, and the wires between it and the database and between the others and it. Its ports and its settings
/// outlive the process, as those of a machine do.
/// </summary>
internal sealed class FailoverMember : IAsyncDisposable
{
    private readonly ServeFolder _settings;
    private SupervisorProcess? _process;
    private bool _killed;
    private string _earlier = "";

    /// <param name="databasePort">In <paramref name="database"/>; the member gets there over a wire of its own.</param>
    /// <param name="standbyPort">Of the server that takes the place of the database, if there is one.</param>
    /// <param name="clock">Its own; null for that of the machine.</param>
    public FailoverMember(string name, SrsServers srs, string database, int databasePort, int? standbyPort, MemberClock? clock)
    {
        (Name, Clock) = (name, clock);
        var peers = FreePort.Next();
        Database = new TcpRelay(databasePort);
        Peers = new TcpRelay(peers);
        var hosts = string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1:{Database.Port}")
            + (standbyPort is null ? "" : string.Create(CultureInfo.InvariantCulture, $",127.0.0.1:{standbyPort}"));
        var connection = database.Replace(string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={databasePort}"), hosts, StringComparison.Ordinal)
            + $";Options=-c{Witness.MemberSetting}={name}";
        _settings = new ServeFolder(srs,
            $$"""
            http.listen = ["{{FreePort.AddressOf(Hooks)}}"]
            management.listen = ["{{FreePort.AddressOf(Management)}}"]
            storage { provider = postgres, postgres.connection-string = "{{connection}}" }
            # On a machine that does ten other things a process that has just started may need longer than the default for its first answers.
            hooks.deadline = 25s
            admission.hold = 8s
            admission.rules = [ { match = "ingest/*", publish-only = true } ]
            cluster {
              enabled = true
              name = "{{name}}"
              advertise = "{{FreePort.AddressOf(Peers.Port)}}"
              listen = ["{{FreePort.AddressOf(peers)}}"]
              secret = "of-the-failover-tests-0123456789"
            }
            """);
    }

    public string Name { get; }

    /// <summary>Its wall clock, where it has one of its own.</summary>
    public MemberClock? Clock { get; }

    /// <summary>The port of hooks and API.</summary>
    public int Hooks { get; } = FreePort.Next();
    public int Management { get; } = FreePort.Next();

    /// <summary>Its way to the database.</summary>
    public TcpRelay Database { get; }

    /// <summary>The way of the other members to it.</summary>
    public TcpRelay Peers { get; }

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>What its processes have written, for the message of a test that fails.</summary>
    public string Story => $"--- {Name}\n{_earlier}{_process?.Output}";

    /// <summary>Starts a process, or does nothing when one runs.</summary>
    /// <returns>When it says ready.</returns>
    public async Task StartAsync()
    {
        await LaunchAsync();
        await _process!.ReadyAsync(FreePort.AddressOf(Management), TimeSpan.FromSeconds(90));
    }

    /// <summary>Starts a process, or does nothing when one runs. As a service manager does after an end that asks for it; other ends are a fault.</summary>
    public async Task LaunchAsync()
    {
        if (!IsRunning)
        {
            await DropAsync();
            Peers.Listen();
            _killed = false;
            _process = SupervisorProcess.Start(Clock?.Variables, "serve", "--config", _settings.Config);
        }
    }

    /// <summary>Whether it says ready.</summary>
    public async Task<bool> IsReadyAsync()
    {
        using var http = new HttpClient();
        try
        {
            return (await http.GetAsync(new Uri($"{FreePort.AddressOf(Management)}/ready"))).IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>The names of the members that are up, as it sees them, and only if it sees nobody else; empty when it does not answer.</summary>
    public async Task<ImmutableArray<string>> MembersUpAsync()
    {
        using var api = new SupervisorApiClient(new Uri(FreePort.AddressOf(Management)), apiKey: null);
        return (await api.ListMembersAsync(CancellationToken.None)).Value is { Unreachable: [] } view
            && view.Members.All(member => member is { Status: "Up", State: "active", SessionHeld: true })
                ? [.. view.Members.Select(member => member.Name).Order(StringComparer.Ordinal)]
                : [];
    }

    /// <summary>The shards in memory of all members with the names of their owners, as it sees them; null when it does not answer.</summary>
    public async Task<ImmutableArray<(int Shard, string? Owner)>?> ShardsAsync()
    {
        using var api = new SupervisorApiClient(new Uri(FreePort.AddressOf(Management)), apiKey: null);
        return (await api.ListShardsAsync(owner: null, CancellationToken.None)).Value is { } view
            ? [.. view.Shards.Select(shard => (shard.ShardId, shard.OwnerName))]
            : null;
    }

    public Task KillAsync()
    {
        _killed = true;
        var killed = _process!.KillAsync();
        Peers.Refuse();
        return killed;
    }

    public void Freeze() => _process!.Freeze();

    public void Thaw() => _process!.Thaw();

    /// <summary>SIGTERM.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        _process!.Terminate();
        var code = await _process.ExitCodeAsync(TimeSpan.FromSeconds(90));
        Peers.Refuse();
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        await DropAsync();
        await Database.DisposeAsync();
        await Peers.DisposeAsync();
        _settings.Dispose();
        Clock?.Dispose();
    }

    private async Task DropAsync()
    {
        if (_process is { } old)
        {
            var ended = old.HasExited && !_killed ? await old.ExitCodeAsync() : 0;
            await old.DisposeAsync();
            _earlier += $"{old.Output}\n";
            _process = null;
            ended.ShouldBeOneOf(0, MemberEnd.ExpelledExitCode);
        }
    }
}

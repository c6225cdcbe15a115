using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using StreamSupervisor.Client;
using StreamSupervisor.Actors;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;
using StreamSupervisor.Simulator.Http;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Registrations;

/// <summary>An event as it stands in the journal.</summary>
/// <param name="Sequence">The number of its row times 1,000, plus its place in the row.</param>
internal sealed record JournalRow(long Sequence, LiveStreamEvent Event);

/// <summary>
/// Three members on one PostgreSQL, each a process of its own, before two simulated SRS servers. The hooks of those go to the first two
/// members, so that the third can be killed and SRS still finds somebody.
/// </summary>
internal sealed class ThreeMembers : IAsyncDisposable
{
    private const int Count = 3;

    /// <summary>For three programs that start at once on a machine that may have other things to do.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly string _database;
    private readonly ImmutableArray<ServeFolder> _folders;
    private readonly SupervisorProcess[] _processes;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    private ThreeMembers(string database, SrsServers srs, ImmutableArray<ServeFolder> folders, SupervisorProcess[] processes) =>
        (_database, Srs, _folders, _processes) = (database, srs, folders, processes);

    public SrsServers Srs { get; }

    /// <param name="more">Further settings, in HOCON.</param>
    public static async Task<ThreeMembers> StartAsync(PostgresFixture postgres, string more = "")
    {
        var database = await postgres.NewDatabaseAsync();
        var srs = await SrsServers.StartAsync(SrsModel.V6, SrsModel.V7Token);
        var folders = Enumerable.Range(0, Count).Select(index =>
        {
            var peers = FreePort.Address();
            return new ServeFolder(srs, $$"""
                storage { provider = postgres, postgres.connection-string = "{{database}}" }
                cluster { enabled = true, name = "{{NameOf(index)}}", advertise = "{{peers}}", listen = ["{{peers}}"], secret = "0123456789abcdef0123456789abcdef" }
                {{more}}
                """);
        }).ToImmutableArray();
        var members = new ThreeMembers(database, srs, folders, await Task.WhenAll(folders.Select(folder => SupervisorProcess.ServeAsync(folder, Patience))));
        for (var index = 0; index < srs.All.Length; index++)
        {
            await srs[index].SendHooksToAsync(new Uri($"{folders[index].Address}/hooks/v1/{SrsServers.TokenOf(srs.Names[index])}"));
        }

        await Eventually.HoldsAsync("every member takes part", async () =>
            (await members.LookAsync("members")).Count(member => member.GetProperty("status").GetString() == "Up") == Count, Patience);
        return members;
    }

    public Uri AddressOf(int member) => new(_folders[member].Address);

    /// <summary>What the members have written, for the message of a test that fails.</summary>
    public string Output => string.Join("\n\n", _processes.Select((process, index) => $"{NameOf(index)}:\n{process.Output}"));

    /// <summary>What one of them has written.</summary>
    public string OutputOf(int member) => _processes[member].Output;

    /// <summary>A client that asks this member first, and the others when it does not answer.</summary>
    public SupervisorClient ClientOf(int member) => new(_http, new SupervisorClientOptions
    {
        Addresses = [.. Enumerable.Range(0, Count).Select(step => AddressOf((member + step) % Count))],
        Timeout = TimeSpan.FromSeconds(10),
    });

    /// <summary>A client that asks this member and no other.</summary>
    public SupervisorClient ClientOfOnly(int member) => new(_http, new SupervisorClientOptions { Addresses = [AddressOf(member)], Timeout = TimeSpan.FromSeconds(20) });

    public Task KillAsync(int member) => _processes[member].KillAsync();

    /// <summary>Ends a member in good order.</summary>
    public async Task LeaveAsync(int member)
    {
        _processes[member].Terminate();
        (await _processes[member].ExitCodeAsync()).ShouldBe(0, OutputOf(member));
    }

    /// <summary>Has the first member give an order of an operator about a member.</summary>
    public async Task<HttpStatusCode> OrderAsync(HttpMethod verb, string memberAndQuery)
    {
        using var order = new HttpRequestMessage(verb, new Uri($"{_folders[0].Management}/cluster/members/{memberAndQuery}"));
        using var answer = await _http.SendAsync(order);
        return answer.StatusCode;
    }

    /// <summary>The exit code of a member, once its process has ended.</summary>
    public Task<int> ExitCodeAsync(int member) => _processes[member].ExitCodeAsync();

    /// <summary>Starts a member that was killed, at its old address.</summary>
    public async Task StartAgainAsync(int member)
    {
        await _processes[member].DisposeAsync();
        _processes[member] = await SupervisorProcess.ServeAsync(_folders[member], Patience);
    }

    public SimulatedSrsServer ServerOf(string origin) => Srs[Srs.Names.IndexOf(origin)];

    /// <summary>A key whose actor lives on this member. A shard is given to a member when it is first asked for, so keys are asked for until it has one.</summary>
    public async Task<string> KeyOwnedByAsync(int member, string prefix = "cam")
    {
        var number = 0;
        return await Eventually.BringsAsync($"{NameOf(member)} owns a key", async () =>
        {
            var key = $"live/{prefix}{++number}";
            await AskForAsync(key);
            return await OwnerOfAsync(key) == NameOf(member) ? key : null;
        }, Patience);
    }

    /// <summary>Asks the first member for a key, so that its shard is in memory somewhere.</summary>
    public async Task AskForAsync(string key)
    {
        using var asked = await _http.GetAsync(new Uri(AddressOf(0), $"/api/v1/streams/-/{key}"));
    }

    /// <summary>The name of the member on which the actor of a key lives; null where its shard is not in memory.</summary>
    public async Task<string?> OwnerOfAsync(string key)
    {
        var shard = ShardView.ShardOf(StreamKey.Parse(key).ToString());
        return (await LookAsync("shards")).Where(one => one.GetProperty("shardId").GetInt32() == shard)
            .Select(one => one.TryGetProperty("ownerName", out var owner) ? owner.GetString() : null).FirstOrDefault();
    }

    public async Task<ImmutableArray<JournalRow>> JournalAsync(string key)
    {
        await using var connection = new NpgsqlConnection(_database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "SELECT sequence_number, manifest, message FROM streamsupervisor.event_journal WHERE persistence_id = $1 ORDER BY sequence_number", connection);
        command.Parameters.AddWithValue($"live-stream/{StreamKey.Parse(key)}");
        await using var rows = await command.ExecuteReaderAsync();
        var journal = ImmutableArray.CreateBuilder<JournalRow>();
        while (await rows.ReadAsync())
        {
            journal.AddRange(JournaledEvent.OfRow(rows.GetInt64(0), rows.GetString(1), rows.GetFieldValue<byte[]>(2))
                .Select(one => new JournalRow(one.Sequence, one.Event.ShouldNotBeNull(one.Kind))));
        }

        return journal.ToImmutable();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }

        await Srs.DisposeAsync();
        _http.Dispose();
        foreach (var folder in _folders)
        {
            folder.Dispose();
        }
    }

    public static string NameOf(int member) => string.Create(CultureInfo.InvariantCulture, $"member-{member + 1}");

    /// <summary>What the first member shows of the cluster.</summary>
    private async Task<IReadOnlyList<JsonElement>> LookAsync(string list)
    {
        var page = await _http.GetFromJsonAsync<JsonElement>(new Uri($"{_folders[0].Management}/cluster/{list}"));
        return [.. page.GetProperty(list).EnumerateArray()];
    }
}

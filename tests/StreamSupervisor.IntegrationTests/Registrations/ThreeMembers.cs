using System.Collections.Immutable;
using System.Globalization;
using Npgsql;
using StreamSupervisor.Client;
using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;
using StreamSupervisor.Simulator.Http;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.IntegrationTests.Registrations;

/// <summary>An event as it stands in the journal.</summary>
internal sealed record JournalRow(long Sequence, long Epoch, LiveStreamEvent Event);

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
    private readonly ImmutableArray<SupervisorProcess> _processes;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    private ThreeMembers(string database, SrsServers srs, ImmutableArray<ServeFolder> folders, ImmutableArray<SupervisorProcess> processes) =>
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
        var members = new ThreeMembers(database, srs, folders, [.. await Task.WhenAll(folders.Select(folder => SupervisorProcess.ServeAsync(folder, Patience)))]);
        for (var index = 0; index < srs.All.Length; index++)
        {
            await srs[index].SendHooksToAsync(new Uri($"{folders[index].Address}/hooks/v1/{SrsServers.TokenOf(srs.Names[index])}"));
        }

        await Eventually.HoldsAsync("the shards are shared out", async () =>
            (await members.OwnersAsync()).Values.CountBy(owner => owner).Count(owner => owner.Value >= (ShardMap.Shards / Count) - 1) == Count, Patience);
        return members;
    }

    public Uri AddressOf(int member) => new(_folders[member].Address);

    /// <summary>What the members have written, for the message of a test that fails.</summary>
    public string Output => string.Join("\n\n", _processes.Select((process, index) => $"{NameOf(index)}:\n{process.Output}"));

    /// <summary>A client that asks this member first, and the others when it does not answer.</summary>
    public SupervisorClient ClientOf(int member) => new(_http, new SupervisorClientOptions
    {
        Addresses = [.. Enumerable.Range(0, Count).Select(step => AddressOf((member + step) % Count))],
        Timeout = TimeSpan.FromSeconds(10),
    });

    /// <summary>A client that asks this member and no other.</summary>
    public SupervisorClient ClientOfOnly(int member) => new(_http, new SupervisorClientOptions { Addresses = [AddressOf(member)], Timeout = TimeSpan.FromSeconds(20) });

    public Task KillAsync(int member) => _processes[member].KillAsync();

    public SimulatedSrsServer ServerOf(string origin) => Srs[Srs.Names.IndexOf(origin)];

    /// <summary>A key whose entity lives on this member.</summary>
    public async Task<string> KeyOwnedByAsync(int member, string prefix = "cam")
    {
        var owners = await OwnersAsync();
        return Enumerable.Range(1, 1000).Select(number => $"live/{prefix}{number}").First(key => owners.GetValueOrDefault(ShardOf(key)) == NameOf(member));
    }

    public async Task<ImmutableArray<JournalRow>> JournalAsync(string key)
    {
        await using var connection = new NpgsqlConnection(_database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT sequence, epoch, kind, payload FROM streamsupervisor.journal WHERE entity_id = $1 ORDER BY sequence", connection);
        command.Parameters.AddWithValue(StreamKey.Parse(key).ToString());
        await using var rows = await command.ExecuteReaderAsync();
        var journal = ImmutableArray.CreateBuilder<JournalRow>();
        while (await rows.ReadAsync())
        {
            journal.Add(new JournalRow(rows.GetInt64(0), rows.GetInt64(1), EventCodec.Decode(rows.GetString(2), rows.GetFieldValue<byte[]>(3))));
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

    private static string NameOf(int member) => string.Create(CultureInfo.InvariantCulture, $"member-{member + 1}");

    private static int ShardOf(string key) => ShardMap.ShardOf(StreamKey.Parse(key).ToString());

    private async Task<Dictionary<int, string>> OwnersAsync()
    {
        await using var connection = new NpgsqlConnection(_database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("SELECT s.shard, m.name FROM streamsupervisor.shard s JOIN streamsupervisor.member m ON m.member_id = s.owner", connection);
        await using var rows = await command.ExecuteReaderAsync();
        var owners = new Dictionary<int, string>();
        while (await rows.ReadAsync())
        {
            owners.Add(rows.GetInt32(0), rows.GetString(1));
        }

        return owners;
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.Commands.Setup;

/// <summary>A first configuration: few lines, each with its reason, and secrets that nobody has seen.</summary>
/// <param name="Origins">The SRS servers.</param>
/// <param name="Address">This machine's address as the servers reach it; null: they are on this machine.</param>
internal sealed record NewConfiguration(IReadOnlyList<OriginOptions> Origins, string? Address)
{
    private const string Database = "streamsupervisor";

    private static readonly JsonSerializerOptions AsTyped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The hosts of PostgreSQL, of a cluster.</summary>
    public IReadOnlyList<string> DatabaseHosts { get; init; } = ["127.0.0.1"];

    /// <summary>The password that a cluster's role at PostgreSQL is to get.</summary>
    public string DatabasePassword { get; } = Secret();

    /// <summary>What the owner of PostgreSQL runs once.</summary>
    public string DatabaseCommands =>
        $"CREATE ROLE {Database} LOGIN PASSWORD '{DatabasePassword}';\nCREATE DATABASE {Database} OWNER {Database};";

    /// <summary>The key of whoever runs it, which is shown once: the file holds its hash. Null: this machine alone calls.</summary>
    public string? ApiKey { get; private set; }

    private string ConnectionString =>
        $"Host={string.Join(',', DatabaseHosts)};Database={Database};Username={Database};Password={DatabasePassword}";

    /// <summary>128 random bits, in letters that fit into an address.</summary>
    public static string Secret() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>For one supervisor on a file.</summary>
    public string Standalone()
    {
        string[] listen = Address is null ? [Url("127.0.0.1", 8085)] : [Url("127.0.0.1", 8085), Url(Address, 8085)];
        return new StringBuilder(
            $$"""
            # One supervisor: streamsupervisor serve --config THIS-FILE
            # What stands here differs from the defaults. All settings, with their reasons: streamsupervisor config reference
            # The secrets were made for this file. Let only the user that runs the supervisor read it.

            streamsupervisor {
              # Where SRS posts its hooks, and where API and dashboard (/ui) are.
              http.listen = [{{string.Join(", ", listen.Select(Text))}}]

              # The journal. A relative path counts from the folder in which serve is started. On a local disk.
              storage.sqlite.path = "data/streamsupervisor.db"

            {{OriginEntries()}}
            """)
            .Append('\n').Append(Address is null ? "" : $"{KeyEntries()}\n").Append("}\n").ToString().ReplaceLineEndings("\n");
    }

    /// <summary>For several that stand in for each other; the same file on each.</summary>
    public string Cluster() =>
        $$"""
        # Several supervisors that stand in for each other, the same file for all: streamsupervisor serve --config THIS-FILE
        # What stands here differs from the defaults. All settings, with their reasons: streamsupervisor config reference
        # The secrets were made for this file. Let only the user that runs the supervisor read it.

        # Each member's own address, as SRS, balancer and the other members reach it. Set SUPERVISOR_ADDRESS on all but this machine.
        member-address = {{Text(Address ?? "127.0.0.1")}}
        member-address = ${?SUPERVISOR_ADDRESS}

        streamsupervisor {
          # Hooks, API and dashboard (/ui): 8085. /alive, /ready and /metrics: 8558, inside your own network only.
          http.listen = ["http://"${member-address}":8085"]
          management.listen = ["http://"${member-address}":8558"]

          cluster {
            enabled = true
            advertise = "http://"${member-address}":8560"
            listen = ["http://"${member-address}":8560"]
            secret = "{{Secret()}}"
          }

          # Of a primary and its standbys name all: Host=db1,db2. SUPERVISOR_DB takes the place of this text where it is set.
          storage {
            provider = postgres
            postgres.connection-string = {{Text(ConnectionString)}}
            postgres.connection-string = ${?SUPERVISOR_DB}
          }

        {{OriginEntries()}}
        {{KeyEntries()}}
        }

        """.ReplaceLineEndings("\n");

    private string KeyEntries()
    {
        ApiKey = ApiKeyHash.NewKey();
        return $$"""

          # Who calls the API: Authorization: Bearer KEY. The same key signs in at the dashboard. It was shown when this file was made; who
          # reads the file cannot call with its hash. One for each person and program: streamsupervisor tokens key. Roles: viewer looks,
          # operator gives orders, admin has the settings read again too.
          api.keys = [
            { name = "admin", role = admin, key-hash = "{{ApiKeyHash.TextOf(ApiKey)}}" }
          ]
        """;
    }

    private static string Url(string host, int port) => $"http://{host}:{port}";

    private static string Text(string text) => JsonSerializer.Serialize(text, AsTyped);

    private string OriginEntries()
    {
        var entries = new StringBuilder(
            "  # The SRS servers. Their lines in srs.conf: streamsupervisor config srs-lines NAME --config THIS-FILE\n  origins = [\n");
        foreach (var origin in Origins)
        {
            _ = entries.Append($"    {{\n      name = {Text(origin.Name)}\n      api = {Text(origin.Api)}\n")
                .Append($"      hook-token = {Text(origin.HookToken)}\n");
            if (origin.CoworkersToken.Length > 0)
            {
                _ = entries.Append($"      coworkers-token = {Text(origin.CoworkersToken)}\n");
            }

            if (!string.IsNullOrEmpty(origin.Username))
            {
                _ = entries.Append($"      username = {Text(origin.Username)}\n      password = {Text(origin.Password ?? "")}\n");
            }

            _ = entries.Append("    }\n");
        }

        return entries.Append("  ]").ToString();
    }
}

using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Commands;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.IntegrationTests.Storage;
using StreamSupervisor.Simulator.Servers;
using static StreamSupervisor.IntegrationTests.Storage.PostgresFixture;

namespace StreamSupervisor.IntegrationTests.Commands;

/// <summary><c>doctor</c> and the database of a cluster.</summary>
[Collection(PostgresFixture.Name)]
public sealed class DoctorPostgresTests(PostgresFixture postgres)
{
    [PostgresFact]
    public async Task The_store_is_looked_at_and_stays_as_it_is()
    {
        var database = await postgres.NewDatabaseAsync();
        _ = await ExecuteAsync(database, "CREATE ROLE doctor_serves LOGIN");
        var found = await DoctorAsync(As(database, "doctor_serves"));
        found["store: role"].ShouldStartWith("warning: there is no schema yet, and doctor_serves may not make it");
        found["store: schema"].ShouldContain("applies 001 journal");

        _ = await PostgresMigrations.MigrateAsync(database, NullLogger.Instance);
        found = await DoctorAsync(As(database, "doctor_serves"));
        found["store: role"].ShouldStartWith("failed: doctor_serves lacks rights on the schema");

        await PostgresMigrations.GrantAsync(database, "doctor_serves");
        found = await DoctorAsync(As(database, "doctor_serves"));
        found["store: server"].ShouldStartWith("ok: PostgreSQL ");
        found["store: role"].ShouldStartWith("ok: doctor_serves may read and write");
        found["store: schema"].ShouldStartWith("ok: that of this version");
        found["store: latency"].ShouldContain("a commit");
        found["store: durability"].ShouldStartWith("ok");
        found["store: clock"].ShouldStartWith("ok");
        found["store: failover"].ShouldStartWith("ok: one host");
        found["members: alive"].ShouldStartWith("warning: none.");
        (await DoctorAsync(database))["store: role"].ShouldStartWith("warning: postgres is a superuser");

        _ = await ExecuteAsync(database, "REVOKE INSERT ON streamsupervisor.event_journal FROM doctor_serves");
        (await DoctorAsync(As(database, "doctor_serves")))["store: role"].ShouldStartWith("failed: doctor_serves lacks rights on event_journal");
        (await ExecuteAsync(database, "SELECT count(*) FROM streamsupervisor.event_journal")).ShouldBe(0L);
    }

    [PostgresFact]
    public async Task A_member_without_a_lease_and_one_that_lives_are_told_apart()
    {
        var database = await postgres.NewDatabaseAsync();
        _ = await PostgresMigrations.MigrateAsync(database, NullLogger.Instance);
        const string row = "INSERT INTO streamsupervisor.cluster_member(incarnation, name, advertised, akka_address, uid, state, lease_until, beat_at) "
            + "VALUES(gen_random_uuid(), '{0}', '127.0.0.1:1', 'akka://x', 1, 1, clock_timestamp() + interval '{1}', clock_timestamp() - interval '40s')";
        _ = await ExecuteAsync(database, string.Format(CultureInfo.InvariantCulture, row, "lives", "60s"));
        _ = await ExecuteAsync(database, string.Format(CultureInfo.InvariantCulture, row, "hangs", "-30s"));

        var members = (await DoctorAsync(database, several: true)).Where(one => one.Key.StartsWith("members: alive", StringComparison.Ordinal)).Select(one => one.Value).ToList();

        members.ShouldContain(one => one.StartsWith("failed: hangs (127.0.0.1:1) has not beaten for 4", StringComparison.Ordinal));
        members.ShouldContain(one => one.StartsWith("ok: 1 member: lives", StringComparison.Ordinal));
    }

    [PostgresFact]
    public async Task Hooks_that_went_to_another_member_are_asked_for_there()
    {
        var database = await postgres.NewDatabaseAsync();
        _ = await PostgresMigrations.MigrateAsync(database, NullLogger.Instance);
        await using var platform = await Platform.StartAsync(SrsModel.V6);
        _ = await platform.PublishAsync(platform.Srs[0], "live/cam1");

        // This machine is 127.0.0.2, where nobody listens; the other one is the platform's.
        await MemberAsync("other", "127.0.0.1:2");
        (await HooksAsync()).ShouldSatisfyAllConditions(
            said => said.ShouldContain("on_publish "),
            said => said.ShouldContain("Those that came to the one on this machine are not counted"));

        await MemberAsync("near", "127.0.0.2:2");
        (await HooksAsync()).ShouldContain("to the one on this machine, near are not counted");

        async Task<string> HooksAsync() => (await DoctorAsync(database, several: false, "--set", "cluster.advertise=http://127.0.0.2:1",
            "--set", $"http.listen.0=http://127.0.0.2:{new Uri(platform.Address).Port}"))["srs-1: hooks"];

        async Task MemberAsync(string name, string advertised) => _ = await ExecuteAsync(database,
            "INSERT INTO streamsupervisor.cluster_member(incarnation, name, advertised, akka_address, uid, state, lease_until, beat_at) "
            + $"VALUES(gen_random_uuid(), '{name}', '{advertised}', 'akka://x', 1, 1, clock_timestamp() + interval '60s', clock_timestamp())");
    }

    [PostgresFact]
    public async Task Of_several_hosts_each_is_asked()
    {
        var database = new NpgsqlConnectionStringBuilder(await postgres.NewDatabaseAsync());
        var nobody = new Uri(FreePort.Address()).Port;
        database.Host = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{nobody},127.0.0.1:{database.Port}");
        var found = await DoctorAsync(database.ConnectionString, several: true);
        var failover = found.Where(one => one.Key.StartsWith("store: failover", StringComparison.Ordinal)).Select(one => one.Value).ToList();
        failover.ShouldContain(one => one.StartsWith($"warning: 127.0.0.1:{nobody} does not answer", StringComparison.Ordinal));
        failover.ShouldContain(one => one.Contains("none is synchronous", StringComparison.Ordinal));

        database.TargetSessionAttributes = "any";
        (await DoctorAsync(database.ConnectionString, several: true)).Values
            .ShouldContain(one => one.StartsWith("failed: Target Session Attributes=any", StringComparison.Ordinal));
    }

    [PostgresFact]
    public async Task A_database_that_is_not_there_is_a_sentence_without_its_password()
    {
        var found = await DoctorAsync("Host=127.0.0.1;Port=1;Database=none;Username=nobody;Password=hush-hush");
        found["store: server"].ShouldStartWith("failed: PostgreSQL does not answer");
        string.Concat(found.Values).ShouldNotContain("hush-hush");
        var missing = await DoctorAsync(As(postgres.Server.ConnectionStringOf("no_such_database"), "postgres"));
        missing["store: server"].ShouldContain("CREATE DATABASE");
    }

    private static string As(string database, string role) => new NpgsqlConnectionStringBuilder(database) { Username = role }.ConnectionString;

    /// <summary>The lines by subject and check; of several with the same, all, numbered.</summary>
    private static async Task<Dictionary<string, string>> DoctorAsync(string database, bool several = false, params string[] more)
    {
        using var output = new StringWriter();
        var peers = FreePort.Address();
        _ = await CommandTree.RunAsync(
            [
                "doctor", "-o", "json", "--set", $"http.listen.0={FreePort.Address()}", "--set", $"management.listen.0={FreePort.Address()}",
                "--set", "storage.provider=postgres", "--set", $"storage.postgres.connection-string={database}", "--set", "cluster.enabled=true",
                "--set", $"cluster.advertise={peers}", "--set", $"cluster.listen.0={peers}", "--set", "cluster.secret=0123456789abcdef0123456789abcdef",
                "--set", $"origins.0.api={FreePort.Address()}", .. more,
            ], output, TextWriter.Null);
        using var json = JsonDocument.Parse(output.ToString());
        var found = new Dictionary<string, string>();
        foreach (var one in json.RootElement.GetProperty("checks").EnumerateArray())
        {
            var name = $"{one.GetProperty("subject").GetString()}: {one.GetProperty("check").GetString()}";
            var text = $"{one.GetProperty("verdict").GetString()}: {one.GetProperty("text").GetString()} {one.GetProperty("advice").GetString()}";
            found[several ? $"{name} {found.Count}" : name] = text;
        }

        return found;
    }
}

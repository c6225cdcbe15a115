using System.Net;
using System.Text.RegularExpressions;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Srs.Configuration;
using YamlDotNet.Serialization;

namespace StreamSupervisor.IntegrationTests.Deployment;

/// <summary>The scene of <c>docker-compose.yml</c> fits together: who calls whom, where, with which secret.</summary>
public sealed partial class ComposeFileTests
{
    private const string Supervisors = "supervisor-";

    private static readonly string[] Actions = ["on_connect", "on_publish", "on_unpublish", "on_close", "on_play"];

    /// <summary>Options of the Compose specification that the scene uses: a misspelt one is refused by Compose, or passed over.</summary>
    private static readonly string[] ServiceOptions =
    [
        "image", "build", "command", "entrypoint", "configs", "depends_on", "environment", "healthcheck", "networks", "ports", "restart", "stop_grace_period", "volumes",
    ];

    /// <summary>Where each published image reads its configuration.</summary>
    private static readonly Dictionary<string, string[]> ReadBy = new(StringComparer.Ordinal)
    {
        ["streamsupervisor"] = ["/etc/streamsupervisor/cluster.conf"],
        ["haproxy"] = ["/usr/local/etc/haproxy/haproxy.cfg"],
        ["ossrs/srs"] = ["/usr/local/srs/conf/scene.conf"],
        ["prom/prometheus"] = ["/etc/prometheus/prometheus.yml", "/etc/prometheus/streamsupervisor.rules.yml"],
        ["grafana/grafana"] =
        [
            "/etc/grafana/provisioning/datasources/prometheus.yml", "/etc/grafana/provisioning/dashboards/streamsupervisor.yml",
            "/etc/grafana/boards/streamsupervisor.json",
        ],
    };

    private static readonly ComposeFile Scene = new(RepositoryFiles.Read("docker-compose.yml"));

    private static IReadOnlyList<ComposeService> Members => [.. Scene.Services.Values.Where(service => service.Name.StartsWith(Supervisors, StringComparison.Ordinal))];

    private static ComposeService Balancer => Scene.Services["balancer"];

    [Fact]
    public void It_is_three_members_behind_one_address_with_a_database_two_SRS_an_encoder_Prometheus_and_Grafana()
    {
        Scene.Services.Keys.ShouldBe(["supervisor-1", "supervisor-2", "supervisor-3", "balancer", "postgres", "srs-1", "srs-2", "encoder", "prometheus", "grafana"], ignoreOrder: true);
        Scene.Sections.Where(section => !section.StartsWith("x-", StringComparison.Ordinal)).ShouldBeSubsetOf(["name", "services", "configs", "networks", "volumes"]);
        Scene.Services.Values.SelectMany(service => service.Options).Distinct().ShouldBeSubsetOf(ServiceOptions);
        foreach (var service in Scene.Services.Values)
        {
            service.DependsOn.ShouldBeSubsetOf(Scene.Services.Keys);
            service.Volumes.Select(volume => volume.Split(':')[0]).ShouldBeSubsetOf(Scene.Volumes);
        }
    }

    [Fact]
    public void Every_member_would_start_with_its_settings()
    {
        foreach (var member in Members)
        {
            var loaded = SettingsOf(member);
            loaded.IsUsable.ShouldBeTrue(string.Join('\n', loaded.Problems));
            loaded.Problems.ShouldAllBe(problem => problem.Setting == "management.listen", "only that other containers reach it, which is wanted");
            loaded.Options.Cluster.Name.ShouldBe(member.Name);
            loaded.Options.Cluster.Advertise.ShouldBe($"http://{member.Address}:8560");
            loaded.Options.Http.Listen.ShouldBe([$"http://{member.Address}:8085"]);
            loaded.Options.Management.Listen.ShouldBe([$"http://{member.Address}:8558", "http://127.0.0.1:8558"]);
        }
    }

    [Fact]
    public void A_member_is_given_every_variable_that_its_file_reads_and_no_other()
    {
        var read = Substitution().Matches(Scene.Configs["cluster.conf"]).Select(match => match.Groups["name"].Value).Distinct().ToList();
        foreach (var member in Members)
        {
            member.Environment.Keys.Where(name => !name.StartsWith("STREAMSUPERVISOR__", StringComparison.Ordinal)).ShouldBe(read, ignoreOrder: true);
        }
    }

    [Fact]
    public void Members_differ_in_name_and_address_only()
    {
        foreach (var member in Members)
        {
            member.Environment.Where(one => one.Key is not ("SUPERVISOR_NAME" or "SUPERVISOR_ADDRESS"))
                .ShouldBe(Members[0].Environment.Where(one => one.Key is not ("SUPERVISOR_NAME" or "SUPERVISOR_ADDRESS")));
        }
    }

    [Fact]
    public void The_database_that_members_use_is_the_one_that_is_made()
    {
        var postgres = Scene.Services["postgres"];
        var connection = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = SettingsOf(Members[0]).Options.Storage.Postgres.ConnectionString };
        connection["Host"].ShouldBe(postgres.Address);
        connection["Database"].ShouldBe(postgres.Environment["POSTGRES_DB"]);
        connection["Username"].ShouldBe(postgres.Environment["POSTGRES_USER"]);
        connection["Password"].ShouldBe(postgres.Environment["POSTGRES_PASSWORD"]);
        postgres.Volumes.ShouldContain(volume => volume.EndsWith(":/var/lib/postgresql/data", StringComparison.Ordinal));
        postgres.Options.ShouldContain("healthcheck");
    }

    [Fact]
    public void The_balancer_sends_hooks_to_every_member_that_says_ready()
    {
        var lines = Scene.Configs["haproxy.cfg"].Split('\n', StringSplitOptions.TrimEntries);
        lines.Where(line => line.StartsWith("server ", StringComparison.Ordinal)).ShouldBe(Members.Select(member => $"server {member.Name} {member.Address}:8085"));
        lines.ShouldContain("option httpchk GET /ready");
        lines.Single(line => line.StartsWith("default-server check ", StringComparison.Ordinal)).ShouldContain(" port 8558 ");
        lines.ShouldContain("bind :8085");
        Balancer.Ports.ShouldBe(["127.0.0.1:8085:8085"]);
    }

    [Theory]
    [InlineData("srs-1")]
    [InlineData("srs-2")]
    public void An_SRS_passes_our_own_lint_and_posts_to_the_balancer_with_the_token_that_members_know(string name)
    {
        var text = Scene.Configs[$"{name}.conf"];
        SrsLinter.Lint($"{name}.conf", text, (_, _) => null).ShouldBeEmpty();
        var (srs, _) = SrsConfigurationReader.Read($"{name}.conf", text, (_, _) => null);
        var origin = SettingsOf(Members[0]).Options.Origins.Single(one => one.Name == name);
        srs["server_id"]!.Argument.ShouldBe(name);
        origin.Api.ShouldBe($"http://{Scene.Services[name].Address}:1985");
        srs["http_api"]!["listen"]!.Argument.ShouldBe(origin.Api["http://".Length..]);
        srs["http_api"]!["auth"]!["username"]!.Argument.ShouldBe(origin.Username);
        srs["http_api"]!["auth"]!["password"]!.Argument.ShouldBe(origin.Password);
        foreach (var action in Actions)
        {
            srs["vhost"]!["http_hooks"]![action]!.Argument.ShouldBe($"http://{Balancer.Address}:8085/hooks/v1/{origin.HookToken}");
        }
    }

    [Fact]
    public void Prometheus_scrapes_the_management_port_of_every_member_and_the_exporter_of_every_SRS()
    {
        var jobs = ((List<object>)new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(Scene.Configs["prometheus.yml"])["scrape_configs"])
            .Select(ComposeFile.Map).ToDictionary(job => (string)job["job_name"]);
        jobs.Values.ShouldAllBe(job => !job.ContainsKey("metrics_path"), "/metrics is the default");
        Targets(jobs["streamsupervisor"]).ShouldBe(Members.Select(member => $"{member.Address}:8558"));
        Targets(jobs["srs"]).ShouldBe([$"{Scene.Services["srs-1"].Address}:9972", $"{Scene.Services["srs-2"].Address}:9972"]);

        static IEnumerable<string> Targets(IReadOnlyDictionary<string, object> job) =>
            ((List<object>)job["static_configs"]).Select(ComposeFile.Map).SelectMany(one => (List<object>)one["targets"]).Select(target => (string)target);
    }

    [Fact]
    public void Prometheus_has_our_alerts_and_Grafana_our_board_and_its_numbers()
    {
        Yaml("prometheus.yml")["rule_files"].ShouldBe(new List<object> { "/etc/prometheus/streamsupervisor.rules.yml" });
        var source = ComposeFile.Map(((List<object>)Yaml("grafana-source.yml")["datasources"])[0]);
        source["url"].ShouldBe($"http://{Scene.Services["prometheus"].Address}:9090");
        var board = ComposeFile.Map(((List<object>)Yaml("grafana-board.yml")["providers"])[0]);
        ComposeFile.Map(board["options"])["path"].ShouldBe("/etc/grafana/boards");
        var grafana = Scene.Services["grafana"];
        grafana.Ports.ShouldBe(["127.0.0.1:3000:3000"]);
        grafana.Environment["GF_AUTH_ANONYMOUS_ORG_ROLE"].ShouldBe("Viewer");
        grafana.Environment["GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION"].ShouldBe("true");

        static IReadOnlyDictionary<string, object> Yaml(string config) =>
            ComposeFile.Map(new DeserializerBuilder().Build().Deserialize<object>(Scene.Configs[config])!);
    }

    [Fact]
    public void Each_configuration_stands_where_the_image_looks_for_it_and_none_is_left_over()
    {
        foreach (var service in Scene.Services.Values)
        {
            service.Configs.Select(config => config.Source).ShouldBeSubsetOf(Scene.Configs.Keys);
            service.Configs.Select(config => config.Target).ShouldBe(service.Configs.Count == 0 ? [] : ReadBy[service.Image.Split(':', 2)[0]]);
        }

        Scene.Services.Values.SelectMany(service => service.Configs).Select(config => config.Source).Distinct().ShouldBe(Scene.Configs.Keys, ignoreOrder: true);
        Members.Select(member => member.Command[^1]).ShouldBe(Members.Select(member => member.Configs[0].Target));
        Scene.Services["srs-1"].Command.ShouldBe(["./objs/srs", "-c", "conf/scene.conf"]);
    }

    [Fact]
    public void Every_container_has_an_address_of_its_own_and_nobody_is_called_by_name()
    {
        var addresses = Scene.Services.Values.Select(service => service.Address).ToList();
        addresses.ShouldBeUnique();
        addresses.ShouldAllBe(address => IPNetwork.Parse("172.30.85.0/24").Contains(IPAddress.Parse(address)));
        var texts = Scene.Configs.Where(config => config.Key != "cluster.conf").Select(config => config.Value)
            .Concat(Scene.Services.Values.SelectMany(service => service.Environment.Values)).Concat(Scene.Services.Values.SelectMany(service => service.Command));
        foreach (var host in texts.SelectMany(text => Url().Matches(text)).Select(match => match.Groups["host"].Value).Where(host => host is not ("127.0.0.1" or "$1")))
        {
            addresses.ShouldContain(host);
        }
    }

    private static LoadedConfiguration SettingsOf(ComposeService member) =>
        SupervisorConfiguration.LoadText("cluster.conf", Scene.Configs["cluster.conf"], environment: member.Environment);

    [GeneratedRegex(@"\$\{\??(?<name>[A-Z0-9_]+)\}", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Substitution();

    [GeneratedRegex("(http|rtmp)://(?<host>[^:/]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Url();
}

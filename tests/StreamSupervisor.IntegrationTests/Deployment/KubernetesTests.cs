using System.Globalization;
using StreamSupervisor.Commands;
using StreamSupervisor.Server.Configuration;
using YamlDotNet.RepresentationModel;

namespace StreamSupervisor.IntegrationTests.Deployment;

/// <summary>
/// What <c>src/Packaging/kubernetes</c> says of the program is so: ports, paths, files and settings. There is no cluster here that could run
/// it.
/// </summary>
public sealed class KubernetesTests
{
    private const string Folder = "src/Packaging/kubernetes/";

    private static readonly YamlNode Kustomization = Documents("kustomization.yaml").Single();
    private static readonly List<YamlNode> Resources = [.. Files("resources").SelectMany(Documents)];

    private static YamlNode Pod => Of("StatefulSet", "streamsupervisor")["spec"]["template"]["spec"];

    private static YamlNode Container => Items(Pod["containers"]).Single();

    [Fact]
    public void Every_file_that_the_kustomization_names_is_there_and_no_other_is_left_out()
    {
        var named = Files("resources").Concat(Files("configMapGenerator", "files")).ToList();
        named.ShouldAllBe(file => RepositoryFiles.Exists(Folder + file));
        Directory.EnumerateFiles(RepositoryFiles.PathOf(Folder)).Select(Path.GetFileName)
            .ShouldBe([.. named, "kustomization.yaml", "secrets.conf.example"], ignoreOrder: true);
    }

    [Fact]
    public void A_member_would_start_with_the_settings_and_the_secrets_of_the_example()
    {
        var settings = Settings();
        settings.Options.Cluster.Name.ShouldBe("streamsupervisor-0");
        settings.Options.Cluster.Advertise.ShouldBe("http://10.1.2.3:8560");
        var arguments = Items(Container["args"]).Select(Text).ToArray();
        CommandTree.Build().Parse(arguments).Errors.ShouldBeEmpty();
        arguments[^1].ShouldBe($"{Text(Items(Container["volumeMounts"]).First()["mountPath"])}/{Files("configMapGenerator", "files").Single()}");
    }

    [Fact]
    public void Ports_are_those_of_the_settings_and_every_port_that_is_named_is_one_of_them()
    {
        var options = Settings().Options;
        var ports = Items(Container["ports"]).ToDictionary(port => Text(port["name"]), port => int.Parse(Text(port["containerPort"]), CultureInfo.InvariantCulture));
        ports.ShouldBe(new Dictionary<string, int>
        {
            ["http"] = new Uri(options.Http.Listen[0]).Port,
            ["management"] = new Uri(options.Management.Listen[0]).Port,
            ["members"] = new Uri(options.Cluster.Advertise).Port,
        });
        var named = Resources.Where(resource => Text(resource["kind"]) == "Service").SelectMany(service => Items(service["spec"]["ports"])).Select(port => Text(port["targetPort"]))
            .Concat(Items(Of("NetworkPolicy", "streamsupervisor")["spec"]["ingress"]).SelectMany(rule => Items(rule["ports"])).Select(port => Text(port["port"])))
            .Concat(Items(Of("ServiceMonitor", "streamsupervisor")["spec"]["endpoints"]).Select(endpoint => Text(endpoint["port"])));
        named.Distinct().ShouldBeSubsetOf(ports.Keys);
    }

    [Fact]
    public async Task Probes_and_scrapes_ask_for_paths_that_the_management_port_has()
    {
        string[] probes = ["startupProbe", "readinessProbe", "livenessProbe"];
        probes.Select(probe => Text(Container[probe]["httpGet"]["port"])).ShouldAllBe(port => port == "management");
        var paths = probes.Select(probe => Text(Container[probe]["httpGet"]["path"])).Concat(Items(Of("ServiceMonitor", "streamsupervisor")["spec"]["endpoints"]).Select(endpoint => Text(endpoint["path"]))).ToList();
        await using var platform = await Server.Platform.StartAsync();
        foreach (var path in paths.Distinct())
        {
            (await platform.Http.GetAsync(new Uri(platform.Management + path))).IsSuccessStatusCode.ShouldBeTrue(path);
        }

        Text(Container["livenessProbe"]["httpGet"]["path"]).ShouldBe("/alive", "a store that is away must restart nobody");
        Text(Container["readinessProbe"]["httpGet"]["path"]).ShouldBe("/ready");
    }

    [Fact]
    public void A_pod_runs_as_nobody_in_particular_may_write_nothing_and_has_time_to_leave()
    {
        Text(Pod["securityContext"]["runAsNonRoot"]).ShouldBe("true");
        Text(Container["securityContext"]["readOnlyRootFilesystem"]).ShouldBe("true");
        Text(Container["securityContext"]["allowPrivilegeEscalation"]).ShouldBe("false");
        TimeSpan.FromSeconds(int.Parse(Text(Pod["terminationGracePeriodSeconds"]), CultureInfo.InvariantCulture)).ShouldBeGreaterThan(CommandTree.LastWords);
        Text(Of("PodDisruptionBudget", "streamsupervisor")["spec"]["maxUnavailable"]).ShouldBe("1");
        Items(Pod["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]).Select(rule => Text(rule["topologyKey"])).ShouldBe(["kubernetes.io/hostname"]);
    }

    private static LoadedConfiguration Settings()
    {
        var loaded = SupervisorConfiguration.LoadText("streamsupervisor.conf", RepositoryFiles.Read(Folder + "streamsupervisor.conf"),
            environment: Items(Container["env"]).ToDictionary(one => Text(one["name"]), one => Text(one["valueFrom"]["fieldRef"]["fieldPath"]) switch
            {
                "metadata.name" => "streamsupervisor-0",
                "status.podIP" => "10.1.2.3",
                var other => throw new InvalidOperationException($"What is {other} in a pod?"),
            }),
            open: _ => RepositoryFiles.Read(Folder + "secrets.conf.example"));
        loaded.IsUsable.ShouldBeTrue(string.Join('\n', loaded.Problems));
        return loaded;
    }

    private static YamlNode Of(string kind, string name) =>
        Resources.Single(resource => Text(resource["kind"]) == kind && Text(resource["metadata"]["name"]) == name);

    private static IEnumerable<string> Files(string section, string? below = null) => below is null
        ? Items(Kustomization[section]).Select(Text)
        : Items(Kustomization[section]).SelectMany(one => Items(one[below])).Select(Text);

    private static IEnumerable<YamlNode> Documents(string file)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(RepositoryFiles.Read(Folder + file)));
        return stream.Documents.Select(document => document.RootNode);
    }

    private static IEnumerable<YamlNode> Items(YamlNode list) => ((YamlSequenceNode)list).Children;

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;
}

using StreamSupervisor.Commands;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.IntegrationTests.Deployment;

/// <summary>The image: what it is built from is there, and what it says of the program is so.</summary>
public sealed class DockerfileTests
{
    private static readonly string[] Lines = RepositoryFiles.Read("src/Packaging/docker/Dockerfile").Replace("\\\n", "", StringComparison.Ordinal)
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    [Fact]
    public void It_is_built_in_one_image_and_runs_in_a_smaller_one_as_nobody_in_particular()
    {
        Instructions("FROM").ShouldBe(["--platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build", "mcr.microsoft.com/dotnet/aspnet:10.0-alpine"]);
        Instructions("USER").ShouldBe(["$APP_UID"]);
    }

    [Fact]
    public void The_program_is_started_by_its_name()
    {
        Instructions("ENTRYPOINT").ShouldBe([$"[\"/app/{typeof(CommandTree).Assembly.GetName().Name}\"]"]);
        Instructions("CMD").ShouldBe(["[\"serve\"]"]);
        RepositoryFiles.Exists(Instructions("RUN")[0].Split(' ')[2]).ShouldBeTrue("what is published is a project");
    }

    [Fact]
    public void Its_ports_and_its_health_check_are_those_of_the_default_settings()
    {
        var settings = SupervisorConfiguration.LoadText("empty.conf", "", environment: new Dictionary<string, string>()).Options;
        Instructions("EXPOSE").ShouldBe([string.Join(' ', settings.Http.Listen.Concat(settings.Management.Listen).Concat(settings.Cluster.Listen).Select(address => new Uri(address).Port))]);
        Instructions("HEALTHCHECK").Single().ShouldContain($" {settings.Management.Listen[0]}/ready ");
    }

    [Fact]
    public void What_the_build_needs_is_not_left_out_of_its_context()
    {
        var ignore = RepositoryFiles.Read(".dockerignore").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        ignore.ShouldContain("*", "nothing goes in unless it is named");
        var taken = ignore.Where(line => line[0] == '!').Select(line => line[1..]).ToList();
        taken.ShouldAllBe(path => RepositoryFiles.Exists(path));
        taken.ShouldBe([".editorconfig", "Directory.Build.props", "Directory.Packages.props", "LICENSE", "hocon", "src"]);
    }

    private static List<string> Instructions(string name) =>
        [.. Lines.Where(line => line.StartsWith(name + " ", StringComparison.Ordinal)).Select(line => line[(name.Length + 1)..].Trim())];
}

using System.Diagnostics;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using StreamSupervisor.Commands;
using StreamSupervisor.Commands.Completion;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.IntegrationTests.Deployment;

/// <summary>The service as Debian installs it: its unit, its settings and secrets, its manual page.</summary>
[UnsupportedOSPlatform("windows")]
public sealed partial class DebianPackageTests : IDisposable
{
    private const string Installed = "/etc/streamsupervisor/streamsupervisor.conf";

    private static readonly UnitFile Unit = new(RepositoryFiles.Read("src/Packaging/systemd/streamsupervisor.service"));

    private readonly string _root = Directory.CreateTempSubdirectory("debian-package-").FullName;

    private string Etc => Directory.CreateDirectory(Path.Combine(_root, "etc", "streamsupervisor")).FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void The_unit_starts_what_the_package_installs()
    {
        var line = Unit.Service("ExecStart").Split(' ');
        line[0].ShouldBe("/usr/bin/streamsupervisor");
        CommandTree.Build().Parse(line[1..]).Errors.ShouldBeEmpty();
        line[^1].ShouldBe(Installed);
        Unit.Service("Type").ShouldBe("notify");
        var settings = EffectiveSettings.Of(SupervisorConfiguration.LoadText("empty.conf", "", environment: new Dictionary<string, string>()));
        foreach (var variable in Unit.Service("Environment").Split(' ').Select(one => one.Split('=')[0]).Where(name => name.StartsWith("STREAMSUPERVISOR__", StringComparison.Ordinal)))
        {
            var name = variable["STREAMSUPERVISOR__".Length..].Replace("__", ".", StringComparison.Ordinal);
            settings.ShouldContain(setting => string.Equals(setting.Name, name, StringComparison.OrdinalIgnoreCase), variable);
        }
    }

    [Fact]
    public void A_condemned_member_is_started_again_wrong_settings_are_not_and_a_stop_is_not_cut_short()
    {
        Unit.Service("Restart").ShouldBe("on-failure");
        Unit.Service("RestartPreventExitStatus").ShouldBe($"{ExitCodes.Usage}");
        Unit.Seconds("RestartSec").ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(1));
        Unit.Seconds("TimeoutStopSec").ShouldBeGreaterThan(CommandTree.LastWords);
        Unit.Service("WatchdogSignal").ShouldBe("SIGKILL", ".NET lets the first SIGABRT pass");
    }

    [Fact]
    public void A_reload_of_a_file_with_a_mistake_fails_before_the_program_hears_of_it()
    {
        var (check, hangUp) = (Unit.Service("ExecReload").Split(" /bin/")[0].Split(' '), Unit.Service("ExecReload").Split(" /bin/")[1]);
        check[0].ShouldBe("+/usr/bin/streamsupervisor", "a reload has no credentials, and their files are root's");
        CommandTree.Build().Parse(check[1..]).Errors.ShouldBeEmpty();
        check[1..].ShouldBe(["config", "check", "--config", Installed]);
        hangUp.ShouldBe("kill -HUP $MAINPID");
    }

    /// <summary>Without it .NET ends every TLS handshake in which it is the client: a dynamic user has no home.</summary>
    [Fact]
    public void The_program_has_a_home_where_it_may_write() =>
        Unit.Service("Environment").Split(' ').ShouldContain($"HOME={Unit.Service("WorkingDirectory")}");

    [Theory]
    [InlineData("DynamicUser", "yes")]
    [InlineData("NoNewPrivileges", "yes")]
    [InlineData("CapabilityBoundingSet", "")]
    [InlineData("ProtectSystem", "strict")]
    [InlineData("ProtectHome", "yes")]
    [InlineData("PrivateDevices", "yes")]
    [InlineData("PrivateUsers", "yes")]
    [InlineData("RestrictNamespaces", "yes")]
    [InlineData("SystemCallFilter", "@system-service ~@privileged @resources sched_setaffinity")]
    [InlineData("StateDirectory", "streamsupervisor")]
    [InlineData("ConfigurationDirectory", "streamsupervisor")]
    [InlineData("LoadCredential", "secrets.conf:/etc/streamsupervisor/secrets.conf")]
    public void The_unit_lets_it_do_what_it_needs_and_no_more(string name, string value) => Unit.Service(name).ShouldBe(value);

    /// <summary>0 is shut off from everything, 10 from nothing; the tool's number is ten times that.</summary>
    [SystemdTheory]
    [InlineData("security --offline=yes --threshold=20")]
    [InlineData("verify --man=no")]
    public async Task Systemd_finds_nothing_in_the_unit_to_complain_about(string check)
    {
        // The program is not installed where this runs.
        var unit = Path.Combine(_root, "streamsupervisor.service");
        await File.WriteAllTextAsync(unit, RepositoryFiles.Read("src/Packaging/systemd/streamsupervisor.service")
            .Replace("/usr/bin/streamsupervisor", "/bin/true", StringComparison.Ordinal));
        using var analyze = Process.Start(new ProcessStartInfo("systemd-analyze", [.. check.Split(' '), unit])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["SYSTEMD_PAGER"] = "cat" },
        })!;
        var said = await Task.WhenAll(analyze.StandardOutput.ReadToEndAsync(), analyze.StandardError.ReadToEndAsync());
        await analyze.WaitForExitAsync();
        analyze.ExitCode.ShouldBe(0, string.Concat(said));
        said[1].ShouldBeEmpty();
    }

    [Fact]
    public async Task Installed_settings_pass_the_check_for_root_with_the_secrets_that_the_installation_makes()
    {
        var settings = InstallSettings();
        await ConfigureAsync();
        using var output = new StringWriter();
        (await CommandTree.RunAsync(["config", "check", "--config", settings], output, output)).ShouldBe(ExitCodes.Ok, output.ToString());
        output.ToString().ShouldStartWith("0 errors, 0 warnings.");
        File.GetUnixFileMode(Path.Combine(Etc, "secrets.conf")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Secrets_are_made_once_and_differ_between_installations()
    {
        await ConfigureAsync();
        var first = await File.ReadAllTextAsync(Path.Combine(Etc, "secrets.conf"));
        await ConfigureAsync();
        (await File.ReadAllTextAsync(Path.Combine(Etc, "secrets.conf"))).ShouldBe(first);
        File.Delete(Path.Combine(Etc, "secrets.conf"));
        await ConfigureAsync();
        (await File.ReadAllTextAsync(Path.Combine(Etc, "secrets.conf"))).ShouldNotBe(first);
        Token().IsMatch(first).ShouldBeTrue(first);
    }

    [Fact]
    public void The_service_reads_the_copy_of_the_secrets_that_systemd_hands_over()
    {
        var settings = InstallSettings();
        var handed = Directory.CreateDirectory(Path.Combine(_root, "credentials")).FullName;
        File.WriteAllText(Path.Combine(handed, "secrets.conf"), "secrets { srs-1-hook-token = \"handed-over-0123456789\" }");
        var loaded = SupervisorConfiguration.Load(settings, environment: new Dictionary<string, string> { [CredentialFiles.Variable] = handed });
        loaded.IsUsable.ShouldBeTrue(string.Join('\n', loaded.Problems));
        loaded.Options.Origins.Single().HookToken.ShouldBe("handed-over-0123456789");
        loaded.Options.Storage.Sqlite.Path.ShouldStartWith($"/var/lib/{Unit.Service("StateDirectory")}/");

        var without = SupervisorConfiguration.Load(settings, environment: new Dictionary<string, string>());
        without.IsUsable.ShouldBeFalse();
        without.Problems.ShouldContain(problem => problem.ToString().Contains("secrets.conf", StringComparison.Ordinal));
    }

    [Fact]
    public void The_manual_page_names_every_command()
    {
        var page = RepositoryFiles.Read("src/Packaging/debian/streamsupervisor.1");
        foreach (var command in CommandTree.Build().Subcommands.Where(command => !command.Hidden))
        {
            page.ShouldMatch($@"(?m)^\.BR? .*\b{Regex.Escape(command.Name)}\b", $"{CompletionCommand.Program} {command.Name}");
        }
    }

    [Fact]
    public void Every_file_that_the_package_is_built_from_is_there()
    {
        var script = RepositoryFiles.Read("src/Packaging/debian/build");
        var files = Source().Matches(script).Select(match => match.Groups["path"].Value)
            .Select(path => path.StartsWith("$here/", StringComparison.Ordinal) ? $"src/Packaging/debian/{path["$here/".Length..]}" : path).ToList();
        files.Count.ShouldBeGreaterThan(4);
        files.ShouldAllBe(path => RepositoryFiles.Exists(path));
        script.ShouldContain($"echo {Installed} > ");
    }

    private string InstallSettings()
    {
        var settings = Path.Combine(Etc, "streamsupervisor.conf");
        File.WriteAllText(settings, RepositoryFiles.Read("src/Packaging/debian/streamsupervisor.conf"));
        return settings;
    }

    /// <summary>Runs the script as dpkg does, in a folder instead of the root, where nothing of this machine's services is touched.</summary>
    private async Task ConfigureAsync()
    {
        var tools = Directory.CreateDirectory(Path.Combine(_root, "tools")).FullName;
        await File.WriteAllTextAsync(Path.Combine(tools, "deb-systemd-helper"), "#!/bin/sh\nexit 0\n");
        File.SetUnixFileMode(Path.Combine(tools, "deb-systemd-helper"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Etc);
        using var script = Process.Start(new ProcessStartInfo("sh", [RepositoryFiles.PathOf("src/Packaging/debian/postinst"), "configure", ""])
        {
            UseShellExecute = false,
            Environment = { ["DPKG_ROOT"] = _root, ["PATH"] = $"{tools}:{Environment.GetEnvironmentVariable("PATH")}" },
        })!;
        await script.WaitForExitAsync();
        script.ExitCode.ShouldBe(0);
    }

    [GeneratedRegex(@"srs-1-hook-token = ""[0-9a-f]{32}""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Token();

    [GeneratedRegex(@"(put \d+ ""|< "")(?<path>(\$here|hocon)/[\w./-]+)""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Source();
}

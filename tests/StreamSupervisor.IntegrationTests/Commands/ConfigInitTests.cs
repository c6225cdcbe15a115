using System.Text.RegularExpressions;
using StreamSupervisor.Commands;
using StreamSupervisor.Server.Configuration.Settings;

namespace StreamSupervisor.IntegrationTests.Commands;

/// <summary>What <c>config init</c> writes is good for <c>config check</c>, and its lines for SRS are good for <c>lint</c>.</summary>
public sealed partial class ConfigInitTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("config-init-").FullName;

    private string Written => Path.Combine(_folder, "streamsupervisor.conf");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("--srs srs-1=http://127.0.0.1:1985 --srs srs-2=http://127.0.0.1:1986")]
    [InlineData("--srs a=http://127.0.0.1:1985 --url http://10.0.0.2:8085")]
    [InlineData("--srs a=http://10.0.0.11:1985 --srs b=http://10.0.0.12:1985 --url http://10.0.0.2:8085")]
    [InlineData("--srs a=http://10.0.0.11:1985 --url http://10.0.0.2:8085 --origin-cluster --srs-version 7")]
    [InlineData("--cluster --srs a=http://10.0.0.11:1985 --srs b=http://10.0.0.12:1985 --url http://10.0.0.100:8085 --postgres db1 --postgres db2")]
    [InlineData("--cluster --srs a=http://127.0.0.1:1985 --url http://10.0.0.100:8085 --origin-cluster")]
    public async Task A_new_configuration_is_free_of_errors_and_so_are_its_lines_for_SRS(string asked)
    {
        var (code, output, error) = await RunAsync(["config", "init", "--output", _folder, .. Words(asked)]);
        (code, error).ShouldBe((ExitCodes.Ok, ""));
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(Written).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var check = await RunAsync("config", "check", "--config", Written);
        check.Output.ShouldNotContain("error:");
        check.Code.ShouldBe(ExitCodes.Ok, check.Output);

        var servers = Words(asked).Where(word => word.Contains("=http", StringComparison.Ordinal)).Select(word => word.Split('=')[0]).ToList();
        foreach (var server in servers.Count > 0 ? servers : ["srs-1"])
        {
            // The same as were shown, but for an address in front of the members, which the file does not hold.
            string[] url = Words(asked).SkipWhile(word => word != "--url").Take(2).ToArray();
            string[] version = Words(asked).SkipWhile(word => word != "--srs-version").Take(2).ToArray();
            var lines = await RunAsync(["config", "srs-lines", server, "--config", Written, .. url, .. version]);
            lines.Code.ShouldBe(ExitCodes.Ok, lines.Error);
            output.ShouldContain(lines.Output);
            var file = Path.Combine(_folder, $"{server}.srs.conf");
            await File.WriteAllTextAsync(file, lines.Output);
            var lint = await RunAsync("lint", "--config", Written, file);
            lint.Output.ShouldNotContain("error:");
            lint.Code.ShouldBe(ExitCodes.Ok, lint.Output);
        }
    }

    [Fact]
    public async Task For_servers_on_this_machine_there_is_nothing_to_warn_of()
    {
        _ = await RunAsync("config", "init", "--output", _folder);
        (await RunAsync("config", "check", "--config", Written)).Output.ShouldBe($"0 errors, 0 warnings.{Environment.NewLine}");
        (await File.ReadAllTextAsync(Written)).ShouldNotContain("api.keys", Case.Sensitive, "who is on this machine needs none");
        var lines = await RunAsync("config", "srs-lines", "srs-1", "--config", Written);
        await File.WriteAllTextAsync(Path.Combine(_folder, "srs.conf"), lines.Output);
        (await RunAsync("lint", "--config", Written, Path.Combine(_folder, "srs.conf"))).Output
            .ShouldBe($"0 errors, 0 warnings.{Environment.NewLine}");
    }

    [Fact]
    public async Task Every_secret_is_new_and_none_is_used_twice()
    {
        string[] line = ["config", "init", "--output", "-", "--cluster", "--url", "http://10.0.0.100:8085", "--origin-cluster", "--srs",
            "a=http://10.0.0.11:1985", "--srs", "b=http://10.0.0.12:1985"];
        var secrets = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            var (code, output, error) = await RunAsync(line);
            code.ShouldBe(ExitCodes.Ok, error);
            error.ShouldContain("on_publish");
            output.ShouldNotContain("on_publish");
            var key = ApiKey().Match(error).Groups["key"].Value;
            output.ShouldContain($"key-hash = \"{ApiKeyHash.TextOf(key)}\"");
            output.ShouldNotContain(key);
            secrets.AddRange(Secret().Matches(output).Select(match => match.Value));
        }

        // Of each: two hook tokens, two coworkers tokens, two passwords; the cluster's secret, the hash of an API key, the database's password.
        secrets.Count.ShouldBe(2 * 9);
        secrets.Distinct().Count().ShouldBe(secrets.Count);
    }

    [Fact]
    public async Task A_file_that_is_there_stays_unless_somebody_insists()
    {
        await File.WriteAllTextAsync(Written, "mine");
        var (code, _, error) = await RunAsync("config", "init", "--output", _folder);
        code.ShouldBe(ExitCodes.Failed);
        error.ShouldContain("--force");
        (await File.ReadAllTextAsync(Written)).ShouldBe("mine");

        (await RunAsync("config", "init", "--output", _folder, "--force")).Code.ShouldBe(ExitCodes.Ok);
        (await File.ReadAllTextAsync(Written)).ShouldContain("hook-token");
        Directory.GetFiles(_folder).ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("--srs srs-1", "is no SRS server")]
    [InlineData("--srs a=http://127.0.0.1:1985 --srs a=http://127.0.0.1:1986", "is the same as that of origins[0]")]
    [InlineData("--srs a=http://127.0.0.1:1985/api", "holds more than an address and a port")]
    [InlineData("--srs ü=http://127.0.0.1:1985", "is no good name")]
    [InlineData("--cluster", "needs --url")]
    [InlineData("--url 10.0.0.2", "is no address")]
    [InlineData("--postgres db1", "is for --cluster")]
    [InlineData("--srs-version 3.0.1", "is no version of SRS from 4 on")]
    public async Task What_cannot_be_right_is_a_sentence_and_nothing_is_written(string asked, string says)
    {
        var (code, _, error) = await RunAsync(["config", "init", "--output", _folder, .. Words(asked)]);
        (code, error.Contains(says, StringComparison.Ordinal)).ShouldBe((ExitCodes.Usage, true), error);
        Directory.GetFiles(_folder).ShouldBeEmpty();
    }

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (await CommandTree.RunAsync(arguments, output, error), output.ToString(), error.ToString());
    }

    [GeneratedRegex("[0-9a-f]{64}|[0-9a-f]{32}")]
    private static partial Regex Secret();

    [GeneratedRegex("^export STREAMSUPERVISOR_API_KEY=(?<key>[0-9a-f]{48})$", RegexOptions.Multiline)]
    private static partial Regex ApiKey();
}

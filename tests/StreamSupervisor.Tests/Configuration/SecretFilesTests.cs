using System.Runtime.Versioning;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Tests.Configuration;

/// <summary>A secret that stands in a file of its own: <c>…-file</c> beside each of them.</summary>
[UnsupportedOSPlatform("windows")] // modes of files
public sealed class SecretFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamsupervisor-secrets-");

    public static TheoryData<string> Secrets => [.. SettingsSchema.Settings.Where(setting => setting.IsSecret).Select(setting => setting.Path)];

    [Theory]
    [MemberData(nameof(Secrets))]
    public void Each_secret_is_read_from_the_first_line_of_its_file(string path)
    {
        var file = Write("secret", "first-line-of-the-file\r\nanother\n");
        var loaded = SupervisorConfiguration.LoadText("test.conf", "",
            [$"{path.Replace("[]", ".0", StringComparison.Ordinal)}-file={file}"], new Dictionary<string, string>());
        var shown = EffectiveSettings.Of(loaded).Single(setting => setting.Name == path.Replace("[]", "[0]", StringComparison.Ordinal));
        shown.Where.ShouldBe($"file {file}, named in --set {path.Replace("[]", ".0", StringComparison.Ordinal)}-file");
        shown.Value.ShouldNotContain("first-line");
        ValueOf(loaded.Options, path).ShouldBe("first-line-of-the-file");
    }

    [Fact]
    public void Of_a_connection_string_in_a_file_the_host_is_shown_and_where_it_stands()
    {
        var file = Write("db", "Host=db-1;Password=first-line");
        var loaded = SupervisorConfiguration.LoadText("test.conf", "", [$"storage.postgres.connection-string-file={file}"], new Dictionary<string, string>());
        var shown = EffectiveSettings.Of(loaded).Single(setting => setting.Name == "storage.postgres.connection-string");
        (shown.Value, shown.Where).ShouldBe(($"host=db-1;{EffectiveSettings.Mask}", $"file {file}, named in --set storage.postgres.connection-string-file"));
    }

    [Fact]
    public void A_name_without_a_folder_is_looked_for_among_the_credentials_and_then_beside_the_settings()
    {
        Write("hook", "beside-the-settings-file");
        var settings = Write("my.conf", """streamsupervisor.origins = [ { name = a, api = "http://x:1", hook-token-file = "hook" } ]""");
        SupervisorConfiguration.Load(settings, environment: new Dictionary<string, string>()).Options.Origins[0].HookToken
            .ShouldBe("beside-the-settings-file");

        var handed = _folder.CreateSubdirectory("credentials").FullName;
        Write("credentials/hook", "handed-over-by-systemd");
        SupervisorConfiguration.Load(settings, environment: new Dictionary<string, string> { ["CREDENTIALS_DIRECTORY"] = handed })
            .Options.Origins[0].HookToken.ShouldBe("handed-over-by-systemd");
    }

    [Fact]
    public void A_secret_and_its_file_are_one_too_many() =>
        Problem($"cluster.secret = \"0123456789abcdef\", cluster.secret-file = \"{Write("a", "fedcba9876543210")}\"")
            .ShouldBe(("cluster.secret-file", "stands beside secret."));

    [Fact]
    public void A_missing_an_empty_and_an_endless_file_are_named()
    {
        Problem("cluster.secret-file = \"/nowhere/at/all\"").ShouldBe(("cluster.secret-file", "there is no file '/nowhere/at/all'."));
        var empty = Write("empty", "\nsecond line");
        Problem($"cluster.secret-file = \"{empty}\"").ShouldBe(("cluster.secret-file", $"names '{empty}', whose first line is empty."));
        var large = Write("large", new string('x', SecretFiles.Most + 1));
        Problem($"cluster.secret-file = \"{large}\"").ShouldBe(("cluster.secret-file", $"names '{large}', which is longer than 64 KiB."));
    }

    [Fact]
    public void A_secret_that_is_no_good_is_named_where_it_stands_and_not_shown()
    {
        var problem = Load($"cluster.secret-file = \"{Write("short", "guess-me")}\"").Problems.First(one => one.Setting.StartsWith("cluster", StringComparison.Ordinal));
        (problem.Setting, problem.Source).ShouldBe(("cluster.secret-file", "test.conf:1"));
        problem.Message.ShouldStartWith("is shorter than 16 characters");
        problem.ToString().ShouldNotContain("guess-me");
    }

    [Fact]
    public void A_file_that_everybody_may_read_is_a_warning()
    {
        var file = Write("open", "0123456789abcdef");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var warning = Load($"cluster.secret-file = \"{file}\"").Problems.Single(one => one.Setting == "cluster.secret-file");
        (warning.Severity, warning.Fix).ShouldBe((ProblemSeverity.Warning, $"chmod o-r {file}"));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static object? ValueOf(object options, string path)
    {
        object? at = options;
        foreach (var part in path.Split('.'))
        {
            var name = ConfigurationKey.Normalize(part.TrimEnd('[', ']'));
            at = at!.GetType().GetProperties().Single(one => ConfigurationKey.Normalize(one.Name) == name).GetValue(at);
            at = at is System.Collections.IList list ? list[0] : at;
        }

        return at;
    }

    private static (string Setting, string Message) Problem(string line) =>
        Load(line).Problems.Where(one => one.Setting.StartsWith("cluster", StringComparison.Ordinal)).Select(one => (one.Setting, one.Message)).First();

    private static LoadedConfiguration Load(string line) =>
        SupervisorConfiguration.LoadText("test.conf", $"streamsupervisor {{ {line} }}", environment: new Dictionary<string, string>());

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}

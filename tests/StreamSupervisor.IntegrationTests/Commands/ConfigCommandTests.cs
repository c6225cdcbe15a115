using System.Text.Json;
using StreamSupervisor.Commands;

namespace StreamSupervisor.IntegrationTests.Commands;

/// <summary>The commands as a person types them, with real files.</summary>
public sealed class ConfigCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("config-command-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("--help")]
    [InlineData("config --help")]
    [InlineData("config check --help")]
    [InlineData("config show --help")]
    [InlineData("config init --help")]
    [InlineData("config srs-lines --help")]
    [InlineData("config reference --help")]
    [InlineData("doctor --help")]
    [InlineData("backup --help")]
    [InlineData("restore --help")]
    [InlineData("migrate --help")]
    [InlineData("lint --help")]
    [InlineData("--version")]
    public async Task Help_and_version_are_everywhere(string line)
    {
        var (code, output, error) = await Run(line.Split(' '));
        code.ShouldBe(ExitCodes.Ok);
        output.ShouldNotBeEmpty();
        error.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("confg")]
    [InlineData("config")]
    [InlineData("config check --confg x")]
    [InlineData("config check --config")]
    [InlineData("lint")]
    public async Task A_wrong_command_line_is_code_2_and_a_sentence(string line)
    {
        var (code, _, error) = await Run(line.Split(' '));
        code.ShouldBe(ExitCodes.Usage);
        error.ShouldNotBeEmpty();
        error.ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Check_names_every_mistake_with_file_and_line_and_ends_with_1()
    {
        var file = Write("bad.conf", "streamsupervisor {\n  include \"origins.conf\"\n  admission.hold = 9s\n  sweep.intervall = 1s\n}\n");
        var origins = Write("origins.conf", "origins = [\n  { name = a }\n]\n");
        var (code, output, error) = await Run("config", "check", "--config", file);
        code.ShouldBe(ExitCodes.Failed);
        error.ShouldBeEmpty();
        output.ShouldContain($"error: admission.hold ({file}:3): 9s is outside");
        output.ShouldContain($"error: sweep.intervall ({file}:4): is no setting. Did you mean sweep.interval?");
        output.ShouldContain($"error: origins[0].api ({origins}:2): is missing.");
        output.ShouldEndWith($"4 errors, 0 warnings.{Environment.NewLine}");
    }

    [Fact]
    public async Task Check_of_good_settings_ends_with_0()
    {
        var (code, output, _) = await Run("config", "check");
        (code, output).ShouldBe((ExitCodes.Ok, $"0 errors, 0 warnings.{Environment.NewLine}"));
    }

    [Fact]
    public async Task Check_as_JSON_holds_the_same()
    {
        var (code, output, _) = await Run("config", "check", "--json", "--set", "admission.hold=9s");
        code.ShouldBe(ExitCodes.Failed);
        var json = JsonDocument.Parse(output).RootElement;
        json.GetProperty("usable").GetBoolean().ShouldBeFalse();
        var problem = json.GetProperty("problems")[0];
        problem.GetProperty("severity").GetString().ShouldBe("error");
        problem.GetProperty("setting").GetString().ShouldBe("admission.hold");
        problem.GetProperty("source").GetString().ShouldBe("--set admission.hold");
    }

    [Theory]
    [InlineData("none.conf")]
    [InlineData(".")]
    public async Task A_file_that_cannot_be_read_is_a_sentence(string name)
    {
        var (code, output, _) = await Run("config", "check", "--config", Path.Combine(_folder, name));
        code.ShouldBe(ExitCodes.Failed);
        output.ShouldContain("the file cannot be read");
        (await Run("config", "show", "--config", Path.Combine(_folder, name))).Code.ShouldBe(ExitCodes.Usage);
    }

    [Fact]
    public async Task Show_tells_where_each_value_comes_from_and_masks_secrets()
    {
        var file = Write("good.conf", "streamsupervisor.origins = [ { name = a, api = \"http://127.0.0.1:1985\", hook-token = \"s3cret-s3cret-s3cret\" } ]");
        var (code, output, _) = await Run("config", "show", "-c", file, "--set", "sweep.interval=7s");
        code.ShouldBe(ExitCodes.Ok);
        output.ShouldNotContain("s3cret");
        var lines = output.Split('\n').Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Trim()).ToList();
        lines.ShouldContain($"origins[0].hook-token = ******** # {file}:1");
        lines.ShouldContain("sweep.interval = 7s # --set sweep.interval");
        lines.ShouldContain("admission.hold = 2.5s # default");

        var json = JsonDocument.Parse((await Run("config", "show", "--json", "-c", file)).Output).RootElement;
        json.EnumerateArray().Single(s => s.GetProperty("name").GetString() == "origins[0].name").GetProperty("value").GetString().ShouldBe("a");
    }

    [Fact]
    public async Task Lint_finds_includes_beside_the_file_and_in_the_folder_above()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "conf"));
        Write("conf/api.conf", "http_api { enabled on; listen 1985; }");
        Write("top.conf", "server_id srs-1;");
        var (code, output, _) = await Run("lint", Write("conf/srs.conf", "include api.conf;\ninclude ./top.conf;\n"));
        code.ShouldBe(ExitCodes.Failed);
        output.ShouldContain("error: api-public");
        output.ShouldContain("error: hooks-missing");
        output.ShouldNotContain("server-id-missing");
        output.ShouldNotContain("include-missing");
        (await Run("lint", Path.Combine(_folder, "none.conf"))).Code.ShouldBe(ExitCodes.Usage);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandTree.RunAsync(arguments, output, error);
        return (code, output.ToString(), error.ToString());
    }
}

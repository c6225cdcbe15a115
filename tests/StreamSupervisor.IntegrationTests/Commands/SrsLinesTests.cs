using StreamSupervisor.Commands;

namespace StreamSupervisor.IntegrationTests.Commands;

public sealed class SrsLinesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("srs-lines-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_listener_that_the_server_does_not_reach_is_warned_of()
    {
        var (code, output, error) = await LinesAsync("""http.listen = ["http://127.0.0.1:8085"]""");
        code.ShouldBe(ExitCodes.Ok);
        error.ShouldContain("srs-1 is at 10.0.0.5: no hook would arrive");
        output.ShouldContain("on_publish      http://127.0.0.1:8085/hooks/v1/0123456789abcdef-hooks;");

        (_, output, error) = await LinesAsync("""http.listen = ["http://127.0.0.1:8085"]""", "--url", "http://10.0.0.2:9000");
        error.ShouldBe("");
        output.ShouldContain("http://10.0.0.2:9000/hooks/v1/");
    }

    [Fact]
    public async Task The_listener_that_the_server_reaches_is_chosen()
    {
        var (_, output, error) = await LinesAsync("""http.listen = ["http://127.0.0.1:8085", "http://10.0.0.2:8086"], api.keys = [ { name = a, key = "0123456789abcdef-key" } ]""");
        error.ShouldBe("");
        output.ShouldContain("http://10.0.0.2:8086/hooks/v1/");
        output.ShouldContain("listen          10.0.0.5:1985;");
        output.ShouldContain("server_id       srs-1;");
    }

    [Theory]
    [InlineData("4.0.100", false, false)]
    [InlineData("4.0.271", true, false)]
    [InlineData("5.0.151", true, false)]
    [InlineData("5.0.152", true, true)]
    [InlineData("6.0.39", true, false)]
    [InlineData("6", true, true)]
    [InlineData("7.0.62", true, true)]
    public async Task What_a_version_does_not_know_is_left_out(string version, bool serverId, bool login)
    {
        var (code, output, error) = await LinesAsync("""http.listen = ["http://127.0.0.1:8085"]""", "--url", "http://10.0.0.2:8085", "--srs-version", version);
        code.ShouldBe(ExitCodes.Ok);
        output.Contains("server_id", StringComparison.Ordinal).ShouldBe(serverId);
        output.Contains("password", StringComparison.Ordinal).ShouldBe(login);
        error.Contains("knows no login", StringComparison.Ordinal).ShouldBe(!login);
    }

    [Fact]
    public async Task A_coworkers_token_makes_the_line_for_an_origin_cluster()
    {
        var (_, output, _) = await LinesAsync("", "--url", "http://10.0.0.2:8085");
        output.ShouldContain("coworkers       10.0.0.2:8085/coworkers/v1/0123456789abcdef-coworkers;");
    }

    [Theory]
    [InlineData("http://10.0.0.5:1985", "10.0.0.5:1985")]
    [InlineData("http://localhost:2985", "127.0.0.1:2985")]
    [InlineData("http://127.0.0.11:2985", "127.0.0.11:2985")]
    [InlineData("http://srs-1.internal:1985", "1985")]
    public async Task The_api_listens_where_its_address_in_the_settings_leads(string api, string listen)
    {
        var (_, output, _) = await LinesAsync($$"""origins = [ { name = srs-1, api = "{{api}}", hook-token = "0123456789abcdef-hooks" } ]""", "--url", "http://10.0.0.2:8085");
        output.ShouldContain($"    listen          {listen};");
    }

    [Fact]
    public async Task A_server_that_nobody_named_is_a_sentence_with_those_that_are()
    {
        var file = Write("");
        var (code, _, error) = await RunAsync("config", "srs-lines", "srs-9", "--config", file);
        code.ShouldBe(ExitCodes.Failed);
        error.ShouldContain("no SRS server 'srs-9'. There are: srs-1.");
    }

    private async Task<(int Code, string Output, string Error)> LinesAsync(string settings, params string[] more) =>
        await RunAsync(["config", "srs-lines", "srs-1", "--config", Write(settings), .. more]);

    private string Write(string settings)
    {
        var path = Path.Combine(_folder, "my.conf");
        File.WriteAllText(path, $$"""
            streamsupervisor {
              origins = [ { name = srs-1, api = "http://10.0.0.5:1985", hook-token = "0123456789abcdef-hooks", username = srs, password = "p4ssword"
                coworkers-token = "0123456789abcdef-coworkers" } ]
              {{settings}}
            }
            """);
        return path;
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (await CommandTree.RunAsync(arguments, output, error), output.ToString(), error.ToString());
    }
}

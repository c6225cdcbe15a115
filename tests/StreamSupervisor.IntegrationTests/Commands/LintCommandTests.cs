using System.Text.Json;
using StreamSupervisor.Commands;

namespace StreamSupervisor.IntegrationTests.Commands;

public sealed class LintCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamsupervisor-lint-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task The_settings_of_the_supervisor_are_compared_and_every_place_is_in_the_JSON()
    {
        const string url = "http://127.0.0.1:8085/hooks/v1/of-nobody";
        var srs = Write("srs.conf", $$"""
            listen 1935; server_id srs-1; http_api { enabled on; listen 127.0.0.1:1985; }
            vhost __defaultVhost__ { tcp_nodelay on; publish { firstpkt_timeout 7000; normal_timeout 5000; } http_hooks { enabled on;
            on_connect {{url}};
            on_publish {{url}};
            on_unpublish {{url}};
            on_close {{url}};
            on_play {{url}}; } }
            """);
        var settings = Write("my.conf",
            """streamsupervisor.origins = [{ name = "srs-1", api = "http://127.0.0.1:1985", hook-token = "standalone-srs-1-hooks" }]""");
        (await RunAsync("lint", srs)).Code.ShouldBe(0);

        var (code, output) = await RunAsync("lint", "--json", "--config", settings, srs);

        code.ShouldBe(1);
        using var document = JsonDocument.Parse(output);
        var finding = document.RootElement.GetProperty("findings").EnumerateArray().ShouldHaveSingleItem();
        finding.GetProperty("rule").GetString().ShouldBe("hook-token");
        finding.GetProperty("line").GetInt32().ShouldBe(3);
        finding.GetProperty("alsoAt").EnumerateArray().Select(line => line.GetInt32()).ShouldBe([4, 5, 6, 7]);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (await CommandTree.RunAsync(arguments, output, error), output.ToString());
    }
}

using System.Net;
using System.Net.Sockets;
using StreamSupervisor.Commands;

namespace StreamSupervisor.Tests.Commands;

/// <summary>What a person sees who mistypes, and how tables look in a terminal.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("streams kick", "Usage: streamsupervisor streams kick [options] KEY ")]
    [InlineData("confg", "Usage: streamsupervisor [options] COMMAND ")]
    [InlineData("lint --jsn a.conf", "Usage: streamsupervisor lint [options] FILE ")]
    public async Task A_mistake_costs_two_lines_on_the_error_stream_and_none_on_the_other(string line, string usage)
    {
        var (code, output, error) = await RunAsync(line.Split(' '));
        (code, output).ShouldBe((ExitCodes.Usage, ""));
        var lines = error.TrimEnd().Split('\n');
        lines.Length.ShouldBeLessThanOrEqualTo(4);
        lines[^1].ShouldStartWith(usage);
        lines[^1].ShouldEndWith("--help)");
    }

    [Theory]
    [InlineData("--fallbck-url", "--fallbck-url", "rtmp://b/live/a", "--", "ffmpeg", "{url}")]
    [InlineData("--fallbck-url=x", "--fallbck-url=x", "--", "ffmpeg", "{url}")]
    [InlineData("--fallbck-url", "--fallbck-url", "ffmpeg", "{url}")]
    [InlineData("ffmpeg", "ffmpeg", "--", "{url}")]
    public async Task An_unknown_option_of_publish_is_not_run_as_the_encoder(string unknown, params string[] rest)
    {
        var (code, _, error) = await RunAsync(["publish", "--key", "live/a", .. rest]);
        code.ShouldBe(ExitCodes.Usage);
        error.ShouldStartWith($"'{unknown}' is no option of publish");
    }

    [Fact]
    public async Task What_stands_behind_the_dashes_belongs_to_the_encoder()
    {
        var (code, _, error) = await RunAsync("publish", "--key", "live/a", "--give-up-after", "0", "--", "ffmpeg", "--anything", "{url}");
        (code, error.Trim()).ShouldBe((ExitCodes.Usage, "--give-up-after takes 1 or more."));
    }

    [Fact]
    public void Chinese_names_take_two_places_each()
    {
        var table = new OutputTable("name", "state");
        table.Add("\u76F4\u64AD/\u6444\u50CF", "live");
        table.Add("live/cam1", "idle");
        using var output = new StringWriter();
        table.Write(output);
        output.ToString().ReplaceLineEndings("\n").ShouldBe("NAME       STATE\n\u76F4\u64AD/\u6444\u50CF  live\nlive/cam1  idle\n");
    }

    [Fact]
    public async Task The_environment_names_the_supervisor_and_what_speaks_no_HTTP_there_is_told_in_a_sentence()
    {
        using var stranger = new TcpListener(IPAddress.Loopback, 0);
        stranger.Start();
        var address = $"http://127.0.0.1:{((IPEndPoint)stranger.LocalEndpoint).Port}";
        var greeting = GreetAsync(stranger);
        var before = Environment.GetEnvironmentVariable(ApiClientSwitches.ServerVariable);
        Environment.SetEnvironmentVariable(ApiClientSwitches.ServerVariable, address);
        try
        {
            var (code, output, error) = await RunAsync("origins");
            (code, output).ShouldBe((ExitCodes.Unreachable, ""));
            error.ShouldContain($"What answers at {address}/ is no supervisor: it does not speak HTTP");
            error.TrimEnd().Split('\n').ShouldHaveSingleItem();
        }
        finally
        {
            Environment.SetEnvironmentVariable(ApiClientSwitches.ServerVariable, before);
        }

        await greeting;
    }

    private static async Task GreetAsync(TcpListener stranger)
    {
        using var caller = await stranger.AcceptTcpClientAsync();
        await using var stream = caller.GetStream();
        var asked = new byte[4096];
        _ = await stream.ReadAsync(asked);
        await stream.WriteAsync("SSH-2.0-OpenSSH_9.7\r\n"u8.ToArray());
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (await CommandTree.RunAsync(arguments, output, error), output.ToString(), error.ToString());
    }
}

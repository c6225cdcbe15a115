using System.Diagnostics;
using System.Text;
using System.Text.Json;
using StreamSupervisor.Commands;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.IntegrationTests.Server;

namespace StreamSupervisor.IntegrationTests.Api;

/// <summary>Commands that show the cluster as it is, once or for as long as somebody looks.</summary>
public sealed class LiveCommandTests
{
    private const string CtrlC = "\u0003";
    private const string ScreenGivenBack = "\u001b[?25h\u001b[?1049l";

    [Fact]
    public async Task Status_is_one_screen_and_the_overview_for_programs()
    {
        await using var server = await ApiServer.StartAsync();
        server.Entities.Origins.AddRange([Given.Origin("srs-1"), Given.Origin("srs-2", "down")]);
        await server.Entities.PutAsync(Given.Live("live/cam1"));

        var (exitCode, output, error) = await RunAsync(server, "status");

        exitCode.ShouldBe(0, error);
        output.ShouldStartWith("streams      1 live, 0 handover, 0 interrupted");
        output.ShouldContain("origins      1 up, 1 down");
        using var json = JsonDocument.Parse((await RunAsync(server, "status", "-o", "json")).Output);
        json.RootElement.GetProperty("streams").GetProperty("live").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Top_draws_on_a_terminal_and_ends_at_once_on_Ctrl_C_with_the_screen_given_back()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.PutAsync(Given.Live("live/cam1"));
        var program = $"{Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet"} "
            + Path.Combine(AppContext.BaseDirectory, "streamsupervisor.dll");
        using var terminal = Process.Start(new ProcessStartInfo(
            "script", ["-qec", $"stty cols 100 rows 30; exec {program} top --server {server.Address}", "/dev/null"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            Environment = { ["TERM"] = "xterm-256color" },
        })!;
        var shown = new StringBuilder();
        var reading = ReadAsync(terminal.StandardOutput, shown);
        await Eventually.HoldsAsync("the stream is drawn", () => Task.FromResult(Text().Contains("live/cam1", StringComparison.Ordinal)));

        await terminal.StandardInput.WriteAsync(CtrlC);
        await terminal.StandardInput.FlushAsync();

        await terminal.WaitForExitAsync().WaitAsync(Eventually.Patience);
        await reading;
        terminal.ExitCode.ShouldBe(ExitCodes.Interrupted, Text());
        Text().ShouldContain(ScreenGivenBack);

        string Text()
        {
            lock (shown)
            {
                return shown.ToString();
            }
        }
    }

    [Theory]
    [InlineData("name", "live/cam1")]
    [InlineData("table", "live/cam1  live")]
    [InlineData("json", "\"state\":\"live\"")]
    public async Task Streams_are_watched_a_line_for_each_change(string format, string line)
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.PutAsync(Given.Live("live/cam2"));
        using var stop = new CancellationTokenSource();
        var (output, error) = (new StringWriter(), new StringWriter());
        var watching = CommandTree.RunAsync(["streams", "--watch", "-o", format, "-q", "cam1", "--server", server.Address.ToString()],
            TextWriter.Synchronized(output), error, stop.Token);

        await server.Entities.PutAsync(Given.Live("live/cam1"));
        await Eventually.HoldsAsync("the stream is shown", async () =>
        {
            // Until it watches, nothing comes by itself.
            await server.Entities.HappenedAsync(Given.Cam1, new BroadcastEnded(Given.At(0)));
            return output.ToString().Contains(line, StringComparison.Ordinal);
        });
        await stop.CancelAsync();

        (await watching).ShouldBe(ExitCodes.Interrupted, error.ToString());
        output.ToString().ShouldNotContain("cam2");
    }

    [Fact]
    public async Task A_stream_that_looks_the_same_is_not_shown_again()
    {
        await using var server = await ApiServer.StartAsync();
        await server.Entities.PutAsync(Given.Live("live/cam1"));
        using var stop = new CancellationTokenSource();
        var (output, error) = (new StringWriter(), new StringWriter());
        var watching = CommandTree.RunAsync(["streams", "--watch", "--server", server.Address.ToString()],
            TextWriter.Synchronized(output), error, stop.Token);
        await Eventually.HoldsAsync("it is listed", () => Task.FromResult(Rows("live/cam1") == 1));

        await server.Entities.PutAsync(Given.Live("live/cam1", generation: 2));
        await server.Entities.HappenedAsync(Given.Cam1, new BroadcastEnded(Given.At(0)), new BroadcastEnded(Given.At(1)));

        // What was told before this one has been looked at by then.
        await server.Entities.PutAsync(Given.Live("live/last"));
        await server.Entities.HappenedAsync(StreamKey.Parse("live/last"), new BroadcastEnded(Given.At(2)));
        await Eventually.HoldsAsync("the last one is shown", () => Task.FromResult(Rows("live/last") == 1));
        await stop.CancelAsync();
        await watching;
        Rows("live/cam1").ShouldBe(2, output.ToString());

        int Rows(string key) => output.ToString().Split('\n').Count(row => row.StartsWith(key, StringComparison.Ordinal));
    }

    private static async Task ReadAsync(StreamReader from, StringBuilder into)
    {
        var buffer = new char[4096];
        while (await from.ReadAsync(buffer) is > 0 and var read)
        {
            lock (into)
            {
                into.Append(buffer, 0, read);
            }
        }
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(ApiServer server, params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = await CommandTree.RunAsync([.. arguments, "--server", server.Address.ToString()], output, error);
        return (exitCode, output.ToString(), error.ToString());
    }
}

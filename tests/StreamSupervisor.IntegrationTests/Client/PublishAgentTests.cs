using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Client;
using StreamSupervisor.Agent;

namespace StreamSupervisor.IntegrationTests.Client;

/// <summary>The agent around real processes (<c>/bin/sh</c>) and a supervisor of a few lines on loopback.</summary>
public sealed class PublishAgentTests : IAsyncLifetime
{
    private const string Url = "rtmp://127.0.0.1/live/cam1?registration=top-secret";
    private readonly string _folder = Directory.CreateTempSubdirectory("agent").FullName;
    private readonly StringWriter _error = new();
    private readonly List<string> _calls = [];
    private readonly Queue<string> _answers = new();
    private WebApplication _supervisor = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _supervisor = builder.Build();
        _supervisor.Map("/{**path}", async context =>
        {
            lock (_calls)
            {
                _calls.Add(context.Request.Method);
            }

            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(context.Request.Method == "POST" && _answers.TryDequeue(out var answer) ? answer
                : $$"""{"registrationId":"r1","decision":"publish","publish":[{"origin":"srs-1","url":"{{Url}}"}],"generation":1}""");
        });
        await _supervisor.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _supervisor.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private PublishAgent Agent(string script, string language = "en")
    {
        var address = new Uri(_supervisor.Urls.First());
        var client = new SupervisorClient(new HttpClient(), new SupervisorClientOptions { Addresses = [address] });
        var retry = RetryPolicy.Default with { FirstDelay = TimeSpan.FromMilliseconds(1), Rest = TimeSpan.FromMilliseconds(1), MaxBursts = 1 };
        var session = new EncoderSession(client, new EncoderSessionOptions { Key = "live/cam1", EncoderId = "e", Retry = retry });
        return new PublishAgent(session, ["/bin/sh", "-c", script, "encoder", "{url}", _folder], language, TextWriter.Synchronized(_error), TimeProvider.System);
    }

    private string File(string name) => Path.Combine(_folder, name);

    [Fact]
    public async Task The_command_gets_the_address_and_ends_the_broadcast_by_ending_well()
    {
        (await Agent("echo \"$1\" > $2/url; echo bye >&2").RunAsync(default)).ShouldBe(PublishExit.Finished);
        (await System.IO.File.ReadAllTextAsync(File("url"))).Trim().ShouldBe(Url);
        _calls.ShouldBe(["POST", "DELETE"]);
        _error.ToString().ShouldContain("bye");
    }

    [Fact]
    public async Task An_encoder_that_loses_the_network_is_started_again_and_its_credential_is_shown_to_nobody()
    {
        const string script = "n=$(cat $2/n 2>/dev/null || echo 0); echo $((n+1)) > $2/n; [ $n -ge 2 ] && exit 0; echo \"$1: Connection refused\" >&2; exit 1";
        (await Agent(script).RunAsync(default)).ShouldBe(PublishExit.Finished);
        (await System.IO.File.ReadAllTextAsync(File("n"))).Trim().ShouldBe("3");
        _error.ToString().ShouldNotContain("top-secret");
        _error.ToString().ShouldContain("rtmp://127.0.0.1/live/cam1?…: Connection refused");
        _error.ToString().ShouldContain("The server cannot be reached: the connection was refused.");
    }

    [Fact]
    public async Task A_permanent_refusal_has_an_exit_code_and_a_sentence_of_its_own()
    {
        _answers.Enqueue("""{"decision":"refused","reason":"credential-wrong","kind":"permanent","text":{"en":"The credential is wrong.","zh":"凭证错误。"}}""");
        (await Agent("touch $2/ran", "zh_CN.UTF-8").RunAsync(default)).ShouldBe(PublishExit.PermanentlyRefused);
        _error.ToString().ShouldContain("凭证错误。");
        System.IO.File.Exists(File("ran")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_command_that_does_not_exist_is_permanent()
    {
        (await Agent("exec /no/such/encoder").RunAsync(default)).ShouldBe(PublishExit.PermanentlyRefused);
        _calls.Count(c => c == "POST").ShouldBe(1);
    }

    [Fact]
    public async Task After_its_tries_it_gives_up()
    {
        (await Agent("echo 'x.mp4: No such file or directory' >&2; exit 1").RunAsync(default)).ShouldBe(PublishExit.GaveUp);
        _calls.Count(c => c == "POST").ShouldBe(3);
    }

    [Theory]
    [InlineData(PosixSignal.SIGINT, PublishExit.Interrupted, "INT")]
    [InlineData(PosixSignal.SIGTERM, PublishExit.Terminated, "TERM")]
    public async Task A_signal_reaches_the_encoder_and_no_further_try_follows(PosixSignal signal, int expected, string name)
    {
        using var stop = new CancellationTokenSource();
        var agent = Agent("trap 'echo INT > $2/got; exit 0' INT; trap 'echo TERM > $2/got; exit 0' TERM; touch $2/ready; while :; do sleep 0.05; done");
        var running = agent.RunAsync(stop.Token);
        await Appears("ready");
        agent.StopBy(signal);
        await stop.CancelAsync();
        (await running).ShouldBe(expected);
        (await System.IO.File.ReadAllTextAsync(File("got"))).Trim().ShouldBe(name);
        _calls.ShouldBe(["POST", "DELETE"]);
    }

    [Fact]
    public async Task An_encoder_that_ignores_the_signal_is_killed_with_its_children()
    {
        using var stop = new CancellationTokenSource();
        var running = Agent("trap '' INT TERM; sh -c 'trap \"\" INT TERM; echo $$ > '$2'/grandchild; while :; do sleep 0.05; done' & wait; while :; do sleep 0.05; done")
            .RunAsync(stop.Token);
        await Appears("grandchild");
        await stop.CancelAsync();
        (await running).ShouldBe(PublishExit.Interrupted);
        IsAlive(int.Parse(await System.IO.File.ReadAllTextAsync(File("grandchild")))).ShouldBeFalse();
    }

    [Fact]
    public async Task An_agent_that_is_killed_takes_its_encoder_with_it()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "streamsupervisor.dll");
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[]
        {
            program, "publish", "--key", "live/cam1", "--server", _supervisor.Urls.First(), "--", "/bin/sh", "-c",
            "echo $$ > $2/child; sh -c 'echo $$ > '$2'/grandchild; while :; do sleep 0.05; done' & while :; do sleep 0.05; done", "encoder", "{url}", _folder,
        })
        {
            start.ArgumentList.Add(argument);
        }

        using var agent = Process.Start(start)!;
        await Appears("grandchild");
        agent.Kill(entireProcessTree: false);
        await agent.WaitForExitAsync();
        foreach (var name in new[] { "child", "grandchild" })
        {
            var id = int.Parse(await System.IO.File.ReadAllTextAsync(File(name)));
            await Until(() => !IsAlive(id));
        }
    }

    private Task Appears(string file) => Until(() => System.IO.File.Exists(File(file)) && new FileInfo(File(file)).Length >= (file == "ready" ? 0 : 2));

    // Other processes send us no event when they have come so far: look often, give up after a while.
    private static async Task Until(Func<bool> so)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!so())
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private static bool IsAlive(int id)
    {
        try
        {
            return System.IO.File.ReadAllText($"/proc/{id}/stat").Split(") ")[1][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }
}

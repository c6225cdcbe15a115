using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.IntegrationTests.Srs;

/// <summary>The client against a real HTTP server that answers as SRS was recorded to, and as no SRS ever should.</summary>
public sealed class SrsApiClientTests : IAsyncLifetime, IDisposable
{
    private readonly Dictionary<string, RequestDelegate> _answers = [];
    private readonly List<string> _requests = [];
    private readonly SrsApiOptions _options = new() { Timeout = TimeSpan.FromSeconds(1) };
    private WebApplication? _server;
    private SrsServer? _srs;
    private ISrsApi? _client;
    private string _address = "";

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        _server.Run(async context =>
        {
            var request = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}";
            lock (_requests)
            {
                _requests.Add(request);
            }

            if (_answers.TryGetValue(request, out var answer) || _answers.TryGetValue($"{context.Request.Method} {context.Request.Path}", out answer))
            {
                await answer(context);
            }
            else
            {
                context.Response.StatusCode = 404;
            }
        });
        await _server.StartAsync();
        _address = _server.Urls.Single();
        _srs = ServerAt(_address, "admin", "pass");
        _client = _srs.For(SrsPriority.Check);
    }

    public async Task DisposeAsync() => await _server!.DisposeAsync();

    public void Dispose() => _srs?.Dispose();

    [Fact]
    public async Task A_process_names_itself()
    {
        On("GET /api/v1/versions", """{"code":0,"server":"rig-v5","service":"94q66055","pid":"21046","data":{"major":5,"minor":0,"revision":216,"version":"5.0.216"}}""");
        (await _client!.GetProcessAsync(default)).ShouldBe(new SrsProcess("rig-v5", "94q66055", "21046", new SrsVersion(5, 0, 216)));
    }

    [Fact]
    public async Task SRS_4_is_named_by_its_pid_and_the_kernels_start_time()
    {
        On("GET /api/v1/versions", """{"code":0,"server":"rig-v4","data":{"major":4,"minor":0,"revision":271,"version":"4.0.271"}}""");
        On("GET /api/v1/self_proc_stats", """{"code":0,"server":"rig-v4","data":{"ok":true,"sample_time":1795345020501,"percent":0.01,"pid":14327,"starttime":158699,"rsslim":-1}}""");
        (await _client!.GetProcessAsync(default)).ShouldBe(new SrsProcess("rig-v4", "14327:158699", "14327", new SrsVersion(4, 0, 271)));
    }

    [Fact]
    public async Task SRS_4_without_that_figure_keeps_the_name_of_its_first_estimate()
    {
        On("GET /api/v1/versions", """{"code":0,"server":"rig-v4","data":{"major":4,"minor":0,"revision":271}}""");
        On("GET /api/v1/summaries", """{"code":0,"server":"rig-v4","data":{"ok":true,"now_ms":1795329506380,"self":{"pid":22064,"srs_uptime":2}}}""");
        var first = await _client!.GetProcessAsync(default);
        first.ServiceId.ShouldBe("22064:1795329504");

        On("GET /api/v1/summaries", """{"code":0,"server":"rig-v4","data":{"ok":true,"now_ms":1795329520990,"self":{"pid":22064,"srs_uptime":15}}}""");
        (await _client.GetProcessAsync(default)).ShouldBe(first);

        On("GET /api/v1/summaries", """{"code":0,"server":"rig-v4","data":{"ok":true,"now_ms":1795329530000,"self":{"pid":22064,"srs_uptime":3}}}""");
        (await _client.GetProcessAsync(default)).ServiceId.ShouldBe("22064:1795329527");
    }

    [Fact]
    public async Task SRS_4_that_has_only_just_started_has_no_name_yet()
    {
        On("GET /api/v1/versions", """{"code":0,"server":"rig-v4","data":{"major":4,"minor":0,"revision":271}}""");
        On("GET /api/v1/self_proc_stats", """{"code":0,"server":"rig-v4","data":{"ok":true,"pid":0,"starttime":0}}""");
        On("GET /api/v1/summaries", """{"code":0,"server":"rig-v4","data":{"ok":true,"now_ms":1795329506380,"self":{"pid":22064,"srs_uptime":0}}}""");
        (await ShouldFailAsync(() => _client!.GetProcessAsync(default))).ShouldContain("only just started");
    }

    [Fact]
    public async Task Streams_carry_the_name_of_their_vhost()
    {
        On("GET /api/v1/streams/", """
            {"code":0,"server":"s","service":"p","pid":"1","streams":[
              {"id":"vid-9qn9jf7","name":"c2","vhost":"vid-41b2i9y","app":"live","tcUrl":"rtmp://x","url":"video.example/live/c2","clients":2,"frames":0,"send_bytes":4291,"recv_bytes":79005,"kbps":{"recv_30s":0},"publish":{"active":true,"cid":"76zwg2fn"},"video":null,"audio":{"codec":"AAC","sample_rate":44100,"channel":2,"profile":"LC"}},
              {"id":"vid-z","name":"c1","vhost":"vid-718w76x","app":"app/inst","publish":{"active":false}}]}
            """);
        On("GET /api/v1/vhosts/", """{"code":0,"server":"s","service":"p","vhosts":[{"id":"vid-41b2i9y","name":"video.example"},{"id":"vid-718w76x","name":"__defaultVhost__"}]}""");

        var answer = await _client!.GetStreamsAsync(default);
        (answer.ServerId, answer.ServiceId).ShouldBe(("s", "p"));
        answer.Value.ShouldBe(
        [
            new SrsStream("vid-9qn9jf7", "video.example", "live", "c2", true, "76zwg2fn", 79005, 2) { HasMedia = true },
            new SrsStream("vid-z", "__defaultVhost__", "app/inst", "c1", false, "", 0, 0),
        ]);

        await _client.GetStreamsAsync(default);
        _requests.Count(request => request.StartsWith("GET /api/v1/vhosts/", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task All_pages_are_read_and_a_row_that_came_twice_is_there_once()
    {
        On("GET /api/v1/clients/?start=0&count=1000", Clients(0, 1000));
        On("GET /api/v1/clients/?start=1000&count=1000", Clients(998, 1000)); // the map has moved by two
        On("GET /api/v1/clients/?start=2000&count=1000", Clients(1998, 2));

        var answer = await _client!.GetClientsAsync(default);

        answer.Value.Count.ShouldBe(2000);
        answer.Value.Select(client => client.Id).Distinct().Count().ShouldBe(2000);
    }

    [Fact]
    public async Task A_client_is_read_with_its_bytes()
    {
        On("GET /api/v1/clients/2976ulp7", """{"code":0,"server":"s","service":"p","pid":"1","client":{"id":"2976ulp7","vhost":"vid-u","stream":"vid-p","ip":"127.0.0.1","pageUrl":"","tcUrl":"rtmp://x","url":"/live/cam1","name":"cam1","type":"fmle-publish","publish":true,"alive":2.51,"send_bytes":0,"recv_bytes":4096}}""");
        (await _client!.GetClientAsync("2976ulp7", default)).Value
            .ShouldBe(new SrsClient("2976ulp7", "vid-u", "vid-p", "127.0.0.1", "/live/cam1", "fmle-publish", true, 2.51, 4096));
    }

    [Fact]
    public async Task Only_code_2049_means_that_a_client_is_gone()
    {
        On("GET /api/v1/clients/gone", """{"code":2049}""");
        On("GET /api/v1/clients/odd", """{"code":1234}""");
        On("GET /api/v1/clients/empty", """{"code":0}""");
        (await _client!.GetClientAsync("gone", default)).Value.ShouldBeNull();
        await ShouldFailAsync(() => _client.GetClientAsync("odd", default));
        await ShouldFailAsync(() => _client.GetClientAsync("empty", default));
        await ShouldFailAsync(() => _client.GetClientAsync("not-found-status", default));
    }

    [Fact]
    public async Task A_delete_tells_whether_there_was_anything_to_delete()
    {
        On("DELETE /api/v1/clients/there", """{"code":0,"server":"s","service":"p","pid":"1"}""");
        On("DELETE /api/v1/clients/gone", """{"code":2049}""");
        (await _client!.DeleteClientAsync("there", default)).ShouldBe(new SrsAnswer<bool>(true, "s", "p"));
        (await _client.DeleteClientAsync("gone", default)).Value.ShouldBeFalse();
        await Should.ThrowAsync<ArgumentException>(() => _client.DeleteClientAsync("", default));
    }

    [Fact]
    public async Task The_password_is_sent_and_its_absence_explained()
    {
        _answers["GET /api/v1/versions"] = context =>
        {
            var expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("admin:pass"));
            context.Response.StatusCode = context.Request.Headers.Authorization == expected ? 200 : 401;
            return context.Response.StatusCode == 200
                ? context.Response.WriteAsync("""{"code":0,"server":"s","service":"p","pid":"1","data":{"major":6,"minor":0,"revision":157}}""")
                : Task.CompletedTask;
        };
        (await _client!.GetProcessAsync(default)).ServiceId.ShouldBe("p");

        using var stranger = ServerAt(_address);
        (await ShouldFailAsync(() => stranger.For(SrsPriority.Check).GetProcessAsync(default))).ShouldContain("user name and password");
    }

    [Fact]
    public async Task A_redirect_is_not_followed_with_the_password()
    {
        _answers["GET /api/v1/versions"] = context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };
        (await ShouldFailAsync(() => _client!.GetProcessAsync(default))).ShouldContain("redirects");
        _requests.ShouldNotContain("GET /elsewhere");
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>nginx</html>")]
    [InlineData("[1,2]")]
    [InlineData("null")]
    [InlineData("{\"code\":0}")]
    [InlineData("{\"code\":0,\"streams\":{}}")]
    [InlineData("{\"code\":0,\"streams\":[")]
    public async Task What_is_no_answer_of_SRS_is_no_empty_list(string body)
    {
        On("GET /api/v1/streams/", body);
        await ShouldFailAsync(() => _client!.GetStreamsAsync(default));
    }

    [Fact]
    public async Task One_name_that_is_no_utf8_does_not_blind_us_for_the_others()
    {
        var body = Encoding.UTF8.GetBytes("""{"code":0,"server":"s","service":"p","clients":[{"id":"a","url":"/live/xxxx","publish":true},{"id":"b","url":"/live/ok","publish":true}]}""");
        body[Array.IndexOf(body, (byte)'x')] = 0xFE;
        body[Array.IndexOf(body, (byte)'x')] = 0x01;
        _answers["GET /api/v1/clients/"] = context => context.Response.Body.WriteAsync(body).AsTask();
        (await _client!.GetClientsAsync(default)).Value.Select(client => client.Id).ShouldBe(["a", "b"]);
    }

    [Fact]
    public async Task An_endless_answer_is_cut_off()
    {
        _answers["GET /api/v1/streams/"] = async context =>
        {
            var chunk = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(chunk, context.RequestAborted);
            }
        };
        (await ShouldFailAsync(() => _client!.GetStreamsAsync(default))).ShouldMatch("more than|did not answer within");
    }

    [Fact]
    public async Task An_answer_that_does_not_come_is_not_waited_for()
    {
        _answers["GET /api/v1/versions"] = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        (await ShouldFailAsync(() => _client!.GetProcessAsync(default))).ShouldContain("did not answer within 1 s");
        _requests.Count.ShouldBe(1); // it is still being worked on: asking again would double the load
    }

    [Fact]
    public async Task A_broken_connection_is_tried_once_more()
    {
        var calls = 0;
        _answers["GET /api/v1/versions"] = context =>
        {
            if (++calls == 1)
            {
                context.Abort();
                return Task.CompletedTask;
            }

            return context.Response.WriteAsync("""{"code":0,"server":"s","service":"p","pid":"1","data":{"major":6,"minor":0,"revision":157}}""");
        };
        (await _client!.GetProcessAsync(default)).ServiceId.ShouldBe("p");
    }

    [Fact]
    public async Task A_server_that_refuses_connections_is_left_alone_for_a_while()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        var port = ((IPEndPoint)socket.LocalEndpoint).Port;
        socket.Stop();
        using var server = ServerAt($"http://127.0.0.1:{port}");
        var client = server.For(SrsPriority.Check);

        for (var i = 0; i < _options.BreakAfter; i++)
        {
            (await ShouldFailAsync(() => client.GetClientAsync("x", default))).ShouldContain("could not be reached");
        }

        (await ShouldFailAsync(() => client.GetClientAsync("x", default))).ShouldContain("several times in a row");
    }

    [Fact]
    public async Task A_caller_that_goes_away_is_let_go()
    {
        _answers["GET /api/v1/versions"] = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        using var gone = new CancellationTokenSource();
        var call = _client!.GetProcessAsync(gone.Token);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task The_age_of_the_byte_counters_is_read()
    {
        On("GET /api/v1/summaries", """{"code":0,"server":"s","data":{"ok":true,"now_ms":1795345023625,"self":{"pid":1},"system":{"srs_sample_time":1795345021503}}}""");
        (await _client!.GetSampleAgeAsync(default)).ShouldBe(TimeSpan.FromMilliseconds(2122));
    }

    private SrsServer ServerAt(string address, string? user = null, string? password = null) =>
        new(new SrsEndpoint("srs-1", address, user, password), _options, TimeProvider.System, NullLogger.Instance);

    private void On(string request, string body) => _answers[request] = context =>
    {
        context.Response.Headers.Connection = "close";
        return context.Response.WriteAsync(body);
    };

    private static string Clients(int from, int count) =>
        $$"""{"code":0,"server":"s","service":"p","pid":"1","clients":[{{string.Join(',', Enumerable.Range(from, count).Select(i => $$"""{"id":"c{{i}}","url":"/live/x"}"""))}}]}""";

    private static async Task<string> ShouldFailAsync(Func<Task> call) => (await Should.ThrowAsync<SrsUnreachableException>(call)).Message;
}

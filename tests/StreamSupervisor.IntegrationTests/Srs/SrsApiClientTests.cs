using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.IntegrationTests.Srs;

/// <summary>The client against a real HTTP server that answers as SRS was recorded to, and as no SRS ever should.</summary>
public sealed partial class SrsApiClientTests : IAsyncLifetime, IDisposable
{
    private readonly Dictionary<string, RequestDelegate> _answers = [];
    private readonly List<string> _requests = [];
    private readonly SrsApiOptions _options = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly VirtualTime _time = new(); // So that no call is too slow by accident, and those that are meant to be need no waiting.
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
        (await _client!.GetProcessAsync(default)).ShouldBe(new OriginProcess("rig-v5", "94q66055", "21046", new SrsVersion(5, 0, 216)));
    }

    [Fact]
    public async Task SRS_4_is_named_by_its_pid_and_the_kernels_start_time()
    {
        On("GET /api/v1/versions", """{"code":0,"server":"rig-v4","data":{"major":4,"minor":0,"revision":271,"version":"4.0.271"}}""");
        On("GET /api/v1/self_proc_stats", """{"code":0,"server":"rig-v4","data":{"ok":true,"sample_time":1795345020501,"percent":0.01,"pid":14327,"starttime":158699,"rsslim":-1}}""");
        (await _client!.GetProcessAsync(default)).ShouldBe(new OriginProcess("rig-v4", "14327:158699", "14327", new SrsVersion(4, 0, 271)));
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
            new StreamRow("vid-9qn9jf7", "video.example", "live", "c2", true, "76zwg2fn", 79005, 2) { SentBytes = 4291, HasMedia = true },
            new StreamRow("vid-z", "__defaultVhost__", "app/inst", "c1", false, "", 0, 0),
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

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    public async Task Shorter_pages_than_asked_for_are_followed_where_the_total_says_that_there_is_more(int most)
    {
        _answers["GET /api/v1/clients/"] = context =>
        {
            var start = int.Parse(context.Request.Query["start"]!, CultureInfo.InvariantCulture);
            return context.Response.WriteAsync(Clients(start, Math.Min(most, 130 - start), total: 130));
        };
        (await _client!.GetClientsAsync(default)).Value.Count.ShouldBe(130);
        _requests.Count.ShouldBe((130 + most - 1) / most);
    }

    [Fact]
    public async Task Whoever_answers_each_page_with_the_same_rows_is_asked_twice_and_not_for_ever()
    {
        On("GET /api/v1/clients/", Clients(0, 1000, total: 5000));
        (await _client!.GetClientsAsync(default)).Value.Count.ShouldBe(1000);
        _requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_stream_name_with_slashes_is_split_like_its_key()
    {
        On("GET /api/v1/streams/", """{"code":0,"streams":[{"id":"vid-1","name":"room/7","vhost":"vid-u","app":"live","publish":{"active":true,"cid":"c"}}]}""");
        On("GET /api/v1/vhosts/", """{"code":0,"vhosts":[{"id":"vid-u","name":"__defaultVhost__"}]}""");
        var stream = (await _client!.GetStreamsAsync(default)).Value.ShouldHaveSingleItem();
        (stream.App, stream.Name).ShouldBe(("live/room", "7"));
    }

    [Fact]
    public async Task A_client_is_read_with_its_bytes()
    {
        On("GET /api/v1/clients/2976ulp7", """{"code":0,"server":"s","service":"p","pid":"1","client":{"id":"2976ulp7","vhost":"vid-u","stream":"vid-p","ip":"127.0.0.1","pageUrl":"","tcUrl":"rtmp://x","url":"/live/cam1","name":"cam1","type":"fmle-publish","publish":true,"alive":2.51,"send_bytes":0,"recv_bytes":4096}}""");
        (await _client!.GetClientAsync("2976ulp7", default)).Value
            .ShouldBe(new ClientRow("2976ulp7", "vid-u", "vid-p", "127.0.0.1", "/live/cam1", "fmle-publish", true, 2.51, 4096));
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
    public async Task The_age_of_the_byte_counters_is_read()
    {
        On("GET /api/v1/summaries", """{"code":0,"server":"s","data":{"ok":true,"now_ms":1795345023625,"self":{"pid":1},"system":{"srs_sample_time":1795345021503}}}""");
        (await _client!.GetSampleAgeAsync(default)).ShouldBe(TimeSpan.FromMilliseconds(2122));
    }

    private SrsServer ServerAt(string address, string? user = null, string? password = null) =>
        new(new SrsEndpoint("srs-1", address, user, password), _options, _time, NullLogger.Instance);

    private void On(string request, string body) => _answers[request] = context =>
    {
        context.Response.Headers.Connection = "close";
        return context.Response.WriteAsync(body);
    };

    private void Status(string request, int status) => _answers[request] = context =>
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    private static string Clients(int from, int count, int? total = null) =>
        $$"""{"code":0,"server":"s","service":"p","pid":"1",{{(total is { } all ? $"\"total\":{all}," : "")}}"clients":[{{string.Join(',', Enumerable.Range(from, count).Select(i => $$"""{"id":"c{{i}}","url":"/live/x"}"""))}}]}""";

    private static async Task<string> ShouldFailAsync(Func<Task> call) => (await Should.ThrowAsync<SrsUnreachableException>(call)).Message;
}

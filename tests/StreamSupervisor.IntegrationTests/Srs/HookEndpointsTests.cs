using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Akka.Actor;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.IntegrationTests.Srs;

/// <summary>Hooks over a real listener: what SRS sends, and what it never would.</summary>
public sealed class HookEndpointsTests : IAsyncLifetime, IDisposable
{
    private const string Token = "the-token-of-srs-1";
    private readonly HttpClient _http = new();
    private readonly Streams _streams = new();
    private readonly SrsServers _servers = new([new SrsEndpoint("srs-1", "http://127.0.0.1:1985")], new SrsApiOptions(), TimeProvider.System, NullLoggerFactory.Instance);
    private readonly CapturedLog _log = new();
    private WebApplication? _server;
    private string _address = "";

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();

        var time = TimeProvider.System;
        var directory = new OriginDirectory(_servers);
        var process = new OriginProcess("server-1", "process-1", "1", new SrsVersion(6, 0, 157));
        directory.Note(new OriginSnapshot("srs-1", OriginStatus.Up, time.GetUtcNow(), process));
        var origins = new OriginRegion(ActorRefs.Nobody, time);
        var options = new HooksOptions { Deadline = TimeSpan.FromSeconds(2) };
        var gate = new CredentialGate(new CredentialOptions(), new RegistrationCredential(new() { Primary = "0123456789abcdef0123456789abcdef" }));
        var reader = new PublishAttemptReader(PolicyBook.Default, gate, time);
        var publish = new PublishHook(reader, directory, origins, _streams, PolicyBook.Default, new Relays([]), new Availability(() => null), options, time,
            NullLogger<PublishHook>.Instance);
        var handler = new HookHandler(publish, reader, directory, origins, _streams, new HookArrivals(new SupervisorOptions(), time), time);
        new HookEndpoints(handler, new HookTokens([new OriginOptions { Name = "srs-1", HookToken = Token }]), options, time, _log).Map(_server);

        await _server.StartAsync();
        _address = _server.Urls.Single();
    }

    public async Task DisposeAsync() => await _server!.DisposeAsync();

    public void Dispose()
    {
        _http.Dispose();
        _servers.Dispose();
    }

    [Fact]
    public async Task A_publisher_hears_yes_in_the_words_that_SRS_takes_for_one()
    {
        var (status, body) = await PostAsync(Hook());
        (status, body).ShouldBe((HttpStatusCode.OK, "{\"code\":0}"));
    }

    [Fact]
    public async Task A_refusal_is_a_200_with_a_number()
    {
        _streams.Reply = new Refused(1, RefusalReason.Locked, null);
        var (status, body) = await PostAsync(Hook());
        status.ShouldBe(HttpStatusCode.OK);
        body.ShouldStartWith($"{{\"code\":{RefusalCatalog.Of(RefusalReason.Locked).Code},\"msg\":\"");
    }

    [Fact]
    public async Task A_wrong_token_is_refused_and_never_logged()
    {
        for (var i = 0; i < 20; i++)
        {
            var (status, body) = await PostAsync(Hook(), $"guess-{i}");
            status.ShouldBe(HttpStatusCode.NotFound);
            body.Length.ShouldBeLessThan(100);
        }

        _log.Lines.Count.ShouldBe(1);
        _log.Lines[0].ShouldNotContain("guess");
        _streams.Asked.ShouldBe(0);
    }

    [Theory]
    [InlineData("", "no JSON")]
    [InlineData("{\"action\":", "no JSON")]
    [InlineData("{\"action\":\"on_publish\",\"server_id\":\"server-1\"}", "'client_id'")]
    public async Task What_is_no_hook_hears_what_is_wrong_with_it(string body, string why)
    {
        var (status, text) = await PostAsync(body);
        status.ShouldBe(HttpStatusCode.BadRequest);
        text.ShouldContain(why);
        text.ShouldNotContain("{\"code\":0");
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_without_reading_it()
    {
        var (status, body) = await PostAsync(new string(' ', 70_000));
        status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        body.ShouldContain("65536");
    }

    [Fact]
    public async Task A_hook_of_64_kilobytes_of_param_is_still_a_hook()
    {
        var (status, body) = await PostAsync(Hook().Replace("?x=1", "?x=" + new string('y', 60_000), StringComparison.Ordinal));
        (status, body).ShouldBe((HttpStatusCode.OK, "{\"code\":0}"));
    }

    [Fact]
    public async Task A_body_that_drips_is_cut_off()
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(_address).Port);
        var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /hooks/v1/{Token} HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{{"));

        using var reader = new StreamReader(stream);
        var answer = await reader.ReadLineAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System).Token);

        answer.ShouldNotBeNull();
        answer.ShouldContain("408");
        _streams.Asked.ShouldBe(0);
    }

    [Fact]
    public async Task Other_methods_and_paths_are_none_of_ours()
    {
        (await _http.GetAsync(new Uri($"{_address}/hooks/v1/{Token}"))).StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        (await PostAsync(Hook(), $"{Token}/more")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string body, string token = Token)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(new Uri($"{_address}/hooks/v1/{token}"), content);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string Hook() => """
        {"server_id":"server-1","service_id":"process-1","action":"on_publish","client_id":"c1","ip":"127.0.0.1","vhost":"__defaultVhost__","app":"live","tcUrl":"rtmp://127.0.0.1/live","stream":"cam1","param":"?x=1","stream_url":"/live/cam1","stream_id":"vid-v5b4i42"}
        """;

    private sealed class Streams() : LiveStreamRegion(ActorRefs.Nobody, TimeProvider.System, new LiveStreamSettings())
    {
        public LiveStreamReply Reply { get; set; } = new Allowed(1);
        public int Asked { get; private set; }

        public override Task<AskResult> AskAsync(string key, LiveStreamCommand command, DateTimeOffset deadline, CancellationToken cancellation)
        {
            Asked++;
            return Task.FromResult(AskResult.Answered(Reply));
        }

        public override void Tell(string key, LiveStreamCommand command)
        {
        }
    }

    private sealed class CapturedLog : ILogger<HookEndpoints>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}

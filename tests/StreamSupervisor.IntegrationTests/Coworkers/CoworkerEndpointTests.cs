using System.Net;
using System.Text.Json;
using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.IntegrationTests.Api;
using StreamSupervisor.IntegrationTests.Server;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Coworkers;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Server.Hooks;
using StreamSupervisor.Srs.Api;

namespace StreamSupervisor.IntegrationTests.Coworkers;

/// <summary>A question of an SRS server over a real listener: where a stream is that nobody publishes to it.</summary>
public sealed class CoworkerEndpointTests : IAsyncLifetime, IDisposable
{
    private const string Token = "the-asking-token-of-srs-1";
    private const string HookToken = "the-hook-token-of-srs-1";
    private readonly HttpClient _http = new();
    private readonly StreamSupervisor.Srs.Api.SrsServers _servers = new(
        [new SrsEndpoint("srs-1", "http://127.0.0.1:1985"), new SrsEndpoint("srs-2", "http://127.0.0.1:1986")], new SrsApiOptions(), TimeProvider.System,
        NullLoggerFactory.Instance);
    private readonly CapturedLog _log = new();
    private readonly ToldOrigins _origins = new();
    private FakeEntities _entities = null!;
    private OriginDirectory _directory = null!;
    private WebApplication _server = null!;
    private string? _whyNot;
    private string _address = "";

    public async Task InitializeAsync()
    {
        _entities = await FakeEntities.OpenAsync();
        _directory = new OriginDirectory(_servers);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _server = builder.Build();
        var options = new SupervisorOptions
        {
            Origins =
            {
                new OriginOptions { Name = "srs-1", Api = "http://10.0.0.11:1985", HookToken = HookToken, CoworkersToken = Token },
                new OriginOptions { Name = "srs-2", Api = "http://10.0.0.12:1985", PlayAddress = "play.example:2935" },
            },
        };
        new CoworkerEndpoint(LocatorOf(_entities), new CoworkerTokens(options.Origins), _origins, options, TimeProvider.System, _log).Map(_server);
        await _server.StartAsync();
        _address = _server.Urls.Single();
        Note("srs-1", OriginStatus.Up);
        Note("srs-2", OriginStatus.Up);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _entities.DisposeAsync();
    }

    public void Dispose()
    {
        _http.Dispose();
        _servers.Dispose();
    }

    [Fact]
    public async Task A_server_is_told_where_the_stream_is()
    {
        await _entities.PutAsync(Given.Live("live/cam1", "srs-2"));
        var (status, body) = await AskAsync();
        (status, body).ShouldBe((HttpStatusCode.OK,
            """{"code":0,"data":{"query":{"ip":"edge.example","vhost":"__defaultVhost__","app":"live","stream":"cam1"}"""
            + ""","origin":{"ip":"play.example","port":2935,"vhost":"__defaultVhost__","api":"10.0.0.12:1985","routers":["10.0.0.12:1985"]}}}"""));
    }

    [Fact]
    public async Task It_stays_where_it_has_the_stream_itself_and_where_nobody_has_it_and_no_actor_is_started_for_that()
    {
        (await AskAsync()).ShouldSatisfyAllConditions(Stays);
        _entities.Status = AskStatus.Failed;
        (await AskAsync()).ShouldSatisfyAllConditions(Stays);

        _entities.Status = AskStatus.Answered;
        await _entities.PutAsync(Given.Live("live/cam1"));
        (await AskAsync()).ShouldSatisfyAllConditions(Stays);
    }

    [Fact]
    public async Task Who_asks_for_what_it_publishes_itself_has_thrown_its_source_away_and_the_actor_of_the_server_hears_of_it()
    {
        var live = Given.Live("live/cam1", "srs-1");
        await _entities.PutAsync(live with { Session = live.Session! with { Confirmed = false } });
        (await AskAsync()).ShouldSatisfyAllConditions(Stays);
        _origins.Told.ShouldBeEmpty("SRS has not begun yet");

        await _entities.PutAsync(live with { Session = live.Session! with { Confirmed = true } });
        (await AskAsync()).ShouldSatisfyAllConditions(Stays);
        _origins.Told.ShouldBe([new AskedForItsOwn("srs-1", live.Key, live.Session!.By.Session)]);

        await _entities.PutAsync(Given.Live("live/cam1", "srs-2"));
        (await AskAsync()).Body.ShouldContain("play.example");
        _origins.Told.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_is_sent_to_a_server_that_is_down()
    {
        await _entities.PutAsync(Given.Live("live/cam1", "srs-2"));
        Note("srs-2", OriginStatus.Down);
        (await AskAsync()).ShouldSatisfyAllConditions(Stays);
        Note("srs-2", OriginStatus.Suspect);
        (await AskAsync()).Body.ShouldContain("play.example");

        await _entities.PutAsync(Given.Live("live/cam1", "srs-9"));
        (await AskAsync()).ShouldSatisfyAllConditions(Stays);
    }

    [Fact]
    public async Task A_question_waits_for_a_change_of_hands_and_hears_the_next_server()
    {
        var moving = Given.Live("live/cam1", "srs-1") with
        {
            Handover = new Handover(Given.By("next", "srs-2"), AdmissionRule.NewestWins, AskedIn.OnPublish, Given.At(0), Given.At(0), Given.At(2500)),
        };
        await _entities.PutAsync(moving);
        var asking = AskAsync();
        await Eventually.HoldsAsync("it was looked at twice", () => Task.FromResult(_entities.Looks > 1));
        asking.IsCompleted.ShouldBeFalse();

        await _entities.PutAsync(Given.Live("live/cam1", "srs-2", generation: 2));
        (await asking).Body.ShouldContain("play.example");
    }

    [Fact]
    public async Task A_change_of_hands_that_does_not_end_is_answered_with_the_next_server()
    {
        await _entities.PutAsync(Given.Idle("live/cam1") with
        {
            Handover = new Handover(Given.By("next", "srs-2"), AdmissionRule.NewestWins, AskedIn.OnPublish, Given.At(0), Given.At(0), Given.At(2500)),
        });
        (await AskAsync()).Body.ShouldContain("play.example");
    }

    [Fact]
    public async Task Where_nobody_knows_the_server_asks_somebody_else()
    {
        await _entities.PutAsync(Given.Live("live/cam1", "srs-2"));
        _entities.Status = AskStatus.Unavailable;
        (await AskAsync()).ShouldSatisfyAllConditions(IsUndecided);
        _entities.Status = AskStatus.Answered;
        _whyNot = "this member has not joined";
        (await AskAsync()).ShouldSatisfyAllConditions(IsUndecided);
        _whyNot = null;
        await _entities.TakeStoreAwayAsync();
        (await AskAsync()).ShouldSatisfyAllConditions(IsUndecided);
    }

    [Fact]
    public async Task A_wrong_token_is_refused_and_never_logged_and_the_token_of_the_hooks_is_one()
    {
        for (var i = 0; i < 20; i++)
        {
            (await AskAsync(token: $"guess-{i}")).Status.ShouldBe(HttpStatusCode.NotFound);
        }

        (await AskAsync(token: HookToken)).Status.ShouldBe(HttpStatusCode.NotFound);
        _log.Lines.ShouldHaveSingleItem().ShouldNotContain("guess");
        _log.Lines[0].ShouldContain("origins.coworkers-token");
    }

    [Fact]
    public async Task What_is_no_question_hears_so()
    {
        (await AskAsync("vhost=v&app=live")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await AskAsync("vhost=v&ip=&app=live&stream=a/b")).ShouldSatisfyAllConditions(Stays);
        using var get = await _http.GetAsync(new Uri($"{_address}/coworkers/v1/{Token}/api/v1/clusters"));
        get.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Many_who_ask_for_one_stream_are_one_question_to_it_and_those_beyond_the_bound_are_sent_elsewhere_at_once()
    {
        await _entities.PutAsync(Given.Live("live/cam1", "srs-2"));
        var never = new Silent();
        var locator = LocatorOf(never);
        using var over = new CancellationTokenSource();
        var waiting = Enumerable.Range(0, 256).Select(_ => locator.FindAsync(Given.Cam1, "srs-1", over.Token).AsTask()).ToList();

        (await locator.FindAsync(Given.Cam1, "srs-1", over.Token)).ShouldBeOfType<StreamLocation.Undecided>().Why.ShouldStartWith("256 questions");

        await Eventually.HoldsAsync("the key was asked", () => Task.FromResult(never.Asked > 0));
        await over.CancelAsync();
        foreach (var one in waiting)
        {
            await Should.ThrowAsync<OperationCanceledException>(one);
        }

        never.Asked.ShouldBe(1, "its encoders must find room among its viewers");
        never.Answer(new StateReply(Given.Live("live/cam1", "srs-2")));
        (await locator.FindAsync(Given.Cam1, "srs-1", CancellationToken.None)).ShouldBe(new StreamLocation.On("srs-2"));
    }

    private static void Stays((HttpStatusCode Status, string Body) answer)
    {
        answer.Status.ShouldBe(HttpStatusCode.OK);
        answer.Body.ShouldContain("\"code\":0");
        answer.Body.ShouldContain("\"origin\":{\"ip\":\"\",\"port\":0,");
    }

    private static void IsUndecided((HttpStatusCode Status, string Body) answer)
    {
        answer.Status.ShouldBe(HttpStatusCode.ServiceUnavailable);
        using var body = JsonDocument.Parse(answer.Body);
        body.RootElement.GetProperty("code").GetInt32().ShouldBe(9095);
        answer.Body.ShouldNotContain("database");
    }

    private StreamLocator LocatorOf(LiveStreamRegion region)
    {
        var gate = new CredentialGate(new CredentialOptions(), new RegistrationCredential(new() { Primary = "0123456789abcdef0123456789abcdef" }));
        return new StreamLocator(_entities.Index, region, _directory, new PublishAttemptReader(PolicyBook.Default, gate, TimeProvider.System),
            new Availability(() => _whyNot), TimeProvider.System);
    }

    private void Note(string origin, OriginStatus status) =>
        _directory.Note(new OriginSnapshot(origin, status, TimeProvider.System.GetUtcNow(), null));

    private async Task<(HttpStatusCode Status, string Body)> AskAsync(
        string query = "vhost=__defaultVhost__&ip=edge.example&app=live&stream=cam1", string token = Token)
    {
        using var content = new ByteArrayContent([]);
        using var response = await _http.PostAsync(
            new Uri($"{_address}/coworkers/v1/{token}/api/v1/clusters?{query}&coworker=127.0.0.1:8085/coworkers/v1/{token}"), content);
        var body = await response.Content.ReadAsStringAsync();
        body.ShouldNotContain(token);
        return (response.StatusCode, body);
    }

    /// <summary>A key that answers nobody until it is told what to say.</summary>
    private sealed class Silent() : LiveStreamRegion(ActorRefs.Nobody, TimeProvider.System, new LiveStreamSettings())
    {
        private readonly TaskCompletionSource<AskResult> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public void Answer(LiveStreamReply reply) => _answer.SetResult(AskResult.Answered(reply));

        public override Task<AskResult> AskAsync(string key, LiveStreamCommand command, DateTimeOffset deadline, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _asked);
            return _answer.Task;
        }
    }

    private sealed class ToldOrigins() : OriginRegion(ActorRefs.Nobody, TimeProvider.System)
    {
        public List<OriginMessage> Told { get; } = [];

        public override void Tell(OriginMessage message, IActorRef? sender = null) => Told.Add(message);
    }

    private sealed class CapturedLog : ILogger<CoworkerEndpoint>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}

using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Client;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Server.Registrations;
using StreamSupervisor.TestKit.Domain;
using ClientDecision = StreamSupervisor.Client.RegistrationDecision;

namespace StreamSupervisor.IntegrationTests.Registrations;

/// <summary>The client library against the endpoints on a real listener; behind them the real rules, one entity each, in memory.</summary>
public sealed class RegistrationApiTests : IAsyncLifetime
{
    private const string Key = "live/cam1";
    private readonly RuledRegion _rules = new();
    private readonly List<OriginLoad> _origins =
    [
        new("srs-1", "rtmp://srs-1/{app}/{stream}", OriginHealth.Up, 5), new("srs-2", "rtmp://srs-2/{app}/{stream}", OriginHealth.Up, 1),
    ];

    private readonly CredentialGate _gate;
    private readonly RegistrationCredential _credential = new RegistrationCredential(new() { Primary = "0123456789abcdef0123456789abcdef" });
    private readonly HttpClient _http = new();
    private WebApplication _web = null!;
    private SupervisorClient _client = null!;

    public RegistrationApiTests() => _gate = new CredentialGate(
        new CredentialOptions { Rules = { new CredentialRuleOptions { Match = "secret/*", Scheme = CredentialScheme.Secret, Primary = "sesame" } } }, _credential);

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        RegistrationEndpoints.Map(_web, new RegistrationContext
        {
            Region = _rules,
            Gate = _gate,
            Credential = _credential,
            Origins = () => _origins,
            Drain = new OriginDrain(_rules, ["srs-1", "srs-2"], TimeProvider.System),
            Options = new RegistrationOptions(),
            Time = TimeProvider.System,
        }, new ApiCallers(new ApiOptions()));
        await _web.StartAsync();
        _http.BaseAddress = new Uri(_web.Urls.First());
        _client = new SupervisorClient(_http, new SupervisorClientOptions { Addresses = [_http.BaseAddress], Timeout = TimeSpan.FromSeconds(30) });
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _web.DisposeAsync();
    }

    private Task<RegistrationAnswer> Register(string encoder = "ann", int attempt = 1, string key = Key, string? credential = null) =>
        _client.RegisterAsync(new RegistrationRequest(key, encoder, attempt) { Credential = credential });

    [Fact]
    public async Task A_free_key_is_answered_with_addresses_that_carry_a_credential_of_this_encoder()
    {
        var answer = await Register();
        (answer.Decision, answer.Reason, answer.AttemptsLeft).ShouldBe((ClientDecision.Publish, null, 2));
        answer.Publish.Select(t => t.Origin).ShouldBe(["srs-2", "srs-1"]);
        var url = answer.Publish[0].Url;
        url.ShouldStartWith("rtmp://srs-2/live/cam1?registration=v1.");
        var checkedAtHook = _gate.Check(StreamKey.Parse(Key), url[url.IndexOf('?', StringComparison.Ordinal)..], "192.0.2.1", TimeProvider.System.GetUtcNow());
        (checkedAtHook.Verdict, checkedAtHook.Subject, checkedAtHook.Registered?.Mark).ShouldBe(
            (CredentialVerdict.Valid, "ann", RegistrationClaim.MarkOf(answer.RegistrationId)));
    }

    [Fact]
    public async Task A_stale_session_that_goes_quickly_is_not_even_noticed_and_its_node_is_kept()
    {
        _rules.GoesLive(Key, Scene.Encoder("old", origin: "srs-1"));
        _rules.EvictAtOnce = true;
        var answer = await Register();
        answer.Decision.ShouldBe(ClientDecision.Publish);
        answer.Publish[0].Origin.ShouldBe("srs-1");
    }

    [Fact]
    public async Task While_the_old_session_goes_slowly_the_encoder_waits_and_hears_at_once_when_it_is_gone()
    {
        _rules.GoesLive(Key, Scene.Encoder("old"));
        var answer = await Register();
        (answer.Decision, answer.Reason, answer.Kind).ShouldBe((ClientDecision.Wait, "hold-exhausted", "temporary"));
        answer.Text!.Zh.ShouldNotBeEmpty();

        var decisions = new List<ClientDecision>();
        var poll = _client.GetAsync(answer.RegistrationId, TimeSpan.FromSeconds(20));
        await foreach (var decision in _client.WatchAsync(answer.RegistrationId))
        {
            decisions.Add(decision.Decision);
            if (decision.Decision == ClientDecision.Publish)
            {
                break;
            }

            _rules.Evicted(Key);
        }

        decisions.ShouldBe([ClientDecision.Wait, ClientDecision.Publish]);
        (await poll).Decision.ShouldBe(ClientDecision.Publish);
        (await _client.RenewAsync(answer.RegistrationId, new RegistrationUpdate { State = "connecting" })).Decision.ShouldBe(ClientDecision.Publish);
    }

    [Fact]
    public async Task A_wrong_credential_is_refused_for_good_and_the_callers_own_right_stands_for_a_missing_one()
    {
        var wrong = await Register(key: "secret/cam1", credential: "secret=abracadabra");
        (wrong.Decision, wrong.Reason, wrong.IsPermanent, wrong.RetryAfterMs).ShouldBe((ClientDecision.Refused, "credential-wrong", true, null));
        (await Register(key: "secret/cam1", credential: "secret=sesame")).Decision.ShouldBe(ClientDecision.Publish);
        (await Register(key: "secret/cam2")).Decision.ShouldBe(ClientDecision.Publish);
    }

    [Fact]
    public async Task A_goodbye_frees_the_key_and_ends_the_registration()
    {
        var answer = await Register();
        (await Register("bob")).Reason.ShouldBe("reserved");
        await _client.GoodbyeAsync(answer.RegistrationId);
        await _client.GoodbyeAsync(answer.RegistrationId);
        (await Should.ThrowAsync<SupervisorProblemException>(_client.GetAsync(answer.RegistrationId))).Problem.Reason.ShouldBe("registration-unknown");
        (await Register("bob", attempt: 2)).Decision.ShouldBe(ClientDecision.Publish);
        await _client.RegisterAsync(new RegistrationRequest(Key, "bob", 3) { Goodbye = true });
        (await Register("ann", attempt: 2)).Decision.ShouldBe(ClientDecision.Publish);
    }

    [Fact]
    public async Task An_end_that_is_said_after_the_stream_has_ended_closes_the_reconnect_window()
    {
        var answer = await Register();
        var ann = Scene.Encoder("c", identity: "ann", proven: true);
        _rules.GoesLive(Key, ann);
        _rules.Tell(StreamKey.Parse(Key).ToString(), new ReportUnpublished(ann.Session));
        _rules.StateOf(Key).Phase.ShouldBe(LiveStreamPhase.Interrupted);

        using (var ended = await _http.DeleteAsync($"/api/v1/registrations/{answer.RegistrationId}"))
        {
            ended.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        }

        _rules.StateOf(Key).Phase.ShouldBe(LiveStreamPhase.Idle);
        using var again = await _http.DeleteAsync($"/api/v1/registrations/{answer.RegistrationId}");
        again.StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task An_encoder_session_that_is_done_leaves_no_stream_that_waits_for_it()
    {
        var session = new EncoderSession(_client, new EncoderSessionOptions { Key = Key, EncoderId = "ann" });
        await foreach (var happened in session.RunAsync((permit, _) =>
        {
            var ann = Scene.Encoder("c", origin: permit.Target.Origin, identity: "ann", proven: true);
            _rules.GoesLive(Key, ann);
            _rules.Tell(StreamKey.Parse(Key).ToString(), new ReportUnpublished(ann.Session));
            return Task.FromResult(PublishEnd.Done);
        }))
        {
            happened.ShouldNotBeOfType<RefusedBySupervisor>();
        }

        _rules.StateOf(Key).Phase.ShouldBe(LiveStreamPhase.Idle);
    }

    [Fact]
    public async Task A_drained_node_gets_no_new_streams_until_it_is_back()
    {
        async Task Drain(bool draining) =>
            (await _http.PutAsJsonAsync("/api/v1/origins/srs-2", new { draining, why = "new disk" })).StatusCode.ShouldBe(HttpStatusCode.OK);

        await Drain(true);
        (await Register()).Publish.Select(t => t.Origin).ShouldBe(["srs-1"]);
        await Drain(false);
        (await Register(attempt: 2)).Publish.Count.ShouldBe(2);
        foreach (var (body, field) in new[] { ("""{"drain":true}""", "drain"), ("{}", "draining"), ("""{"draining":true,"Why":"x"}""", "Why") })
        {
            using var content = new StringContent(body, null, "application/json");
            using var refused = await _http.PutAsync("/api/v1/origins/srs-2", content);
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest, body);
            (await refused.Content.ReadFromJsonAsync<SupervisorProblem>())!.Field.ShouldBe(field);
        }

        (await _http.GetAsync("/api/v1/registrations/x?wait=NaN")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await _http.PutAsJsonAsync("/api/v1/origins/srs-9", new { draining = true })).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Without_a_node_the_refusal_is_temporary()
    {
        _origins.Clear();
        var answer = await Register();
        (answer.Decision, answer.Reason, answer.Kind).ShouldBe((ClientDecision.Refused, "unavailable", "temporary"));
    }

    [Fact]
    public async Task Two_hundred_registrations_of_twenty_encoders_leave_one_that_may_publish_and_the_others_hear_why()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Register($"encoder-{i % 20}", 1 + (i / 20 % 2))));
        var winners = answers.Where(a => a.Decision == ClientDecision.Publish).ToList();
        winners.ShouldNotBeEmpty();
        winners.Select(a => a.RegistrationId.Length > 0).ShouldAllBe(named => named);
        _rules.StateOf(Key).ReservedFor.ShouldNotBeNull();
        answers.Where(a => a.Decision == ClientDecision.Refused).ShouldAllBe(a => a.Reason == "reserved" && a.RetryAfterMs > 0);
        (winners.Count + answers.Count(a => a.Decision == ClientDecision.Refused)).ShouldBe(200);
        _rules.Registered.Distinct().Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("""{"key":"live","encoderId":"a","attempt":1}""", "bad-stream-key")]
    [InlineData("""{"key":"live/a","encoderId":"","attempt":1}""", "bad-field")]
    [InlineData("""{"key":"live/a","attempt":1}""", "bad-field")]
    [InlineData("""{"key":"live/a","encoderId":"a","attempt":0}""", "bad-field")]
    [InlineData("""{"encoderId":"a","attempt":1}""", "bad-stream-key")]
    [InlineData("""{"key":7}""", "bad-json")]
    [InlineData("null", "bad-json")]
    [InlineData("{", "bad-json")]
    public async Task Bad_input_is_refused_with_a_reason(string body, string reason)
    {
        var response = await _http.PostAsync("/api/v1/registrations", new StringContent(body, null, "application/json"));
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await response.Content.ReadFromJsonAsync<SupervisorProblem>())!.Reason.ShouldBe(reason);
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(31_000_000)]
    public async Task A_body_that_says_it_is_huge_is_refused_before_it_comes(int size)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/registrations") { Content = new StringContent(new string('x', size), null, "application/json") };
        request.Headers.ExpectContinue = true;
        var response = await _http.SendAsync(request);
        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await response.Content.ReadFromJsonAsync<SupervisorProblem>())!.Reason.ShouldBe("body-too-large");
    }

    [Fact]
    public async Task An_encoder_session_publishes_at_its_first_try_although_its_old_session_is_stale()
    {
        _rules.GoesLive(Key, Scene.Encoder("old", identity: "ann", proven: true));
        _rules.EvictAtOnce = true;
        var session = new EncoderSession(_client, new EncoderSessionOptions { Key = Key, EncoderId = "ann" });
        var events = new List<SessionEvent>();
        await foreach (var e in session.RunAsync((permit, _) =>
        {
            _rules.GoesLive(Key, Scene.Encoder("new", origin: permit.Target.Origin, identity: "ann", proven: true));
            return Task.FromResult(PublishEnd.Done);
        }))
        {
            events.Add(e);
        }

        events.Select(e => e.GetType().Name).ShouldBe([nameof(Registering), nameof(Publishing), nameof(PublishEnded), nameof(SessionEnded)]);
        _rules.StateOf(Key).EndOfBroadcast.ShouldBeTrue();
    }
}

using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Client;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Credentials;
using StreamSupervisor.Server.Registrations;
using StreamSupervisor.TestKit.Domain;

namespace StreamSupervisor.IntegrationTests.Registrations;

/// <summary>Who may register. A registration removes who is on air, so nobody may whom SRS would not let in either.</summary>
public sealed class RegistrationAccessTests : IAsyncLifetime
{
    private const string Secret = "0123456789abcdef0123456789abcdef";
    private readonly RuledRegion _rules = new();
    private readonly HttpClient _http = new();
    private WebApplication _web = null!;
    private Uri _address = null!;
    private IPAddress _caller = IPAddress.Parse("203.0.113.7");

    public async Task InitializeAsync() => await StartAsync(new ApiOptions
    {
        Keys = { new ApiKeyOptions { Name = "control-room", Role = "operate", Key = "k-operate" }, new ApiKeyOptions { Name = "wall", Role = "read", Key = "k-read" } },
    });

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _web.DisposeAsync();
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized, "api-key-missing")]
    [InlineData("k-guess", HttpStatusCode.Unauthorized, "api-key-wrong")]
    [InlineData("k-read", HttpStatusCode.Forbidden, "role-too-low")]
    [InlineData("k-operate", HttpStatusCode.OK, null)]
    public async Task Where_a_stream_asks_for_no_credential_only_a_key_that_may_operate_registers_it(string? key, HttpStatusCode expected, string? reason)
    {
        _rules.GoesLive("open/cam", Scene.Encoder("on-air"));
        var (status, problem, _) = await RegisterAsync("open/cam", key: key);
        (status, problem?.Reason).ShouldBe((expected, reason));
        _rules.StateOf("open/cam").Evictions.Count.ShouldBe(reason is null ? 1 : 0);
    }

    [Theory]
    [InlineData("secret=sesame", null)]
    [InlineData("secret=guess", "credential-wrong")]
    [InlineData("", "api-key-missing")]
    [InlineData(null, "api-key-missing")]
    public async Task An_encoder_without_a_key_registers_with_the_credential_of_its_stream_and_nobody_else_leaves_a_trace(string? credential, string? reason)
    {
        _rules.GoesLive("secret/cam", Scene.Encoder("on-air"));
        var (status, problem, _) = await RegisterAsync("secret/cam", credential);
        problem?.Reason.ShouldBe(reason);
        status.ShouldBe(reason switch { null => HttpStatusCode.OK, "credential-wrong" => HttpStatusCode.Forbidden, _ => HttpStatusCode.Unauthorized });
        _rules.StateOf("secret/cam").Evictions.Count.ShouldBe(reason is null ? 1 : 0);
        _rules.Registered.Count.ShouldBe(reason is null ? 1 : 0);
    }

    [Fact]
    public async Task Whoever_registered_by_credential_polls_renews_and_says_goodbye_by_the_id_that_it_got()
    {
        var (_, _, answer) = await RegisterAsync("secret/cam", "secret=sesame");
        var path = $"{_address}api/v1/registrations/{answer!.RegistrationId}";
        (await _http.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _http.PutAsJsonAsync(path, new { state = "connecting" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await _http.GetAsync(path[..^1] + (path[^1] == '0' ? '1' : '0'))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await _http.DeleteAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        _rules.StateOf("secret/cam").ReservedFor.ShouldBeNull();
    }

    [Fact]
    public async Task A_goodbye_needs_the_credential_too()
    {
        await RegisterAsync("secret/cam", "secret=sesame");
        (await PostAsync(new RegistrationRequest("secret/cam", "ann", 1) { Goodbye = true })).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        _rules.StateOf("secret/cam").ReservedFor.ShouldBe("ann");
        (await PostAsync(new RegistrationRequest("secret/cam", "ann", 1) { Goodbye = true, Credential = "secret=sesame" })).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        _rules.StateOf("secret/cam").ReservedFor.ShouldBeNull();
    }

    [Fact]
    public async Task A_credential_that_names_its_holder_registers_under_that_name_only()
    {
        var token = SignedToken.Sign(new TokenClaims("bob", "token/*", TimeProvider.System.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds(), null), System.Text.Encoding.UTF8.GetBytes(Secret));
        var (status, problem, _) = await RegisterAsync("token/cam", $"token={token}");
        (status, problem!.Field).ShouldBe((HttpStatusCode.BadRequest, "encoderId"));
        (await RegisterAsync("token/cam", $"token={token}", encoder: "bob")).Answer!.Decision.ShouldBe(StreamSupervisor.Client.RegistrationDecision.Publish);
    }

    [Fact]
    public async Task A_credential_steers_no_node()
    {
        (await _http.PutAsJsonAsync(new Uri(_address, "/api/v1/origins/srs-1"), new { draining = true, credential = "secret=sesame" })).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Without_keys_this_machine_may_and_a_stranger_may_with_a_credential()
    {
        await _web.DisposeAsync();
        await StartAsync(new ApiOptions());
        (await RegisterAsync("open/cam")).Problem!.Reason.ShouldBe("loopback-only");
        (await RegisterAsync("secret/cam", "secret=sesame")).Status.ShouldBe(HttpStatusCode.OK);
        _caller = IPAddress.Loopback;
        (await RegisterAsync("open/cam")).Status.ShouldBe(HttpStatusCode.OK);
    }

    private async Task StartAsync(ApiOptions api)
    {
        var credential = new RegistrationCredential(new() { Primary = "0123456789abcdef0123456789abcdef" });
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        _web.Use((call, next) =>
        {
            call.Connection.RemoteIpAddress = _caller;
            return next(call);
        });
        _web.UseRouting();
        RegistrationEndpoints.Map(_web, new RegistrationContext
        {
            Region = _rules,
            Gate = new CredentialGate(new CredentialOptions
            {
                Rules =
                {
                    new CredentialRuleOptions { Match = "secret/*", Scheme = CredentialScheme.Secret, Primary = "sesame" },
                    new CredentialRuleOptions { Match = "token/*", Scheme = CredentialScheme.Token, Primary = Secret },
                },
            }, credential),
            Credential = credential,
            Origins = () => [new OriginLoad("srs-1", "rtmp://srs-1/{app}/{stream}", OriginHealth.Up, 0)],
            Drain = new OriginDrain(_rules, ["srs-1"], TimeProvider.System),
            Options = new RegistrationOptions { Settle = TimeSpan.Zero },
            Time = TimeProvider.System,
        }, new ApiCallers(api));
        await _web.StartAsync();
        _address = new Uri(_web.Urls.First());
    }

    private async Task<(HttpStatusCode Status, SupervisorProblem? Problem, RegistrationAnswer? Answer)> RegisterAsync(string stream, string? credential = null,
        string? key = null, string encoder = "ann")
    {
        var response = await PostAsync(new RegistrationRequest(stream, encoder, 1) { Credential = credential }, key);
        return response.IsSuccessStatusCode
            ? (response.StatusCode, null, await response.Content.ReadFromJsonAsync<RegistrationAnswer>(RegistrationJson.Shared.Options))
            : (response.StatusCode, await response.Content.ReadFromJsonAsync<SupervisorProblem>(), null);
    }

    private Task<HttpResponseMessage> PostAsync(RegistrationRequest body, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, "/api/v1/registrations")) { Content = JsonContent.Create(body, RegistrationJson.Shared.RegistrationRequest) };
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Api-Key", key);
        }

        return _http.SendAsync(request);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StreamSupervisor.Agent;
using StreamSupervisor.Commands;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hosting;

namespace StreamSupervisor.IntegrationTests.Server;

/// <summary>Listeners with TLS: real handshakes, and a certificate that changes while connections are open.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private const string Key = "boss-boss-boss-boss-boss";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("streamsupervisor-tls-");
    private readonly string _address = FreePort.Address().Replace("http:", "https:", StringComparison.Ordinal);
    private readonly string _hooks = FreePort.Address();
    private readonly string _management = FreePort.Address().Replace("http:", "https:", StringComparison.Ordinal);
    private readonly ECDsa _authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private X509Certificate2 _authority = null!;
    private HttpClient _http = null!;
    private SupervisorServer _program = null!;

    public async Task InitializeAsync()
    {
        var request = new CertificateRequest("CN=authority of the tests", _authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        _authority = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(60));
        await File.WriteAllTextAsync(PathOf("ca.pem"), _authority.ExportCertificatePem());
        Issue("first");
        await File.WriteAllTextAsync(PathOf("my.conf"),
            $$"""
            streamsupervisor {
              http { listen = ["{{_hooks}}", "{{_address}}"], certificate { file = "{{PathOf("tls.crt")}}", key-file = "{{PathOf("tls.key")}}" } }
              management.listen = ["{{_management}}"]
              storage.sqlite.path = "{{PathOf("tls.db")}}"
              origins = [ { name = srs-1, api = "http://127.0.0.1:1", hook-token = "token-of-srs-1-0123456789" } ]
              api.keys = [ { name = boss, role = admin, key = "{{Key}}" } ]
            }
            """);
        var loaded = Load();
        loaded.IsUsable.ShouldBeTrue(string.Join('\n', loaded.Problems));
        _program = await SupervisorServer.BuildAsync(loaded.Options, logging => logging.ClearProviders(), Load);
        await _program.StartAsync(CancellationToken.None);
        _http = ClientOf(_authority);
        await Eventually.HoldsAsync("the supervisor is ready", async () =>
            (await _http.GetAsync(new Uri(_management + "/ready"))).IsSuccessStatusCode);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _program.DisposeAsync();
        _authority.Dispose();
        _authorityKey.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Api_and_pages_are_served_and_the_session_goes_over_https_only()
    {
        (await _http.GetAsync(new Uri(_address + "/api/v1/streams"))).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        using var login = await _http.PostAsync(new Uri(_address + "/ui/login"), new FormUrlEncodedContent([new("key", Key)]));
        login.Headers.GetValues("Set-Cookie").ShouldHaveSingleItem().ShouldContain("; secure");

        using var stranger = ClientOf(null);
        var refused = await Should.ThrowAsync<HttpRequestException>(() => stranger.GetAsync(new Uri(_address + "/")));
        refused.HttpRequestError.ShouldBe(HttpRequestError.SecureConnectionError);

        using var hook = new StringContent("""{"action":"on_close","client_id":"c1","ip":"10.0.0.1","vhost":"v","app":"live","server_id":"v","service_id":"s"}""", Encoding.UTF8, "application/json");
        (await _http.PostAsync(new Uri(_hooks + "/hooks/v1/token-of-srs-1-0123456789"), hook)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task The_program_finds_itself_without_an_authority() =>
        (await _program.Services.GetRequiredService<SelfProbe>().WhySilentAsync(TimeSpan.FromSeconds(20), CancellationToken.None)).ShouldBeNull();

    [Fact]
    public async Task A_certificate_that_is_renewed_is_shown_after_a_reload_and_open_connections_go_on()
    {
        using var open = await HandshakeAsync();
        NameOf(open).ShouldBe("CN=first");
        Issue("second");
        using (var before = await HandshakeAsync())
        {
            NameOf(before).ShouldBe("CN=first", "nobody has ordered a reload");
        }

        var (status, done) = await ReloadAsync();
        status.ShouldBe(200, done.ToString());
        done.GetProperty("applied").EnumerateArray().Select(setting => setting.GetString()).ShouldBe(["http.certificate"]);
        using (var after = await HandshakeAsync())
        {
            NameOf(after).ShouldBe("CN=second");
        }

        await open.WriteAsync(Encoding.ASCII.GetBytes("GET /alive HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        var answer = new byte[64];
        Encoding.ASCII.GetString(answer, 0, await open.ReadAtLeastAsync(answer, 15)).ShouldStartWith("HTTP/1.1 404"); // of the other listener
        (await ReloadAsync()).Body.GetProperty("applied").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_key_that_does_not_belong_to_the_certificate_is_named_and_the_old_pair_stays()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync(PathOf("tls.key"), other.ExportPkcs8PrivateKeyPem());

        var (status, problem) = await ReloadAsync();

        (status, problem.GetProperty("reason").GetString()).ShouldBe((422, "settings-wrong"));
        problem.GetProperty("mistakes").EnumerateArray().Single().GetString()!.ShouldContain($"'{PathOf("tls.key")}' holds no private key");
        using var shown = await HandshakeAsync();
        NameOf(shown).ShouldBe("CN=first");
    }

    [Fact]
    public async Task Commands_trust_an_authority_that_is_named()
    {
        var (exitCode, output, error) = await RunAsync("reload", "--server", _address, "--ca", PathOf("ca.pem"), "--api-key", Key);
        exitCode.ShouldBe(0, error);
        output.ShouldStartWith("No setting is another one.");
        (exitCode, _, error) = await RunAsync("cluster", "members", "--server", _management, "--ca", PathOf("ca.pem"));
        exitCode.ShouldBe(0, error);
        (exitCode, _, error) = await RunAsync("reload", "--server", _address, "--api-key", Key);
        exitCode.ShouldBe(ExitCodes.Unreachable);
        error.ShouldContain("write --ca FILE");
        (exitCode, _, error) = await RunAsync("reload", "--server", _address, "--ca", "/nowhere/ca.pem", "--api-key", Key);
        (exitCode, error.Contains("'/nowhere/ca.pem' cannot be read", StringComparison.Ordinal)).ShouldBe((ExitCodes.Usage, true));
    }

    [Fact]
    public async Task Doctor_trusts_an_authority_that_is_named()
    {
        // The first listener is the one that commands call.
        var settings = (await File.ReadAllTextAsync(PathOf("my.conf"))).Replace($"\"{_hooks}\", ", "", StringComparison.Ordinal);
        await File.WriteAllTextAsync(PathOf("secure.conf"), settings);

        var (_, output, _) = await RunAsync("doctor", "--config", PathOf("secure.conf"), "--ca", PathOf("ca.pem"));
        output.ShouldContain($"{_address} answers.");
        output.ShouldContain($"{_management} answers.");
        output.ShouldContain("this member: ready");
        output.ShouldNotContain("does not trust");
        output.ShouldNotContain("knows only a supervisor that runs");

        (_, output, _) = await RunAsync("doctor", "--config", PathOf("secure.conf"));
        output.ShouldContain("does not trust. Where the authority is your own, write --ca FILE.");
        output.ShouldContain("knows only a supervisor that runs");
    }

    [Fact]
    public async Task The_agent_for_encoders_trusts_an_authority_that_is_named()
    {
        string[] publish = ["publish", "--key", "live/cam1", "--server", _address, "--api-key", "nobodys-nobodys-nobodys", "--give-up-after", "1"];
        string[] encoder = ["--", "/nowhere/encoder", "{url}"];
        var (exitCode, _, error) = await RunAsync([.. publish, "--ca", PathOf("ca.pem"), .. encoder]);
        exitCode.ShouldBe(PublishExit.PermanentlyRefused, error); // by the supervisor: its key is nobody's
        (exitCode, _, error) = await RunAsync([.. publish, .. encoder]);
        exitCode.ShouldBe(PublishExit.GaveUp, error);
        error.ShouldContain("shows a certificate that is not trusted");
        (exitCode, _, error) = await RunAsync([.. publish, "--ca", PathOf("tls.key"), .. encoder]);
        exitCode.ShouldBe(ExitCodes.Usage);
        error.ShouldContain("It holds no certificate in PEM.");
    }

    private string PathOf(string name) => Path.Combine(_folder.FullName, name);

    private LoadedConfiguration Load() => SupervisorConfiguration.Load(PathOf("my.conf"), environment: new Dictionary<string, string>());

    /// <summary>Writes a certificate for this machine and its key.</summary>
    private void Issue(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var signed = request.Create(_authority, TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddDays(30), Guid.NewGuid().ToByteArray());
        File.WriteAllText(PathOf("tls.crt"), signed.ExportCertificatePem());
        File.WriteAllText(PathOf("tls.key"), key.ExportPkcs8PrivateKeyPem());
    }

    private static HttpClient ClientOf(X509Certificate2? authority)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false, AllowAutoRedirect = false };
        if (authority is not null)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { authority },
            };
        }

        return new HttpClient(handler);
    }

    private async Task<SslStream> HandshakeAsync()
    {
        var address = new Uri(_address);
        var tcp = new TcpClient();
        await tcp.ConnectAsync(address.Host, address.Port);
        var tls = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false, (_, shown, _, _) => shown is not null);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = SslProtocols.None });
        return tls;
    }

    private static string NameOf(SslStream tls) => tls.RemoteCertificate!.Subject;

    private async Task<(int Status, JsonElement Body)> ReloadAsync()
    {
        using var order = new HttpRequestMessage(HttpMethod.Post, _address + "/api/v1/reload");
        order.Headers.Add("X-Api-Key", Key);
        using var answer = await _http.SendAsync(order);
        return ((int)answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.Clone());
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        return (await CommandTree.RunAsync(arguments, output, error), output.ToString(), error.ToString());
    }
}

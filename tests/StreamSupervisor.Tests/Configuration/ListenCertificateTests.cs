using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Srs.Configuration;
using StreamSupervisor.TestKit.Membership;

namespace StreamSupervisor.Tests.Configuration;

/// <summary><c>https</c> listeners and <c>http.certificate</c>: each mistake is named with its setting before the start.</summary>
public sealed class ListenCertificateTests : IDisposable
{
    private readonly TestCertificates _files = new();

    [Fact]
    public void A_pair_is_good_and_so_is_one_file_with_both()
    {
        var (certificate, key) = Pair();
        Problems(Write("a.crt", certificate), Write("a.key", key)).ShouldBeEmpty();
        Problems(Write("both.pem", certificate + "\n" + key), "").ShouldBeEmpty();
    }

    [Fact]
    public void A_pair_that_is_none_is_named_by_the_file_that_is_wrong()
    {
        var (certificate, key) = Pair();
        var (file, other) = (Write("a.crt", certificate), Write("b.key", Pair().Key));
        Error(Problems(file, other)).ShouldBe(("http.certificate.key-file",
            $"'{other}' holds no private key in PEM without a password that belongs to the first certificate of '{file}'."));
        Error(Problems(Write("a.key", key), other)).Setting.ShouldBe("http.certificate.file");
        Error(Problems("/nowhere.crt", other)).ShouldBe(("http.certificate.file", "there is no file '/nowhere.crt'."));
        Error(Problems(file, "/nowhere.key")).ShouldBe(("http.certificate.key-file", "there is no file '/nowhere.key'."));
        Error(Problems(file, "")).Setting.ShouldBe("http.certificate.file");
        Error(Problems("", "")).Message.ShouldStartWith("is missing, but https://127.0.0.1:8443 is to be listened on");
    }

    [Fact]
    public void One_that_is_over_or_shown_to_nobody_is_a_warning()
    {
        var (certificate, key) = Pair(from: -9, until: -2);
        var over = Problems(Write("a.crt", certificate), Write("a.key", key)).ShouldHaveSingleItem();
        (over.Severity, over.Setting).ShouldBe((ProblemSeverity.Warning, "http.certificate.file"));
        over.Message.ShouldContain("has expired at");

        (certificate, key) = Pair();
        Problems(Write("a.crt", certificate), Write("a.key", key), "http://127.0.0.1:8444").ShouldHaveSingleItem().Message
            .ShouldStartWith("is shown to nobody");
    }

    [Fact]
    public void Hooks_over_https_alone_are_a_warning()
    {
        var (certificate, key) = Pair();
        var loaded = Load($$"""http { listen = ["https://127.0.0.1:8443"], certificate { file = "{{Write("a.crt", certificate)}}", key-file = "{{Write("a.key", key)}}" } }""");
        var warning = loaded.Problems.ShouldHaveSingleItem();
        (warning.Severity, warning.Setting).ShouldBe((ProblemSeverity.Warning, "http.listen"));
    }

    public void Dispose() => _files.Dispose();

    private static (string Certificate, string Key) Pair(int from = -1, int until = 30)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var own = new CertificateRequest("CN=listener", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(from), now.AddDays(until));
        return (own.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static (string Setting, string Message) Error(IReadOnlyList<ConfigProblem> problems) =>
        problems.First(problem => problem.Severity == ProblemSeverity.Error) is var error ? (error.Setting, error.Message) : default;

    private static IReadOnlyList<ConfigProblem> Problems(string file, string key, string listen = "https://127.0.0.1:8443") => Load(
        $$"""http { listen = ["http://127.0.0.1:8085", "{{listen}}"], certificate { file = "{{file}}", key-file = "{{key}}" } }""").Problems;

    private static LoadedConfiguration Load(string text) => SupervisorConfiguration.LoadText("test.conf",
        $$"""streamsupervisor { {{text}}, origins = [ { name = a, api = "http://x:1", hook-token = "0123456789abcdef" } ] }""",
        environment: new Dictionary<string, string>());

    private string Write(string name, string text) => _files.Write(name, Encoding.ASCII.GetBytes(text));
}

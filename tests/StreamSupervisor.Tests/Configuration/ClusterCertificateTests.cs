using System.Runtime.Versioning;
using System.Text;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Srs.Configuration;
using StreamSupervisor.TestKit.Membership;

namespace StreamSupervisor.Tests.Configuration;

/// <summary>An operator's own certificate: each mistake is named with its setting and its fix before the start.</summary>
[UnsupportedOSPlatform("windows")] // modes of files
public sealed class ClusterCertificateTests : IDisposable
{
    private readonly TestCertificates _files = new();

    [Fact]
    public void A_good_one_needs_no_secret_and_its_password_may_stand_in_a_file()
    {
        var file = _files.Pfx("good");
        Load(file, $"password = {TestCertificates.Password}").Problems.ShouldBeEmpty();

        var password = _files.Write("password", Encoding.UTF8.GetBytes(TestCertificates.Password + "\n"));
        File.SetUnixFileMode(password, UnixFileMode.UserRead);
        var loaded = Load(file, $"password-file = \"{password}\"");
        loaded.Problems.ShouldBeEmpty();
        loaded.Options.Cluster.Certificate.Password.ShouldBe(TestCertificates.Password);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        ShouldSay(Load("/nowhere/member.pfx"), "cluster.certificate.file", "there is no file '/nowhere/member.pfx'");

    [Fact]
    public void A_file_of_another_kind_is_named() =>
        ShouldSay(Load(_files.Write("text", "no certificate"u8.ToArray())), "cluster.certificate.file", "is no PFX file");

    [Fact]
    public void A_wrong_password_is_named_where_it_stands()
    {
        var file = _files.Pfx("locked");
        ShouldSay(Load(file, "password = wrong"), "cluster.certificate.password", "does not open");
        var password = _files.Write("wrong", "wrong"u8.ToArray());
        ShouldSay(Load(file, $"password-file = \"{password}\""), "cluster.certificate.password-file", "does not open");
        ShouldSay(Load(file, "password-file = \"/nowhere\""), "cluster.certificate.password-file", "there is no file '/nowhere'");
        ShouldSay(Load(file, $"password = a, password-file = \"{password}\""), "cluster.certificate.password-file", "stands beside");
    }

    [Fact]
    public void An_expired_one_is_an_error() =>
        ShouldSay(Load(_files.Pfx("old", from: -3, until: -1), $"password = {TestCertificates.Password}"), "cluster.certificate.file", "has expired at");

    [Fact]
    public void One_that_is_not_valid_yet_is_an_error() =>
        ShouldSay(Load(_files.Pfx("early", from: 2), $"password = {TestCertificates.Password}"), "cluster.certificate.file", "is valid only from");

    [Fact]
    public void One_without_its_key_is_an_error() =>
        ShouldSay(Load(_files.Pfx("half", withKey: false), $"password = {TestCertificates.Password}"), "cluster.certificate.file", "no private key");

    [Fact]
    public void The_password_is_shown_to_nobody() =>
        EffectiveSettings.Of(Load(_files.Pfx("good"), $"password = {TestCertificates.Password}"))
            .Single(setting => setting.Name == "cluster.certificate.password").Value.ShouldBe(EffectiveSettings.Mask);

    public void Dispose() => _files.Dispose();

    private static void ShouldSay(LoadedConfiguration loaded, string setting, string says)
    {
        var problem = loaded.Problems.First(p => p.Severity == ProblemSeverity.Error);
        problem.Setting.ShouldBe(setting);
        problem.ToString().ShouldContain(says);
    }

    private static LoadedConfiguration Load(string file, string more = "") => SupervisorConfiguration.LoadText("test.conf",
        $$"""
        streamsupervisor {
          storage { provider = postgres, postgres.connection-string = "Host=db" }
          cluster { enabled = true, advertise = "http://10.0.0.1:8560", certificate { file = "{{file}}", {{more}} } }
          origins = [ { name = a, api = "http://x:1", hook-token = "0123456789abcdef" } ]
        }
        """, environment: new Dictionary<string, string>());
}

using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using StreamSupervisor.Actors.Membership;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Hosting;
using StreamSupervisor.Server.Observability;
using StreamSupervisor.TestKit.Membership;
using StreamSupervisor.TestKit.Time;

namespace StreamSupervisor.Tests.Observability;

/// <summary>How long certificates and API keys still let somebody in.</summary>
public sealed class ExpiryGaugesTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 12, 20, 12, 0, 0, TimeSpan.Zero);
    private readonly TestCertificates _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public void What_ends_is_told_with_its_time_and_what_does_not_is_not()
    {
        var callers = new ApiCallers(KeysOf(("ends", "2026-12-31"), ("ended", "2026-12-20T11:59:00Z"), ("stays", "")));
        using var gauges = new ExpiryGauges(callers, () => new ServerCertificate(Pem(Now.AddDays(10))).Until, Now.AddHours(1), new VirtualTime(Now));

        Read(gauges).ShouldBe(new Dictionary<string, double>
        {
            ["certificate http.certificate"] = TimeSpan.FromDays(10).TotalSeconds,
            ["certificate cluster.certificate"] = TimeSpan.FromHours(1).TotalSeconds,
            ["api-key ends"] = TimeSpan.FromDays(11.5).TotalSeconds,
            ["api-key ended"] = -60,
        }, ignoreOrder: true);
    }

    [Fact]
    public void What_a_reload_brings_counts()
    {
        var callers = new ApiCallers(KeysOf(("a", "2026-12-31")));
        var certificate = new ServerCertificate(Pem(Now.AddDays(10)));
        using var gauges = new ExpiryGauges(callers, () => certificate.Until, members: null, new VirtualTime(Now));
        callers.Use(KeysOf(("b", "2026-12-21")));
        certificate.Prepare(Pem(Now.AddDays(90)))!();

        Read(gauges).ShouldBe(new Dictionary<string, double>
        {
            ["certificate http.certificate"] = TimeSpan.FromDays(90).TotalSeconds,
            ["api-key b"] = TimeSpan.FromDays(1.5).TotalSeconds,
        }, ignoreOrder: true);
    }

    [Fact]
    public void Without_certificates_and_ends_there_is_nothing()
    {
        using var gauges = new ExpiryGauges(new ApiCallers(KeysOf(("a", ""))), () => null, null, new VirtualTime(Now));
        Read(gauges).ShouldBeEmpty();
    }

    [Fact]
    public void The_members_certificate_tells_its_end()
    {
        var file = _files.Pfx("one", withAuthority: true, until: 7);
        using var own = X509CertificateLoader.LoadPkcs12FromFile(file, TestCertificates.Password);
        new MemberCertificate(file, TestCertificates.Password).ReadEnd().ShouldBe(new DateTimeOffset(own.NotAfter.ToUniversalTime()));
        Should.Throw<CryptographicException>(() => new MemberCertificate(_files.Pfx("none", withKey: false), TestCertificates.Password).ReadEnd());
    }

    private static ApiOptions KeysOf(params (string Name, string Expires)[] keys) => new()
    {
        Keys = [.. keys.Select(key => new ApiKeyOptions { Name = key.Name, Key = $"0123456789abcdef-{key.Name}", Expires = key.Expires })],
    };

    private PemCertificateOptions Pem(DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var own = new CertificateRequest("CN=listener", key, HashAlgorithmName.SHA256).CreateSelfSigned(Now.AddDays(-1), until);
        var file = _files.Write($"{until:yyyyMMdd}.pem", Encoding.ASCII.GetBytes(own.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem()));
        return new PemCertificateOptions { File = file };
    }

    private static Dictionary<string, double> Read(ExpiryGauges gauges)
    {
        var readings = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter == gauges.Meter)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => readings[$"{tags[0].Value} {tags[1].Value}"] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return readings;
    }
}

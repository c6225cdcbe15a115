using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace StreamSupervisor.TestKit.Membership;

/// <summary>An authority that signs certificates for members, and the files with them; all are gone at the end.</summary>
public sealed class TestCertificates : IDisposable
{
    public const string Password = "of-the-tests";

    private readonly string _folder = Directory.CreateTempSubdirectory("streamsupervisor-certificates-").FullName;
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;

    public TestCertificates()
    {
        var request = new CertificateRequest($"CN=authority {Guid.NewGuid()}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        _authority = request.CreateSelfSigned(Now.AddDays(-10), Now.AddDays(10));
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    /// <summary>A file with a certificate and its key.</summary>
    /// <param name="withAuthority">Whether the authority's certificate, without its key, is in the file too.</param>
    /// <param name="from">From when it is valid: so many days from now.</param>
    /// <param name="until">Until when.</param>
    /// <param name="withKey">Whether its private key is in the file.</param>
    public string Pfx(string name, bool withAuthority = false, int from = -1, int until = 5, bool withKey = true)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var signed = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)
            .Create(_authority, Now.AddDays(from), Now.AddDays(until), Guid.NewGuid().ToByteArray());
        using var own = signed.CopyWithPrivateKey(key);
        using var shown = X509CertificateLoader.LoadCertificate(_authority.Export(X509ContentType.Cert));
        var all = new X509Certificate2Collection(withKey ? own : signed);
        if (withAuthority)
        {
            all.Add(shown);
        }

        return Write(name, all.Export(X509ContentType.Pfx, Password)!);
    }

    /// <summary>A file with something in it.</summary>
    public string Write(string name, byte[] content)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

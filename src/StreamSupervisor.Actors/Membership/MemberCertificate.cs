using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace StreamSupervisor.Actors.Membership;

/// <summary>An operator's own certificate for the members' port, instead of the key that is made of the secret.</summary>
/// <param name="File">A PFX file: a certificate with its private key, and perhaps the authority that signs the members'
/// certificates.</param>
/// <param name="Password">Of the file; null: none.</param>
public sealed record MemberCertificate(string File, string? Password)
{
    /// <summary>Reads the file.</summary>
    /// <returns>The certificate that has a private key, null where none has, and those that came with it.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be read.</exception>
    /// <exception cref="CryptographicException">It is no PFX file, or the password is wrong.</exception>
    public (X509Certificate2? Own, X509Certificate2Collection Others) Read()
    {
        var all = X509CertificateLoader.LoadPkcs12Collection(System.IO.File.ReadAllBytes(File), Password);
        var own = all.FirstOrDefault(certificate => certificate.HasPrivateKey);
        if (own is not null)
        {
            all.Remove(own);
        }

        return (own, all);
    }

    /// <summary>When the certificate ends.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be read.</exception>
    /// <exception cref="CryptographicException">It is no PFX file, the password is wrong, or it holds no private key.</exception>
    public DateTimeOffset ReadEnd()
    {
        var (own, others) = Read();
        foreach (var other in others)
        {
            other.Dispose();
        }

        using (own)
        {
            return own is null
                ? throw new CryptographicException($"{File} holds no private key.")
                : new DateTimeOffset(own.NotAfter.ToUniversalTime());
        }
    }

    /// <summary>Keeps the password out of logs.</summary>
    public override string ToString() => File;
}

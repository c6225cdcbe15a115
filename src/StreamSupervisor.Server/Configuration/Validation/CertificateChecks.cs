using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StreamSupervisor.Actors.Membership;

namespace StreamSupervisor.Server.Configuration.Validation;

/// <summary><c>cluster.certificate</c>: what would only show when the first member knocks is said before the start.</summary>
internal static class CertificateChecks
{
    private const string File = "cluster.certificate.file";
    private const string Password = "cluster.certificate.password";

    public static void Check(CertificateOptions certificate, Checks checks, DateTimeOffset now)
    {
        checks.AnyValue(File);
        checks.AnyValue(Password);
        if (certificate.File.Length == 0)
        {
            checks.Advise(Password, certificate.Password.Length == 0, "belongs to no file.",
                $"Set {File}, or take it out.");
            return;
        }

        if (!IsThere(File, certificate.File, "Write the path of a PFX file, with certificate and private key, that this user may read.",
            checks))
        {
            return;
        }

        if (!checks.Require(File, IsPfx(certificate.File), $"'{certificate.File}' is no PFX file.",
            "Make one: openssl pkcs12 -export -in member.crt -inkey member.key -out member.pfx"))
        {
            return;
        }

        try
        {
            var (own, others) = new MemberCertificate(
                certificate.File, certificate.Password.Length > 0 ? certificate.Password : null).Read();
            if (checks.Require(File, own is not null, $"'{certificate.File}' holds no private key.",
                "Export certificate and key together (openssl pkcs12 -export)."))
            {
                CheckDates(certificate.File, own!, checks, now);
            }

            own?.Dispose();
            foreach (var other in others)
            {
                other.Dispose();
            }
        }
        catch (CryptographicException)
        {
            checks.Require(Password, good: false, $"does not open '{certificate.File}'.",
                "Write the password with which the file was made.");
        }
    }

    private static void CheckDates(string file, X509Certificate2 own, Checks checks, DateTimeOffset now)
    {
        var (from, until) = (new DateTimeOffset(own.NotBefore), new DateTimeOffset(own.NotAfter));
        checks.Require(File, now < until, $"'{file}' holds a certificate that has expired at {until.ToUniversalTime():u}.",
            "Renew it; with the same key the members may change one after the other.");
        checks.Require(File, from <= now, $"'{file}' holds a certificate that is valid only from {from.ToUniversalTime():u}.",
            "Compare the clock of this machine, or wait.");
    }

    private static bool IsThere(string setting, string path, string fix, Checks checks)
    {
        try
        {
            using var file = System.IO.File.OpenRead(path);
            return true;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            return checks.Require(setting, good: false,
                System.IO.File.Exists(path) ? $"'{path}' cannot be read: {fault.Message}" : $"there is no file '{path}'.", fix);
        }
    }

    private static bool IsPfx(string path)
    {
        try
        {
            return X509Certificate2.GetCertContentType(System.IO.File.ReadAllBytes(path)) == X509ContentType.Pfx;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}

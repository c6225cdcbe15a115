using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace StreamSupervisor.Server.Configuration;

/// <summary>A certificate with its key and those that were handed out with it, as a listener shows them.</summary>
internal sealed class PemCertificate : IDisposable
{
    private readonly X509Certificate2 _own;
    private readonly X509Certificate2Collection _others;

    private PemCertificate(X509Certificate2 own, X509Certificate2Collection others) => (_own, _others) = (own, others);

    /// <summary>What TLS needs. Made once for all connections, since it builds the chain.</summary>
    public SslStreamCertificateContext Context => field ??= SslStreamCertificateContext.Create(_own, _others, offline: true);

    public DateTimeOffset From => new(_own.NotBefore.ToUniversalTime());

    public DateTimeOffset Until => new(_own.NotAfter.ToUniversalTime());

    /// <summary>Which one it is; the same for the same file.</summary>
    public string Thumbprint => _own.GetCertHashString(HashAlgorithmName.SHA256);

    /// <summary>Whether another one is shown in the same way, with all that is handed out beside it.</summary>
    public bool IsAs(PemCertificate other) => Thumbprint == other.Thumbprint
        && _others.Select(one => one.Thumbprint).SequenceEqual(other._others.Select(one => one.Thumbprint));

    /// <summary>Reads the files.</summary>
    /// <exception cref="CryptographicException">They do not belong together, or are no PEM; the message names the file that is
    /// wrong.</exception>
    /// <exception cref="IOException">A file can't be read; the message names it.</exception>
    public static PemCertificate Read(PemCertificateOptions options)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(Text(options.File));
        }
        catch (CryptographicException wrong)
        {
            throw new CryptographicException(
                $"'{options.File}' holds a certificate that can't be read ({wrong.Message.TrimEnd('.')}).", wrong);
        }

        if (certificates.Count == 0)
        {
            throw new CryptographicException($"'{options.File}' holds no certificate in PEM (-----BEGIN CERTIFICATE-----).");
        }

        try
        {
            var own = X509Certificate2.CreateFromPem(Text(options.File), Text(options.EffectiveKeyFile));
            certificates.RemoveAt(0);
            return new PemCertificate(own, certificates);
        }
        catch (Exception wrong) when (wrong is CryptographicException or ArgumentException)
        {
            throw new CryptographicException(
                $"'{options.EffectiveKeyFile}' holds no private key in PEM without a password that belongs to the first certificate of "
                + $"'{options.File}'.", wrong);
        }
    }

    public void Dispose()
    {
        _own.Dispose();
        foreach (var other in _others)
        {
            other.Dispose();
        }
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new IOException(File.Exists(path) ? $"'{path}' cannot be read: {fault.Message}" : $"there is no file '{path}'.", fault);
        }
    }
}

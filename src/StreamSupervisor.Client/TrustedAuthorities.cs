using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace StreamSupervisor.Client;

/// <summary>
/// For supervisors at https addresses whose certificate an authority of your own has signed: who is trusted instead of the authorities of
/// this machine.
/// <code>
///   using var http = TrustedAuthorities.CreateClient(TrustedAuthorities.Read("ca.pem"));
///   var supervisor = new SupervisorClient(http, new SupervisorClientOptions { Addresses = [new Uri("https://10.0.0.5:8443")] });
/// </code>
/// </summary>
public static class TrustedAuthorities
{
    /// <summary>Reads the certificates of authorities.</summary>
    /// <param name="file">In PEM; one or several.</param>
    /// <returns>At least one.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    /// <exception cref="CryptographicException">It holds no certificate.</exception>
    public static X509Certificate2Collection Read(string file)
    {
        ArgumentException.ThrowIfNullOrEmpty(file);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities.Count > 0 ? authorities : throw new CryptographicException("It holds no certificate in PEM.");
    }

    /// <summary>What carries the calls of a <see cref="SupervisorClient"/>.</summary>
    /// <param name="authorities">Who is trusted, and nobody else; null for the authorities of this machine.</param>
    /// <returns>A client whose timeout is longer than the longest poll; the caller disposes of it.</returns>
    public static HttpClient CreateClient(X509Certificate2Collection? authorities)
    {
        var handler = new SocketsHttpHandler();
        if (authorities is not null)
        {
            handler.SslOptions.CertificateChainPolicy = PolicyOf(authorities);
        }

        return new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(100) };
    }

    /// <summary>How a certificate is judged, for a connection of your own.</summary>
    /// <param name="authorities">Who is trusted, and nobody else.</param>
    /// <returns>A policy that asks nobody for revoked certificates: an authority of your own seldom has a place that would tell.</returns>
    public static X509ChainPolicy PolicyOf(X509Certificate2Collection authorities)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}

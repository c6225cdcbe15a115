using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Akka.Actor.Setup;

namespace StreamSupervisor.Actors.Membership;

/// <summary>
/// Closed remoting out of one shared secret, without files: every member derives the same P-256 key, and takes only a peer that proves to
/// have it, whichever of the two called. Whoever is in can send any message to any actor, so nobody gets in without it. To change the
/// secret without a stop: the new one as previous everywhere, swap both everywhere, take previous out.
/// </summary>
public sealed class RemotingTls : Setup
{
    /// <summary>P-256 wants a number below its order, which begins with 0xFFFFFFFF00000000.</summary>
    private const byte BelowTheOrder = 0x7F;

    private readonly X509Certificate2 _own;
    private readonly RemoteCertificateValidationCallback _accepts;

    private RemotingTls(X509Certificate2 own, Func<X509Certificate2, bool> accepts)
    {
        _own = own;
        _accepts = (_, peer, _, _) => peer is X509Certificate2 certificate && accepts(certificate);
    }

    /// <param name="secret">What this member proves: <c>cluster.secret</c>.</param>
    /// <param name="previous">Accepted beside it; null or empty: none.</param>
    /// <param name="time">The clock, for the certificate's dates.</param>
    public static RemotingTls FromSecret(string secret, string? previous, TimeProvider time)
    {
        var own = CertificateOf(secret, time);
        byte[][] accepted = string.IsNullOrEmpty(previous) ? [KeyOf(own)] : [KeyOf(own), KeyOf(CertificateOf(previous, time))];
        return new RemotingTls(own, peer => IsOneOf(peer, accepted));
    }

    /// <summary>
    /// An operator's own certificate. A peer shows the same key, or a certificate of an authority that came in the file with it. Not
    /// whatever this machine trusts: anybody can get a certificate of a public authority.
    /// </summary>
    /// <exception cref="CryptographicException">The file is no PFX, the password is wrong, or there is no private key in it.</exception>
    public static RemotingTls FromCertificate(MemberCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var (found, authorities) = certificate.Read();
        var own = found ?? throw new CryptographicException($"{certificate.File} holds no private key.");
        byte[][] accepted = [KeyOf(own)];
        return new RemotingTls(own, peer => IsOneOf(peer, accepted) || (authorities.Count > 0 && IsSignedBy(authorities, peer)));
    }

    /// <summary>Proves who we are, and has the peer prove it.</summary>
    /// <exception cref="AuthenticationException">The peer is not accepted, or does not accept us.</exception>
    /// <exception cref="IOException">The connection broke, or took too long.</exception>
    internal SslStream Shake(Stream connection, string host, bool server)
    {
        var stream = new SslStream(connection);
        try
        {
            if (server)
            {
                stream.AuthenticateAsServer(new SslServerAuthenticationOptions
                {
                    ServerCertificate = _own,
                    ClientCertificateRequired = true,
                    RemoteCertificateValidationCallback = _accepts,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                });
            }
            else
            {
                stream.AuthenticateAsClient(new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    LocalCertificateSelectionCallback = (_, _, _, _, _) => _own,
                    RemoteCertificateValidationCallback = _accepts,
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                });
            }

            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static bool IsOneOf(X509Certificate2 peer, byte[][] accepted) => accepted.Any(key =>
        CryptographicOperations.FixedTimeEquals(KeyOf(peer), key));

    private static bool IsSignedBy(X509Certificate2Collection authorities, X509Certificate2 peer)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.ExtraStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(peer);
    }

    private static byte[] KeyOf(X509Certificate2 certificate) => certificate.PublicKey.ExportSubjectPublicKeyInfo();

    private static X509Certificate2 CertificateOf(string secret, TimeProvider time)
    {
        var number = HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32,
            info: "streamsupervisor remoting key"u8.ToArray());
        number[0] &= BelowTheOrder;
        using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = number });
        var now = time.GetUtcNow();
        using var made = new CertificateRequest("CN=streamsupervisor", key, HashAlgorithmName.SHA256).CreateSelfSigned(now.AddDays(-1),
            now.AddYears(30));

        // A key that lives in memory only is not taken by every TLS stack: it goes through PKCS#12 once.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx, "x"), "x");
    }
}

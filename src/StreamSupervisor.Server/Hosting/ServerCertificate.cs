using System.Net.Security;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Validation;

namespace StreamSupervisor.Server.Hosting;

/// <summary>
/// What the <c>https</c> listeners show. Each handshake asks for the one in force, so another one can take its place while connections
/// are open: those go on with what they were shown.
/// </summary>
internal sealed class ServerCertificate
{
    private volatile PemCertificate? _known;

    /// <param name="options">Checked; without a file there is none.</param>
    public ServerCertificate(PemCertificateOptions options) => _known = options.File.Length > 0 ? PemCertificate.Read(options) : null;

    /// <summary>Reads the files again.</summary>
    /// <returns>Shows what is in them from then on; null where it is the same, or there is none.</returns>
    /// <exception cref="IOException">A file can't be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">They do not belong together.</exception>
    public Action? Prepare(PemCertificateOptions options)
    {
        if (options.File.Length == 0)
        {
            return null;
        }

        var next = PemCertificate.Read(options);
        if (_known is { } known && next.IsAs(known))
        {
            next.Dispose();
            return null;
        }

        _ = next.Context; // Built before it is in force: what is wrong with it is said now.
        return () => _known = next; // The old one is not disposed of: a handshake may be at it.
    }

    /// <summary>When it ends; null: there is none.</summary>
    public DateTimeOffset? Until => _known?.Until;

    /// <summary>That it is over or will be soon, in a sentence; null: neither.</summary>
    public string? WhatEnds(DateTimeOffset now) => _known is not { } known || known.Until > now + ApiValidator.EndsSoon ? null
        : known.Until <= now ? $"The certificate of the listeners is over since {known.Until:u}."
        : $"The certificate of the listeners ends at {known.Until:u}.";

    /// <summary>Whether it is this one; for this program when it calls itself.</summary>
    public bool IsShown(System.Security.Cryptography.X509Certificates.X509Certificate? shown) =>
        shown?.GetCertHashString(System.Security.Cryptography.HashAlgorithmName.SHA256) == _known?.Thumbprint;

    /// <summary>Has a listener speak TLS. HTTP/1.1 as on all others: what bounds calls there bounds them here.</summary>
    public void Secure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = _known?.Context
                    ?? throw new InvalidOperationException("http.certificate names no certificate any more."),
            }),
        });
    }
}

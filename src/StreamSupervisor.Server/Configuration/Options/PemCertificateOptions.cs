namespace StreamSupervisor.Server.Configuration;

/// <summary><c>http.certificate</c>: what the <c>https</c> addresses of all listeners show, in PEM as authorities hand it out.</summary>
public sealed class PemCertificateOptions
{
    /// <summary>The certificate, with those between it and its authority behind it; empty: none.</summary>
    public string File { get; init; } = "";

    /// <summary>Its private key, without a password; empty: it stands in <see cref="File"/>.</summary>
    public string KeyFile { get; init; } = "";

    /// <summary>The file that the key is in.</summary>
    internal string EffectiveKeyFile => KeyFile.Length > 0 ? KeyFile : File;
}

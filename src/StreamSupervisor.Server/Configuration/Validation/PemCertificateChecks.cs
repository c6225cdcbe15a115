using System.Security.Cryptography;

namespace StreamSupervisor.Server.Configuration.Validation;

/// <summary><c>http.certificate</c>: what would only show when the first browser comes is said before.</summary>
internal static class PemCertificateChecks
{
    private const string File = "http.certificate.file";
    private const string KeyFile = "http.certificate.key-file";

    public static void Check(SupervisorOptions options, Checks checks, DateTimeOffset now)
    {
        var certificate = options.Http.Certificate;
        checks.AnyValue(KeyFile);
        var secured = options.Http.Listen.Concat(options.Management.Listen)
            .Where(listen => listen.StartsWith("https://", StringComparison.OrdinalIgnoreCase)).ToList();
        if (certificate.File.Length == 0)
        {
            checks.Require(File, secured.Count == 0, $"is missing, but {secured.FirstOrDefault()} is to be listened on.",
                "Write the certificate's file in PEM, and its key as key-file.");
            checks.Advise(KeyFile, certificate.KeyFile.Length == 0, "belongs to no certificate.", $"Set {File}, or take it out.");
            return;
        }

        checks.Advise(File, secured.Count > 0, "is shown to nobody: no listener has an https address.",
            "Write https://ADDRESS:PORT into http.listen or management.listen.");
        try
        {
            using var read = PemCertificate.Read(certificate);
            checks.Advise(File, now < read.Until, $"'{certificate.File}' holds a certificate that has expired at {read.Until:u}.",
                "Renew it, then: streamsupervisor reload");
            checks.Advise(File, read.From <= now, $"'{certificate.File}' holds a certificate that is valid only from {read.From:u}.",
                "Compare the clock of this machine, or wait.");
        }
        catch (IOException fault)
        {
            var isKey = certificate.KeyFile.Length > 0 && fault.Message.Contains($"'{certificate.KeyFile}'", StringComparison.Ordinal);
            checks.Require(isKey ? KeyFile : File, good: false, $"{fault.Message.TrimEnd('.')}.",
                "Write the path of a file in PEM that this program may read.");
        }
        catch (CryptographicException fault)
        {
            var isKey = certificate.KeyFile.Length > 0 && fault.Message.StartsWith($"'{certificate.KeyFile}'", StringComparison.Ordinal);
            checks.Require(isKey ? KeyFile : File, good: false, fault.Message, "");
        }
    }
}

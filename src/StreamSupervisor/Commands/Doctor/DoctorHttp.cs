using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using StreamSupervisor.Client;

namespace StreamSupervisor.Commands.Doctor;

/// <summary>How the checks call others: no redirects, small bodies, no proxy but for what lies elsewhere.</summary>
internal sealed class DoctorHttp : IDisposable
{
    private const int LargestAnswer = 4 << 20;

    /// <param name="timeout">For each call.</param>
    /// <param name="authorities">Who may have signed certificates; null: those that this machine trusts.</param>
    public DoctorHttp(TimeSpan timeout, X509Certificate2Collection? authorities) => Client = new HttpClient(new SocketsHttpHandler
    {
        SslOptions = { CertificateChainPolicy = authorities is null ? null : TrustedAuthorities.PolicyOf(authorities) },
        AllowAutoRedirect = false,
        UseProxy = false,
        ConnectTimeout = timeout,
        Expect100ContinueTimeout = timeout,
    })
    {
        MaxResponseContentBufferSize = LargestAnswer,
        Timeout = timeout,
    };

    public HttpClient Client { get; }

    /// <summary>A login as SRS asks for it; null where there is none.</summary>
    public static AuthenticationHeaderValue? Basic(string? username, string? password) => string.IsNullOrEmpty(username) ? null
        : new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));

    public void Dispose() => Client.Dispose();
}

/// <summary>Two clocks.</summary>
internal static class ClockDifference
{
    /// <summary>HTTP's date has no parts of a second, and the way takes some.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(2);

    /// <summary>Judges how far another clock is ahead (or behind: negative).</summary>
    /// <param name="spent">What the question took: the answer is as old as that at most.</param>
    public static void Judge(Findings findings, TimeSpan ahead, TimeSpan spent, string meaning)
    {
        var off = ahead.Duration();
        findings.Within(
            "clock", off <= Most + spent, off <= Most + spent ? "its clock and this machine's agree."
                : $"its clock is {off.TotalSeconds:0.#} s {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} this machine's: {meaning}",
            "Let both follow the same time servers (chrony, systemd-timesyncd).");
    }
}

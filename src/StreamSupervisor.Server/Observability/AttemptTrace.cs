using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using OpenTelemetry.Trace;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Validation;

namespace StreamSupervisor.Server.Observability;

/// <summary>
/// The trace of one client of SRS: all its hooks, whichever members take them. Its id follows from who the client is, so that nobody has to
/// keep it, and a page about an attempt knows its trace.
/// </summary>
internal static class AttemptTrace
{
    /// <param name="origin">The configured name of the server.</param>
    /// <param name="clientId">As SRS gave it; random, so that no two of a server are alike as long as traces are kept.</param>
    /// <returns>The default where there is no client.</returns>
    public static ActivityTraceId IdOf(string origin, string clientId)
    {
        if (clientId.Length == 0)
        {
            return default;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{origin}\n{clientId}"), hash);
        return ActivityTraceId.CreateFromBytes(hash[..16]);
    }

    /// <summary>Where the trace of a client is shown; null where it was not sent, or nobody has said where.</summary>
    public static string? LinkOf(string origin, string clientId, OtlpOptions otlp, string link)
    {
        var id = IdOf(origin, clientId);
        return link.Length > 0 && id != default && otlp.IsOn && SamplerOf(otlp).ShouldSample(
            new SamplingParameters(default, id, "hook", ActivityKind.Server)).Decision == SamplingDecision.RecordAndSample
                ? link.Replace(DashboardValidator.TraceId, id.ToHexString(), StringComparison.Ordinal)
                : null;
    }

    /// <summary>Says by the id of a trace whether it is sent; the same on every member.</summary>
    public static Sampler SamplerOf(OtlpOptions otlp) => new TraceIdRatioBasedSampler(otlp.TracePercent / 100.0);
}

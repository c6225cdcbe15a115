using System.Diagnostics.Metrics;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Server.Observability;

/// <summary>
/// When that ends by which others are let in: what has no end has no row. By the wall clock, as TLS and callers go by it.
/// </summary>
internal sealed class ExpiryGauges : IDisposable
{
    /// <param name="listeners">When the certificate of the listeners ends; null: there is none. It changes with a reload.</param>
    /// <param name="members">When the certificate of the members' port ends; null: there is none.</param>
    public ExpiryGauges(ApiCallers callers, Func<DateTimeOffset?> listeners, DateTimeOffset? members, TimeProvider time) =>
        Meter.CreateObservableGauge("streamsupervisor.expiry.remaining",
            () => Ends(callers, listeners(), members).Select(one => new Measurement<double>((one.At - time.GetUtcNow()).TotalSeconds,
                new KeyValuePair<string, object?>("kind", one.Kind), new KeyValuePair<string, object?>("name", one.Name))), "s",
            "Time until a certificate (by its setting) or an API key (by its name) ends, negative afterwards; only of those that end.");

    /// <summary>Its own, for tests.</summary>
    internal Meter Meter { get; } = new(Telemetry.Name);

    public void Dispose() => Meter.Dispose();

    private static IEnumerable<(string Kind, string Name, DateTimeOffset At)> Ends(
        ApiCallers callers, DateTimeOffset? listeners, DateTimeOffset? members)
    {
        if (listeners is { } http)
        {
            yield return ("certificate", "http.certificate", http);
        }

        if (members is { } remoting)
        {
            yield return ("certificate", "cluster.certificate", remoting);
        }

        foreach (var (name, at) in callers.Ends)
        {
            yield return ("api-key", name, at);
        }
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Server.Management;

/// <summary>
/// Our metrics in Prometheus's text format 0.0.4 and in OpenMetrics 1.0. Listens to the meters by name and keeps the sums itself; a scrape
/// also asks the observable instruments.
///
/// Guarantees: memory is bounded whatever labels come (each instrument keeps <see cref="MaxSeries"/> label sets, the rest is summed into
/// one series labelled <c>overflow="true"</c>); a measurement with labels seen before allocates nothing; a scrape never holds up a
/// measurement longer than one series' lock. Can fail: an observable callback that throws loses its instrument's values of that scrape, not
/// the scrape. Rejected: a metrics package, for 200 lines that nobody has to configure.
/// </summary>
public sealed class PrometheusExporter : IDisposable
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>The type of OpenMetrics, which a scraper that can read it asks for.</summary>
    public const string OpenMetricsType = "application/openmetrics-text";
    public const string OpenMetricsContentType = OpenMetricsType + "; version=1.0.0; charset=utf-8";

    /// <summary>Label sets that one instrument keeps.</summary>
    public const int MaxSeries = 256;

    private readonly ConcurrentDictionary<string, MetricFamily> _families = new();
    private readonly MeterListener _listener = new();
    private readonly Lock _scraping = new();

    /// <summary>Listens from now on to our meters.</summary>
    public PrometheusExporter() : this(Telemetry.Meters)
    {
    }

    /// <summary>Listens from now on to the meters of these names.</summary>
    public PrometheusExporter(IReadOnlyCollection<string> meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (meters.Contains(instrument.Meter.Name) && MetricFamily.From(instrument) is { } family)
            {
                // Two instruments that would show under one name share its family: the first one's kind rules.
                listener.EnableMeasurementEvents(instrument, _families.GetOrAdd(family.Name, family));
            }
        };
        Take<byte>(static value => value);
        Take<short>(static value => value);
        Take<int>(static value => value);
        Take<long>(static value => value);
        Take<float>(static value => value);
        Take<double>(static value => value);
        Take<decimal>(static value => (double)value);
        _listener.Start();
    }

    /// <summary>Every family, in the order of the names.</summary>
    /// <param name="openMetrics">In OpenMetrics 1.0, where histograms have a trace as an example in each bucket; else in the text
    /// format.</param>
    public string Scrape(bool openMetrics = false)
    {
        var text = new StringBuilder(4096);
        lock (_scraping)
        {
            foreach (var family in _families.Values)
            {
                family.BeginScrape();
            }

            try
            {
                _listener.RecordObservableInstruments();
            }
            catch (AggregateException)
            {
                // The values of the instruments that failed are missing; the others stand.
            }

            foreach (var family in _families.Values.OrderBy(family => family.Name, StringComparer.Ordinal))
            {
                family.Write(text, openMetrics);
            }
        }

        return (openMetrics ? text.Append("# EOF\n") : text).ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Take<T>(Func<T, double> toDouble)
        where T : struct =>
        _listener.SetMeasurementEventCallback<T>((_, value, tags, family) => ((MetricFamily)family!).Record(toDouble(value), tags));
}

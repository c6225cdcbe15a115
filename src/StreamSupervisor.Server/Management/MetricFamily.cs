using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;

namespace StreamSupervisor.Server.Management;

/// <summary>How the values of an instrument become one number.</summary>
internal enum MetricKind
{
    Counter,

    /// <summary>The sum of ups and downs; a gauge to Prometheus.</summary>
    UpDownCounter,
    Gauge,
    Histogram,
}

/// <summary>All series of one instrument.</summary>
internal sealed class MetricFamily
{
    // A hook is answered within milliseconds and held for seconds at most: these tell both apart.
    private static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
    private static readonly double[] Milliseconds = [.. Seconds.Select(bound => bound * 1000)];
    private static readonly double[] Counts = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

    private readonly MetricKind _kind;
    private readonly bool _observable;
    private readonly string _help;
    private readonly string? _unit;
    private readonly double[] _bounds;
    private readonly ConcurrentDictionary<string, MetricSeries> _byTags = new();
    private readonly ConcurrentDictionary<string, MetricSeries>.AlternateLookup<ReadOnlySpan<char>> _byTagText;
    private readonly Lock _adding = new();
    private readonly Dictionary<string, MetricSeries> _byLabels = [];
    private MetricSeries? _overflow;

    private MetricFamily(string name, MetricKind kind, bool observable, string help, string? unit, double[] bounds)
    {
        Name = name;
        _kind = kind;
        _observable = observable;
        _help = help;
        _unit = unit;
        _bounds = bounds;
        _byTagText = _byTags.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public string Name { get; }

    public static bool IsHistogram(Instrument instrument) => instrument.GetType() is { IsGenericType: true } type
        && type.GetGenericTypeDefinition() == typeof(Histogram<>);

    /// <summary>The family of an instrument; null for a kind that does not exist yet.</summary>
    public static MetricFamily? From(Instrument instrument)
    {
        var type = instrument.GetType();
        var definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        MetricKind? kind =
            definition == typeof(Counter<>) || definition == typeof(ObservableCounter<>) ? MetricKind.Counter
            : definition == typeof(UpDownCounter<>) || definition == typeof(ObservableUpDownCounter<>) ? MetricKind.UpDownCounter
            : definition == typeof(Gauge<>) || definition == typeof(ObservableGauge<>) ? MetricKind.Gauge
            : definition == typeof(Histogram<>) ? MetricKind.Histogram
            : null;
        return kind is { } known
            ? new MetricFamily(PrometheusText.NameOf(instrument.Name, instrument.Unit, known), known, instrument.IsObservable,
                instrument.Description ?? "", PrometheusText.UnitOf(instrument.Unit), BoundsOf(instrument))
            : null;
    }

    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        // One that is no number would make the sum none for ever, and a counter that falls looks like a restart. A gauge may say that it
        // knows nothing.
        if (_kind != MetricKind.Gauge && (!double.IsFinite(value) || (value < 0 && _kind != MetricKind.UpDownCounter)))
        {
            return;
        }

        Span<char> room = stackalloc char[512];
        var series = PrometheusText.TryWriteLabels(tags, room, out var length) && _byTagText.TryGetValue(room[..length], out var known)
            ? known
            : Add(tags);
        switch (_kind)
        {
            case MetricKind.Histogram:
                series.Observe(value, _bounds, Activity.Current);
                break;
            case MetricKind.Gauge:
            case MetricKind.Counter or MetricKind.UpDownCounter when _observable:
                series.Set(value);
                break;
            default:
                series.Add(value);
                break;
        }
    }

    /// <summary>Observable instruments name their series anew at each scrape: what is not named is gone.</summary>
    public void BeginScrape()
    {
        if (_observable)
        {
            lock (_adding)
            {
                _byTags.Clear();
                _byLabels.Clear();
                _overflow = null;
            }
        }
    }

    /// <param name="isOpen">OpenMetrics; else Prometheus's own format.</param>
    public void Write(StringBuilder text, bool isOpen = false)
    {
        List<(string Labels, MetricSeries Series)> all;
        lock (_adding)
        {
            all = [.. _byLabels.Select(one => (one.Key, one.Value)).OrderBy(one => one.Key, StringComparer.Ordinal)];
            if (_overflow is not null)
            {
                all.Add(("overflow=\"true\"", _overflow));
            }
        }

        if (all.Count == 0)
        {
            return;
        }

        PrometheusText.WriteHeader(text, new MetricStyle(Name, isOpen), _help, _kind, _unit);
        foreach (var (labels, series) in all)
        {
            series.Write(text, new MetricStyle(Name, isOpen), labels, _kind == MetricKind.Histogram ? _bounds : null);
        }
    }

    private MetricSeries Add(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var asGiven = PrometheusText.AsGiven(tags);
        var labels = PrometheusText.Labels(tags, reserved: _kind == MetricKind.Histogram ? "le" : null);
        lock (_adding)
        {
            if (!_byLabels.TryGetValue(labels, out var series))
            {
                if (_byLabels.Count >= PrometheusExporter.MaxSeries)
                {
                    return _overflow ??= new MetricSeries(_bounds.Length);
                }

                series = _byLabels[labels] = new MetricSeries(_bounds.Length);
            }

            // The same labels in another order find their series at once next time; bounded, since orders are written in code.
            if (_byTags.Count < PrometheusExporter.MaxSeries * 4)
            {
                _byTags[asGiven] = series;
            }

            return series;
        }
    }

    /// <summary>The limits of a histogram's buckets: those that it advises, else by its unit.</summary>
    public static double[] BoundsOf(Instrument instrument)
    {
        var advised = instrument switch
        {
            Histogram<double> histogram => histogram.Advice?.HistogramBucketBoundaries?.ToArray(),
            Histogram<long> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
            Histogram<int> histogram => histogram.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound).ToArray(),
            _ => null,
        };
        return advised ?? instrument.Unit switch { "s" => Seconds, "ms" => Milliseconds, _ => Counts };
    }
}

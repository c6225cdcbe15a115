using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace StreamSupervisor.Server.Management;

/// <summary>The numbers of one label set.</summary>
internal sealed class MetricSeries(int buckets)
{
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[buckets + 1];
    private Exemplar[]? _exemplars;
    private double _value;
    private long _count;

    public void Add(double value)
    {
        lock (_lock)
        {
            _value += value;
        }
    }

    public void Set(double value)
    {
        lock (_lock)
        {
            _value = value;
        }
    }

    /// <param name="traced">The span in which it was measured, if somebody traces: an example of its bucket.</param>
    public void Observe(double value, double[] bounds, Activity? traced = null)
    {
        var bucket = 0;
        while (bucket < bounds.Length && value > bounds[bucket])
        {
            bucket++;
        }

        lock (_lock)
        {
            _counts[bucket]++;
            _count++;
            _value += value;
            if (traced is { Recorded: true })
            {
                (_exemplars ??= new Exemplar[_counts.Length])[bucket] = new Exemplar(traced.TraceId, value, traced.StartTimeUtc);
            }
        }
    }

    /// <param name="style">The format, and the name of the family in it.</param>
    /// <param name="labels">As <see cref="PrometheusText.Labels"/> writes them.</param>
    /// <param name="bounds">Of a histogram; null for one number.</param>
    public void Write(StringBuilder text, MetricStyle style, string labels, double[]? bounds)
    {
        lock (_lock)
        {
            if (bounds is null)
            {
                Line(text, style.Name, "", labels, "", _value);
                return;
            }

            long below = 0;
            for (var i = 0; i <= bounds.Length; i++)
            {
                below += _counts[i];
                var bound = i == bounds.Length ? "+Inf"
                    : style.IsOpen ? PrometheusText.Canonical(bounds[i])
                    : PrometheusText.Number(bounds[i]);
                Line(text, style.Name, "_bucket", labels, $"le=\"{bound}\"", below, style.IsOpen ? _exemplars?[i] : null);
            }

            Line(text, style.Name, "_sum", labels, "", _value);
            Line(text, style.Name, "_count", labels, "", _count);
        }
    }

    private static void Line(StringBuilder text, string name, string suffix, string labels, string more, double value,
        Exemplar? exemplar = null)
    {
        text.Append(name).Append(suffix);
        if (labels.Length > 0 || more.Length > 0)
        {
            text.Append('{').Append(labels).Append(labels.Length > 0 && more.Length > 0 ? "," : "").Append(more).Append('}');
        }

        text.Append(CultureInfo.InvariantCulture, $" {PrometheusText.Number(value)}");
        if (exemplar is { At.Ticks: > 0 } one)
        {
            var at = new DateTimeOffset(one.At).ToUnixTimeMilliseconds() / 1000.0;
            text.Append(" # {trace_id=\"").Append(one.Trace.ToHexString()).Append(
                CultureInfo.InvariantCulture, $"\"}} {PrometheusText.Number(one.Value)} {PrometheusText.Number(at)}");
        }

        text.Append('\n');
    }

    /// <summary>One measurement that can be looked at in its trace.</summary>
    private readonly record struct Exemplar(ActivityTraceId Trace, double Value, DateTime At);
}

/// <summary>How a family is written.</summary>
/// <param name="Name">Of its samples.</param>
/// <param name="IsOpen">OpenMetrics 1.0; else Prometheus's text format 0.0.4.</param>
internal readonly record struct MetricStyle(string Name, bool IsOpen);

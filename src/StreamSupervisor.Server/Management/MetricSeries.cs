using System.Globalization;
using System.Text;

namespace StreamSupervisor.Server.Management;

/// <summary>The numbers of one label set.</summary>
internal sealed class MetricSeries(int buckets)
{
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[buckets + 1];
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

    public void Observe(double value, double[] bounds)
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
        }
    }

    /// <param name="bounds">Of a histogram; null for one number.</param>
    public void Write(StringBuilder text, string name, string labels, double[]? bounds)
    {
        lock (_lock)
        {
            if (bounds is null)
            {
                Line(text, name, "", labels, "", _value);
                return;
            }

            long below = 0;
            for (var i = 0; i <= bounds.Length; i++)
            {
                below += _counts[i];
                var bound = i < bounds.Length ? PrometheusText.Number(bounds[i]) : "+Inf";
                Line(text, name, "_bucket", labels, $"le=\"{bound}\"", below);
            }

            Line(text, name, "_sum", labels, "", _value);
            Line(text, name, "_count", labels, "", _count);
        }
    }

    private static void Line(StringBuilder text, string name, string suffix, string labels, string more, double value)
    {
        text.Append(name).Append(suffix);
        if (labels.Length > 0 || more.Length > 0)
        {
            text.Append('{').Append(labels).Append(labels.Length > 0 && more.Length > 0 ? "," : "").Append(more).Append('}');
        }

        text.Append(CultureInfo.InvariantCulture, $" {PrometheusText.Number(value)}\n");
    }
}

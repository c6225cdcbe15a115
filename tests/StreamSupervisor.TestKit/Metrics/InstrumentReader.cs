using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace StreamSupervisor.TestKit.Metrics;

/// <summary>What one instrument measures while this is there.</summary>
public sealed class InstrumentReader : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<(double Value, Dictionary<string, string> Labels)> _measured = new();

    /// <param name="name">As in the source: <c>streamsupervisor.kicks</c>.</param>
    /// <param name="meter">The one whose instrument is meant; null: of any meter.</param>
    public InstrumentReader(string name, Meter? meter = null)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == name && (meter is null || instrument.Meter == meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((_, value, labels, _) => Take(value, labels));
        _listener.SetMeasurementEventCallback<long>((_, value, labels, _) => Take(value, labels));
        _listener.SetMeasurementEventCallback<double>((_, value, labels, _) => Take(value, labels));
        _listener.Start();
    }

    /// <summary>All that was measured so far, with a label of that value where one is asked for.</summary>
    public IReadOnlyList<double> Measured(string? label = null, string? value = null) =>
        [.. _measured.Where(one => label is null || one.Labels.GetValueOrDefault(label) == value).Select(one => one.Value)];

    /// <summary>What a gauge shows now.</summary>
    public double Read()
    {
        _listener.RecordObservableInstruments();
        return _measured.Last().Value;
    }

    public void Dispose() => _listener.Dispose();

    private void Take(double value, ReadOnlySpan<KeyValuePair<string, object?>> labels)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, text) in labels)
        {
            read[name] = text?.ToString() ?? "";
        }

        _measured.Enqueue((value, read));
    }
}

using System.Diagnostics.Metrics;
using StreamSupervisor.Server.Observability;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Tests.Observability;

/// <summary>What is told of the process is so at the moment of the question.</summary>
public sealed class ProcessGaugesTests
{
    [Fact]
    public void Each_reading_is_of_now()
    {
        const int threads = 40;
        const int bytes = 256 << 20;
        using var gauges = new ProcessGauges();
        var before = Read();
        using var release = new ManualResetEventSlim();
        var waiting = Enumerable.Range(0, threads).Select(_ => new Thread(release.Wait)).ToList();
        waiting.ForEach(thread => thread.Start());
        var memory = new byte[bytes];
        for (var at = 0; at < bytes; at += 1024)
        {
            memory[at] = 1;
        }

        var after = Read();
        release.Set();
        waiting.ForEach(thread => thread.Join());

        // Other tests run beside this one, and theirs may end meanwhile.
        after["process.threads"].ShouldBeGreaterThan(before["process.threads"] + (threads / 2));
        after["process.resident.memory"].ShouldBeGreaterThan(before["process.resident.memory"] + (bytes / 2));
        after["process.cpu"].ShouldBeGreaterThan(before["process.cpu"]);
        GC.KeepAlive(memory);
    }

    /// <summary>A scrape and an export to OTLP ask at the same moment.</summary>
    [Fact]
    public void Two_may_read_at_once()
    {
        using var gauges = new ProcessGauges();
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => Read()["process.threads"].ShouldBeGreaterThan(0));
    }

    private static Dictionary<string, double> Read()
    {
        var readings = new Dictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == Telemetry.Name && instrument.Name.StartsWith("process.", StringComparison.Ordinal))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => readings[instrument.Name] = value);
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => readings[instrument.Name] = value);
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => readings[instrument.Name] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return readings;
    }
}

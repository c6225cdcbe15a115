using System.Diagnostics.Metrics;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Actors.Journal;

internal static class JournalTelemetry
{
    private static readonly Histogram<int> Batches = Telemetry.Meter.CreateHistogram<int>("streamsupervisor.journal.batch.size", "{record}",
        "Records in one statement of the journal, on PostgreSQL.", tags: null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 400] });

    /// <summary>So many decisions became durable together.</summary>
    public static void Batch(int records) => Batches.Record(records);
}

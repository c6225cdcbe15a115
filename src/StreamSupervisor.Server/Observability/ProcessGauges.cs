using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.InteropServices;
using StreamSupervisor.Srs.Observability;

namespace StreamSupervisor.Server.Observability;

/// <summary>
/// The process and its runtime under the names that Prometheus's own libraries give them, so that dashboards of others fit. Rejected: the
/// runtime's own meter, whose names end in <c>count</c> where they count nothing.
/// </summary>
internal sealed class ProcessGauges : IDisposable
{
    private readonly Meter _meter = new(Telemetry.Name);

    public ProcessGauges()
    {
        var started = Now(process => new DateTimeOffset(process.StartTime).ToUnixTimeMilliseconds() / 1000.0);
        var build = new Measurement<int>(1, new KeyValuePair<string, object?>("version", VersionOf()),
            new KeyValuePair<string, object?>("runtime", RuntimeInformation.FrameworkDescription));
        _meter.CreateObservableGauge("streamsupervisor.build.info", () => build, unit: null,
            "1 for this version of the program and the runtime that it runs on.");
        _meter.CreateObservableCounter("process.cpu", () => Now(process => process.TotalProcessorTime.TotalSeconds), "s",
            "Time that this process has kept processors busy.");
        _meter.CreateObservableGauge("process.resident.memory", () => Now(process => process.WorkingSet64), "By",
            "Memory that this process occupies.");
        _meter.CreateObservableGauge("process.start.time", () => started, "s", "When this process started, since 1970.");
        _meter.CreateObservableGauge("process.threads", () => Now(process => process.Threads.Count), "{thread}",
            "Threads of this process.");
        _meter.CreateObservableGauge("process.open.fds", CountFiles, "{file}", "Files and sockets that this process has open; Linux only.");
        _meter.CreateObservableCounter("dotnet.collections", Collections, "{collection}", "Garbage collections, by generation.");
        _meter.CreateObservableCounter("dotnet.pause", () => GC.GetTotalPauseDuration().TotalSeconds, "s",
            "Time that garbage collections have stopped this process.");
        _meter.CreateObservableGauge("dotnet.heap", () => GC.GetTotalMemory(false), "By", "Memory that objects occupy, garbage included.");
        _meter.CreateObservableGauge("dotnet.threadpool.threads", () => ThreadPool.ThreadCount, "{thread}", "Threads of the pool.");
        _meter.CreateObservableGauge("dotnet.threadpool.queue", () => ThreadPool.PendingWorkItemCount, "{item}",
            "Work that waits for a thread of the pool.");
        _meter.CreateObservableCounter("dotnet.contentions", () => Monitor.LockContentionCount, "{contention}",
            "Times that a thread had to wait for a lock.");
    }

    public void Dispose() => _meter.Dispose();

    private static string VersionOf() => typeof(ProcessGauges).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
        ?.InformationalVersion.Split('+')[0] ?? "unknown";

    private static IEnumerable<Measurement<long>> Collections() => Enumerable.Range(0, GC.MaxGeneration + 1).Select(generation =>
        new Measurement<long>(GC.CollectionCount(generation), new KeyValuePair<string, object?>("generation", $"{generation}")));

    private static IEnumerable<Measurement<int>> CountFiles()
    {
        const string here = "/proc/self/fd";
        return OperatingSystem.IsLinux() ? [new Measurement<int>(Directory.EnumerateFileSystemEntries(here).Count())] : [];
    }

    /// <summary>A <see cref="Process"/> keeps what it has read, and bears no two readers: Prometheus and OTLP may collect at once. So each
    /// reading has its own.</summary>
    private static T Now<T>(Func<Process, T> read)
    {
        using var process = Process.GetCurrentProcess();
        return read(process);
    }
}

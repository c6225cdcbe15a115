using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace StreamSupervisor.Benchmarks.Micro;

/// <summary>
/// Short jobs in this process: what counts is the ratio to the plain way beside it, and nothing needs to be restored or built for it.
/// </summary>
internal sealed class MicroConfiguration : ManualConfig
{
    public static readonly Type[] Benchmarks = [typeof(RulesBenchmarks), typeof(CodecBenchmarks)];

    public MicroConfiguration()
    {
        AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(3).WithIterationCount(6));
        AddDiagnoser(MemoryDiagnoser.Default);
        AddColumnProvider(DefaultColumnProviders.Instance);
        AddLogger(ConsoleLogger.Default);
        AddExporter(MarkdownExporter.GitHub);
        WithArtifactsPath(Path.Combine(Path.GetTempPath(), "streamsupervisor-benchmarks"));
    }
}

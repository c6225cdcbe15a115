using BenchmarkDotNet.Attributes;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;

namespace StreamSupervisor.Benchmarks.Micro;

/// <summary>A publish and its unpublish through the kernel, beside a dictionary under a lock with the same rules: what supervision and order cost.</summary>
public class KernelBenchmarks
{
    private const int Keys = 1024;
    private const int Each = 64;

    private readonly string[] _keys = [.. Enumerable.Range(0, Keys).Select(LocalRegion.KeyOf)];
    private readonly Dictionary<string, LiveStreamState> _states = [];
    private readonly System.Threading.Lock _gate = new();
    private readonly StreamPolicy _policy = LocalRegion.Policies.PolicyFor(StreamKey.Parse(LocalRegion.KeyOf(0)));
    private LocalRegion _region = null!;
    private long _clients;

    [GlobalSetup]
    public void Start()
    {
        var journal = new DiscardingJournal();
        _region = LocalRegion.StartAsync(journal, journal, 1).GetAwaiter().GetResult();
    }

    [GlobalCleanup]
    public void Stop() => _region.Dispose();

    [Benchmark(Baseline = true, Description = "dictionary and lock")]
    public void Dictionary()
    {
        var client = ++_clients;
        var key = _keys[client % Keys];
        Tell(key, LocalRegion.Publish(client));
        Tell(key, new ReportUnpublished(LocalRegion.SessionOf(client)));
    }

    [Benchmark(Description = "kernel, one caller")]
    public Task Kernel()
    {
        var client = ++_clients;
        return _region.PublishAndUnpublishAsync(_keys[client % Keys], client);
    }

    [Benchmark(Description = "kernel, 64 callers", OperationsPerInvoke = Each)]
    public Task KernelOfMany()
    {
        var asks = new Task[Each];
        for (var i = 0; i < Each; i++)
        {
            var client = ++_clients;
            asks[i] = _region.PublishAndUnpublishAsync(_keys[client % Keys], client);
        }

        return Task.WhenAll(asks);
    }

    private void Tell(string key, LiveStreamCommand command)
    {
        lock (_gate)
        {
            if (!_states.TryGetValue(key, out var state))
            {
                state = new LiveStreamState { Key = StreamKey.Parse(key) };
            }

            foreach (var @event in LiveStream.Decide(state, command, _policy, TimeProvider.System.GetUtcNow()).Events)
            {
                state = LiveStream.Evolve(state, @event);
            }

            _states[key] = state;
        }
    }
}

using BenchmarkDotNet.Attributes;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;

namespace StreamSupervisor.Benchmarks.Micro;

/// <summary>The rules alone, beside the one comparison that a hand-written hook makes.</summary>
public class RulesBenchmarks
{
    private readonly DateTimeOffset _now = new(2025, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly StreamPolicy _policy = StreamPolicy.Default with { Takeover = TakeoverPolicy.FirstWins };
    private readonly LiveStreamState _free = new() { Key = StreamKey.Parse(Samples.KeyOf(1)) };
    private readonly RequestPublish _first = Samples.Publish(1);
    private readonly RequestPublish _second = Samples.Publish(2);
    private readonly Dictionary<string, string> _owners = [];
    private LiveStreamState _live = null!;

    [GlobalSetup]
    public void Start() => _live = Evolve(_free, LiveStream.Decide(_free, _first, _policy, _now));

    [Benchmark(Baseline = true, Description = "dictionary of owners")]
    public bool Plain()
    {
        var may = _owners.TryAdd("live/cam1", "1");
        _owners.Remove("live/cam1");
        return may;
    }

    [Benchmark(Description = "admit: decide + evolve")]
    public object Admit() => Evolve(_free, LiveStream.Decide(_free, _first, _policy, _now));

    [Benchmark(Description = "refuse: decide + evolve")]
    public object Refuse() => Evolve(_live, LiveStream.Decide(_live, _second, _policy, _now));

    private static LiveStreamState Evolve(LiveStreamState state, Decision decision)
    {
        foreach (var @event in decision.Events)
        {
            state = LiveStream.Evolve(state, @event);
        }

        return state;
    }
}

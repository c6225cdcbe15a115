using System.Text.Json;
using BenchmarkDotNet.Attributes;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Policies;

namespace StreamSupervisor.Benchmarks.Micro;

/// <summary>Events and snapshots to bytes and back, beside a document of the same bytes that is only parsed and written again.</summary>
public class CodecBenchmarks
{
    private LiveStreamEvent _event = null!;
    private LiveStreamState _state = null!;
    private byte[] _encoded = null!;
    private byte[] _snapshot = null!;
    private string _kind = null!;

    [GlobalSetup]
    public void Start()
    {
        var free = new LiveStreamState { Key = StreamKey.Parse(Samples.KeyOf(1)) };
        _event = LiveStream.Decide(free, Samples.Publish(1), StreamPolicy.Default, new DateTimeOffset(2025, 1, 1, 12, 0, 0, TimeSpan.Zero)).Events[0];
        _state = LiveStream.Evolve(free, _event);
        (_kind, var payload) = EventCodec.Encode(_event);
        _encoded = payload.ToArray();
        _snapshot = StateCodec.Encode(_state).ToArray();
    }

    [Benchmark(Baseline = true, Description = "JsonDocument of an event")]
    public byte[] Plain()
    {
        using var document = JsonDocument.Parse(_encoded);
        return JsonSerializer.SerializeToUtf8Bytes(document.RootElement);
    }

    [Benchmark(Description = "event: encode")]
    public object EncodeEvent() => EventCodec.Encode(_event);

    [Benchmark(Description = "event: decode")]
    public object DecodeEvent() => EventCodec.Decode(_kind, _encoded);

    [Benchmark(Description = "snapshot: encode")]
    public object EncodeState() => StateCodec.Encode(_state);

    [Benchmark(Description = "snapshot: decode")]
    public object DecodeState() => StateCodec.Decode(_snapshot);
}

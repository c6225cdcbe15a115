using System.Collections.Immutable;
using StreamSupervisor.Simulator.Encoders;

namespace StreamSupervisor.Demo;

/// <summary>How the encoders fared in one act, in numbers.</summary>
internal sealed record DemoAct(string Title, ImmutableArray<EncoderReport> Encoders)
{
    public int Tries => Encoders.Sum(encoder => encoder.Tries);

    public int Busy => Encoders.Sum(encoder => encoder.RefusedBusy);

    public int RefusedByUs => Encoders.Sum(encoder => encoder.RefusedByHook);

    public int Returns => Encoders.Sum(encoder => encoder.Returns.Length);

    /// <summary>Time that encoders with a network were kept off the air, those that still are at the end included.</summary>
    public TimeSpan OffAir => Encoders.Aggregate(TimeSpan.Zero, (sum, encoder) => sum + encoder.OffAir);

    /// <summary>
    /// From the first try to the return to the air, on average; null when nobody lost the air. Why not the median of the returns: it would
    /// leave out whoever never came back.
    /// </summary>
    public TimeSpan? BackOnAir => Losses == 0 ? null : OffAir / Losses;

    private int Losses => Returns + Encoders.Count(encoder => encoder is { IsOnAir: false, OffAir.Ticks: > 0 });
}

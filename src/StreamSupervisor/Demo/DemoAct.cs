using System.Collections.Immutable;
using StreamSupervisor.Simulator.Encoders;

namespace StreamSupervisor.Demo;

/// <summary>How the encoders fared in one act, in numbers.</summary>
/// <param name="Length">How long it took: with members it ends when all of them are back.</param>
internal sealed record DemoAct(TimeSpan Length, ImmutableArray<EncoderReport> Encoders)
{
    public int Busy => Encoders.Sum(encoder => encoder.RefusedBusy);

    public int RefusedByUs => Encoders.Sum(encoder => encoder.RefusedByHook);

    public int Returns => Encoders.Sum(encoder => encoder.Returns.Length);

    /// <summary>Encoders that try to come back at the end; not those that have no network just then.</summary>
    public int StillOff => Encoders.Count(encoder => !encoder.IsOnAir && encoder.OffAir > TookOf(encoder));

    /// <summary>Time that encoders with a network were kept off the air, those that still are at the end included.</summary>
    public TimeSpan OffAir => Encoders.Aggregate(TimeSpan.Zero, (sum, encoder) => sum + encoder.OffAir);

    /// <summary>
    /// From the first try to the return to the air, over all losses of all encoders; null when nobody lost the air. Why not the mean or
    /// median of the returns: it would leave out who never came back.
    /// </summary>
    public TimeSpan? BackOnAir => Returns + StillOff is var losses and > 0 ? OffAir / losses : null;

    private static TimeSpan TookOf(EncoderReport encoder) => encoder.Returns.Aggregate(TimeSpan.Zero, (sum, one) => sum + one.Took);
}

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

    /// <summary>Time that encoders with a network stood before a closed door.</summary>
    public TimeSpan OffAir => Encoders.Aggregate(TimeSpan.Zero, (sum, encoder) => sum + encoder.OffAir);

    /// <summary>From the first try to the return to the air; null when nobody returned.</summary>
    public TimeSpan? MedianReturn
    {
        get
        {
            var took = Encoders.SelectMany(encoder => encoder.Returns).Select(back => back.Took).Order().ToList();
            return took.Count == 0 ? null : took[took.Count / 2];
        }
    }
}

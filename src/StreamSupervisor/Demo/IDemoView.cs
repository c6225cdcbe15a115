using StreamSupervisor.Simulator.Encoders;

namespace StreamSupervisor.Demo;

/// <summary>What a person sees while the demo plays: lines, or a table that lives in a terminal.</summary>
internal interface IDemoView
{
    /// <summary>How the encoders fare; called several times a second.</summary>
    /// <param name="passed">Of this act.</param>
    void Look(string act, TimeSpan passed, IReadOnlyList<EncoderReport> encoders);

    /// <summary>Something happened to the supervisors.</summary>
    void Tell(string what);
}

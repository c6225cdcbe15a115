using StreamSupervisor.Simulator.Encoders;
using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Demo;

/// <summary>Who plays: two SRS servers of different versions and six encoders, five of them on bad networks.</summary>
internal static class DemoCast
{
    public static readonly IReadOnlyList<SimulatedSrsOptions> Servers =
    [
        new() { ServerId = "srs-1", Model = SrsModel.V6 },
        new() { ServerId = "srs-2", Model = SrsModel.V7, RtmpPort = 1936 },
    ];

    /// <summary>
    /// Each encoder with the servers that it knows; it begins with the first. Their troubles in words: <see cref="DemoWords.Troubles"/>.
    /// </summary>
    public static readonly IReadOnlyList<(EncoderOptions Encoder, int[] Servers)> Encoders =
    [
        (Of("studio", EncoderTrouble.None), [0]),
        (Of("phone", EncoderTrouble.Drops(Seconds(6), Seconds(1))), [0]),
        (Of("drone", EncoderTrouble.Drops(Seconds(9), Seconds(2))), [1]),
        (Of("bodycam", EncoderTrouble.Flaps(Seconds(4))), [0]),
        (Of("van", EncoderTrouble.ChangesNode(Seconds(8), Seconds(1))), [0, 1]),
        (Of("laptop", EncoderTrouble.Drops(Seconds(7), Seconds(1))) with { Retry = RetryPolicy.Obs }, [1]),
    ];

    private static EncoderOptions Of(string name, EncoderTrouble trouble) => new()
    {
        Name = name,
        Key = new SimulatedStreamKey("live", name),
        Trouble = trouble,
        Retry = RetryPolicy.Every(Seconds(1)),
    };

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);
}

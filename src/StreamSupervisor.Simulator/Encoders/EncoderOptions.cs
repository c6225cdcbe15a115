using StreamSupervisor.Simulator.Servers;

namespace StreamSupervisor.Simulator.Encoders;

/// <summary>What one simulated encoder publishes, where, and how it behaves.</summary>
public sealed record EncoderOptions
{
    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>What it publishes.</summary>
    public required SimulatedStreamKey Key { get; init; }

    /// <summary>The query behind the stream name, a token for instance; may be empty.</summary>
    public string Param { get; init; } = "";

    /// <summary>The IP address that it comes from.</summary>
    public string Address { get; init; } = "203.0.113.10";

    /// <summary>What goes wrong with its network.</summary>
    public EncoderTrouble Trouble { get; init; } = EncoderTrouble.None;

    /// <summary>What it does when it was refused or cut off.</summary>
    public RetryPolicy Retry { get; init; } = RetryPolicy.Obs;

    /// <summary>How often it sends a message of media.</summary>
    public TimeSpan MediaInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The size of a message of media, in bytes.</summary>
    public int MediaBytes { get; init; } = 32_000;

    /// <summary>How long it waits for the start of its publish before it hangs up and counts the try as failed.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(15);
}

/// <summary>How an encoder leaves the air.</summary>
public enum TroubleKind
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>The network goes: no media and no close, and SRS keeps the session until it times out.</summary>
    GoesSilent,

    /// <summary>It hangs up properly.</summary>
    HangsUp,

    /// <summary>The network goes, and the encoder comes back on the next server of its list.</summary>
    MovesToNextServer,
}

/// <summary>The trouble of an encoder: it repeats for ever.</summary>
/// <param name="After">How long it is on air in between.</param>
/// <param name="GoneFor">How long until it tries to come back.</param>
public sealed record EncoderTrouble(TroubleKind Kind, TimeSpan After, TimeSpan GoneFor)
{
    /// <summary>Steady until somebody else ends it.</summary>
    public static EncoderTrouble None { get; } = new(TroubleKind.None, TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>Loses its network and comes back.</summary>
    public static EncoderTrouble Drops(TimeSpan after, TimeSpan goneFor) => new(TroubleKind.GoesSilent, after, goneFor);

    /// <summary>Loses its network again and again, and is back at once.</summary>
    public static EncoderTrouble Flaps(TimeSpan every) => new(TroubleKind.GoesSilent, every, TimeSpan.FromMilliseconds(200));

    /// <summary>Stops and starts again, properly.</summary>
    public static EncoderTrouble Restarts(TimeSpan after, TimeSpan goneFor) => new(TroubleKind.HangsUp, after, goneFor);

    /// <summary>Loses its network and comes back on another node.</summary>
    public static EncoderTrouble ChangesNode(TimeSpan after, TimeSpan goneFor) => new(TroubleKind.MovesToNextServer, after, goneFor);
}

/// <summary>What an encoder does after a try that failed.</summary>
/// <param name="First">The pause before the first new try; null: there is none.</param>
/// <param name="Factor">By what each further pause is longer than the one before.</param>
/// <param name="RetriesFirstStart">Whether it also tries again when it has never been on air.</param>
public sealed record RetryPolicy(TimeSpan? First, double Factor, bool RetriesFirstStart)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>ffmpeg: one try, then the process ends.</summary>
    public static RetryPolicy SingleTry { get; } = new(null, 1, RetriesFirstStart: false);

    /// <summary>OBS: 2 s, and half as much again after each refusal; it gives up when its very first start is refused.</summary>
    public static RetryPolicy Obs { get; } = new(TimeSpan.FromSeconds(2), 1.5, RetriesFirstStart: false);

    /// <summary>ffmpeg in a shell loop, and most boxes: the same pause for ever.</summary>
    public static RetryPolicy Every(TimeSpan pause) => new(pause, 1, RetriesFirstStart: true);

    /// <summary>The pause before the next try, or null when there is none.</summary>
    /// <param name="failures">Failed tries in a row.</param>
    /// <param name="wasOnAir">Whether the encoder has ever been on air.</param>
    internal TimeSpan? Pause(int failures, bool wasOnAir)
    {
        if (First is not { } first || (!wasOnAir && !RetriesFirstStart))
        {
            return null;
        }

        var pause = first.TotalSeconds * Math.Pow(Factor, Math.Max(0, failures - 1));
        return pause < Longest.TotalSeconds ? TimeSpan.FromSeconds(pause) : Longest;
    }
}

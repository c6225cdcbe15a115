namespace StreamSupervisor.Tests.Simulation.Encoders;

/// <summary>How an encoder leaves the air, again and again.</summary>
internal enum EncoderTrouble
{
    None,

    /// <summary>Its media stops and its socket stays; it comes back on a new connection.</summary>
    Freezes,

    /// <summary>The same, and it never comes back.</summary>
    Vanishes,

    /// <summary>It hangs up and starts again; a crash looks the same.</summary>
    HangsUp,

    /// <summary>It freezes and comes back at the next server.</summary>
    Moves,

    /// <summary>It ends its publish and begins again on the same connection, under the same client id.</summary>
    Republishes,
}

/// <summary>What an encoder does after a try that failed.</summary>
internal enum Retrying
{
    Never,
    Every,

    /// <summary>Each pause half as long again; gives up if its very first start fails. OBS.</summary>
    BacksOff,
}

/// <param name="After">How long it stays on air before its trouble.</param>
/// <param name="GoneFor">How long it is gone.</param>
/// <param name="Registers">Whether it announces itself before each try.</param>
internal sealed record EncoderPlan(string Name, string Stream, string Ip, int FirstServer, TimeSpan At, EncoderTrouble Trouble,
    TimeSpan After, TimeSpan GoneFor, Retrying Retrying, TimeSpan Pause, bool Registers)
{
    /// <summary>How long it publishes before its first frame: a camera that starts, an input that is waited for.</summary>
    public TimeSpan FirstFrameAfter { get; init; }

    public override string ToString() =>
        $"{At:s\\.fff} {Name} of {Stream} from {Ip} at server {FirstServer + 1}: {Trouble} after {After.TotalSeconds} s "
        + $"for {GoneFor.TotalSeconds} s, "
        + $"retries {Retrying} {Pause.TotalSeconds} s{(Registers ? ", registers" : "")}"
        + (FirstFrameAfter > TimeSpan.Zero ? $", first frame after {FirstFrameAfter.TotalSeconds} s" : "");
}

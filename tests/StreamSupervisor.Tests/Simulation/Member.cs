namespace StreamSupervisor.Tests.Simulation;

/// <summary>A place where a supervisor runs: one life after the other.</summary>
/// <param name="number">From 1.</param>
/// <param name="clockRate">How fast the clock of its machine runs.</param>
/// <param name="clockOffset">How far it is ahead.</param>
internal sealed class Member(int number, double clockRate, TimeSpan clockOffset)
{
    public string Name { get; } = $"m{number}";

    /// <summary>Where the other members reach it.</summary>
    public string Url => $"http://{Name}";
    public double ClockRate { get; } = clockRate;
    public TimeSpan ClockOffset { get; } = clockOffset;

    /// <summary>The supervisor that runs; null while none does.</summary>
    public Life? Life { get; set; }

    /// <summary>Said "not ready" before it leaves: whoever balances the hooks sends it none.</summary>
    public bool IsLeaving { get; set; }
}

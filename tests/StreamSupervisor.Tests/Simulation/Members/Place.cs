namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>Where a supervisor runs: one life after the other, and the clock of the machine.</summary>
/// <param name="Name">As its lives are named.</param>
/// <param name="Offset">How far the clock is ahead at the begin.</param>
internal sealed record Place(string Name, TimeSpan Offset)
{
    /// <summary>The life that runs; null while none does.</summary>
    public Member? Life { get; set; }

    /// <summary>How far the clock has been set since.</summary>
    public TimeSpan SetBy { get; set; }

    /// <summary>The clock of the machine: a wall clock that can be set either way, and a monotonic one that cannot.</summary>
    public TimeProvider ClockIn(World world) => new MachineClock(world, this);

    private sealed class MachineClock(World world, Place place) : TimeProvider
    {
        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override DateTimeOffset GetUtcNow() => world.Now + place.Offset + place.SetBy;

        public override long GetTimestamp() => world.Age.Ticks;
    }
}

namespace StreamSupervisor.Tests.Simulation.Members;

/// <summary>Where a supervisor runs: one life after the other.</summary>
/// <param name="Offset">How far the clock of its machine is ahead.</param>
internal sealed record Place(string Name, TimeSpan Offset)
{
    /// <summary>The life that runs; null while none does.</summary>
    public Member? Life { get; set; }
}

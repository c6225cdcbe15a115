using StreamSupervisor.Tests.Simulation.Servers;
using StreamSupervisor.Tests.Simulation.Storage;

namespace StreamSupervisor.Tests.Simulation;

/// <summary>What goes wrong on the ways between servers, members and the database, as long as the chaos lasts.</summary>
internal sealed class Faults(Plan plan, Random random)
{
    /// <summary>Off: the ways are as they should be.</summary>
    public bool On { get; set; } = true;

    public HookFault Hook() => Happens(plan.HookFaults) ? (HookFault)random.Next(1, 6) : HookFault.None;

    public WriteFault Write() => Happens(plan.WriteFaults) ? (WriteFault)random.Next(1, 5) : WriteFault.None;

    public bool Read() => Happens(plan.WriteFaults / 2);

    public bool LosesMessage() => Happens(plan.MessageFaults);

    public bool LosesApiAnswer() => Happens(plan.ApiFaults);

    /// <summary>One way of a hook. SRS frees a publish token only when it has the answer to on_unpublish.</summary>
    public TimeSpan Latency() => On && random.Next(10) == 0 ? Milliseconds(5, 300) : Milliseconds(0, 1);

    /// <summary>How late a hook is that is late.</summary>
    public TimeSpan Delay() => Milliseconds(1, random.Next(3) == 0 ? 6_000 : 300);

    /// <summary>One way between members.</summary>
    public TimeSpan MessageLatency() => On && random.Next(20) == 0 ? Milliseconds(1, 500) : Milliseconds(0.1, 1);

    /// <summary>One way to the database; now and then it is slow.</summary>
    public TimeSpan StoreLatency() => On && random.Next(30) == 0 ? Milliseconds(5, 300) : Milliseconds(0.3, 2);

    /// <summary>How long until a lost statement is given up.</summary>
    public TimeSpan StoreTimeout() => Milliseconds(200, random.Next(3) == 0 ? 5_000 : 1_000);

    private bool Happens(double share) => On && random.NextDouble() < share;

    private TimeSpan Milliseconds(double from, double to) => TimeSpan.FromMilliseconds(from + ((to - from) * random.NextDouble()));
}

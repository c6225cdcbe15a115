using StreamSupervisor.Simulator.Hooks;
using StreamSupervisor.TestKit.Kernel;

namespace StreamSupervisor.Tests.Simulation;

internal enum Crash
{
    None,
    BeforeTheWrite,
    AfterTheWrite,
}

/// <summary>What goes wrong on the ways between servers, supervisor and store, as long as the chaos lasts.</summary>
internal sealed class Faults(Plan plan, Random random)
{
    private readonly Queue<(int Append, Crash Crash)> _crashes = new(plan.Crashes);
    private int _appends;

    /// <summary>Off: the ways are as they should be.</summary>
    public bool On { get; set; } = true;
    public bool StoreIsDown { get; set; }

    public HookFault Hook()
    {
        if (!On || random.NextDouble() >= plan.HookFaults)
        {
            return HookFault.None;
        }

        return random.Next(5) switch
        {
            0 => HookFault.Lost,
            1 => HookFault.AnswerLost,
            2 => HookFault.Doubled,
            3 => HookFault.DelayedBy(Milliseconds(1, random.Next(3) == 0 ? 6_000 : 300)),
            _ => HookFault.OvertakenFor(Milliseconds(1, random.Next(3) == 0 ? 6_000 : 300)),
        };
    }

    /// <summary>How long a hook, or its answer, is on its way. SRS frees a publish token only when it has the answer to on_unpublish.</summary>
    public TimeSpan Latency() => On && random.Next(10) == 0 ? Milliseconds(5, 300) : Milliseconds(0, 1);

    public bool LosesApiAnswer() => On && random.NextDouble() < plan.ApiFaults;

    public AppendFault? Append()
    {
        if (StoreIsDown)
        {
            return random.Next(2) == 0 ? new AppendFault.LostRequest() : new AppendFault.LateArrival(Milliseconds(1, 2_000));
        }

        if (On && random.NextDouble() < plan.AppendFaults)
        {
            return random.Next(4) switch
            {
                0 => new AppendFault.LostRequest(),
                1 => new AppendFault.LostAcknowledgement(),
                2 => new AppendFault.LateArrival(Milliseconds(1, 2_000)),
                _ => new AppendFault.Delay(Milliseconds(1, 1_500)),
            };
        }

        return new AppendFault.Delay(Milliseconds(1, 3));
    }

    /// <summary>What becomes of one statement of a member; its appends have it worse than the many looks.</summary>
    public StatementFault Statement(bool append) =>
        On && random.NextDouble() < (append ? plan.AppendFaults : plan.StatementFaults) ? (StatementFault)random.Next(1, 5) : StatementFault.None;

    /// <summary>What becomes of a declaration of death: one that is slow must find out that the member is back.</summary>
    public StatementFault Declaration() => On && random.Next(4) == 0 ? StatementFault.Slow : StatementFault.None;

    /// <summary>How long a slow statement takes, or a late one is on its way.</summary>
    public TimeSpan Slowness() => Milliseconds(1, random.Next(4) == 0 ? 4_000 : 400);

    /// <summary>One way to the store.</summary>
    public TimeSpan StatementLatency() => Milliseconds(0, 1);

    /// <summary>Whether the supervisor dies at this append.</summary>
    public Crash CrashAtAppend()
    {
        _appends++;
        if (!On || !_crashes.TryPeek(out var next) || next.Append > _appends)
        {
            return Crash.None;
        }

        return _crashes.Dequeue().Crash;
    }

    private TimeSpan Milliseconds(int from, int to) => TimeSpan.FromMilliseconds(random.Next(from, to + 1));
}

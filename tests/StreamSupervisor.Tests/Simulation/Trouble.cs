namespace StreamSupervisor.Tests.Simulation;

/// <summary>Something that goes wrong, or that a person does, for a while.</summary>
internal enum WorldTrouble
{
    ApiRefused,
    ApiSilent,
    ApiGarbage,
    ApiSlow,

    /// <summary>Another server answers at its address.</summary>
    ApiWrong,
    ServerRestarts,
    ServerDown,

    /// <summary>It never comes back.</summary>
    ServerDead,
    RowLies,

    /// <summary>Publishes end at once and leave ghosts.</summary>
    ForwardFails,
    StoreDown,
    OperatorKicks,
    OperatorReleases,
    OperatorLocks,
    OperatorPins,
    MemberKilled,

    /// <summary>SIGSTOP, and SIGCONT after a while. What hangs for long is removed by the others.</summary>
    MemberPaused,

    /// <summary>The others remove it, though it lives and works on for a while.</summary>
    MemberCondemned,
    MemberCut,
    MemberLeaves,
    ShardMoves,

    /// <summary>One member after the other becomes a key's home.</summary>
    ShardMovesAndBack,

    /// <summary>What it says to the others arrives when the wire is repaired; what they say arrives.</summary>
    MemberCutOneWay,

    /// <summary>The next publish of a stream reaches no player, as 1 of 150 does where a source may be thrown away.</summary>
    Orphaned,

    /// <summary>A proxy before its API forbids DELETE; for long ones for ever.</summary>
    KicksForbidden,

    /// <summary>The clock of a member's machine is set, and stays so.</summary>
    ClockSet,
}

/// <param name="Server">Which server it is about.</param>
/// <param name="Place">Which member.</param>
internal sealed record PlannedTrouble(TimeSpan At, TimeSpan For, WorldTrouble What, int Server, int Place, string Key);

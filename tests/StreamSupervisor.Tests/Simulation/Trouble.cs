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
}

/// <param name="Server">Which server it is about.</param>
/// <param name="Place">Which member.</param>
internal sealed record PlannedTrouble(TimeSpan At, TimeSpan For, WorldTrouble What, int Server, int Place, string Key);

using StreamSupervisor.Actors.Journal;
using StreamSupervisor.Domain;

namespace StreamSupervisor.Server.Dashboard.Lanes;

/// <summary>What a session does while a bar of its lane lasts.</summary>
internal enum BarKind
{
    /// <summary>It owns the key.</summary>
    OnAir,

    /// <summary>It has asked and waits for its answer.</summary>
    Held,

    /// <summary>Its removal is ordered and not proven yet.</summary>
    BeingRemoved,

    /// <summary>It copies the session of another origin.</summary>
    Copy,
}

/// <summary>What happened at one moment of a lane.</summary>
internal enum MarkKind
{
    Admitted,
    Refused,
    KickOrdered,
    Silent,
    Ended,

    /// <summary>A person should know: a fight, a wedge, flapping, a removal that does not get on.</summary>
    Trouble,

    /// <summary>Observe mode: what would have been decided.</summary>
    Observed,

    /// <summary>An operator's order.</summary>
    Operator,

    /// <summary>An encoder announced itself, or the key is kept for one.</summary>
    Registered,
}

/// <summary>A stretch of a lane.</summary>
/// <param name="BeganEarlier">It began before the oldest event that is shown, nobody knows here when.</param>
/// <param name="GoesOn">It had not ended at the right edge.</param>
internal sealed record LaneBar(BarKind Kind, DateTimeOffset From, DateTimeOffset To, bool BeganEarlier = false, bool GoesOn = false);

/// <summary>A sign on a lane.</summary>
/// <param name="Of">The event that it stands for.</param>
internal sealed record LaneMark(MarkKind Kind, DateTimeOffset At, JournaledEvent Of);

/// <summary>One row of the drawing.</summary>
internal abstract record Lane
{
    /// <summary>In the order of their beginnings. The same client publishing twice has two of a kind.</summary>
    public IReadOnlyList<LaneBar> Bars { get; init; } = [];

    /// <summary>In the order of the journal.</summary>
    public IReadOnlyList<LaneMark> Marks { get; init; } = [];
}

/// <summary>What happened to the key itself: operators, registrations, fights.</summary>
internal sealed record KeyLane : Lane;

/// <summary>One attempt, and the session that it became.</summary>
/// <param name="Session">Whose.</param>
/// <param name="Origin">The configured name of its SRS server; its server id where no event says the name.</param>
/// <param name="Address">Of the encoder; empty where unknown.</param>
internal sealed record AttemptLane(SessionId Session, string Origin, string Address) : Lane
{
    /// <summary>Whether it never had more than a refusal.</summary>
    public bool IsRefusedTry => Marks.Count > 0 && Marks.All(mark => mark.Kind == MarkKind.Refused)
        && Bars.All(bar => bar.Kind == BarKind.Held);

    public bool GoesOn => Bars.Any(bar => bar.GoesOn);
}

/// <summary>Many tries in one row: a fight, or an encoder that goes on trying.</summary>
/// <param name="Address">Where they came from; empty where unknown.</param>
/// <param name="Tries">How many.</param>
internal sealed record FoldedTriesLane(string Address, int Tries, DateTimeOffset From, DateTimeOffset To) : Lane;

/// <summary>The oldest sessions in one row, where there are too many to draw.</summary>
/// <param name="Sessions">How many.</param>
internal sealed record FoldedSessionsLane(int Sessions, DateTimeOffset From, DateTimeOffset To) : Lane;

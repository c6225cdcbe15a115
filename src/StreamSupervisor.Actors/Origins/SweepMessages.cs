using StreamSupervisor.Domain.Origins;

namespace StreamSupervisor.Actors.Origins;

/// <summary>
/// What the <see cref="SweepActor"/> and its parent say to each other about one look. Each look ends with <see cref="Done"/>.
/// </summary>
internal abstract record SweepMessage
{
    /// <summary>The server listed its streams.</summary>
    /// <param name="Sweep">Whether the rows are compared with the beliefs; else only their bytes are watched.</param>
    /// <param name="Process">Who the server said it is; of a sweep only.</param>
    /// <param name="ServerId">Who gave the list; empty on SRS 4.</param>
    /// <param name="ServiceId">Which process gave the list; empty on SRS 4.</param>
    /// <param name="CpuPercent">How busy it is; null where it does not say, or was not asked.</param>
    public sealed record Listed(bool Sweep, OriginProcess? Process, string ServerId, string ServiceId, IReadOnlyList<StreamRow> Streams,
        Moment At, TimeSpan Seen, TimeSpan Took, double? CpuPercent) : SweepMessage;

    /// <summary>What a look asks beyond the list; answered with <see cref="Answered"/> or <see cref="Failed"/>.</summary>
    public sealed record Ask(LookQuestion Question) : SweepMessage;

    /// <summary>The server's answer.</summary>
    public sealed record Answered(LookAnswer Answer) : SweepMessage;

    /// <summary>The server gave no usable answer: nothing is known, least of all that something is gone.</summary>
    public sealed record Failed(string Why) : SweepMessage;

    /// <summary>Nothing more is to be asked about this look; the next one follows in its time.</summary>
    /// <param name="NextIn">When a session may turn out to be silent; null when none stands still.</param>
    public sealed record Done(TimeSpan? NextIn) : SweepMessage;

    /// <summary>A sweep is wanted as soon as the server can bear it.</summary>
    public sealed record Soon : SweepMessage
    {
        public static readonly Soon Instance = new();
    }

    /// <summary>The time for a look has come.</summary>
    public sealed record Due : SweepMessage
    {
        public static readonly Due Instance = new();
    }
}

using StreamSupervisor.Domain;

namespace StreamSupervisor.Server.Coworkers;

/// <summary>What a server is told that asks where a stream is. Nothing that is not known is a "stay".</summary>
internal abstract record StreamLocation
{
    /// <summary>Another server has it, or has it as soon as its encoder is admitted.</summary>
    /// <param name="Origin">Its configured name.</param>
    public sealed record On(string Origin) : StreamLocation;

    /// <summary>There is nowhere to go.</summary>
    /// <param name="Own">What the server that asks is believed to publish itself, where SRS has confirmed that; null elsewhere.</param>
    public sealed record Stay(StayReason Why, OwnStream? Own = null) : StreamLocation;

    /// <summary>Nobody knows now; the server may ask somebody else.</summary>
    public sealed record Undecided(string Why) : StreamLocation;
}

/// <summary>A stream that the server that asks for it is believed to publish.</summary>
internal sealed record OwnStream(StreamKey Key, SessionId By);

/// <summary>Why a server has nowhere to send its players.</summary>
internal enum StayReason
{
    /// <summary>Nobody publishes the stream.</summary>
    Nobody,

    /// <summary>The server that asks has it.</summary>
    Here,

    /// <summary>The server that has it is down, as far as this member knows.</summary>
    OutOfReach,
}

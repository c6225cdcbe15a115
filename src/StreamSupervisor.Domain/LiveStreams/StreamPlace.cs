namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>Where a stream is to be played from, as a server is told that does not have it.</summary>
public abstract record StreamPlace
{
    /// <summary>Nobody publishes it, or whoever does is being removed and nobody follows yet.</summary>
    public sealed record Nowhere : StreamPlace
    {
        public static readonly Nowhere Instance = new();
    }

    /// <summary>The server that asks has it itself, or is about to: it is published there, or copied to it.</summary>
    public sealed record Here : StreamPlace
    {
        public static readonly Here Instance = new();
    }

    /// <summary>Another server has it.</summary>
    /// <param name="Origin">Its configured name.</param>
    public sealed record Elsewhere(string Origin) : StreamPlace;

    /// <summary>A change of hands is under way: this server has it as soon as the attempt that is held there is admitted.</summary>
    /// <param name="To">Its configured name.</param>
    public sealed record Moving(string To) : StreamPlace;
}

namespace StreamSupervisor.Tests.Simulation.Servers;

/// <summary>What SRS keeps for a stream besides the rows of its API.</summary>
internal sealed class SrsSource
{
    /// <summary>The busy check up to 7.0.61. False without a publisher: a ghost.</summary>
    public bool CanPublish { get; set; } = true;
    public SrsConnection? Publisher { get; set; }

    /// <summary>When its last publisher left; a fresh source has been dead for ever, which is the cleanup trap.</summary>
    public DateTimeOffset DiedAt { get; set; } = DateTimeOffset.MinValue;
    public bool ThrownAway { get; set; }
}

/// <summary>A row of <c>/streams</c>.</summary>
internal sealed class SrsRow(string id)
{
    public string Id { get; } = id;
    public bool Active { get; set; }
    public string ClientId { get; set; } = "";
    public SrsConnection? Publisher { get; set; }
}

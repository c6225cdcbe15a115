using StreamSupervisor.Domain;
using StreamSupervisor.Server.Peers;

namespace StreamSupervisor.Server.Sweeping;

/// <summary>How the members of a cluster share the looking: each node is looked at by one of them, who passes on what it saw.</summary>
internal interface ISweepDuty
{
    /// <summary>Whether this member looks at a node. It may change at any time, and for a moment two members may both be told so, or none.</summary>
    bool Sweeps(string origin);

    /// <summary>Whether this member speaks to the entity of a key; others speak to theirs.</summary>
    bool Owns(StreamKey key);

    /// <summary>Passes a look on to the other members. Must be quick and must not throw.</summary>
    void Share(OriginLook look);
}

/// <summary>A member that is alone looks at every node, for every key.</summary>
internal sealed class SoleDuty : ISweepDuty
{
    public static readonly SoleDuty Instance = new();

    public bool Sweeps(string origin) => true;

    public bool Owns(StreamKey key) => true;

    public void Share(OriginLook look)
    {
    }
}

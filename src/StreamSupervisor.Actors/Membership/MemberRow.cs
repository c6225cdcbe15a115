using Akka.Actor;
using Akka.Cluster;

namespace StreamSupervisor.Actors.Membership;

/// <summary>One incarnation of a process: what it says of itself when it joins.</summary>
/// <param name="Incarnation">A new one at each start.</param>
/// <param name="Name">What people call it: <c>cluster.name</c>.</param>
/// <param name="Advertised"><c>host:port</c> where others reach it; refuses connections when the process is gone.</param>
/// <param name="Address">Its address in Akka's words.</param>
/// <param name="Uid">Tells this incarnation from others at the same address.</param>
public sealed record MemberIdentity(Guid Incarnation, string Name, string Advertised, Address Address, int Uid)
{
    /// <summary>What Akka's cluster knows it by.</summary>
    public UniqueAddress UniqueAddress => new(Address, Uid);
}

/// <summary>The life of an incarnation. Stored as numbers.</summary>
public enum MemberState
{
    /// <summary>Beats, and looks for a cluster.</summary>
    Joining = 0,
    Active = 1,

    /// <summary>Asked to leave.</summary>
    Draining = 2,

    /// <summary>Condemned by others. For ever.</summary>
    Dead = 3,

    /// <summary>Left by itself. For ever.</summary>
    Left = 4,
}

/// <summary>Why a member is condemned; the database checks what it can.</summary>
public enum DeathEvidence
{
    None,

    /// <summary>Its lease is over by the clock of the database.</summary>
    LeaseOver,

    /// <summary>Its session is gone (the database checks), and its port refuses connections (the caller has seen).</summary>
    ProcessGone,

    /// <summary>Its session is gone (the database checks), and the caller itself listens at its address now.</summary>
    Replaced,

    /// <summary>An operator says so. The database checks nothing.</summary>
    Operator,
}

/// <summary>What the database knew of a member at the moment of a look.</summary>
/// <param name="Identity">Who.</param>
/// <param name="Number">Grows with every incarnation: the lowest is the oldest.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="Cluster">The cluster that it is in or sets out to join; null before that, and after another was founded meanwhile.</param>
/// <param name="Beat">Grows with each beat.</param>
/// <param name="BeatAge">Since its last beat, by the clock of the database.</param>
/// <param name="LeaseOver">Whether its lease is over, by the clock of the database.</param>
/// <param name="HasSession">Whether its session is open. False alone proves nothing: a restart of the database ends all sessions.</param>
/// <param name="EndedAgo">Since it ended; null while it lives.</param>
/// <param name="Why">Why it ended; null while it lives.</param>
public sealed record MemberRow(MemberIdentity Identity, int Number, MemberState State, Guid? Cluster, long Beat, TimeSpan BeatAge, bool LeaseOver, bool HasSession,
    TimeSpan? EndedAgo = null, string? Why = null)
{
    public bool IsAlive => State is MemberState.Joining or MemberState.Active or MemberState.Draining;

    /// <summary>Whether it is in a cluster: others join at its address.</summary>
    public bool IsInCluster => State is MemberState.Active or MemberState.Draining;

    public override string ToString() => $"{Identity.Name} ({Identity.Advertised})";
}

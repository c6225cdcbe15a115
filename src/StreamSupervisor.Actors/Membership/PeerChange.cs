namespace StreamSupervisor.Actors.Membership;

/// <summary>What happens to another member, as this one sees it.</summary>
internal enum PeerChange
{
    Joined,
    Left,
    Unreachable,
    Reachable,
}

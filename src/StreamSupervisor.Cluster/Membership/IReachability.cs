namespace StreamSupervisor.Cluster.Membership;

/// <summary>Looks from here whether nobody listens at a member's address any more.</summary>
public interface IReachability
{
    /// <summary>
    /// True only when the connection was refused: the machine answered, and no process listens there. Silence, a timeout or an unknown name
    /// are false, since a member that we cannot reach may still serve others. Throws nothing.
    /// </summary>
    /// <param name="baseUrl">The address that the member joined with.</param>
    /// <param name="cancellation">Gives up: false.</param>
    Task<bool> RefusesConnectionsAsync(string baseUrl, CancellationToken cancellation);
}

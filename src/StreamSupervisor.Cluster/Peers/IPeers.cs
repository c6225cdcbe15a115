using StreamSupervisor.Cluster.Sharding;

namespace StreamSupervisor.Cluster.Peers;

/// <summary>Asking the same question of another member. At most one hop: whoever is asked answers from its own shards or says that it does not own.</summary>
public interface IPeers<TCommand, TReply>
    where TCommand : notnull
    where TReply : notnull
{
    /// <summary>Asks the entity at a member.</summary>
    /// <param name="baseUrl">The member's address, as it joined with it.</param>
    /// <param name="entityId">The entity.</param>
    /// <param name="command">The command.</param>
    /// <param name="wait">How long the other may take; clocks are not compared.</param>
    /// <param name="cancellation">The caller went away.</param>
    /// <returns>Throws nothing: a member that does not answer is <see cref="AskStatus.Unavailable"/> when the request certainly did not reach
    /// it, else <see cref="AskStatus.Unknown"/>.</returns>
    Task<PeerAnswer<TReply>> AskAsync(string baseUrl, string entityId, TCommand command, TimeSpan wait, CancellationToken cancellation);

    /// <summary>Passes a message on without waiting for its outcome, in the order of the calls.</summary>
    /// <returns>False when the queue to that member is full.</returns>
    bool Tell(string baseUrl, string entityId, TCommand command);
}

/// <summary>What a member answered.</summary>
/// <param name="Result">The entity's answer, or why there is none.</param>
/// <param name="NotOwner">The member does not own the shard: the caller's map is old, or its own is. Nothing happened.</param>
public readonly record struct PeerAnswer<TReply>(AskResult<TReply> Result, bool NotOwner);

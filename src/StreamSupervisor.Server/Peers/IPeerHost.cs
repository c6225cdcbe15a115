using StreamSupervisor.Cluster.Peers;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Peers;

/// <summary>The side of a member that other members reach. Nothing here asks a further member.</summary>
internal interface IPeerHost
{
    /// <summary>Answers from this member's own shards, or says that it does not own.</summary>
    /// <param name="entityId">The entity.</param>
    /// <param name="command">The command.</param>
    /// <param name="wait">How long the caller waits from now on.</param>
    /// <param name="cancellation">The caller went away.</param>
    Task<PeerAnswer<LiveStreamReply>> AskLocalAsync(string entityId, LiveStreamCommand command, TimeSpan wait, CancellationToken cancellation);

    /// <summary>Puts a message into the mailbox of an entity of this member.</summary>
    /// <returns>False when the entity is not this member's, or its mailbox is full.</returns>
    bool TellLocal(string entityId, LiveStreamCommand command);

    /// <summary>Another member has looked at an SRS node.</summary>
    void Looked(OriginLook look);

    /// <summary>SRS told another member that a client has closed which that one knows nothing of.</summary>
    void Closed(string origin, SessionId client);
}

namespace StreamSupervisor.Simulator.Connections;

/// <summary>What a publish or play command came to, as far as its sender can tell.</summary>
public enum PublishOutcome
{
    Unknown,

    /// <summary>NetStream.Publish.Start (Play.Start) arrived. On SRS 4 it arrives before any check.</summary>
    Started,

    /// <summary>SRS closed the connection because of StreamBusy (1028).</summary>
    RefusedBusy,

    /// <summary>SRS closed the connection because a hook said no, or did not answer.</summary>
    RefusedByHook,

    /// <summary>SRS sent the player to another server (RTMP 302).</summary>
    Redirected,

    /// <summary>The connection ended for another reason first: kicked while it waited, the process died, the sender hung up.</summary>
    Closed,
}

/// <summary>Why a connection ended. An encoder sees only that it did; tests want to know.</summary>
public enum CloseReason
{
    Unknown,

    /// <summary>The client hung up.</summary>
    ByPeer,
    StreamBusy,
    RefusedByHook,

    /// <summary>DELETE over the API.</summary>
    Kicked,

    /// <summary>The player was sent to another server.</summary>
    Redirected,

    /// <summary>Nobody publishes the stream here, and no coworker knows where.</summary>
    NoOrigin,

    /// <summary>No media for too long.</summary>
    PublishTimeout,

    /// <summary>A forward backend answered with an error.</summary>
    ForwardFailed,

    /// <summary>SRS stopped or was killed.</summary>
    ProcessGone,
}

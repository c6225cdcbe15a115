namespace StreamSupervisor.Domain.Origins;

/// <summary>How a server answers. Zero is: nobody has asked yet.</summary>
public enum OriginStatus
{
    Unknown,

    /// <summary>It answered the last call, as the server that it is.</summary>
    Up,

    /// <summary>It did not answer the last call, or answers as another server.</summary>
    Suspect,

    /// <summary>It has been so for 10 s, and sends neither hooks nor heartbeats either.</summary>
    Down,
}

/// <summary>Where the process that a hook names stands. Zero never means yes.</summary>
public enum HookStanding
{
    /// <summary>A process that nobody knows yet: the API must be asked before the hook counts.</summary>
    Unknown,

    /// <summary>The process that runs there.</summary>
    Current,

    /// <summary>
    /// The right server, without a name for its process (SRS 4): enough for what is answered at once; before a publish is admitted, ask
    /// the API.
    /// </summary>
    Unnamed,

    /// <summary>
    /// A process that another one followed: the hook is late, or that belief is wrong and the API says so when it is asked.
    /// </summary>
    Superseded,

    /// <summary>
    /// Another server than the API's: it was restarted without a configured <c>server_id</c>, a token is used twice, or
    /// <c>origins.api</c> is wrong.
    /// </summary>
    WrongServer,
}

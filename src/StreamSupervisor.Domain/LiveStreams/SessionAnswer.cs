namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>What an answer of a session's server says of the session. Zero never means yes.</summary>
public enum SessionAnswer
{
    /// <summary>
    /// Nothing: another server answered (a wrong address), one that does not say who it is, or another process than the one asked before.
    /// Ask again.
    /// </summary>
    Undecided,

    /// <summary>It is there; of a process: the one that the session lives in.</summary>
    There,

    /// <summary>It is gone.</summary>
    Gone,
}

/// <summary>
/// Reads the answers to a <see cref="CheckSession"/> by the rules of <see cref="EvictionProcedure"/>: an API that answers as another
/// server is at the wrong address, and believing it ended the sessions of a server that was fine.
/// </summary>
public static class SessionAnswers
{
    /// <summary>What the process that runs on a server says of a session there.</summary>
    /// <param name="serverId">As the server says; empty where it does not.</param>
    /// <param name="serviceId">As the server says; empty where it does not.</param>
    public static SessionAnswer OfProcess(SessionId session, string serverId, string serviceId) =>
        IsOtherServer(session, serverId) || serviceId.Length == 0 ? SessionAnswer.Undecided
        : serviceId == session.ServiceId ? SessionAnswer.There
        : SessionAnswer.Gone;

    /// <summary>What the answer to the question for the client itself says.</summary>
    /// <param name="serverId">As the answer says; empty where it does not: SRS 4, and 2049 ("no such client").</param>
    /// <param name="serviceId">As the answer says; empty where it does not.</param>
    /// <param name="publishes">Whether it knows the client as a publisher of the key.</param>
    public static SessionAnswer OfClient(SessionId session, string serverId, string serviceId, bool publishes) =>
        IsOtherServer(session, serverId) || (serviceId.Length > 0 && serviceId != session.ServiceId) ? SessionAnswer.Undecided
        : publishes ? SessionAnswer.There
        : SessionAnswer.Gone;

    private static bool IsOtherServer(SessionId session, string serverId) => serverId.Length > 0 && serverId != session.ServerId;
}

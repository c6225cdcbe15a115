namespace StreamSupervisor.Srs.Api;

/// <summary>What a call to an SRS server is for. Where calls wait for a place, the more urgent one goes first.</summary>
public enum SrsPriority
{
    /// <summary>An eviction: a DELETE, and the look whether the client is gone. An encoder waits for it on air.</summary>
    Kick = 0,

    /// <summary>A look at one session or process, for which an encoder or an operator waits.</summary>
    Check = 1,

    /// <summary>The regular look at all streams, or at all clients. Nobody waits for it.</summary>
    Sweep = 2,
}

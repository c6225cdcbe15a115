namespace StreamSupervisor.Domain.LiveStreams;

/// <summary>What is to be done next to remove a session.</summary>
public abstract record EvictionStep
{
    /// <summary>
    /// Why the removal does not get on; tell the stream once (<see cref="ReportEvictionStalled"/>). Null on every other step, and on
    /// later ones of the same removal unless DELETE turns out to be forbidden.
    /// </summary>
    public string? StalledBecause { get; init; }

    /// <summary>Whether that is because the API forbids DELETE: then only SRS itself ends the session.</summary>
    public bool IsForbidden { get; init; }

    /// <summary>
    /// Ask the server who it is: what is known of its process does not fit the session. Answered with Identified or Unreachable.
    /// </summary>
    public sealed record Identify : EvictionStep;

    /// <summary>
    /// DELETE the client. Answered with Exists (it was there and is being closed), NoSuchClient, NotAllowed or Unreachable.
    /// </summary>
    public sealed record Delete : EvictionStep;

    /// <summary>GET the client. Answered with Exists, NoSuchClient, NotAllowed or Unreachable.</summary>
    public sealed record Look : EvictionStep;

    /// <summary>Wait, holding no place anywhere. Answered with PauseOver, or with CloseHeard at once.</summary>
    public sealed record Pause(TimeSpan For) : EvictionStep;

    /// <summary>The session is gone: report it, and end.</summary>
    public sealed record Released(ReleaseProof Proof) : EvictionStep;
}

/// <summary>What became of a step.</summary>
public abstract record EvictionAnswer
{
    /// <summary>The server said who it is.</summary>
    /// <param name="ServerId">Its <c>server_id</c>; empty where it says none.</param>
    /// <param name="ServiceId">Its process; empty where it says none.</param>
    public sealed record Identified(string ServerId, string ServiceId) : EvictionAnswer;

    /// <summary>SRS does not know the client (code 2049).</summary>
    /// <param name="ServiceId">The process that answered; empty where it does not say.</param>
    /// <param name="ServerId">The server that answered; empty where it does not say.</param>
    public sealed record NoSuchClient(string ServiceId, string ServerId = "") : EvictionAnswer;

    /// <summary>SRS knows the client, or did when it was told to close it.</summary>
    /// <param name="ServiceId">The process that answered; empty where it does not say.</param>
    /// <param name="ServerId">The server that answered; empty where it does not say.</param>
    public sealed record Exists(string ServiceId, string ServerId = "") : EvictionAnswer;

    /// <summary>No answer that says anything. Never "not found".</summary>
    public sealed record Unreachable(string Why) : EvictionAnswer;

    /// <summary>The API answers and forbids the call: a proxy without DELETE, wrong credentials.</summary>
    public sealed record NotAllowed(string Why) : EvictionAnswer;

    /// <summary>The session's <c>on_close</c> came. Valid at any time, also while a call is under way.</summary>
    public sealed record CloseHeard : EvictionAnswer;

    /// <summary>The pause is over.</summary>
    public sealed record PauseOver : EvictionAnswer;
}

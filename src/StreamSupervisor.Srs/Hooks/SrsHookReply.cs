namespace StreamSupervisor.Srs.Hooks;

/// <summary>
/// The answer to a hook: HTTP 200 with a code; 0 is yes, any other number is no. SRS logs the number; the message is for people.
/// </summary>
public readonly record struct SrsHookReply(int Code, string? Message)
{
    public static SrsHookReply Yes { get; } = new(0, null);
}

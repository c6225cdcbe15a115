namespace StreamSupervisor.Srs.Hooks;

/// <summary>The hooks of SRS that we take.</summary>
public enum HookAction
{
    Unknown,
    OnConnect,
    OnPublish,
    OnUnpublish,
    OnClose,
    OnPlay,

    /// <summary>Taken and ignored, so that a person who configured it gets no errors.</summary>
    OnStop,
}

/// <summary>One hook as SRS sent it, after parsing. Fields that a hook lacks are empty (<c>on_close</c> has no stream; SRS 4 no service id).</summary>
/// <param name="Param">The query string; begins with <c>?</c> on RTMP, not on SRT and WHIP. May carry secrets: never logged.</param>
public sealed record SrsHook(HookAction Action, string ServerId, string ServiceId, string ClientId, string Address, string Vhost,
    string App, string Stream, string Param, string TcUrl);

/// <summary>
/// The answer to a hook: HTTP 200 with a code; 0 is yes, any other number is no. SRS logs the number; the message is for people.
/// </summary>
public readonly record struct SrsHookReply(int Code, string? Message)
{
    public static SrsHookReply Yes { get; } = new(0, null);
}

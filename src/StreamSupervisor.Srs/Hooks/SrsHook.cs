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

/// <summary>
/// One hook as SRS sent it, after parsing. Fields that a hook lacks are empty (<c>on_close</c> has no stream; SRS 4 no service id).
/// </summary>
/// <param name="ServerId">Empty before 4.0.185, which sent none: the hook's token names the server then.</param>
/// <param name="App">As it was sent; <see cref="Key"/> has it as it is meant.</param>
/// <param name="Stream">As it was sent: over SRT and on SRS 4 it may hold slashes.</param>
/// <param name="Param">The query string; begins with <c>?</c> on RTMP, not on SRT and WHIP. May carry secrets: never logged.</param>
public sealed record SrsHook(HookAction Action, string ServerId, string ServiceId, string ClientId, string Address, string Vhost,
    string App, string Stream, string Param, string TcUrl)
{
    /// <summary>Which stream it is about.</summary>
    public SrsHookKey Key => SrsHookKey.Of(Vhost, App, Stream);
}

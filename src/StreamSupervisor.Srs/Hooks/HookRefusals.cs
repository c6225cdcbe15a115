using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Srs.Hooks;

/// <summary>
/// The answers that are no. A decision's come from the catalogue of the domain; these are of hooks that no entity was asked about.
/// </summary>
internal static class HookRefusals
{
    public static SrsHookReply WrongServer { get; } = new(9081,
        "This hook address belongs to another SRS server. Give every SRS server its own hook token, and check origins.api of this one.");

    public static SrsHookReply ReplacedProcess { get; } = new(9181,
        "This SRS process is not the one that answers at origins.api: it was replaced.");

    public static SrsHookReply Of(RefusalReason reason)
    {
        var refusal = RefusalCatalog.Of(reason);
        return new SrsHookReply(refusal.Code, refusal.English);
    }
}

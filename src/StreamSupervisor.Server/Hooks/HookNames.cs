using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Domain;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Server.Hooks;

/// <summary>Names the client of a hook by what this member knows of its server.</summary>
internal static class HookNames
{
    /// <summary>
    /// The client's full name. What the hook lacks comes from the server's known process: SRS 4 sends no service id, 4.0.0 to 4.0.184 no server id
    /// either; the token has named the server.
    /// </summary>
    public static SessionId NameOf(this OriginDirectory directory, string origin, SrsHook hook)
    {
        var process = directory.Find(origin)?.Snapshot.Process;
        return new SessionId(
            hook.ServerId.Length > 0 ? hook.ServerId : process?.ServerId ?? "",
            hook.ServiceId.Length > 0 ? hook.ServiceId : process?.ServiceId ?? "",
            hook.ClientId);
    }

    /// <summary>
    /// The process that a hook came from, where it is the known one. Null where the server must be asked: nothing is known yet, the hook names another
    /// one, or it is SRS 4, whose hooks do not say which.
    /// </summary>
    public static SrsProcess? ProcessOf(this OriginDirectory directory, string origin, SrsHook hook) =>
        directory.Find(origin)?.Snapshot is { Process: { } known } && hook.ServiceId.Length > 0
        && known.ServiceId == hook.ServiceId && (hook.ServerId.Length == 0 || known.ServerId == hook.ServerId)
            ? known
            : null;
}

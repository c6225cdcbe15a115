using System.Collections.Immutable;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Actors.Origins;

/// <summary>What the actor of one SRS server is told or asked.</summary>
/// <param name="Origin">The configured name of the server.</param>
public abstract record OriginMessage(string Origin);

/// <summary>
/// A hook of the server, told by the member that took it, beside the question to the stream. Told at most once: what is lost costs a
/// session at most the time to the next sweep.
/// </summary>
/// <param name="Action">Which hook.</param>
/// <param name="Client">Whose. What the hook leaves out is filled in as far as the member knows it; the actor knows the rest.</param>
/// <param name="ServerId">As the hook said; may be empty.</param>
/// <param name="ServiceId">As the hook said; empty on SRS 4.</param>
/// <param name="Key">The stream that it names; null for <c>on_close</c>, and where the names are no key.</param>
/// <param name="By">
/// Of <c>on_connect</c> only: who would publish, when its credential is not needed or right. Null for a client that would not be
/// admitted: it must not clear the way by being refused by SRS before it is asked for its credential.
/// </param>
/// <param name="Asked">Whether the stream was asked to admit this client: in <c>on_publish</c> always, in <c>on_connect</c> with
/// proof of intent.</param>
public sealed record HookHeard(string Origin, HookAction Action, SessionId Client, string ServerId, string ServiceId,
    StreamKey? Key = null, Publisher? By = null, bool Asked = false)
    : OriginMessage(Origin)
{
    /// <summary>A hook whose client asks, or is about to be asked, nothing of a stream.</summary>
    public static HookHeard Of(string origin, SrsHook hook, SessionId client, StreamKey? key = null, Publisher? by = null) =>
        new(origin, hook.Action, client, hook.ServerId, hook.ServiceId, key, by);

    /// <summary>A hook whose client the stream is asked to admit.</summary>
    public static HookHeard Publishing(string origin, SrsHook hook, SessionId client, StreamKey key) =>
        new(origin, hook.Action, client, hook.ServerId, hook.ServiceId, key, Asked: true);
}

/// <summary>SRS's heartbeat: a sign of life that names the process.</summary>
/// <param name="CpuPercent">Of SRS's process; null where the heartbeat has no summaries.</param>
public sealed record HeartbeatHeard(string Origin, string ServerId, string ServiceId, double? CpuPercent) : OriginMessage(Origin);

/// <summary>
/// Asks which process runs there now, because a hook named one that the asker does not know. Answered with a <see
/// cref="ProcessConfirmation"/>.
/// </summary>
/// <param name="ServerId">As the hook said; may be empty.</param>
/// <param name="ServiceId">As the hook said; empty on SRS 4.</param>
public sealed record ConfirmProcess(string Origin, string ServerId, string ServiceId) : OriginMessage(Origin);

/// <summary>Asks for a sweep as soon as the server can bear it, for instance because it refused whom we had admitted.</summary>
public sealed record SweepSoon(string Origin) : OriginMessage(Origin);

/// <summary>
/// The server of an origin cluster has asked where a stream is that is believed to be published there: told by the member that was asked.
/// At most once; an edge asks again 3 s later.
/// </summary>
/// <param name="Key">The stream.</param>
/// <param name="By">The session that is believed to publish it there.</param>
public sealed record AskedForItsOwn(string Origin, StreamKey Key, SessionId By) : OriginMessage(Origin);

/// <summary>
/// What a DELETE at the server was answered: told by the member that sent it, when it is news.
/// </summary>
/// <param name="Forbidden">Why its API does not allow it; null: it does.</param>
public sealed record KickAnswered(string Origin, string? Forbidden = null) : OriginMessage(Origin);

/// <summary>
/// Starts the actor and keeps it running. Each member sends it every second; its sender is told every <see cref="OriginSnapshot"/>
/// from then on.
/// </summary>
/// <param name="Epoch">Of the store, where that member waits for a sweep that begins in it; else 0.</param>
/// <param name="Known">The process that runs there as that member was told last, for an actor that has just begun; null: it was not, or
/// hooks contradict it.</param>
/// <param name="Heard">Whether hooks had named that process.</param>
public sealed record Ping(string Origin, long Epoch = 0, OriginProcess? Known = null, bool Heard = false) : OriginMessage(Origin)
{
    /// <summary>Of a member that knows this of the server.</summary>
    public static Ping Of(OriginSnapshot known, long epoch) =>
        new(known.Name, epoch, known.HooksDisagree is null ? known.Process : null, known.HeardFromHooks);
}

/// <summary>What the streams that concern this server are now, newest last. Sent by the members that own them.</summary>
/// <param name="Epoch">Of the store, as that member knows it: what comes from an earlier one may never have been.</param>
public sealed record BeliefsChanged(string Origin, ImmutableArray<StreamBelief> Beliefs, long Epoch = 0) : OriginMessage(Origin);

/// <summary>What became of the question which process runs on a server.</summary>
public abstract record ProcessConfirmation
{
    /// <summary>The process that runs there and that the hook came from; null unless confirmed.</summary>
    public virtual OriginProcess? Process => null;

    /// <summary>What the hook is told when it names a process that does not run there; null where that is not known.</summary>
    public virtual SrsHookReply? Refusal => null;

    /// <summary>The hook's process runs there: the API said so just now.</summary>
    public sealed record Confirmed(OriginProcess By) : ProcessConfirmation
    {
        public override OriginProcess Process => By;
    }

    /// <summary>Another process of the same server runs there: the hook is late.</summary>
    public sealed record Replaced(OriginProcess By) : ProcessConfirmation
    {
        public override SrsHookReply? Refusal => HookRefusals.ReplacedProcess;
    }

    /// <summary>
    /// The API is another server than the one that sends the hook: a token is used twice, or <c>origins.api</c> is wrong.
    /// </summary>
    public sealed record WrongServer(string ServerId) : ProcessConfirmation
    {
        public override SrsHookReply? Refusal => HookRefusals.WrongServer;
    }

    /// <summary>Nothing is known: the API gave no answer.</summary>
    public sealed record Unreachable(string Why) : ProcessConfirmation;
}

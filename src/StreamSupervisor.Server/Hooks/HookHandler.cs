using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Server.Hooks;

/// <summary>
/// Answers hooks. Knows no HTTP: a hook comes in parsed and with the server that its address named.
/// <para>
/// Only two hooks are ever waited with: <c>on_publish</c>, and <c>on_connect</c> of a client that is known to publish; both go to
/// <see cref="PublishHook"/>. All others are answered at once: SRS waits for each answer, from 7.0.62 on the key stays busy until
/// <c>on_unpublish</c> is answered, and a viewer's <c>on_connect</c> must cost it nothing. What they say is on its way before they are
/// answered, and is sent again until it was taken.
/// </para>
/// <para>
/// Every hook is also told to the <see cref="OriginActor"/> of its server. It alone knows which client asked for what, over all members:
/// <c>on_close</c> names no stream.
/// </para>
/// <para>
/// How it can fail: a lost or doubled hook harms nothing. The sweep finds what the first would have said, and a session's name tells the
/// second from one of its successor.
/// </para>
/// </summary>
internal sealed class HookHandler(PublishHook publish, PublishAttemptReader reader, OriginDirectory directory, OriginRegion origins,
    LiveStreamRegion streams, HookArrivals arrivals, TimeProvider time)
{
    /// <summary>The answer to a hook.</summary>
    /// <param name="origin">The configured name of the server that the hook's address belongs to.</param>
    /// <exception cref="OperationCanceledException">SRS went away while it was held.</exception>
    public async ValueTask<SrsHookReply> HandleAsync(string origin, SrsHook hook, CancellationToken cancellation)
    {
        var startedAt = time.GetTimestamp();
        var result = "failed";
        arrivals.Note(origin, hook.Action);
        try
        {
            var reply = hook.Action switch
            {
                HookAction.OnPublish => await publish.DecideAsync(origin, hook, AskedIn.OnPublish, cancellation),
                HookAction.OnConnect => await ConnectAsync(origin, hook, cancellation),
                HookAction.OnPlay or HookAction.OnClose => Heard(origin, hook),
                HookAction.OnUnpublish => Unpublish(origin, hook),
                _ => SrsHookReply.Yes,
            };
            result = reply.Code == 0 ? "allowed" : "refused";
            return reply;
        }
        catch (OperationCanceledException)
        {
            result = "withdrawn";
            throw;
        }
        finally
        {
            HookTelemetry.Answered(hook.Action, result, time.GetElapsedTime(startedAt));
        }
    }

    /// <summary>
    /// A publisher that can be known as one is decided here; everybody else may go on, and is remembered until it says what it wants.
    /// </summary>
    private async ValueTask<SrsHookReply> ConnectAsync(string origin, SrsHook hook, CancellationToken cancellation)
    {
        if (hook.Key is not SrsHookKey.Named named)
        {
            return SrsHookReply.Yes; // Nothing to publish or play yet; on_publish says no to a name that is none.
        }

        var attempt = reader.Read(hook, named.Key);
        if (attempt.WantsToPublish)
        {
            return await publish.DecideAsync(origin, hook, AskedIn.OnConnect, cancellation, attempt);
        }

        // A client that would not be admitted must not clear the way either, by being refused by SRS before it is asked for its credential.
        var client = directory.NameOf(origin, hook);
        var by = attempt.Credential is CredentialVerdict.NotRequired or CredentialVerdict.Valid
            ? new Publisher(client, origin, hook.Address, attempt.Identity, attempt.Proven)
            : null;
        origins.Tell(new HookHeard(origin, hook.Action, client, hook.ServerId, hook.ServiceId, attempt.Key, by));
        return SrsHookReply.Yes;
    }

    private SrsHookReply Heard(string origin, SrsHook hook)
    {
        origins.Tell(new HookHeard(origin, hook.Action, directory.NameOf(origin, hook), hook.ServerId, hook.ServiceId, KeyOf(hook)));
        return SrsHookReply.Yes;
    }

    private SrsHookReply Unpublish(string origin, SrsHook hook)
    {
        _ = Heard(origin, hook);
        if (KeyOf(hook) is { } key)
        {
            streams.Tell(key.ToString(), new ReportUnpublished(directory.NameOf(origin, hook)));
        }

        return SrsHookReply.Yes;
    }

    /// <summary>The key of a hook that is not about credentials; null when it names none.</summary>
    private StreamKey? KeyOf(SrsHook hook) => hook.Key is SrsHookKey.Named named ? reader.EffectiveKeyOf(named.Key) : null;
}

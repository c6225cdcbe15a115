using StreamSupervisor.Cluster.Sharding;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Srs.Api;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Server.Hooks;

/// <summary>The hooks that may wait.</summary>
internal sealed partial class HookDesk
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromMilliseconds(200);

    private async ValueTask<SrsHookReply> ConnectAsync(Origin origin, SrsHook call, CancellationToken cancellation)
    {
        var named = new StreamKey(call.Vhost, call.App, call.Stream);
        if (!named.IsValid)
        {
            return SrsHookReply.Yes; // Nothing to publish or play yet; on_publish says no to a name that is none.
        }

        if (Name(origin, call, out var client) is { } refused)
        {
            // A node that has just been restarted may name itself anew before we have asked it; a viewer has no harm from that.
            return refused == HookRefusals.ReplacedProcess ? refused : await ConfirmedRefusalAsync(origin, call, cancellation);
        }

        var reading = _read(call);
        if (reading.WantsToPublish && origin.CallOrder is not { HandoverMayWaitInOnConnect: false })
        {
            return await PublishAsync(origin, call, AskedIn.OnConnect, cancellation, reading);
        }

        // Whoever would not be admitted must not clear the way either, by being refused by SRS before it is asked for its credential.
        if (reading.Credential is CredentialVerdict.NotRequired or CredentialVerdict.Valid)
        {
            _clients[origin.Name].Connected(client, reading.Key, By(origin, client, call, reading));
        }

        return SrsHookReply.Yes;
    }

    private async ValueTask<SrsHookReply> ConfirmedRefusalAsync(Origin origin, SrsHook call, CancellationToken cancellation)
    {
        var (refused, _, _) = await ProcessOfAsync(origin, call, askTheNode: false, _time.GetUtcNow() + _options.Deadline, cancellation);
        return refused ?? SrsHookReply.Yes;
    }

    private async ValueTask<SrsHookReply> PublishAsync(Origin origin, SrsHook call, AskedIn askedIn, CancellationToken cancellation,
        AttemptReading? alreadyRead = null)
    {
        var deadline = _time.GetUtcNow() + _options.Deadline;
        if (!new StreamKey(call.Vhost, call.App, call.Stream).IsValid)
        {
            return HookRefusals.Of(RefusalReason.InvalidKey);
        }

        var reading = alreadyRead ?? _read(call);
        var (refused, reply, why) = await DecideAsync(origin, call, askedIn, reading, askTheNode: false, deadline, cancellation);
        if (reply is ProcessInDoubt)
        {
            (refused, reply, why) = await DecideAsync(origin, call, askedIn, reading, askTheNode: true, deadline, cancellation);
        }

        if (refused is { } no)
        {
            return no;
        }

        switch (reply)
        {
            case Allowed:
                return SrsHookReply.Yes;
            case Refused decision:
                if (reading.RefuseAfter > TimeSpan.Zero)
                {
                    await Task.Delay(reading.RefuseAfter, _time, cancellation);
                }

                return HookRefusals.Of(decision.Reason);
            default:
                return WhenUnavailable(reading.Key, call, why);
        }
    }

    /// <summary>One attempt, named by its process, before its entity.</summary>
    /// <param name="askTheNode">Whether the node is asked which process runs there, though it is known.</param>
    /// <returns>A refusal that needs no entity; or what the entity says; or neither, and why.</returns>
    private async Task<(SrsHookReply? Refused, LiveStreamReply? Reply, string Why)> DecideAsync(Origin origin, SrsHook call, AskedIn askedIn,
        AttemptReading reading, bool askTheNode, DateTimeOffset deadline, CancellationToken cancellation)
    {
        var (refused, process, confirmed) = await ProcessOfAsync(origin, call, askTheNode, deadline, cancellation);
        if (process is null)
        {
            return (refused, null, $"{origin.Name} did not say who it is");
        }

        var client = new SessionId(process.ServerId, process.ServiceId, call.ClientId);
        _clients[origin.Name].AskedToPublish(client, reading.Key);
        var request = new RequestPublish(By(origin, client, call, reading), askedIn, reading.Credential,
            CallOrder.Of(process.Version).Limits(reading.Hold, askedIn), ProcessConfirmed: confirmed);
        var (reply, why) = await AskAsync(reading.Key.ToString(), request, deadline, cancellation);
        return (null, reply, why);
    }

    /// <summary>Asks until there is an answer or no time for one.</summary>
    private async Task<(LiveStreamReply? Reply, string Why)> AskAsync(string entityId, RequestPublish request, DateTimeOffset deadline,
        CancellationToken cancellation)
    {
        var retry = new Backoff(FirstRetry, 2, LongestRetry);
        while (true)
        {
            var result = await _region.AskAsync(entityId, request, deadline, cancellation);
            switch (result.Status)
            {
                case AskStatus.Answered:
                    return (result.Reply, "");

                // Both may end well in a moment: another owner, a store that is back. The same attempt asked again hears the same answer.
                case AskStatus.Unknown or AskStatus.Unavailable:
                    var pause = retry.Next();
                    if (_time.GetUtcNow() + pause >= deadline)
                    {
                        return (null, result.Why ?? result.Status.ToString());
                    }

                    await Task.Delay(pause, _time, cancellation);
                    break;

                // Asking again at once is what an overloaded or failing entity needs least.
                default:
                    return (null, result.Why ?? result.Status.ToString());
            }
        }
    }

    /// <summary>
    /// The process that a publisher's hook came from, checked against the node's own API: known already, or asked until the deadline.
    /// </summary>
    /// <param name="askTheNode">Whether what is known already does not count.</param>
    /// <returns>A refusal; or the process, and whether the node has said so just now; or neither, when it could not be asked in time.</returns>
    private async ValueTask<(SrsHookReply? Refused, SrsProcess? Process, bool Confirmed)> ProcessOfAsync(Origin origin, SrsHook call, bool askTheNode,
        DateTimeOffset deadline, CancellationToken cancellation)
    {
        if (call.ServiceId.Length > 0)
        {
            if (origin.Supersedes(call.ServiceId))
            {
                return (HookRefusals.ReplacedProcess, null, false);
            }

            if (!askTheNode && origin.Process is { } known && known.ServerId == call.ServerId && known.ServiceId == call.ServiceId)
            {
                return (null, known, false);
            }
        }

        // A new process, or SRS 4, whose hooks do not say which: only its API knows whether it is still the one that we know.
        var retry = new Backoff(FirstRetry, 2, LongestRetry);
        var differed = false;
        while (_time.GetUtcNow() < deadline)
        {
            try
            {
                var process = await origin.IdentifyAsync(cancellation).WaitAsync(deadline - _time.GetUtcNow(), _time, cancellation);
                if (process.ServerId == call.ServerId && (call.ServiceId.Length == 0 || process.ServiceId == call.ServiceId))
                {
                    return (null, process, true);
                }

                if (differed)
                {
                    return (Differs(origin, call, process), null, true);
                }

                // The look may have begun before the process did that sends this hook. The next one has not.
                differed = true;
            }
            catch (SrsUnreachableException)
            {
                // It sends hooks, so it will answer in a moment.
            }
            catch (TimeoutException)
            {
                break;
            }

            await Task.Delay(retry.Next(), _time, cancellation);
        }

        return (null, null, false);
    }

    private SrsHookReply Differs(Origin origin, SrsHook call, SrsProcess process)
    {
        if (process.ServerId == call.ServerId)
        {
            return HookRefusals.ReplacedProcess;
        }

        LogWrongServer(origin, call, process.ServerId);
        return HookRefusals.WrongServer;
    }

    private SrsHookReply WhenUnavailable(StreamKey key, SrsHook call, string why)
    {
        var allow = _options.WhenUnavailable == "allow";
        _logger.LogError("{Key}: no decision for client {Client} ({Why}); {Answer} as hooks.when-unavailable says.",
            key, call.ClientId, why, allow ? "allowed" : "refused");
        return allow ? SrsHookReply.Yes : HookRefusals.Of(RefusalReason.Unavailable);
    }

    private static Publisher By(Origin origin, SessionId client, SrsHook call, AttemptReading reading) =>
        new(client, origin.Name, call.Address, reading.Identity, reading.Proven);
}

using StreamSupervisor.Actors.Calls;
using StreamSupervisor.Actors.LiveStreams;
using StreamSupervisor.Actors.Origins;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Domain.Policies;
using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Srs.Hooks;

namespace StreamSupervisor.Server.Hooks;

/// <summary>
/// One attempt to publish: its credential and policy are read, its process is named, and its stream is asked.
/// <para>
/// It ends as one question to the stream, asked again until the deadline as long as nobody knows the answer (the same attempt always hears
/// the same). How it can fail: no decision in time, then <see cref="HooksOptions.WhenUnavailable"/> speaks.
/// </para>
/// <para>
/// Whom it believes: a hook has no proof but its address. What it says of its server must fit what the server's own API says; where the two
/// differ, or the API was not reached yet, the <see cref="OriginActor"/> asks the server, and a publisher waits for that.
/// </para>
/// </summary>
internal sealed class PublishHook(PublishAttemptReader reader, OriginDirectory directory, OriginRegion origins, LiveStreamRegion streams,
    Reloadable<PolicyBook> policies, Reloadable<Relays> relays, Availability availability, HooksOptions options, TimeProvider time,
    ILogger<PublishHook> logger)
{
    /// <summary>What the key knows may change while the server is asked; an SRS that starts anew more often has other troubles.</summary>
    private const int MaxDoubts = 3;

    private readonly HookLog _log = new(logger, time);

    /// <param name="alreadyRead">The attempt, where the caller has read it off the hook.</param>
    /// <exception cref="OperationCanceledException">SRS went away while it was held.</exception>
    public async ValueTask<SrsHookReply> DecideAsync(string origin, SrsHook hook, AskedIn askedIn, CancellationToken cancellation,
        PublishAttempt? alreadyRead = null)
    {
        using var span = HookTelemetry.Step("hook.decide");
        if (hook.Key is not SrsHookKey.Named named)
        {
            return Unnamed(origin, hook);
        }

        if (availability.WhyNot() is { } whyNot)
        {
            return WhenUnavailable(origin, named.Key, hook, whyNot);
        }

        var deadline = time.GetUtcNow() + options.Deadline;
        var attempt = alreadyRead ?? reader.Read(hook, named.Key);
        if (attempt.Undecided is { } undecided)
        {
            return WhenUnavailable(origin, named.Key, hook, undecided);
        }

        if (attempt.Guessed && policies.Value.PolicyFor(attempt.Key).Mode == AdmissionMode.Enforce)
        {
            await Task.Delay(attempt.RefuseAfter, time, cancellation);
            return HookRefusals.Of(RefusalReason.TooManyGuesses);
        }

        var verdict = await AskAsync(origin, hook, askedIn, attempt, doubt: null, deadline, cancellation);
        for (var doubts = 0; doubts < MaxDoubts && verdict is Verdict.Decided { Reply: ProcessInDoubt doubt }; doubts++)
        {
            verdict = await AskAsync(origin, hook, askedIn, attempt, doubt, deadline, cancellation);
        }

        switch (verdict)
        {
            case Verdict.Refused refused:
                return refused.Reply;
            case Verdict.Decided { Reply: Allowed }:
                return SrsHookReply.Yes;
            case Verdict.Decided { Reply: Refused decision }:
                return HookRefusals.Of(decision.Reason);
            case Verdict.Undecided unknown:
                return WhenUnavailable(origin, attempt.Key, hook, unknown.Why, unknown.Reason);
            default:
                return WhenUnavailable(origin, attempt.Key, hook, "no answer");
        }
    }

    /// <param name="doubt">Why the server itself is asked which process runs there, though it is known; null: it is not.</param>
    private async ValueTask<Verdict> AskAsync(string origin, SrsHook hook, AskedIn askedIn, PublishAttempt attempt, ProcessInDoubt? doubt,
        DateTimeOffset deadline, CancellationToken cancellation)
    {
        var process = doubt is not null ? null : directory.ProcessOf(origin, hook);
        var confirmed = process is null;
        if (process is null)
        {
            switch (await origins.ConfirmAsync(origin, hook.ServerId, hook.ServiceId, deadline, cancellation))
            {
                case ProcessConfirmation.Confirmed known:
                    process = known.By;
                    break;
                case ProcessConfirmation.Replaced:
                    return new Verdict.Refused(HookRefusals.ReplacedProcess);
                case ProcessConfirmation.WrongServer other:
                    _log.WrongServer(origin, hook.Action.ToString(), hook.ServerId, other.ServerId);
                    return new Verdict.Refused(HookRefusals.WrongServer);
                case ProcessConfirmation.Unreachable unreachable:
                    return new Verdict.Undecided($"{origin} did not say who it is: {unreachable.Why}");
                default:
                    return new Verdict.Undecided($"{origin} did not say who it is");
            }
        }

        var client = new SessionId(process.ServerId, process.ServiceId, hook.ClientId);
        var by = new Publisher(client, origin, hook.Address, attempt.Identity, attempt.Proven);
        origins.Tell(new HookHeard(origin, hook.Action, client, hook.ServerId, hook.ServiceId, attempt.Key, Asked: true));
        var order = CallOrder.Of(process.Version);
        if (askedIn == AskedIn.OnConnect && !order.HandoverMayWaitInOnConnect)
        {
            return new Verdict.Decided(new Allowed(0));
        }

        var relay = relays.Value.RelayOf(hook.Address, origin);
        var request = new RequestPublish(by, askedIn, attempt.Credential, order.Limits(attempt.Hold, askedIn), confirmed, relay?.Origin,
            relay?.Configured ?? false, attempt.Registered, doubt?.Of);
        var (key, askedAt) = (attempt.Key.ToString(), time.GetTimestamp());
        var answer = await streams.AskAsync(key, request, deadline, cancellation);
        if (answer.Reply is Allowed && !LiveStreamRegion.IsYoung(time.GetElapsedTime(askedAt))
            && policies.Value.PolicyFor(attempt.Key).Mode == AdmissionMode.Enforce)
        {
            answer = await streams.AskAboutAsync(key, request, answer, deadline, cancellation);
        }

        return answer is { Status: AskStatus.Answered, Reply: { } reply }
            ? new Verdict.Decided(reply)
            : new Verdict.Undecided(answer.Why ?? answer.Status.ToString(), answer.Reason);
    }

    /// <summary>A key that is too long for the store may pass where nothing is refused; it is not guarded then.</summary>
    private SrsHookReply Unnamed(string origin, SrsHook hook)
    {
        if (hook.Key is SrsHookKey.TooLong tooLong && policies.Value.Fallback.Mode == AdmissionMode.Observe)
        {
            _log.TooLongKey(origin, tooLong.Length, StreamKey.MaxLength);
            return SrsHookReply.Yes;
        }

        return HookRefusals.Of(RefusalReason.InvalidKey);
    }

    /// <param name="reason">Why nobody will know before a person has helped; else the encoder is told that waiting helps.</param>
    private SrsHookReply WhenUnavailable(
        string origin, StreamKey key, SrsHook hook, string why, RefusalReason reason = RefusalReason.Unknown)
    {
        var allow = options.WhenUnavailable == "allow";
        _log.Undecided(origin, key, hook.ClientId, why, reason, allow);
        HookTelemetry.Undecided(allow);
        return allow ? SrsHookReply.Yes : HookRefusals.Of(reason == RefusalReason.Unknown ? RefusalReason.Unavailable : reason);
    }

    /// <summary>What became of a question. Nothing that is not known is ever a yes.</summary>
    private abstract record Verdict
    {
        /// <summary>No stream needs to be asked.</summary>
        public sealed record Refused(SrsHookReply Reply) : Verdict;

        /// <summary>The stream has answered.</summary>
        public sealed record Decided(LiveStreamReply Reply) : Verdict;

        /// <summary>Nobody knows.</summary>
        public sealed record Undecided(string Why, RefusalReason Reason = RefusalReason.Unknown) : Verdict;
    }
}

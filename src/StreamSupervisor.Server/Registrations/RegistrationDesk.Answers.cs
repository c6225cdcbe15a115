using StreamSupervisor.Client;
using StreamSupervisor.Domain;
using StreamSupervisor.Domain.LiveStreams;
using RegistrationDecision = StreamSupervisor.Domain.LiveStreams.RegistrationDecision;

namespace StreamSupervisor.Server.Registrations;

/// <content>What an encoder hears of a decision: where it may publish, or why not and for how long.</content>
internal sealed partial class RegistrationDesk
{
    private async Task<RegistrationAnswer> AnswerAsync(StreamKey key, RegistrationReply reply, string encoderId, string? wished)
    {
        IReadOnlyList<PublishTarget> targets = [];
        if (reply.Decision == RegistrationDecision.Publish)
        {
            targets = await TargetsAsync(key, reply, encoderId, wished);
            if (targets.Count == 0)
            {
                var reason = reply.WedgedOn.Count > 0 ? RefusalReason.Wedged : RefusalReason.Unavailable;
                reply = reply with { Decision = RegistrationDecision.Refused, Reason = reason,
                    RetryAfter = RefusalCatalog.Of(reason).RetryAfter };
            }
        }

        var refusal = reply.Reason == RefusalReason.Unknown ? null : RefusalCatalog.Of(reply.Reason);
        return new RegistrationAnswer
        {
            RegistrationId = reply.RegistrationId,
            Decision = reply.Decision switch
            {
                RegistrationDecision.Publish => Client.RegistrationDecision.Publish,
                RegistrationDecision.Wait => Client.RegistrationDecision.Wait,
                _ => Client.RegistrationDecision.Refused,
            },
            Publish = targets,
            Generation = reply.Generation,
            OnAir = reply.OnAir,
            ExpiresAt = reply.Until,
            RetryAfterMs = reply.RetryAfter is { } delay ? (int)Math.Ceiling(delay.TotalMilliseconds) : null,
            AttemptsLeft = Math.Max(0, context.Options.Attempts - reply.Tries),
            Reason = refusal?.Name,
            Kind = refusal is null ? null : refusal.Permanent ? "permanent" : "temporary",
            Text = refusal is null ? null : new LocalizedText(refusal.English, refusal.Chinese),
        };
    }

    private async Task<IReadOnlyList<PublishTarget>> TargetsAsync(StreamKey key, RegistrationReply reply, string encoderId, string? wished)
    {
        var origins = context.Origins();
        var drained = await context.Drain.GetAsync();
        var query = context.Credential.QueryFor(key, encoderId, reply.RegistrationId, context.CredentialTime.GetUtcNow());
        return
        [
            .. OriginChoice.Order(origins, wished, reply.LastOrigin, drained, [.. reply.WedgedOn])
                .Select(o => new PublishTarget(o.Name, PublishAddress.Make(o.PublishUrl, key, query))),
        ];
    }
}

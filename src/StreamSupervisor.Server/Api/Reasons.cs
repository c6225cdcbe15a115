using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Api;

/// <summary>The refusal catalog.</summary>
public sealed record ReasonList(IReadOnlyList<ReasonView> Reasons);

/// <summary>A reason for a refusal.</summary>
/// <param name="Reason">Its stable name.</param>
/// <param name="Code">The number that SRS gets and logs.</param>
/// <param name="Kind"><c>temporary</c> or <c>permanent</c>.</param>
/// <param name="RetryAfterMs">When a new try pays where the decision knows no better; with temporary ones only.</param>
/// <param name="En">What to do, for the person in front of the encoder.</param>
/// <param name="Zh">The same in Chinese.</param>
public sealed record ReasonView(string Reason, int Code, string Kind, double? RetryAfterMs, string En, string Zh)
{
    internal static ReasonView From(Refusal refusal) => new(refusal.Name, refusal.Code, refusal.Permanent ? "permanent" : "temporary",
        refusal.RetryAfter?.TotalMilliseconds, refusal.English, refusal.Chinese);
}

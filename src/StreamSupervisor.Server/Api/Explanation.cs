namespace StreamSupervisor.Server.Api;

/// <summary>Why an attempt was answered as it was.</summary>
/// <param name="Answer">
/// <c>admitted</c>, <c>refused</c>, <c>held</c> (no answer yet), <c>adopted</c> (found publishing without having asked) or <c>observed</c>
/// (observe mode: the verdict is in the text, nothing was done).
/// </param>
/// <param name="Reason">Why it was refused; see <c>/api/v1/reasons</c>.</param>
/// <param name="Rule">The rule that spoke first: what was decided when it asked.</param>
/// <param name="EndedBy">The rule that ended the hold.</param>
/// <param name="HeldMs">From the question to the answer, in milliseconds.</param>
/// <param name="Incumbent">The session that owned the key when it asked.</param>
/// <param name="Evictions">The removals that it waited for.</param>
/// <param name="Events">Everything in the journal that is about it, oldest first.</param>
/// <param name="Complete">False when the journal was not read far enough back to see its beginning.</param>
public sealed record Explanation(
    StreamKeyView Key,
    SessionIdView Session,
    AttemptView? Attempt,
    string Answer,
    string? Reason,
    string? Rule,
    string? EndedBy,
    string? AskedIn,
    DateTimeOffset? AskedAt,
    DateTimeOffset? AnsweredAt,
    double? HeldMs,
    double? RetryAfterMs,
    long? Generation,
    AttemptView? Incumbent,
    IReadOnlyList<WaitedFor> Evictions,
    IReadOnlyList<TimelineEntry> Events,
    bool Complete,
    ExplanationText Text);

/// <summary>A removal that an attempt waited for.</summary>
/// <param name="LatencyMs">From the order to the proof; null while it goes on.</param>
/// <param name="Proof">How it is known that the session is gone.</param>
/// <param name="Stalled">What kept it from its node, when something did.</param>
public sealed record WaitedFor(AttemptView Of, string Cause, DateTimeOffset OrderedAt, double? LatencyMs, string? Proof, string? Stalled);

/// <summary>One paragraph for people.</summary>
public sealed record ExplanationText(string En, string Zh);

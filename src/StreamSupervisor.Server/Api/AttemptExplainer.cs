using StreamSupervisor.Domain.LiveStreams;

namespace StreamSupervisor.Server.Api;

/// <summary>Tells the story of an attempt: in fields for programs, and as one paragraph in English and in Chinese.</summary>
internal static class AttemptExplainer
{
    public static Explanation Explain(AttemptStory story)
    {
        var session = story.Session ?? throw new ArgumentException("The story has no attempt.", nameof(story));
        var evictions = story.Removals().ToList();
        var answer = story.Answer;
        var held = answer is null || story.AskedAt is null ? (TimeSpan?)null : answer.At - story.AskedAt.Value;
        return new Explanation(
            StreamKeyView.From(story.Key),
            SessionIdView.From(session),
            story.By is { } by ? AttemptView.From(by) : null,
            Answer: answer switch
            {
                Admitted => "admitted",
                AttemptRefused or ChallengerReplaced => "refused",
                SessionAdopted => "adopted",
                DecisionObserved => "observed",
                _ => story.Opening is null ? "unknown" : "held",
            },
            Reason: answer switch
            {
                AttemptRefused e => Words.Of(e.Reason),
                ChallengerReplaced => Words.Of(RefusalReason.Superseded),
                DecisionObserved { Reason: not RefusalReason.Unknown } e => Words.Of(e.Reason),
                _ => null,
            },
            Rule: (story.Opening as HandoverStarted)?.Rule is { } first ? Words.Of(first) : answer is Admitted { Rule: var only }
                ? Words.Of(only) : null,
            EndedBy: story.Opening is not null && answer is Admitted { Rule: var last } ? Words.Of(last) : null,
            AskedIn: AskedIn(story) is { } hook ? Words.Of(hook) : null,
            story.AskedAt,
            answer?.At,
            HeldMs: held is { } span ? TimelineEntry.Milliseconds(span) : null,
            RetryAfterMs: (answer as AttemptRefused)?.RetryAfter?.TotalMilliseconds,
            Generation: answer switch { Admitted e => e.Generation, AttemptRefused e => e.Generation, SessionAdopted e => e.Generation,
                _ => null },
            Incumbent: story.Incumbent is { } incumbent ? AttemptView.From(incumbent.By) : null,
            Evictions: [.. evictions.Select(one => new WaitedFor(AttemptView.From(one.Order.Of), Words.Of(one.Order.Cause), one.Order.At,
                one.Finish is { } finish ? TimelineEntry.Milliseconds(finish.At - finish.OrderedAt) : null,
                one.Finish is { } proven ? Words.Of(proven.Proof) : null,
                one.Stall?.Why))],
            Events: [.. story.Events],
            Complete: story.IsComplete,
            Text: new ExplanationText(English(story, evictions, held), Chinese(story, evictions, held)));
    }

    private static AskedIn? AskedIn(AttemptStory story) => (story.Answer, story.Opening) switch
    {
        (Admitted e, _) => e.In,
        (AttemptRefused e, _) => e.In,
        (DecisionObserved e, _) => e.In,
        (_, HandoverStarted e) => e.In,
        (_, ChallengerReplaced e) => e.In,
        _ => null,
    };

    private static string English(AttemptStory story, List<Removal> evictions, TimeSpan? held)
    {
        var text = new List<string>();
        var who = story.By is { } by ? TimelineText.Who(by) : $"Client {story.Session!.Value.ClientId}";
        if (story.Answer is SessionAdopted adopted)
        {
            text.Add($"{who} was found publishing {story.Key} at {TimelineText.Clock(adopted.At)} without having asked, and became the "
                + $"key's session as generation {adopted.Generation}.");
        }
        else if (story.Answer is null && story.Opening is null)
        {
            text.Add($"{who} is named in the journal of {story.Key}, but its question is no longer there.");
        }
        else
        {
            var hook = AskedIn(story) is { } asked ? $" in {Hook(asked)}" : "";
            text.Add($"{who} asked{hook} to publish {story.Key}{(story.AskedAt is { } at ? $" at {TimelineText.Clock(at)}" : "")}.");
        }

        if (story.Incumbent is { } incumbent)
        {
            text.Add($"At that time {Lower(TimelineText.Who(incumbent.By))} owned the key (generation {incumbent.Generation}).");
        }

        text.AddRange(story.Opening switch
        {
            HandoverStarted e => [$"The rule {Words.Of(e.Rule)} spoke: {TimelineText.Rule(e.Rule)}, so it was held for at most "
                + $"{TimelineText.Span(e.HoldUntil - e.At)}."],
            ChallengerReplaced e =>
                [$"A change of hands was already under way for its older attempt {e.Old.Session.ClientId}; it took that one's place."],
            _ => Array.Empty<string>(),
        });
        text.AddRange(evictions.Select(one => (one.Finish, one.Stall) switch
        {
            ({ } finish, _) => $"It waited for the removal of client {one.Order.Of.Session.ClientId} on {one.Order.Of.Origin}, which took "
                + $"{TimelineText.Span(finish.At - finish.OrderedAt)}: {TimelineText.Proof(finish.Proof)}.",
            (_, { } stall) => $"Client {one.Order.Of.Session.ClientId} on {one.Order.Of.Origin} could not be removed yet ({stall.Why}).",
            _ => $"The removal of client {one.Order.Of.Session.ClientId} on {one.Order.Of.Origin} is still under way.",
        }));
        text.AddRange(story.Answer switch
        {
            Admitted e => [$"It was admitted {After(held)} as generation {e.Generation}: {TimelineText.Rule(e.Rule)}."],
            AttemptRefused e => [$"It was refused {After(held)}: {TimelineText.Reason(e.Reason)}; {TimelineText.Advice(e.RetryAfter)}."],
            ChallengerReplaced e => [$"It was refused: {TimelineText.Reason(RefusalReason.Superseded)} ({e.By.Session.ClientId})."],
            DecisionObserved e =>
                [$"It was let through, since the supervisor only observes here; enforcing, it would have been {TimelineText.Verdict(e)}."],
            null when story.Opening is not null => ["It has no answer yet."],
            _ => Array.Empty<string>(),
        });
        if (story.Ended is { } ended)
        {
            text.Add($"It stopped publishing at {TimelineText.Clock(ended.At)} ({Words.Of(ended.Cause)}).");
        }

        return string.Join(' ', text);
    }

    private static string Chinese(AttemptStory story, List<Removal> evictions, TimeSpan? held)
    {
        var text = new List<string>();
        var who = story.By is { } by ? TimelineTextZh.Who(by) : $"客户端 {story.Session!.Value.ClientId}";
        if (story.Answer is SessionAdopted adopted)
        {
            text.Add($"{who}于 {TimelineText.Clock(adopted.At)} 被发现未经请求就在推流 {story.Key}，现在是该流的会话（第 {adopted.Generation} 代）。");
        }
        else if (story.Answer is null && story.Opening is null)
        {
            text.Add($"{story.Key} 的日志提到了{who}，但其请求已不在日志中。");
        }
        else
        {
            var at = story.AskedAt is { } asked ? $"于 {TimelineText.Clock(asked)} " : "";
            text.Add($"{who}{at}{(AskedIn(story) is { } hook ? $"在 {Hook(hook)} 中" : "")}请求推流 {story.Key}。");
        }

        if (story.Incumbent is { } incumbent)
        {
            text.Add($"当时该流由{TimelineTextZh.Who(incumbent.By)}占用（第 {incumbent.Generation} 代）。");
        }

        text.AddRange(story.Opening switch
        {
            HandoverStarted e =>
            [
                $"适用规则 {Words.Of(e.Rule)}：{TimelineTextZh.Rule(e.Rule)}，因此请求最多等待 {TimelineTextZh.Span(e.HoldUntil - e.At)}。",
            ],
            ChallengerReplaced e => [$"其较早的请求 {e.Old.Session.ClientId} 的切换正在进行，由本次请求接替。"],
            _ => Array.Empty<string>(),
        });
        text.AddRange(evictions.Select(one => (one.Finish, one.Stall) switch
        {
            ({ } finish, _) => $"等待移除 {one.Order.Of.Origin} 上的客户端 {one.Order.Of.Session.ClientId}，用时 "
                + $"{TimelineTextZh.Span(finish.At - finish.OrderedAt)}（{TimelineTextZh.Proof(finish.Proof)}）。",
            (_, { } stall) => $"{one.Order.Of.Origin} 上的客户端 {one.Order.Of.Session.ClientId} 暂时无法移除（{stall.Why}）。",
            _ => $"{one.Order.Of.Origin} 上的客户端 {one.Order.Of.Session.ClientId} 仍在移除中。",
        }));
        text.AddRange(story.Answer switch
        {
            Admitted e => [$"{AfterZh(held)}准许推流，第 {e.Generation} 代：{TimelineTextZh.Rule(e.Rule)}。"],
            AttemptRefused e => [$"{AfterZh(held)}拒绝：{TimelineTextZh.Reason(e.Reason)}；{TimelineTextZh.Advice(e.RetryAfter)}。"],
            ChallengerReplaced e => [$"拒绝：{TimelineTextZh.Reason(RefusalReason.Superseded)}（{e.By.Session.ClientId}）。"],
            DecisionObserved e =>
            [
                e.Verdict switch
                {
                    "admit" => "此处仅观察，因此放行；若为强制模式，也会准许。",
                    "handover" => "此处仅观察，因此放行；若为强制模式，会先移除原会话。",
                    _ => $"此处仅观察，因此放行；若为强制模式，会拒绝：{TimelineTextZh.Reason(e.Reason)}。",
                },
            ],
            null when story.Opening is not null => ["尚无答复。"],
            _ => Array.Empty<string>(),
        });
        if (story.Ended is { } ended)
        {
            text.Add($"于 {TimelineText.Clock(ended.At)} 停止推流（{TimelineTextZh.Loss(ended.Cause)}）。");
        }

        return string.Concat(text);
    }

    private static string Hook(AskedIn asked) => asked == Domain.LiveStreams.AskedIn.OnConnect ? "on_connect" : "on_publish";

    private static string Lower(string sentence) => char.ToLowerInvariant(sentence[0]) + sentence[1..];

    private static string After(TimeSpan? held) => held > TimeSpan.Zero ? $"after {TimelineText.Span(held.Value)}" : "at once";

    private static string AfterZh(TimeSpan? held) => held > TimeSpan.Zero ? $"{TimelineTextZh.Span(held.Value)}后" : "当即";
}

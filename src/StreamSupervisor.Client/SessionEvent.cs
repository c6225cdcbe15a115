using System.Globalization;

namespace StreamSupervisor.Client;

/// <summary>Something that happened to an <see cref="EncoderSession"/>.</summary>
/// <param name="At">When.</param>
public abstract record SessionEvent(DateTimeOffset At)
{
    /// <summary>What happened, as one sentence for a person.</summary>
    /// <param name="language">A language tag; Chinese for <c>zh</c> and its kin, else English.</param>
    /// <returns>The sentence. It holds no secret.</returns>
    public string Describe(string? language = null) => Sentence.In(language);

    /// <summary>The sentence in every language.</summary>
    private protected abstract LocalizedText Sentence { get; }

    /// <summary>A duration for people.</summary>
    private protected static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
}

/// <summary>The supervisor is being asked.</summary>
/// <param name="At">When.</param>
/// <param name="Attempt">Which try, from 1.</param>
public sealed record Registering(DateTimeOffset At, int Attempt) : SessionEvent(At)
{
    private protected override LocalizedText Sentence => new(
        $"Asking the supervisor for the stream (try {Attempt}).", $"正在向监管服务申请推流(第 {Attempt} 次)。");
}

/// <summary>The way is not free yet.</summary>
/// <param name="At">When.</param>
/// <param name="Answer">What the supervisor said.</param>
public sealed record Waiting(DateTimeOffset At, RegistrationAnswer Answer) : SessionEvent(At)
{
    private protected override LocalizedText Sentence => new(
        $"Waiting: {Answer.Text?.En ?? "the stream is not free yet."}", $"等待中:{Answer.Text?.Zh ?? "该流尚未空闲。"}");
}

/// <summary>Publishing begins.</summary>
/// <param name="At">When.</param>
/// <param name="Permit">Where and under which generation.</param>
public sealed record Publishing(DateTimeOffset At, PublishPermit Permit) : SessionEvent(At)
{
    private protected override LocalizedText Sentence => Permit.Supervised
        ? new($"Publishing to {Permit.Target.Origin}.", $"正在推流到 {Permit.Target.Origin}。")
        : new("No supervisor answers: publishing to the fallback address.", "监管服务无响应:正在推流到备用地址。");
}

/// <summary>The supervisor said no.</summary>
/// <param name="At">When.</param>
/// <param name="Answer">What it said.</param>
public sealed record RefusedBySupervisor(DateTimeOffset At, RegistrationAnswer Answer) : SessionEvent(At)
{
    private protected override LocalizedText Sentence => new(
        $"Refused: {Answer.Text?.En ?? Answer.Reason ?? "no reason was given."}", $"被拒绝:{Answer.Text?.Zh ?? Answer.Reason ?? "未说明原因。"}");
}

/// <summary>No supervisor answered.</summary>
/// <param name="At">When.</param>
/// <param name="Why">What happened at each address.</param>
public sealed record SupervisorUnreachable(DateTimeOffset At, string Why) : SessionEvent(At)
{
    private protected override LocalizedText Sentence => new(Why, $"监管服务无响应。({Why})");
}

/// <summary>A publish ended.</summary>
/// <param name="At">When.</param>
/// <param name="End">How.</param>
/// <param name="Lasted">How long it had lasted.</param>
public sealed record PublishEnded(DateTimeOffset At, PublishEnd End, TimeSpan Lasted) : SessionEvent(At)
{
    private protected override LocalizedText Sentence => End.Finished
        ? new(End.Text, End.TextZh ?? "直播已结束。")
        : new($"The stream was lost after {Seconds(Lasted)} s: {End.Text}", $"推流在 {Seconds(Lasted)} 秒后中断:{End.TextZh ?? End.Text}");
}

/// <summary>A pause before the next try.</summary>
/// <param name="At">When.</param>
/// <param name="Delay">How long.</param>
/// <param name="Rest">Whether it is the long one after a burst of tries.</param>
public sealed record BackingOff(DateTimeOffset At, TimeSpan Delay, bool Rest) : SessionEvent(At)
{
    private protected override LocalizedText Sentence => new($"Trying again in {Seconds(Delay)} s.", $"{Seconds(Delay)} 秒后重试。");
}

/// <summary>Why a session ended. Zero is no reason.</summary>
public enum SessionEnd
{
    /// <summary>It has not.</summary>
    Unknown,

    /// <summary>The broadcast is over.</summary>
    Finished,

    /// <summary>Trying again is in vain until somebody changes something.</summary>
    PermanentlyRefused,

    /// <summary>The policy's bursts are used up.</summary>
    GaveUp,
}

/// <summary>The session has ended; nothing follows.</summary>
/// <param name="At">When.</param>
/// <param name="End">Why.</param>
/// <param name="Text">The sentence for the person in front of the encoder.</param>
public sealed record SessionEnded(DateTimeOffset At, SessionEnd End, LocalizedText Text) : SessionEvent(At)
{
    private protected override LocalizedText Sentence => Text;
}

using StreamSupervisor.Domain.LiveStreams;
using StreamSupervisor.Server.Api;
using StreamSupervisor.Tests.Domain.Codec;

namespace StreamSupervisor.Tests.Api;

public class TimelineTextTests
{
    public static TheoryData<string> Kinds => [.. EventCodec.Kinds.Select(one => one.Kind)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_event_has_a_sentence_in_English_and_one_in_Chinese(string kind)
    {
        var happened = Sample.Event(EventCodec.Kinds.Single(one => one.Kind == kind).Event);
        var (english, chinese) = (TimelineText.Of(happened), TimelineTextZh.Of(happened));
        english.ShouldNotBe("An event without a sentence.");
        chinese.ShouldNotBe("没有对应说明的事件。");
        WithoutNames(english).Any(IsChinese).ShouldBeFalse(english);
        WithoutNames(chinese).Count(IsChinese).ShouldBeGreaterThan(1, chinese);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Both_sentences_tell_the_same_names_and_times(string kind)
    {
        var happened = Sample.Event(EventCodec.Kinds.Single(one => one.Kind == kind).Event);
        var (english, chinese) = (TimelineText.Of(happened), TimelineTextZh.Of(happened));
        foreach (var name in Names.Append("Z"))
        {
            chinese.Contains(name, StringComparison.Ordinal).ShouldBe(english.Contains(name, StringComparison.Ordinal), $"{name}: {chinese}");
        }
    }

    [Fact]
    public void Every_word_of_a_closed_set_has_both()
    {
        Each<AdmissionRule>(TimelineText.Rule, TimelineTextZh.Rule);
        Each<RefusalReason>(TimelineText.Reason, TimelineTextZh.Reason);
        Each<ReleaseProof>(TimelineText.Proof, TimelineTextZh.Proof);
        Each<EvictionCause>(cause => TimelineText.Cause(cause), cause => TimelineTextZh.Cause(cause));
        Each<LossCause>(TimelineText.Loss, TimelineTextZh.Loss);

        static void Each<T>(Func<T, string> english, Func<T, string> chinese)
            where T : struct, Enum
        {
            var known = Enum.GetValues<T>().Where(one => Convert.ToInt32(one) != 0).ToList();
            known.Select(english).Append(english(default)).ShouldBeUnique();
            known.Select(chinese).Append(chinese(default)).ShouldBeUnique();
            known.Count(one => !chinese(one).Any(IsChinese)).ShouldBe(0);
        }
    }

    [Fact]
    public void An_operator_reads_an_order_as_a_colleague_would_say_it()
    {
        var at = DateTimeOffset.UnixEpoch;
        TimelineTextZh.Of(new OperatorActed(at, "kick", "小王", "设备维护")).ShouldBe("小王 下令踢出：设备维护");
        TimelineTextZh.Of(new OperatorActed(at, "release", "小王", "设备维护")).ShouldBe("小王 下令强制释放：设备维护");
    }

    /// <summary>Names that the samples hold.</summary>
    private static readonly string[] Names = ["i9p3kh0t", "203.0.113.7", "srs-1", "讲师-7", "night-shift", "<twice>"];

    private static bool IsChinese(char letter) => letter is >= '\u4e00' and <= '\u9fff';

    private static string WithoutNames(string sentence) => new[] { "讲师-7", "换线", "直播" }.Aggregate(
        sentence, (text, name) => text.Replace(name, "", StringComparison.Ordinal));
}

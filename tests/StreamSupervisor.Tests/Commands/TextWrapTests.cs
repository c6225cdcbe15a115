using StreamSupervisor.Commands;

namespace StreamSupervisor.Tests.Commands;

public sealed class TextWrapTests
{
    [Fact]
    public void Words_are_not_parted_and_nothing_is_lost()
    {
        TextWrap.Lines("the encoder hears yes", 10).ShouldBe(["the", "encoder", "hears yes"]);
        TextWrap.Lines("a-word-that-is-longer than that", 8).ShouldBe(["a-word-that-is-longer", "than", "that"]);
        TextWrap.Lines("", 8).ShouldBe([""]);
    }

    [Fact]
    public void A_line_of_Chinese_ends_behind_any_sign_and_begins_with_no_comma()
    {
        TextWrap.Lines("推流被拒，请稍后重试。", 8).ShouldBe(["推流被", "拒，请稍", "后重试。"]);
        TextWrap.Lines("推到 SRS 服务器", 8).ShouldBe(["推到 SRS", "服务器"]);
    }
}

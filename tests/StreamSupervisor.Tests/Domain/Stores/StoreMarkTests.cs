using StreamSupervisor.Domain.Stores;

namespace StreamSupervisor.Tests.Domain.Stores;

public class StoreMarkTests
{
    private static readonly StoreMark Known = new("file-1", 7, 100);

    [Fact]
    public void A_store_that_is_as_far_as_its_mark_or_further_has_not_gone_back()
    {
        Known.WhyBack(Known).ShouldBeNull();
        Known.WhyBack(Known with { Newest = 101 }).ShouldBeNull("the mark is written later");
        Known.WhyBack(Known with { Epoch = 8 }).ShouldBeNull();
    }

    [Fact]
    public void One_that_is_behind_it_or_another_one_has()
    {
        Known.WhyBack(Known with { Newest = 99 }).ShouldBe("its newest record is number 99, and there was a number 100");
        Known.WhyBack(Known with { Epoch = 6, Newest = 500 }).ShouldBe("it is in epoch 6, and was in 7");
        Known.WhyBack(new StoreMark("file-2", 7, 500)).ShouldBe("it is another one than before");
    }

    [Fact]
    public void A_mark_reads_as_it_was_written() => StoreMark.TryParse(Known + "\n").ShouldBe(Known);

    [Theory]
    [InlineData("")]
    [InlineData("file-1 7")]
    [InlineData("file-1 7 -1")]
    [InlineData("file-1 seven 100")]
    [InlineData("file-1 7 100 more")]
    [InlineData("\0\0\0\0")]
    public void A_line_that_is_no_mark_says_nothing(string line) => StoreMark.TryParse(line).ShouldBeNull();
}

using StreamSupervisor.Commands;
using StreamSupervisor.Commands.Setup;

namespace StreamSupervisor.Tests.Commands;

/// <summary>What <c>config reference</c> shows of a setting.</summary>
public sealed class ReferenceTextTests
{
    public static TheoryData<string> Names => [.. ReferenceText.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_setting_has_a_part_with_its_name_and_a_word_on_it(string name)
    {
        var part = ReferenceText.Of(name).ShouldNotBeNull();
        part.ShouldContain(name.Split('.')[^1]);
        part.ShouldContain("#");
        part.Length.ShouldBeLessThan(ReferenceText.Whole.Length / 2);
    }

    [Fact]
    public void A_setting_stands_with_its_meaning_unit_and_default() => ReferenceText.Of("admission.confirm-within").ShouldBe(
        """
        # An admitted publisher must show up as active in SRS within this; 1s to 1m. Longer on servers that answer slowly, and longer than
        # sweep.interval: whom the next look at the server would find is asked for one by one otherwise.
        confirm-within = 8s

        """);

    [Theory]
    [InlineData("origins[0].hook-token", "origins")]
    [InlineData("origins[].hook-token", "origins")]
    [InlineData("api.keys.role", "api.keys")]
    [InlineData("webhooks.url", "webhooks")]
    public void What_stands_in_a_list_is_told_with_the_list(string setting, string list) =>
        ReferenceText.Of(setting).ShouldBe(ReferenceText.Of(list).ShouldNotBeNull());

    [Fact]
    public void A_section_is_shown_whole()
    {
        var sweep = ReferenceText.Of("sweep").ShouldNotBeNull();
        sweep.ShouldStartWith("# Looking at every server");
        sweep.ShouldContain("interval = 5s");
        sweep.TrimEnd().ShouldEndWith("}");
        sweep.ShouldContain("evict-orphans = false");
    }

    [Theory]
    [InlineData("admission.hald", "Did you mean admission.hold?")]
    [InlineData("nothing.like.this.at.all", "All: streamsupervisor config reference")]
    public async Task What_is_no_setting_is_a_sentence(string setting, string says)
    {
        using var error = new StringWriter();
        (await CommandTree.RunAsync(["config", "reference", setting], TextWriter.Null, error)).ShouldBe(ExitCodes.Usage);
        error.ToString().ShouldContain(says);
    }

    [Fact]
    public async Task Without_a_name_it_is_the_whole_file()
    {
        using var output = new StringWriter();
        (await CommandTree.RunAsync(["config", "reference"], output, TextWriter.Null)).ShouldBe(0);
        output.ToString().ShouldBe(ReferenceText.Whole);
    }
}

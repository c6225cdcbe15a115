using StreamSupervisor.Server.Dashboard;

namespace StreamSupervisor.Tests.Dashboard;

public class WhyQuestionTests
{
    [Theory]
    [InlineData("10.0.0.7")]
    [InlineData("9ukq5k5d")]
    [InlineData("live/cam1")]
    [InlineData("fight-cool-down")]
    [InlineData("讲师-7")]
    public void A_name_is_searched_for_as_it_is(string text)
    {
        var question = WhyQuestion.Of($"  {text} ");
        question.Terms.ShouldBe([new WhyTerm(WhyTermKind.Name, text)]);
        question.IsLine.ShouldBeFalse();
    }

    [Theory]
    [InlineData("[2026-01-31 21:03:11.123][INFO][4711][9ukq5k5d] RTMP client ip=10.0.0.7:50123, fd=12", "9ukq5k5d", "10.0.0.7", null)]
    [InlineData("[2026-01-31 21:03:11.123][ERROR][4711][9ukq5k5d][11] serve error code=1028(StreamBusy) : rtmp: stream /live/cam1 is busy", "9ukq5k5d", null, "live/cam1")]
    [InlineData("[2026-01-31 21:03:11.123][WARN][1][77ab01ff] client disconnect peer. ret=1007", "77ab01ff", null, null)]
    [InlineData("http hook on_publish failed. client_id=9ukq5k5d, url=http://127.0.0.1:8085/hooks/v1/token", "9ukq5k5d", null, null)]
    [InlineData("rtmp://srs-1.example.com:1935/live/cam1?token=secret", null, null, "live/cam1")]
    [InlineData("srt://srs-1:10080?streamid=#!::r=live/cam1,m=publish", null, null, "live/cam1")]
    [InlineData("srt://srs-1:10080?streamid=#!::h=srs-1/live/cam1", null, null, "live/cam1")]
    [InlineData("https://srs-1/rtc/v1/whip/?app=live&stream=cam1", null, null, "live/cam1")]
    [InlineData("client ip=[2001:db8::1]:5000 went", null, "2001:db8::1", null)]
    public void A_line_of_the_log_gives_the_names_in_it(string line, string? client, string? address, string? key)
    {
        var question = WhyQuestion.Of(line);
        question.IsLine.ShouldBeTrue();
        Text(WhyTermKind.Client).ShouldBe(client);
        Text(WhyTermKind.Address).ShouldBe(address);
        if (key is not null)
        {
            Text(WhyTermKind.Key).ShouldBe(key);
        }

        string? Text(WhyTermKind kind) => question.Terms.FirstOrDefault(term => term.Kind == kind)?.Text;
    }

    [Theory]
    [InlineData("rtmp://srs-1/live/cam1?secret=hush")]
    [InlineData("rtmp://srs-1/live/cam1?vhost=v&token=hush.hush")]
    [InlineData("rtmp://srs-1/live/cam1?token=one,hush;hush")]
    [InlineData("rtmp://ann:hush@srs-1/live/cam1")]
    [InlineData("srt://srs-1:10080?streamid=#!::r=live/cam1,m=publish,secret=hush")]
    [InlineData("srt://srs-1:10080?passphrase=hush&streamid=%23!::h=srs-1/live/cam1,u=hush&mode=caller")]
    [InlineData("srt://srs-1:10080?streamid=live/cam1?secret=hush")]
    [InlineData("curl -H \"Authorization: Bearer hush\" \"http://srs-1:1985/rtc/v1/whip/?app=live&stream=cam1&secret=hush\"")]
    [InlineData("on_publish client=9ukq5k5d, stream=/live/cam1, param=\"?txSecret=hush&txTime=1\"")]
    [InlineData("stream /live/cam1 was refused: token=hush")]
    [InlineData("live/cam1 Authorization: secret: \"hush\"")]
    public void A_credential_is_neither_searched_for_nor_kept(string line)
    {
        var question = WhyQuestion.Of(line);
        question.Text.ShouldNotContain("hush");
        question.Text.ShouldContain("live/cam1");
        question.Terms.ShouldAllBe(term => !term.Text.Contains("hush", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    public void Nothing_asks_for_nothing(string? text) => WhyQuestion.Of(text).Terms.ShouldBeEmpty();

    [Fact]
    public void What_is_too_long_is_cut() => WhyQuestion.Of(new string('[', 100_000)).Text.Length.ShouldBe(WhyQuestion.MaxLength);
}

using System.Text;
using StreamSupervisor.Domain;
using StreamSupervisor.Srs.Coworkers;

namespace StreamSupervisor.Tests.Srs;

public class CoworkerQuestionTests
{
    private const string Asked = "?vhost=__defaultVhost__&ip=127.0.0.1&app=live&stream=cam1&coworker=127.0.0.1:8085/coworkers/v1/token";

    [Fact]
    public void What_SRS_asks_names_a_stream_as_its_hooks_do()
    {
        CoworkerQuestion.TryParse(Asked, out var question, out _).ShouldBeTrue();
        question.ShouldBe(new CoworkerQuestion("__defaultVhost__", "127.0.0.1", "live", "cam1"));
        question.Key.ShouldBe(new StreamKey("__defaultVhost__", "live", "cam1"));
    }

    [Theory]
    [InlineData("stream=a+b%41", "a+b%41")]
    [InlineData("stream=a&b", "a&b")]
    [InlineData("stream=a=b", "a=b")]
    [InlineData("stream=a&coworker=x", "a&coworker=x")]
    [InlineData("stream=cam1&stream=other&vhost=other", "cam1&stream=other&vhost=other")]
    [InlineData("stream=", "")]
    public void Names_are_taken_as_they_are(string asked, string stream)
    {
        CoworkerQuestion.TryParse(Asked.Replace("stream=cam1", asked, StringComparison.Ordinal), out var question, out _).ShouldBeTrue();
        (question.Vhost, question.Stream).ShouldBe(("__defaultVhost__", stream));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("?vhost=x&app=live")]
    [InlineData("?stream")]
    [InlineData("?vhost=x&ip=&stream=cam1&app=live")]
    [InlineData("?app=live&vhost=x&ip=&stream=cam1")]
    public void What_SRS_would_not_write_is_no_question(string? query)
    {
        CoworkerQuestion.TryParse(query, out _, out var problem).ShouldBeFalse();
        problem.ShouldBe("vhost, ip, app and stream are needed, in this order.");
        CoworkerQuestion.TryParse(Asked + new string('x', 5000), out _, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("live", "")]
    [InlineData("", "cam1")]
    [InlineData("live", "a/b")]
    public void Names_that_nobody_could_publish_are_no_key(string app, string stream) => new CoworkerQuestion("v", "", app, stream).Key.ShouldBeNull();

    [Fact]
    public void The_answer_is_what_SRS_itself_would_say()
    {
        var question = new CoworkerQuestion("__defaultVhost__", "127.0.0.1", "live", "cam1");
        Encoding.UTF8.GetString(new CoworkerAnswer("10.0.0.12", 1935, "10.0.0.12:1985").Encode(question)).ShouldBe(
            """{"code":0,"data":{"query":{"ip":"127.0.0.1","vhost":"__defaultVhost__","app":"live","stream":"cam1"}"""
            + ""","origin":{"ip":"10.0.0.12","port":1935,"vhost":"__defaultVhost__","api":"10.0.0.12:1985","routers":["10.0.0.12:1985"]}}}""");
        Encoding.UTF8.GetString(CoworkerAnswer.Stay.Encode(question)).ShouldEndWith(
            ""","origin":{"ip":"","port":0,"vhost":"__defaultVhost__","api":"","routers":[]}}}""");
    }
}

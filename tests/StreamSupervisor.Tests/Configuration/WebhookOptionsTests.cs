using StreamSupervisor.Server.Configuration;
using StreamSupervisor.Server.Configuration.Settings;
using StreamSupervisor.Srs.Configuration;

namespace StreamSupervisor.Tests.Configuration;

/// <summary>Each mistake in <c>webhooks</c> names the field and the fix.</summary>
public sealed class WebhookOptionsTests
{
    private static readonly string Secret = WebhookSecret.New();

    [Theory]
    [InlineData("http://example.com/hook", "webhooks[0].url", "https://HOST")]
    [InlineData("ftp://example.com/hook", "webhooks[0].url", "https://HOST")]
    [InlineData("https://ann:word@example.com/hook", "webhooks[0].url", "signed")]
    [InlineData("", "webhooks[0].url", "https://HOST")]
    public void An_address_is_https_unless_it_is_this_machine(string url, string setting, string fix)
    {
        var problem = Problems($$"""{ url = "{{url}}", secret = "{{Secret}}" }""").ShouldHaveSingleItem();
        (problem.Setting, problem.Fix.Contains(fix, StringComparison.Ordinal)).ShouldBe((setting, true), problem.ToString());
        problem.ToString().ShouldNotContain("word");
    }

    [Theory]
    [InlineData("http://127.0.0.1:9000/hook")]
    [InlineData("http://localhost:9000/hook")]
    [InlineData("http://[::1]:9000/hook")]
    [InlineData("https://example.com/hook?to=us")]
    public void Others_are_good(string url) => Problems($$"""{ url = "{{url}}", secret = "{{Secret}}" }""").ShouldBeEmpty();

    [Theory]
    [InlineData("", "is missing")]
    [InlineData("short", "is no secret")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "is published")]
    public void A_secret_is_there_and_is_one_and_is_nobody_elses(string secret, string message)
    {
        var problem = Problems($$"""{ url = "https://example.com", secret = "{{secret}}" }""").ShouldHaveSingleItem();
        problem.Setting.ShouldBe("webhooks[0].secret");
        problem.Message.ShouldContain(message);
        problem.Fix.ShouldContain("openssl rand");
        problem.ToString().ShouldNotContain("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_named()
    {
        var problem = Problems("""{ url = "https://example.com", secret-file = "/nowhere/at/all" }""").ShouldHaveSingleItem();
        problem.Setting.ShouldBe("webhooks[0].secret-file");
    }

    [Fact]
    public void An_unknown_event_is_named_with_the_one_that_was_meant()
    {
        var problem = Problems($$"""{ url = "https://example.com", secret = "{{Secret}}", events = ["stream.startd"] }""").ShouldHaveSingleItem();
        (problem.Setting, problem.Fix).ShouldBe(("webhooks[0].events", "Did you mean stream.started?"));
    }

    [Fact]
    public void Two_receivers_do_not_share_an_address_or_a_name()
    {
        var one = $$"""name = a, url = "https://example.com", secret = "{{Secret}}" """;
        Problems($"{{ {one} }}, {{ {one} }}").Select(problem => problem.Setting).ShouldBe(["webhooks[1].name", "webhooks[1].url"]);
        Problems($$"""{ name = 7, url = "https://example.com", secret = "{{Secret}}" }""").ShouldHaveSingleItem().Setting.ShouldBe("webhooks[0].name");
    }

    [Fact]
    public void No_secret_is_shown()
    {
        var loaded = Load($$"""{ url = "https://example.com", secret = "{{Secret}}", second-secret = "{{Secret}}" }""");
        EffectiveSettings.Of(loaded).ShouldAllBe(setting => !setting.Value.Contains(Secret, StringComparison.Ordinal));
    }

    private static List<ConfigProblem> Problems(string webhooks) =>
        [.. Load(webhooks).Problems.Where(problem => problem.Severity == ProblemSeverity.Error)];

    private static LoadedConfiguration Load(string webhooks) => SupervisorConfiguration.LoadText("test.conf",
        $$"""streamsupervisor { origins = [], webhooks = [ {{webhooks}} ] }""", environment: new Dictionary<string, string>());
}

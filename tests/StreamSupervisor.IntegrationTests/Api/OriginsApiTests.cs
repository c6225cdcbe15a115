using StreamSupervisor.Server.Api;

namespace StreamSupervisor.IntegrationTests.Api;

public class OriginsApiTests
{
    [Fact]
    public async Task Nodes_are_listed_in_pages_with_what_is_known_of_them()
    {
        await using var server = await ApiServer.StartAsync();
        server.Entities.Origins.AddRange([Given.Origin("srs-2"), Given.Origin("srs-1"), Given.Origin("srs-3", "down")]);

        var (_, first) = await server.GetAsync("/api/v1/origins?limit=2");
        var (_, second) = await server.GetAsync("/api/v1/origins?limit=2&cursor=" + first.GetProperty("next").GetString());

        first.GetProperty("origins").EnumerateArray().Select(one => one.GetProperty("name").GetString()).ShouldBe(["srs-1", "srs-2"]);
        second.GetProperty("origins").EnumerateArray().Single().GetProperty("state").GetString().ShouldBe("down");
        second.TryGetProperty("next", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("http://user:secret@srs-1:1985/", "http://srs-1:1985")]
    [InlineData("http://10.0.0.1:1985", "http://10.0.0.1:1985")]
    [InlineData("https://srs.example/base/?token=x#y", "https://srs.example/base")]
    [InlineData("no address", "")]
    public void An_api_address_is_shown_without_its_secrets(string api, string shown) => OriginView.WithoutCredentials(api).ShouldBe(shown);

    [Fact]
    public async Task Every_reason_for_a_refusal_is_listed_in_both_languages()
    {
        await using var server = await ApiServer.StartAsync();
        var (_, body) = await server.GetAsync("/api/v1/reasons");
        var reasons = body.GetProperty("reasons").EnumerateArray().ToList();
        reasons.Select(one => one.GetProperty("reason").GetString()).ShouldContain("incumbent-alive");
        foreach (var one in reasons)
        {
            one.GetProperty("en").GetString().ShouldNotBeNullOrEmpty();
            one.GetProperty("zh").GetString().ShouldNotBeNullOrEmpty();
            one.TryGetProperty("retryAfterMs", out _).ShouldBe(one.GetProperty("kind").GetString() == "temporary");
        }
    }
}

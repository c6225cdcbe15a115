using System.Net;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.IntegrationTests.Api;

public class ApiAccessTests
{
    private static readonly ApiKeyOptions[] Keys =
    [
        new() { Name = "watch", Key = "read-read-read-read", Role = "read" },
        new() { Name = "ops", Key = "operate-operate", Role = "operate" },
    ];

    [Theory]
    [InlineData("127.0.0.1", 200)]
    [InlineData("127.4.5.6", 200)]
    [InlineData("::1", 200)]
    [InlineData("::ffff:127.0.0.1", 200)]
    [InlineData("10.0.0.1", 403)]
    [InlineData("::ffff:10.0.0.1", 403)]
    [InlineData("fe80::1", 403)]
    public async Task Without_keys_only_this_machine_is_answered(string caller, int expected)
    {
        await using var server = await ApiServer.StartAsync();
        server.Caller = IPAddress.Parse(caller);
        (await server.GetAsync("/api/v1/streams")).Status.ShouldBe(expected);
        (await server.PostAsync("/api/v1/streams/-/live/cam1/kick")).Status.ShouldBe(expected);
    }

    [Fact]
    public async Task A_header_does_not_make_a_caller_local()
    {
        await using var server = await ApiServer.StartAsync();
        server.Caller = IPAddress.Parse("192.0.2.1");
        var (status, body) = await server.GetAsync("/api/v1/streams", ("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "127.0.0.1"));
        status.ShouldBe(403);
        body.GetProperty("reason").GetString().ShouldBe("loopback-only");
    }

    [Theory]
    [InlineData("X-Forwarded-For", "192.0.2.1")]
    [InlineData("Forwarded", "for=192.0.2.1")]
    [InlineData("Host", "evil.example")]
    [InlineData("Host", "localhost.evil.example")]
    public async Task Without_keys_who_is_on_this_machine_and_speaks_for_another_is_refused(string header, string value)
    {
        await using var server = await ApiServer.StartAsync();
        (await server.GetAsync("/api/v1/streams", (header, value))).Status.ShouldBe(403);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0.1:8085")]
    [InlineData("[::1]:8085")]
    public async Task Without_keys_the_names_of_this_machine_are_good(string host)
    {
        await using var server = await ApiServer.StartAsync();
        (await server.GetAsync("/api/v1/streams", ("Host", host))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "null")]
    public async Task A_page_of_another_site_is_refused(string header, string value)
    {
        await using var server = await ApiServer.StartAsync();
        var (status, body) = await server.PostAsync("/api/v1/streams/-/live/cam1/kick", headers: (header, value));
        status.ShouldBe(403);
        body.GetProperty("reason").GetString().ShouldBe("cross-site");
        server.Entities.Orders.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_supervisors_own_page_is_answered()
    {
        await using var server = await ApiServer.StartAsync();
        var own = server.Address.GetLeftPart(UriPartial.Authority);
        (await server.PostAsync("/api/v1/streams/-/live/cam1/kick", headers: ("Origin", own))).Status.ShouldBe(200);
        (await server.PostAsync("/api/v1/streams/-/live/cam1/kick", headers: [("Origin", own), ("Sec-Fetch-Site", "same-origin")])).Status.ShouldBe(200);
    }

    [Fact]
    public async Task With_keys_everybody_needs_one_on_this_machine_too()
    {
        await using var server = await ApiServer.StartAsync(Keys);
        var (status, body) = await server.GetAsync("/api/v1/streams");
        status.ShouldBe(401);
        body.GetProperty("reason").GetString().ShouldBe("api-key-missing");
    }

    [Theory]
    [InlineData("Authorization", "Bearer read-read-read-read")]
    [InlineData("Authorization", "bearer operate-operate")]
    [InlineData("X-Api-Key", "operate-operate")]
    public async Task With_a_key_callers_from_anywhere_are_answered(string header, string value)
    {
        await using var server = await ApiServer.StartAsync(Keys);
        server.Caller = IPAddress.Parse("192.0.2.1");
        (await server.GetAsync("/api/v1/streams", (header, value))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("Bearer operate-operat")]
    [InlineData("Bearer operate-operate2")]
    [InlineData("Basic operate-operate")]
    [InlineData("Bearer ")]
    public async Task A_wrong_key_is_refused(string authorization)
    {
        await using var server = await ApiServer.StartAsync(Keys);
        (await server.GetAsync("/api/v1/streams", ("Authorization", authorization))).Status.ShouldBe(401);
    }

    [Fact]
    public async Task A_key_that_may_read_changes_nothing()
    {
        await using var server = await ApiServer.StartAsync(Keys);
        var (status, body) = await server.PostAsync("/api/v1/streams/-/live/cam1/kick", headers: ("X-Api-Key", "read-read-read-read"));
        status.ShouldBe(403);
        body.GetProperty("reason").GetString().ShouldBe("role-too-low");
        server.Entities.Orders.ShouldBeEmpty();
    }
}

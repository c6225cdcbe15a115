using StreamSupervisor.Domain.Origins;
using StreamSupervisor.Server.Management;

namespace StreamSupervisor.IntegrationTests.Management;

/// <summary>What a member says of the cluster and itself when something is wrong.</summary>
public sealed class EndingMemberTests
{
    [Fact]
    public async Task A_member_whose_region_has_ended_still_lists_the_members()
    {
        await using var server = await ClusterServer.StartAsync();
        server.Cluster.RegionEnded = true;
        var (status, body) = await server.GetAsync("/cluster/members");
        status.ShouldBe(200, body.ToString());
        body.GetProperty("members").GetArrayLength().ShouldBe(3);
        body.GetProperty("members")[0].TryGetProperty("shards", out _).ShouldBeFalse("nobody knows how many");
        (await server.GetAsync("/cluster/members/two")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("/cluster/shards", false)]
    [InlineData("/cluster/shards/1", false)]
    [InlineData("/cluster/members", true)]
    [InlineData("/cluster/members/two", true)]
    [InlineData("/cluster/shards", true)]
    public async Task What_it_can_not_know_any_more_is_503_and_names_another_member(string path, bool systemEnded)
    {
        await using var server = await ClusterServer.StartAsync();
        (server.Cluster.RegionEnded, server.Cluster.SystemEnded) = (true, systemEnded);
        var (status, body) = await server.GetAsync(path);
        (status, body.GetProperty("reason").GetString(), body.GetProperty("kind").GetString()).ShouldBe((503, "member-ending", "temporary"));
        body.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("Ask another member.");
    }

    [Fact]
    public async Task Warnings_stand_beside_the_members()
    {
        await using var server = await ClusterServer.StartAsync();
        (await server.GetAsync("/cluster/members")).Body.TryGetProperty("warnings", out _).ShouldBeFalse();
        server.Cluster.Warnings["origins"] = "srs-1: wrong";
        (await server.GetAsync("/cluster/members")).Body.GetProperty("warnings").ToString().ShouldBe("""{"origins":"srs-1: wrong"}""");
    }

    [Fact]
    public void One_server_of_several_that_is_locked_out_warns_and_all_of_them_make_it_not_ready()
    {
        var right = OriginSnapshot.Unknown("srs-1");
        var misaddressed = OriginSnapshot.Unknown("srs-2") with { Misaddressed = "its API is another server." };
        var disagreeing = OriginSnapshot.Unknown("srs-3") with { HooksDisagree = "hooks name another server." };

        LockedOutOrigins.WhyNotReady([right, misaddressed]).ShouldBeNull();
        LockedOutOrigins.Warning([right, misaddressed, disagreeing]).ShouldBe("srs-2: its API is another server. srs-3: hooks name another server.");
        LockedOutOrigins.WhyNotReady([misaddressed, disagreeing]).ShouldBe("srs-2: its API is another server. srs-3: hooks name another server.");
        LockedOutOrigins.WhyNotReady([misaddressed]).ShouldNotBeNull();
        LockedOutOrigins.Warning([right]).ShouldBeNull();
        LockedOutOrigins.WhyNotReady([]).ShouldBeNull("no server is configured");
    }
}

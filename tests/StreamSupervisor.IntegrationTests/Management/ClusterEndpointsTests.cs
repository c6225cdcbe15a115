using System.Net;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.IntegrationTests.Management;

public sealed class ClusterEndpointsTests
{
    private static readonly ApiKeyOptions[] Keys =
    [
        new() { Name = "watch", Key = "read-read-read-read", Role = "read" },
        new() { Name = "ops", Key = "operate-operate", Role = "operate" },
    ];

    [Fact]
    public async Task Members_are_listed_in_the_shape_of_akka_management_with_what_is_our_own()
    {
        await using var server = await ClusterServer.StartAsync();
        var (status, body) = await server.GetAsync("/cluster/members");
        status.ShouldBe(200);
        body.GetProperty("selfNode").GetString().ShouldBe("http://one:8560");
        body.GetProperty("oldest").GetString().ShouldBe("http://two:8560");
        body.GetProperty("unreachable").ToString().ShouldBe("""[{"node":"http://three:8560","observedBy":["http://one:8560"]}]""");
        body.GetProperty("members")[0].ToString().ShouldBe(
            """
            {"node":"http://one:8560","nodeUid":"1","status":"Up","roles":[],"name":"one","incarnation":"00000001-0000-0000-0000-000000000000","state":"active","beat":40,"leaseExpired":false,"leaseLeftMs":4200,"leaseAgeMs":800,"sessionHeld":true,"shards":85}
            """);
        body.GetProperty("members")[2].GetProperty("status").GetString().ShouldBe("Leaving");
        body.GetProperty("members")[2].TryGetProperty("leaseAgeMs", out _).ShouldBeFalse("only a member itself knows when it sent its renewal");
    }

    [Theory]
    [InlineData("http://two:8560")]
    [InlineData("http:%2F%2Ftwo:8560")]
    [InlineData("two:8560")]
    [InlineData("two")]
    [InlineData("00000002-0000-0000-0000-000000000000")]
    public async Task A_member_is_found_by_address_name_or_incarnation(string address)
    {
        await using var server = await ClusterServer.StartAsync();
        var (status, body) = await server.GetAsync($"/cluster/members/{address}");
        status.ShouldBe(200, body.ToString());
        body.GetProperty("name").GetString().ShouldBe("two");
    }

    [Fact]
    public async Task A_member_that_is_not_there_and_a_name_that_two_have_are_told_apart()
    {
        await using var server = await ClusterServer.StartAsync();
        var (status, body) = await server.GetAsync("/cluster/members/nobody");
        (status, body.GetProperty("reason").GetString(), body.GetProperty("field").GetString()).ShouldBe((404, "member-unknown", "address"));
        body.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("two (http://two:8560)");

        var two = server.Cluster.Members[2];
        server.Cluster.Members.Add(two with { Identity = two.Identity with { Id = FakeCluster.IdOf(4) } });
        (status, body) = await server.GetAsync("/cluster/members/two");
        (status, body.GetProperty("reason").GetString()).ShouldBe((409, "member-ambiguous"));
        body.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("00000004-0000-0000-0000-000000000000");
    }

    [Fact]
    public async Task Shards_are_listed_with_owner_epoch_and_state()
    {
        await using var server = await ClusterServer.StartAsync();
        var (_, body) = await server.GetAsync("/cluster/shards");
        var shards = body.GetProperty("shards");
        shards.GetArrayLength().ShouldBe(256);
        shards[0].ToString().ShouldBe(
            """{"shard":0,"epoch":1,"owner":"http://one:8560","ownerName":"one","incarnation":"00000001-0000-0000-0000-000000000000","state":"serving","local":true,"entities":3,"wakeups":1,"open":2}""");
        shards[1].ToString().ShouldBe(
            """{"shard":1,"epoch":2,"owner":"http://two:8560","ownerName":"two","incarnation":"00000002-0000-0000-0000-000000000000","state":"elsewhere","local":false}""");
        shards[255].ToString().ShouldBe("""{"shard":255,"epoch":256,"state":"unowned","local":false}""");
        (await server.GetAsync("/cluster/shards?owner=two")).Body.GetProperty("shards").GetArrayLength().ShouldBe(85);
    }

    [Fact]
    public async Task A_shard_names_the_streams_in_memory_and_no_more_than_were_asked_for()
    {
        await using var server = await ClusterServer.StartAsync();
        var (_, body) = await server.GetAsync("/cluster/shards/0?limit=2");
        body.GetProperty("streams").ToString().ShouldBe("""["live/cam1","live/cam2"]""");
        body.GetProperty("more").GetBoolean().ShouldBeTrue();
        (await server.GetAsync("/cluster/shards/1")).Body.TryGetProperty("streams", out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("/cluster/shards/256", 404, "shard-unknown", "id")]
    [InlineData("/cluster/shards/-1", 404, "shard-unknown", "id")]
    [InlineData("/cluster/shards/one", 404, "shard-unknown", "id")]
    [InlineData("/cluster/shards/1?limit=0", 400, "bad-field", "limit")]
    [InlineData("/cluster/shards?owner=nobody", 404, "member-unknown", "owner")]
    [InlineData("/cluster/members?page=2", 400, "bad-field", "page")]
    [InlineData("/cluster/nodes", 404, "no-such-call", null)]
    public async Task A_mistake_names_the_field(string path, int expected, string reason, string? field)
    {
        await using var server = await ClusterServer.StartAsync();
        var (status, body) = await server.GetAsync(path);
        (status, body.GetProperty("reason").GetString()).ShouldBe((expected, reason));
        (body.TryGetProperty("field", out var named) ? named.GetString() : null).ShouldBe(field);
    }

    [Theory]
    [InlineData("127.0.0.1", 200)]
    [InlineData("10.1.2.3", 200)]
    [InlineData("::ffff:10.1.2.3", 200)]
    [InlineData("fd00::7", 200)]
    [InlineData("192.0.2.1", 403)]
    [InlineData("fd01::7", 403)]
    public async Task Who_looks_is_on_this_machine_or_in_an_allowed_network(string caller, int expected)
    {
        await using var server = await ClusterServer.StartAsync(["10.0.0.0/8", "fd00::/64"]);
        server.Caller = IPAddress.Parse(caller);
        (await server.GetAsync("/cluster/members")).Status.ShouldBe(expected);
        (await server.PutAsync("/cluster/members/two", "operation=Leave")).Status.ShouldBe(caller == "127.0.0.1" ? 200 : 403, "a network lets nobody change anything");
    }

    [Fact]
    public async Task Closed_to_others_by_default_and_open_to_whoever_has_a_key()
    {
        await using var server = await ClusterServer.StartAsync(keys: Keys);
        (await server.GetAsync("/cluster/members")).Status.ShouldBe(200, "a probe on this machine needs no key");
        server.Caller = IPAddress.Parse("192.0.2.1");
        (await server.GetAsync("/cluster/members")).Body.GetProperty("reason").GetString().ShouldBe("network-not-allowed");
        (await server.GetAsync("/cluster/members", ("X-Api-Key", "read-read-read-reax"))).Status.ShouldBe(403);
        (await server.GetAsync("/cluster/members", ("X-Api-Key", "read-read-read-read"))).Status.ShouldBe(200);
        (await server.GetAsync("/cluster/members", ("X-Api-Key", "read-read-read-read"), ("Sec-Fetch-Site", "cross-site"))).Status.ShouldBe(403);
    }

    [Fact]
    public async Task Changing_anything_takes_a_key_with_the_role_operate_on_this_machine_too()
    {
        await using var server = await ClusterServer.StartAsync(keys: Keys);
        (await server.PutAsync("/cluster/members/two", "operation=Leave")).Status.ShouldBe(401);
        (await server.PutAsync("/cluster/members/two", "operation=Leave", ("X-Api-Key", "read-read-read-read"))).Body.GetProperty("reason").GetString().ShouldBe("role-too-low");
        server.Cluster.Orders.ShouldBeEmpty();
        var (status, body) = await server.PutAsync("/cluster/members/two", "operation=Leave", ("Authorization", "Bearer operate-operate"));
        status.ShouldBe(200);
        body.ToString().ShouldBe("""{"message":"Leaving http://two:8560","node":"http://two:8560","incarnation":"00000002-0000-0000-0000-000000000000"}""");
        server.Cluster.Orders.ShouldBe([$"leave {FakeCluster.IdOf(2)}"]);
    }

    [Theory]
    [InlineData("operation=leave", "")]
    [InlineData("", "?operation=LEAVE")]
    public async Task An_order_stands_in_the_form_or_in_the_query(string form, string query)
    {
        await using var server = await ClusterServer.StartAsync();
        (await server.PutAsync("/cluster/members/http://two:8560" + query, form)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("", 400, "operation")]
    [InlineData("operation=Join", 400, "operation")]
    [InlineData("operation=Leave&operation=Down", 400, "operation")]
    [InlineData("operation=Down&force=yes", 400, "force")]
    [InlineData("operation=Down&why=x", 400, "why")]
    public async Task A_wrong_order_names_the_field(string form, int expected, string field)
    {
        await using var server = await ClusterServer.StartAsync();
        var (status, body) = await server.PutAsync("/cluster/members/two", form);
        (status, body.GetProperty("field").GetString()).ShouldBe((expected, field));
        server.Cluster.Orders.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_body_that_is_no_form_and_one_that_is_too_long_are_refused_before_they_are_read()
    {
        await using var server = await ClusterServer.StartAsync();
        (await server.SendAsync(new HttpRequestMessage(HttpMethod.Put, "/cluster/members/two") { Content = new StringContent("{}", null, "application/json") })).Status.ShouldBe(415);
        (await server.PutAsync("/cluster/members/two", "operation=" + new string('x', 5000))).Status.ShouldBe(413);
    }

    [Fact]
    public async Task Down_takes_a_member_whose_lease_is_over_and_refuses_one_that_beats_unless_told_to()
    {
        await using var server = await ClusterServer.StartAsync();
        (await server.PutAsync("/cluster/members/three", "operation=Down")).Body.GetProperty("message").GetString().ShouldBe("Downing http://three:8560");

        var (status, body) = await server.PutAsync("/cluster/members/two", "operation=Down");
        (status, body.GetProperty("reason").GetString(), body.GetProperty("field").GetString()).ShouldBe((409, "member-alive", "force"));
        body.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("operation=Leave");

        (await server.PutAsync("/cluster/members/two", "operation=Down&force=true")).Status.ShouldBe(200);
        server.Cluster.Orders.ShouldBe([$"down {FakeCluster.IdOf(3)} LeaseExpired", $"down {FakeCluster.IdOf(2)} Operator"]);
    }

    [Fact]
    public async Task Down_with_force_takes_a_member_that_beats_while_it_is_looked_at()
    {
        await using var server = await ClusterServer.StartAsync();
        var beats = 0;
        server.Cluster.Meanwhile = members => members[2] = beats++ == 0 ? members[2] with { Beat = 7 } : members[2];
        (await server.PutAsync("/cluster/members/two", "operation=Down&force=true")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_member_that_goes_meanwhile_is_gone()
    {
        await using var server = await ClusterServer.StartAsync();
        server.Cluster.Meanwhile = members => members.RemoveAll(member => member.Identity.Name == "two");
        (await server.PutAsync("/cluster/members/two", "operation=Down")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task The_last_member_that_answers_is_not_sent_away_by_mistake()
    {
        await using var server = await ClusterServer.StartAsync();
        (await server.PutAsync("/cluster/members/one", "operation=Leave")).Body.GetProperty("reason").GetString().ShouldBe("last-member");
        server.Cluster.Orders.ShouldBeEmpty();
        (await server.PutAsync("/cluster/members/one", "operation=Leave&force=true")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_store_that_does_not_answer_hides_nothing_and_takes_no_order()
    {
        await using var server = await ClusterServer.StartAsync();
        server.Cluster.IsDown = true;
        (await server.GetAsync("/cluster/members")).Status.ShouldBe(200);
        (await server.PutAsync("/cluster/members/two", "operation=Leave")).Body.GetProperty("reason").GetString().ShouldBe("store-unavailable");
    }

    [Fact]
    public async Task Who_is_alone_with_a_file_is_the_one_member_with_all_shards_and_says_how_to_stop()
    {
        await using var server = await ClusterServer.StartAsync(isAlone: true);
        var members = (await server.GetAsync("/cluster/members")).Body.GetProperty("members");
        members.GetArrayLength().ShouldBe(1);
        members[0].GetProperty("shards").GetInt32().ShouldBe(256);
        members[0].TryGetProperty("leaseLeftMs", out _).ShouldBeFalse();
        (await server.GetAsync("/cluster/shards")).Body.GetProperty("shards").GetArrayLength().ShouldBe(256);
        (await server.PutAsync("/cluster/members/one", "operation=Leave")).Body.GetProperty("reason").GetString().ShouldBe("alone");
    }
}

using System.Net;
using StreamSupervisor.Server.Configuration;

namespace StreamSupervisor.IntegrationTests.Management;

public sealed class ClusterEndpointsTests
{
    private static readonly ApiKeyOptions[] Keys =
    [
        new() { Name = "watch", Key = "read-read-read-read", Role = "read" },
        new() { Name = "ops", Key = "operate-operate", Role = "operate" },
        new() { Name = "boss", Key = "admin-admin-admin", Role = "admin" },
    ];

    [Fact]
    public async Task Members_are_listed_in_the_shape_of_akka_management_with_what_is_our_own()
    {
        await using var server = await ClusterServer.StartAsync();
        var (status, body) = await server.GetAsync("/cluster/members");
        status.ShouldBe(200);
        body.GetProperty("selfNode").GetString().ShouldBe("akka.tls://streamsupervisor@one:8560");
        body.GetProperty("unreachable").ToString().ShouldBe(
            """[{"node":"akka.tls://streamsupervisor@three:8560","observedBy":["akka.tls://streamsupervisor@one:8560"]}]""");
        body.GetProperty("members")[0].ToString().ShouldBe(
            """
            {"node":"akka.tls://streamsupervisor@one:8560","nodeUid":"1","status":"Up","roles":[],"name":"one","advertised":"one:8560",
            "incarnation":"00000001-0000-0000-0000-000000000000","state":"active","beatAgeMs":400,"sessionHeld":true,"shards":21}
            """.ReplaceLineEndings(""));
        body.GetProperty("members")[2].GetProperty("status").GetString().ShouldBe("Leaving");
        body.GetProperty("members")[2].GetProperty("roles").ToString().ShouldBe("""["edge"]""");
        body.GetProperty("ageMs").GetDouble().ShouldBe(250);
    }

    [Theory]
    [InlineData("/api/v1/cluster", "/cluster/members")]
    [InlineData("/api/v1/cluster/shards", "/cluster/shards")]
    [InlineData("/api/v1/cluster/shards?owner=two", "/cluster/shards?owner=two")]
    [InlineData("/api/v1/cluster/shards?owner=nobody", "/cluster/shards?owner=nobody")]
    public async Task Beside_the_API_whoever_has_a_key_sees_the_same(string path, string managed)
    {
        await using var server = await ClusterServer.StartAsync(keys: Keys);
        var expected = await server.GetAsync(managed, ("Authorization", "Bearer read-read-read-read"));

        var (status, body) = await server.GetAsync(path, ("Authorization", "Bearer read-read-read-read"));

        (status, body.ToString()).ShouldBe((expected.Status, expected.Body.ToString()));
        (await server.GetAsync(path)).Status.ShouldBe(401, "also for a caller on this machine, where there are keys");
    }

    [Fact]
    public async Task Who_left_or_died_lately_is_listed_with_what_happened()
    {
        await using var server = await ClusterServer.StartAsync();
        (await server.GetAsync("/cluster/members")).Body.GetProperty("ended").ToString().ShouldBe(
            """
            [{"name":"nine","advertised":"nine:8560","incarnation":"00000009-0000-0000-0000-000000000000","state":"dead","agoMs":90000,
            "why":"its lease was over."}]
            """.ReplaceLineEndings(""));
    }

    [Theory]
    [InlineData("akka.tls://streamsupervisor@two:8560")]
    [InlineData("akka.tls:%2F%2Fstreamsupervisor@two:8560")]
    [InlineData("http://two:8560")]
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
        body.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("two (two:8560)");

        var two = server.Cluster.Members[2];
        server.Cluster.Members.Add(two with { Incarnation = FakeCluster.IdOf(4) });
        (status, body) = await server.GetAsync("/cluster/members/two");
        (status, body.GetProperty("reason").GetString()).ShouldBe((409, "member-ambiguous"));
        body.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("00000004-0000-0000-0000-000000000000");
    }

    [Fact]
    public async Task Shards_in_memory_are_listed_with_the_member_that_has_them()
    {
        await using var server = await ClusterServer.StartAsync();
        var (_, body) = await server.GetAsync("/cluster/shards");
        var shards = body.GetProperty("shards");
        shards.GetArrayLength().ShouldBe(63);
        shards[0].ToString().ShouldBe(
            """{"shardId":0,"numEntities":3,"node":"akka.tls://streamsupervisor@one:8560","ownerName":"one","local":true}""");
        shards[1].ToString().ShouldBe(
            """{"shardId":1,"numEntities":2,"node":"akka.tls://streamsupervisor@two:8560","ownerName":"two","local":false}""");
        (await server.GetAsync("/cluster/shards/63")).Body.ToString().ShouldBe("""{"shardId":63,"numEntities":0,"local":false}""");
        (await server.GetAsync("/cluster/shards?owner=two")).Body.GetProperty("shards").GetArrayLength().ShouldBe(21);
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
    [InlineData("/cluster/shards/64", 404, "shard-unknown", "id")]
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
        body.ToString().ShouldBe("""{"message":"Leaving akka.tls://streamsupervisor@two:8560","node":"akka.tls://streamsupervisor@two:8560","incarnation":"00000002-0000-0000-0000-000000000000"}""");
        server.Cluster.Orders.ShouldBe([$"leave {FakeCluster.IdOf(2)}"]);
    }

    [Theory]
    [InlineData("operation=leave", "")]
    [InlineData("", "?operation=LEAVE")]
    public async Task An_order_stands_in_the_form_or_in_the_query(string form, string query)
    {
        await using var server = await ClusterServer.StartAsync();
        (await server.PutAsync("/cluster/members/akka.tls://streamsupervisor@two:8560" + query, form)).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("", 400, "operation")]
    [InlineData("operation=Join", 400, "operation")]
    [InlineData("operation=Leave&operation=Down", 400, "operation")]
    [InlineData("operation=Down&force=yes", 400, "force")]
    [InlineData("operation=Down&because=x", 400, "because")]
    [InlineData("operation=Down&why=a%0Ab", 400, "why")]
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
    public async Task Down_takes_a_member_that_is_not_heard_and_refuses_one_that_is_unless_told_to()
    {
        await using var server = await ClusterServer.StartAsync();
        (await server.PutAsync("/cluster/members/three", "operation=Down")).Body.GetProperty("message").GetString().ShouldBe("Downing akka.tls://streamsupervisor@three:8560");

        var (status, body) = await server.PutAsync("/cluster/members/two", "operation=Down");
        (status, body.GetProperty("reason").GetString(), body.GetProperty("field").GetString()).ShouldBe((409, "member-alive", "force"));
        body.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("operation=Leave");

        (await server.PutAsync("/cluster/members/two", "operation=Down&force=true")).Status.ShouldBe(200);
        server.Cluster.Orders.ShouldBe([$"down {FakeCluster.IdOf(3)} local", $"down {FakeCluster.IdOf(2)} local"]);
    }

    [Fact]
    public async Task Delete_asks_a_member_to_leave()
    {
        await using var server = await ClusterServer.StartAsync(keys: Keys);
        var delete = (string query, string key) => server.SendAsync(new HttpRequestMessage(HttpMethod.Delete, "/cluster/members/" + query), ("X-Api-Key", key));
        (await delete("two", "read-read-read-read")).Status.ShouldBe(403);
        (await delete("two?operation=Down", "operate-operate")).Body.GetProperty("field").GetString().ShouldBe("operation");
        (await delete("two", "operate-operate")).Status.ShouldBe(200);
        (await delete("one", "operate-operate")).Body.GetProperty("reason").GetString().ShouldBe("last-member");
        (await delete("one?force=true", "operate-operate")).Body.GetProperty("reason").GetString().ShouldBe("role-too-low");
        (await delete("one?force=true", "admin-admin-admin")).Status.ShouldBe(200);
        server.Cluster.Orders.ShouldBe([$"leave {FakeCluster.IdOf(2)}", $"leave {FakeCluster.IdOf(1)}"]);
    }

    [Fact]
    public async Task A_member_that_goes_meanwhile_is_gone()
    {
        await using var server = await ClusterServer.StartAsync();
        server.Cluster.Meanwhile = members => members.RemoveAll(member => member.Name == "two");
        var (status, body) = await server.PutAsync("/cluster/members/two", "operation=Down&force=true");
        (status, body.GetProperty("reason").GetString()).ShouldBe((404, "member-unknown"));
        body.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain("meanwhile");
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
    public async Task Who_is_alone_with_a_file_is_the_one_member_and_says_how_to_stop()
    {
        await using var server = await ClusterServer.StartAsync(isAlone: true);
        var members = (await server.GetAsync("/cluster/members")).Body.GetProperty("members");
        members.GetArrayLength().ShouldBe(1);
        members[0].GetProperty("shards").GetInt32().ShouldBe(63);
        members[0].TryGetProperty("advertised", out _).ShouldBeFalse();
        members[0].TryGetProperty("beatAgeMs", out _).ShouldBeFalse();
        (await server.PutAsync("/cluster/members/one", "operation=Leave")).Body.GetProperty("reason").GetString().ShouldBe("alone");
    }
}
